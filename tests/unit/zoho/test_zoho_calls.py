"""What is asked for, what it costs, and how answers are read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from zoho_console.domain.connections import Organisation, User
from zoho_console.domain.fields import Field, Module
from zoho_console.errors import BadQuery, NotFound, UnreadableAnswer, ZohoAPIError, ZohoConfigError
from zoho_console.zoho import metadata, records, search
from zoho_console.zoho.call import Answer

PICKLIST = {
    "api_name": "Lead_Source",
    "field_label": "Lead Source",
    "data_type": "picklist",
    "length": 120,
    "decimal_place": None,
    "system_mandatory": False,
    "read_only": False,
    "field_read_only": True,
    "custom_field": False,
    "visible": True,
    "operation_type": {"api_update": True},
    "unique": {},
    "pick_list_values": [
        {"actual_value": "-None-", "type": "used"},
        {"actual_value": "Web", "display_value": "Netz", "type": "used"},
        {"actual_value": "Fax", "type": "unused"},
        {"actual_value": "Fair"},
        {"type": "used"},
        "odd",
    ],
}


def answer(body: Any, status: int = 200) -> Answer:
    return Answer(status, {}, json.dumps(body).encode() if body is not None else b"")


def field_of(**changes: Any) -> Field:
    (field,) = metadata.fields("Leads").decode(answer({"fields": [{**PICKLIST, **changes}]}))
    return field


def error_body(code: str, message: str, **details: Any) -> dict[str, Any]:
    return {"code": code, "message": message, "details": details, "status": "error"}


def test_a_listing_names_its_fields_and_its_place() -> None:
    call = records.list_slice("Accounts", ["Account_Name", "Phone"], page_token="t0k", per_page=50)

    assert call.path == "/crm/v8/Accounts"
    assert call.query == {
        "fields": "Account_Name,Phone",
        "per_page": "50",
        "sort_by": "id",
        "sort_order": "asc",
        "page_token": "t0k",
    }
    assert call.credits == 1
    assert call.is_repeatable
    assert not call.is_write


def test_a_listing_by_page_by_ids_and_in_another_order() -> None:
    call = records.list_slice("Accounts", ["Phone"], page=3, ids=["1", "2"], sort_by="Modified_Time")

    assert call.query["page"] == "3"
    assert call.query["ids"] == "1,2"
    assert call.credits == 3


@pytest.mark.parametrize("module", ["", "../users", "Accounts/1", "Accounts?x", "Ä", "1"])
def test_what_is_no_module_name_is_never_sent(module: str) -> None:
    with pytest.raises(ZohoConfigError):
        records.list_slice(module, ["id"])
    with pytest.raises(ZohoConfigError):
        metadata.fields(module)


@pytest.mark.parametrize("record_id", ["", "..", "1/2", "１２", "12a", 12, None])
def test_what_is_no_id_is_never_sent(record_id: Any) -> None:
    with pytest.raises(ZohoConfigError):
        records.one_record("Accounts", record_id)
    with pytest.raises(ZohoConfigError):
        records.update("Accounts", [{"id": record_id}], None)


def test_one_record_comes_out_as_zoho_spells_it() -> None:
    call = records.one_record("Accounts", "1234567890")

    assert call.path == "/crm/v8/Accounts/1234567890"
    assert call.decode(answer({"data": [{"id": "1234567890"}]})) == {"id": "1234567890"}


@pytest.mark.parametrize(
    "reply",
    [
        answer(None, 204),
        answer(error_body("INVALID_DATA", "the id given seems to be invalid", resource_path_index=3), 400),
    ],
)
def test_an_unknown_id_is_not_found(reply: Answer) -> None:
    with pytest.raises(NotFound) as caught:
        records.one_record("Accounts", "1234567890").decode(reply)

    assert caught.value.details == {"id": "1234567890"}


def test_another_refusal_of_one_record_passes() -> None:
    with pytest.raises(ZohoAPIError) as caught:
        records.one_record("Accounts", "1").decode(answer(error_body("INVALID_MODULE", "no"), 400))

    assert caught.value.code == "INVALID_MODULE"


@pytest.mark.parametrize(("count", "cost"), [(1, 1), (10, 1), (11, 2), (100, 10)])
def test_an_update_costs_a_credit_for_ten_records(count: int, cost: int) -> None:
    call = records.update("Accounts", [{"id": str(number)} for number in range(count)], None)

    assert call.method == "PUT"
    assert call.credits == cost
    assert not call.is_repeatable
    assert call.is_write
    assert call.body is not None
    assert "trigger" not in call.body


def test_no_trigger_at_all_differs_from_none_named() -> None:
    call = records.update("Accounts", [{"id": "1", "Phone": None}], [])

    assert call.body == {"data": [{"id": "1", "Phone": None}], "trigger": []}


def test_more_than_a_hundred_records_are_never_sent() -> None:
    with pytest.raises(ZohoConfigError, match="101"):
        records.update("Accounts", [{"id": "1"}] * 101, None)


def test_values_of_customers_do_not_show_in_a_call() -> None:
    assert "secret" not in repr(records.update("Accounts", [{"id": "1", "Phone": "secret"}], None))


@pytest.mark.parametrize(
    ("tail", "cost"),
    [
        ("", 1),
        (" limit 200", 1),
        (" LIMIT 201", 2),
        (" limit 1000 offset 5000", 2),
        (" limit 1001;", 3),
        (" limit 0, 2000", 3),
        (" limit 5000, 10", 1),
        (" and Name = 'limit 2000'", 1),
    ],
)
def test_a_query_costs_by_its_limit(tail: str, cost: int) -> None:
    assert search.coql(f"select id from Accounts where id is not null{tail}").credits == cost


def test_a_page_of_a_query_is_its_text_with_a_limit() -> None:
    assert search.paged("select id from A where x = 1 ; \n", offset=4000, rows=2000) == (
        "select id from A where x = 1 limit 2000 offset 4000"
    )


@pytest.mark.parametrize(
    ("query", "limit"),
    [
        ("select id from A where id is not null", (None, 0)),
        ("select id from A where id is not null LIMIT 5", (5, 0)),
        ("select id from A where x = 'it''s limit 5'", (None, 0)),
        ("select id from A where x = 'y' limit 5 offset 10 ;", (5, 10)),
        ('select id from A where x = "y" limit 10, 5', (5, 10)),
    ],
)
def test_the_limit_of_a_query_is_found(query: str, limit: tuple[int | None, int]) -> None:
    assert search.limit_of(query) == limit


def test_rows_of_a_query_come_out() -> None:
    call = search.coql("select id from Accounts where id is not null")

    part = call.decode(answer({"data": [{"id": "1"}], "info": {"count": 1, "more_records": True}}))

    assert call.body == {"select_query": "select id from Accounts where id is not null"}
    assert call.is_repeatable
    assert part.more
    assert call.decode(answer(None, 204)).records == ()


def test_a_query_is_sent_as_zoho_spells_it() -> None:
    call = search.coql("SELECT count(*) FROM Accounts WHERE Rating=Hot AND A=1 AND B=2")
    assert call.body == {"select_query": "select COUNT(id) from Accounts where ((Rating = 'Hot' and A = 1) and B = 2)"}


def test_a_text_that_is_no_query_is_not_sent() -> None:
    with pytest.raises(BadQuery, match="name of a field"):
        search.coql("select")


def test_a_wrong_query_says_where() -> None:
    body = error_body("SYNTAX_ERROR", "unexpected token", line=1, column=15, near="FROM")

    with pytest.raises(BadQuery) as caught:
        search.coql("select id from A").decode(answer(body, 400))

    assert str(caught.value) == "Zoho cannot run this query: unexpected token (“FROM”)."
    assert (caught.value.line, caught.value.column) == (1, 15)
    assert caught.value.code == "SYNTAX_ERROR"


def test_an_unknown_column_is_named() -> None:
    body = error_body("INVALID_QUERY", "column given seems to be invalid", column_name="Foo")

    with pytest.raises(BadQuery, match="“Foo”") as caught:
        search.coql("select id from A").decode(answer(body, 400))

    assert caught.value.line is None
    assert "spelling" in caught.value.advice


def test_a_query_that_asks_for_too_much_says_how_much_is_possible() -> None:
    body = error_body("LIMIT_EXCEEDED", "limit exceeded", by="in", limit=100)

    with pytest.raises(BadQuery, match="at most 100 of “in” in one query") as caught:
        search.coql("select id from A").decode(answer(body, 400))

    assert caught.value.code == "LIMIT_EXCEEDED"


def test_a_column_that_is_a_text_is_no_place() -> None:
    body = error_body("INVALID_DATA", "invalid data", reason="unsupported aggregate function", column="F(x)")

    with pytest.raises(BadQuery, match="unsupported aggregate function") as caught:
        search.coql("select id from A").decode(answer(body, 400))

    assert caught.value.column is None


def test_a_refusal_that_is_not_the_querys_fault_passes() -> None:
    with pytest.raises(ZohoAPIError) as caught:
        search.coql("select id from A").decode(answer(error_body("NO_PERMISSION", "Permission denied"), 403))

    assert not isinstance(caught.value, BadQuery)


def test_a_search_carries_its_criteria() -> None:
    call = search.search("Accounts", "(Industry:equals:Technology)", page=2, per_page=50)

    assert call.path == "/crm/v8/Accounts/search"
    assert call.query == {"criteria": "(Industry:equals:Technology)", "page": "2", "per_page": "50"}


def test_a_field_is_read_with_the_values_to_send() -> None:
    assert field_of() == Field(
        "Lead_Source", "Lead Source", "picklist", length=120, pick_values=("Web", "Fair"), is_writable=True
    )


@pytest.mark.parametrize(
    ("changes", "is_writable"),
    [
        ({}, True),
        ({"read_only": True}, False),
        ({"operation_type": {"api_update": False}}, False),
        ({"operation_type": None}, False),
        ({"data_type": "formula"}, False),
        ({"data_type": "rollup_summary"}, False),
        ({"data_type": "autonumber"}, False),
    ],
)
def test_a_field_is_writable_by_its_operation_type(changes: dict[str, Any], is_writable: bool) -> None:
    assert field_of(**changes).is_writable is is_writable


@pytest.mark.parametrize(("unique", "is_unique"), [({}, False), ({"case_sensitive": False}, True), (None, False)])
def test_a_field_is_unique_if_zoho_says_how(unique: Any, is_unique: bool) -> None:
    assert field_of(unique=unique).is_unique is is_unique


def test_odd_field_attributes_are_left_out() -> None:
    field = field_of(field_label=None, length="9", decimal_place=True, visible=False, pick_list_values=None)

    assert field.label == "Lead_Source"
    assert (field.length, field.decimals, field.pick_values, field.is_visible) == (None, None, (), False)


def test_an_odd_module_has_no_fields() -> None:
    assert metadata.fields("Leads").decode(answer(None, 204)) == []


def test_modules_with_records_come_out() -> None:
    shown = {"api_supported": True, "viewable": True, "generated_type": "default", "editable": True}
    items = [
        {"api_name": "Accounts", "plural_label": "Konten", **shown},
        {"api_name": "Own", "generated_type": "custom", "api_supported": True, "viewable": True, "editable": False},
        {"api_name": "Link", **shown, "generated_type": "linking"},
        {"api_name": "Hidden", **shown, "viewable": False},
        {"api_name": "Old", **shown, "api_supported": False},
        {**shown},
    ]

    found = metadata.modules().decode(answer({"modules": items}))

    assert found == [Module("Accounts", "Konten", True), Module("Own", "Own", False)]


def test_the_organisation_comes_out() -> None:
    item = {
        "id": "8",
        "zgid": "7",
        "company_name": "Delta Foods",
        "type": "sandbox",
        "iso_code": "EUR",
        "time_zone": "Europe/Berlin",
        "license_details": {"paid_type": "enterprise"},
    }

    found = metadata.organisation().decode(answer({"org": [item]}))

    assert found == Organisation("7", "Delta Foods", "sandbox", "enterprise", "EUR", "Europe/Berlin")
    assert metadata.organisation().decode(answer({"org": [{"license_details": None}]})) == Organisation("", "")


def test_the_current_user_comes_out() -> None:
    item = {"id": "3", "full_name": "Mina Vogel", "email": "mina@example.org"}

    assert metadata.current_user().decode(answer({"users": [item]})) == User("3", "Mina Vogel", "mina@example.org")


def test_an_answer_without_a_user_is_unreadable() -> None:
    with pytest.raises(UnreadableAnswer):
        metadata.current_user().decode(answer(None, 204))
