from __future__ import annotations

import httpx
import pytest


def test_the_organisation_is_acme(api: httpx.Client) -> None:
    (org,) = api.get("/org").json()["org"]

    assert (org["company_name"], org["time_zone"], org["iso_code"]) == ("Acme Ltd", "Europe/Berlin", "EUR")
    assert org["license_details"]["paid_type"] == "enterprise"


def test_the_current_user_is_whom_the_token_belongs_to(api: httpx.Client) -> None:
    answer = api.get("/users", params={"type": "CurrentUser"}).json()

    assert [user["full_name"] for user in answer["users"]] == ["Mina Vogel"]
    assert answer["info"] == {"per_page": 200, "count": 1, "page": 1, "more_records": False}


def test_users_come_by_type_and_id(api: httpx.Client) -> None:
    users = api.get("/users").json()["users"]
    one = api.get(f"/users/{users[1]['id']}")

    assert len(users) == 3
    assert one.json()["users"] == [users[1]]
    assert api.get("/users/1").status_code == 204
    assert api.get("/users", params={"type": "DeletedUsers"}).status_code == 204
    assert api.get("/users", params={"type": "Foo"}).json()["code"] == "INVALID_DATA"


def test_modules_say_whether_the_api_reaches_them(api: httpx.Client) -> None:
    modules = {module["api_name"]: module for module in api.get("/settings/modules").json()["modules"]}

    assert [name for name, module in modules.items() if module["api_supported"]] == ["Leads", "Accounts", "Contacts"]
    assert not modules["Reports"]["viewable"]
    assert api.get("/settings/modules/Accounts").json()["modules"] == [modules["Accounts"]]
    assert len({module["id"] for module in modules.values()}) == len(modules)


def test_fields_carry_the_flags_that_mislead_and_those_that_tell_the_truth(api: httpx.Client) -> None:
    answer = api.get("/settings/fields", params={"module": "Accounts"}).json()["fields"]
    fields = {field["api_name"]: field for field in answer}

    assert len(fields) <= 50
    assert all(len(field["id"]) == 18 for field in answer)
    owner, created = fields["Owner"], fields["Created_Time"]
    assert (owner["field_read_only"], owner["operation_type"]["api_update"]) == (True, True)
    assert (created["field_read_only"], created["operation_type"]["api_update"]) == (False, False)
    assert fields["Account_Name"]["system_mandatory"]
    assert fields["Customer_Code"]["unique"] == {"case_sensitive": False}
    assert fields["Account_Name"]["unique"] == {}
    assert fields["Health_Score"]["custom_field"]
    assert (fields["Health_Score"]["length"], fields["Health_Score"]["json_type"]) == (9, "integer")
    assert (fields["Notes"]["textarea"], fields["Description"]["textarea"]) == ({"type": "small"}, {"type": "large"})
    assert fields["Annual_Revenue"]["currency"] == {"rounding_option": "normal", "precision": 2}
    assert fields["Parent_Account"]["lookup"]["module"]["api_name"] == "Accounts"
    assert fields["Revenue_Per_Employee"]["formula"]["return_type"] == "double"
    assert not fields["Layout"]["visible"]
    statuses = [value["actual_value"] for value in fields["Account_Status"]["pick_list_values"]]
    assert statuses == ["-None-", "Active", "At Risk", "Inactive", "Good", "Excellent", "Prospect"]
    assert fields["Industry"]["pick_list_values"][-1]["type"] == "unused"
    assert fields["Segments"]["pick_list_values"][0]["actual_value"] == "Enterprise"


def test_one_field_comes_by_its_id(api: httpx.Client) -> None:
    field = api.get("/settings/fields", params={"module": "Leads"}).json()["fields"][3]

    assert api.get(f"/settings/fields/{field['id']}", params={"module": "Leads"}).json()["fields"] == [field]
    assert api.get("/settings/fields", params={"module": "Leads", "type": "unused"}).status_code == 204


@pytest.mark.parametrize(
    ("path", "code", "details"),
    [
        ("/settings/fields", "REQUIRED_PARAM_MISSING", {"param_name": "module"}),
        ("/settings/fields?module=Foo", "INVALID_MODULE", {"resource_path_index": 0}),
        ("/settings/modules/accounts", "INVALID_MODULE", {"resource_path_index": 0}),
        ("/settings/fields/1?module=Leads", "INVALID_DATA", {"resource_path_index": 2}),
    ],
)
def test_wrong_questions_are_refused(api: httpx.Client, path: str, code: str, details: dict[str, object]) -> None:
    answer = api.get(path)

    assert answer.status_code == 400
    assert (answer.json()["code"], answer.json()["details"], answer.json()["status"]) == (code, details, "error")
