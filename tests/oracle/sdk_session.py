"""Zoho's own SDK, unmodified, at work on a server: run in the environment that has it, never imported by a test.

    python sdk_session.py URL CODE FOLDER     FOLDER/outcomes.json has an outcome for each step then

URL is the server's, CODE a code of a consent, FOLDER one that may be written. Each outcome holds what the SDK's own
classes say of the answer, or under `error` what the SDK could not make of it.
"""

from __future__ import annotations

import datetime
import io
import json
import logging
import sys
import traceback
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sdk_values import answered, mapping, parameters, plain, unzipped
from zohocrmsdk.src.com.zoho.api.authenticator.oauth_token import OAuthToken
from zohocrmsdk.src.com.zoho.api.authenticator.store import FileStore
from zohocrmsdk.src.com.zoho.api.logger import Logger
from zohocrmsdk.src.com.zoho.crm.api import HeaderMap, Initializer
from zohocrmsdk.src.com.zoho.crm.api.bulk_read import BodyWrapper as ReadRequest
from zohocrmsdk.src.com.zoho.crm.api.bulk_read import BulkReadOperations, Criteria, Query
from zohocrmsdk.src.com.zoho.crm.api.bulk_write import (
    BulkWriteOperations,
    FileBodyWrapper,
    Resource,
    UploadFileHeader,
)
from zohocrmsdk.src.com.zoho.crm.api.bulk_write import RequestWrapper as WriteRequest
from zohocrmsdk.src.com.zoho.crm.api.coql import BodyWrapper as QueryBody
from zohocrmsdk.src.com.zoho.crm.api.coql import CoqlOperations
from zohocrmsdk.src.com.zoho.crm.api.dc import DataCenter
from zohocrmsdk.src.com.zoho.crm.api.fields import FieldsOperations, GetFieldsParam, MinifiedField
from zohocrmsdk.src.com.zoho.crm.api.layouts import GetLayoutsParam, LayoutsOperations
from zohocrmsdk.src.com.zoho.crm.api.modules import MinifiedModule, ModulesOperations
from zohocrmsdk.src.com.zoho.crm.api.org import OrgOperations
from zohocrmsdk.src.com.zoho.crm.api.record import (
    BodyWrapper,
    DeleteRecordsParam,
    GetRecordsParam,
    Record,
    RecordOperations,
    SearchRecordsParam,
)
from zohocrmsdk.src.com.zoho.crm.api.users import GetUsersParam, UsersOperations
from zohocrmsdk.src.com.zoho.crm.api.util import Choice, StreamWrapper

CLIENT_ID, SECRET = "1000.SIMULATOR0CONSOLE0DEMO0CLIENT0", "simulator-demo-secret"
MODULE, FIELDS = "Accounts", "id,Account_Name,Employees,Annual_Revenue,Industry,Last_Health_Check,Owner,Segments"
STATES = 10  # questions about a job before giving up


class Session:
    """The steps, in order; each gives something JSON can hold."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.folder = folder
        self.records = RecordOperations(MODULE)
        self.made: list[int] = []

    def sign_in(self, **token: str) -> dict[str, Any]:
        """A code, or a refresh token, for an access token."""
        grant = OAuthToken(client_id=CLIENT_ID, client_secret=SECRET, **token)
        store = FileStore(str(self.folder / f"tokens-{len(token)}-{next(iter(token))}.txt"))
        server = DataCenter.Environment(self.url, f"{self.url}/oauth/v2/token", self.url)
        Initializer.initialize(
            environment=server,
            token=grant,
            store=store,
            resource_path=str(self.folder),
            logger=Logger.get_instance(Logger.Levels.INFO, str(self.folder / "sdk.log")),
        )
        (kept,) = store.get_tokens()
        return {"refresh_token": kept.get_refresh_token(), "access_token": kept.get_access_token()}

    def organisation(self) -> dict[str, Any]:
        (org,) = answered(OrgOperations().get_organization()).get_org()
        return {
            "zgid": org.get_zgid(),
            "name": org.get_company_name(),
            "paid": org.get_license_details().get_paid_type(),
        }

    def users(self) -> list[dict[str, Any]]:
        found = answered(UsersOperations().get_users(parameters(GetUsersParam, type="ActiveUsers"))).get_users()
        return [
            {"id": str(user.get_id()), "email": user.get_email(), "role": user.get_role().get_name()} for user in found
        ]

    def modules(self) -> list[str]:
        return [module.get_api_name() for module in answered(ModulesOperations().get_modules()).get_modules()]

    def fields(self) -> dict[str, Any]:
        found = answered(FieldsOperations().get_fields(parameters(GetFieldsParam, module=MODULE))).get_fields()
        return {
            field.get_api_name(): [field.get_data_type(), len(field.get_pick_list_values() or [])] for field in found
        }

    def layouts(self) -> dict[str, list[str]]:
        found = answered(LayoutsOperations().get_layouts(parameters(GetLayoutsParam, module=MODULE))).get_layouts()
        return {
            layout.get_name(): [
                field.get_api_name()
                for section in layout.get_sections()
                for field in section.get_fields()
                if field.get_required()
            ]
            for layout in found
        }

    def pages(self) -> dict[str, Any]:
        """Every record, by page tokens."""
        wanted: dict[str, Any] = {"fields": FIELDS, "per_page": 200}
        rows, calls = [], 0
        while True:
            page = answered(self.records.get_records(parameters(GetRecordsParam, **wanted)))
            rows += [plain(record) for record in page.get_data()]
            calls += 1
            if not page.get_info().get_more_records():
                return {"records": rows, "calls": calls}
            wanted["page_token"] = page.get_info().get_next_page_token()

    def one(self, record_id: int) -> Any:
        (record,) = answered(self.records.get_record(record_id)).get_data()
        return plain(record)

    def create(self) -> list[Any]:
        items = [
            {"Account_Name": f"Oracle {number}", "Employees": number, "Industry": Choice("Energy")} for number in (1, 2)
        ]
        written = self.written(self.records.create_records(self.body(items, trigger=["workflow"])))
        self.made = [int(item["details"]["id"]) for item in written]
        return written

    def update_one(self) -> list[Any]:
        body = self.body([{"Health_Score": 77, "Last_Reviewed": datetime.date(2026, 1, 31)}])
        return self.written(self.records.update_record(self.made[0], body))

    def update_many(self) -> list[Any]:
        items = [{"id": record_id, "Rating": Choice("Active"), "Annual_Revenue": 12.5} for record_id in self.made]
        items.append({"id": 1, "Employees": 4})
        return self.written(self.records.update_records(self.body(items, trigger=[])))

    def upsert(self) -> list[Any]:
        items = [{"Account_Name": "Oracle 2", "Employees": 22}, {"Account_Name": "Oracle 3", "Employees": 3}]
        written = self.written(self.records.upsert_records(self.body(items, checks=["Account_Name"])))
        self.made.append(int(written[1]["details"]["id"]))
        return written

    def search(self) -> list[Any]:
        wanted = parameters(SearchRecordsParam, criteria="(Account_Name:starts_with:Oracle)")
        return [plain(record) for record in answered(self.records.search_records(wanted)).get_data()]

    def query(self) -> dict[str, Any]:
        body = QueryBody()
        text = (
            "select Account_Name, Employees, Owner from Accounts where Account_Name like 'Oracle%' order by id limit 2"
        )
        body.set_select_query(text)
        found = answered(CoqlOperations().get_records(body))
        return {"rows": [plain(row) for row in found.get_data()], "more": found.get_info().get_more_records()}

    def refused_query(self) -> list[Any]:
        body = QueryBody()
        body.set_select_query("select Nonsense from Accounts where id is not null")
        refusal = CoqlOperations().get_records(body).get_object()
        return [plain(refusal.get_code()), refusal.get_details()]

    def bulk_read(self) -> dict[str, Any]:
        request, query, module, criteria, field = ReadRequest(), Query(), MinifiedModule(), Criteria(), MinifiedField()
        module.set_api_name(MODULE)
        field.set_api_name("Employees")
        criteria.set_field(field)
        criteria.set_comparator(Choice("less_equal"))
        criteria.set_value(30)
        query.set_module(module)
        query.set_fields(["Account_Name", "Employees", "Owner", "Owner.last_name"])
        query.set_criteria(criteria)
        request.set_query(query)
        (added,) = answered(BulkReadOperations().create_bulk_read_job(request)).get_data()
        job_id = int(added.get_details()["id"])
        states = []
        for _ in range(STATES):
            (job,) = answered(BulkReadOperations().get_bulk_read_job_details(job_id)).get_data()
            states.append(plain(job.get_state()))
            if states[-1] == "COMPLETED":
                break
        stream = answered(BulkReadOperations().download_result(job_id)).get_file().get_stream()
        return {"states": states, "count": job.get_result().get_count(), "rows": unzipped(b"".join(stream))}

    def bulk_write(self) -> dict[str, Any]:
        operations = BulkWriteOperations()
        file_id = self.upload(operations)
        request, resource, module = WriteRequest(), Resource(), MinifiedModule()
        module.set_api_name(MODULE)
        resource.set_type(Choice("data"))
        resource.set_module(module)
        resource.set_file_id(file_id)
        resource.set_file_names(["accounts.csv"])
        resource.set_find_by("id")
        resource.set_field_mappings([mapping("id", 0), mapping("Employees", 1), mapping("Rating", 2)])
        request.set_operation(Choice("update"))
        request.set_character_encoding("UTF-8")
        request.set_resource([resource])
        job_id = str(answered(operations.create_bulk_write_job(request)).get_details()["id"])
        states = []
        for _ in range(STATES):
            job = answered(operations.get_bulk_write_job_details(job_id))
            states.append(plain(job.get_status()))
            if states[-1] == "COMPLETED":
                break
        file = job.get_resource()[0].get_file()
        stream = answered(operations.download_bulk_write_result(job.get_result().get_download_url())).get_file()
        return {
            "states": states,
            "updated": file.get_updated_count(),
            "skipped": file.get_skipped_count(),
            "rows": unzipped(b"".join(stream.get_stream())),
        }

    def upload(self, operations: BulkWriteOperations) -> str:
        """A zip with one CSV file: the made records and one that is not there."""
        lines = [
            "id,Employees,Rating",
            *(f"{record_id},{900 + n},Active" for n, record_id in enumerate(self.made)),
            "1,2,",
        ]
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("accounts.csv", "\n".join(lines))
        body, headers = FileBodyWrapper(), HeaderMap()
        body.set_file(StreamWrapper("accounts.zip", io.BytesIO(packed.getvalue())))
        headers.add(UploadFileHeader.feature, "bulk-write")
        headers.add(UploadFileHeader.x_crm_org, self.organisation()["zgid"])
        return str(answered(operations.upload_file(body, headers)).get_details()["file_id"])

    def delete(self) -> list[Any]:
        ids = ",".join(map(str, [*self.made, 1]))
        return self.written(self.records.delete_records(parameters(DeleteRecordsParam, ids=ids)))

    def body(
        self, items: list[dict[str, Any]], trigger: list[str] | None = None, checks: list[str] | None = None
    ) -> BodyWrapper:
        """Records as the SDK wants them."""
        wrapper = BodyWrapper()
        records = []
        for item in items:
            record = Record()
            for name, value in item.items():
                record.add_key_value(name, value)
            records.append(record)
        wrapper.set_data(records)
        if trigger is not None:
            wrapper.set_trigger(trigger)
        if checks is not None:
            wrapper.set_duplicate_check_fields(checks)
        return wrapper

    def written(self, response: Any) -> list[Any]:
        """The items of a write's answer, each with the class that the SDK made of it."""
        return [
            {
                "kind": type(item).__name__,
                "code": plain(item.get_code()),
                "details": plain(item.get_details()),
                "action": plain(item.get_action()) if hasattr(item, "get_action") else None,
            }
            for item in answered(response).get_data()
        ]


def main(url: str, code: str, folder: str) -> None:
    """Take every step and write down what came of it; tokens are among it, so nothing is printed."""
    logging.getLogger("SDKLogger").propagate = False
    session = Session(url, Path(folder))
    outcomes: dict[str, Any] = {}

    def step(name: str, take: Callable[[], Any]) -> None:
        try:
            outcomes[name] = take()
        except Exception as error:
            outcomes[name] = {"error": repr(error), "trace": traceback.format_exc()}

    step("code", lambda: session.sign_in(grant_token=code, redirect_url="http://localhost:8000/oauth/callback"))
    step("refresh", lambda: session.sign_in(refresh_token=outcomes["code"]["refresh_token"]))
    for name in ("organisation", "users", "modules", "fields", "layouts", "pages"):
        step(name, getattr(session, name))
    step("one", lambda: session.one(int(outcomes["pages"]["records"][0]["id"])))
    for name in ("create", "update_one", "update_many", "upsert", "search", "query", "refused_query", "bulk_read",
                 "bulk_write", "delete"):  # fmt: skip
        step(name, getattr(session, name))
    (session.folder / "outcomes.json").write_text(json.dumps(outcomes), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
