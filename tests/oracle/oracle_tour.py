"""Every place of the simulator called once and more, well and badly, so that its answers can be examined."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import Any

import httpx

from zoho_console.simulator import Simulator

ACCOUNTS = "/crm/v8/Accounts"


class Tour:
    """Calls through a plain HTTP client with a token of every scope."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        headers = {"Authorization": f"Zoho-oauthtoken {simulator.issue_grant()['access_token']}"}
        self.http = httpx.Client(base_url=simulator.url, headers=headers)
        self.ids = list(simulator.world.records("Accounts"))

    def take(self) -> None:
        """Every stop."""
        with self.http:
            self.metadata()
            self.reading()
            self.refused_reading()
            self.queries()
            self.writing()
            self.refused_writing()
            self.bulk_read()
            self.bulk_write()
            self.without_token()

    def metadata(self) -> None:
        """The organisation, its people and its modules."""
        settings, module = "/crm/v8/settings", {"module": "Accounts"}
        field = self.simulator.world.modules["Accounts"].fields["Rating"].id
        user = self.simulator.world.me["id"]
        for path, query in (
            ("/crm/v8/org", {}),
            ("/crm/v8/users", {"type": "ActiveUsers"}),
            ("/crm/v8/users", {"type": "DeletedUsers"}),
            (f"/crm/v8/users/{user}", {}),
            (f"{settings}/modules", {}),
            (f"{settings}/modules/Accounts", {}),
            (f"{settings}/modules/Nonsense", {}),
            (f"{settings}/fields", module),
            (f"{settings}/fields", {}),
            (f"{settings}/fields/{field}", module),
            (f"{settings}/fields/1", module),
            (f"{settings}/layouts", module),
            (f"{settings}/layouts", {"module": "Nonsense"}),
            (f"{settings}/layouts/777000000000091055", module),
            (f"{settings}/layouts/1", module),
        ):
            self.http.get(path, params=query)

    def reading(self) -> None:
        """Records in lists, alone, found and counted."""
        listed = self.http.get(ACCOUNTS, params={"fields": "Account_Name,Owner,Segments"})
        token = listed.json()["info"]["next_page_token"]
        self.http.get(ACCOUNTS, params={"fields": "Account_Name,Owner,Segments", "page_token": token})
        self.http.get(ACCOUNTS, params={"fields": "id", "ids": self.ids[0]})
        self.http.get(ACCOUNTS, params={"fields": "id", "ids": "1"})
        self.http.get(ACCOUNTS, params={"fields": "id"}, headers={"If-Modified-Since": "2099-01-01T00:00:00+01:00"})
        self.http.get(f"{ACCOUNTS}/{self.ids[0]}")
        self.http.get(f"{ACCOUNTS}/1")
        self.http.get(f"{ACCOUNTS}/search", params={"word": "gmbh"})
        self.http.get(f"{ACCOUNTS}/search", params={"criteria": "(Account_Name:equals:nobody at all)"})
        self.http.get(f"{ACCOUNTS}/actions/count")

    def refused_reading(self) -> None:
        """Questions that get no records."""
        self.http.get(ACCOUNTS)
        self.http.get("/crm/v8/Nonsense", params={"fields": "id"})
        self.http.get(ACCOUNTS, params={"fields": "id", "page": "12"})
        self.http.get(f"{ACCOUNTS}/search")
        self.http.get(f"{ACCOUNTS}/search", params={"criteria": "(Rating:like:x)"})
        self.http.get("/crm/v8/Nonsense/actions/count")
        self.http.get(f"{ACCOUNTS}/deleted", params={"type": "none"})

    def queries(self) -> None:
        """COQL, right and wrong."""
        for text in (
            "select Account_Name, Owner, Parent_Account.Account_Name from Accounts where id is not null limit 3",
            "select id from Accounts where id = 1",
            "select Nonsense from Accounts where id is not null",
            "select id from Accounts where Rating like 5 and",
            "select id as a, Rating as a from Accounts where id is not null",
            "select id, id from Accounts where id is not null",
            "select id from Accounts where id is not null limit 3000",
        ):
            self.http.post("/crm/v8/coql", json={"select_query": text})

    def writing(self) -> None:
        """Records made, changed, found and made, and deleted."""
        made = self.http.post(ACCOUNTS, json={"data": [{"Account_Name": "Tour"}], "trigger": []}).json()
        record_id = made["data"][0]["details"]["id"]
        self.http.put(ACCOUNTS, json={"data": [{"id": record_id, "Rating": "Active"}]})
        self.http.put(f"{ACCOUNTS}/{record_id}", json={"data": [{"Rating": None}]})
        twins = [{"Account_Name": "Tour", "Fax": "1"}, {"Account_Name": "Second Tour"}]
        self.http.post(f"{ACCOUNTS}/upsert", json={"data": twins, "duplicate_check_fields": ["Account_Name"]})
        self.http.delete(f"{ACCOUNTS}/{record_id}")
        self.http.delete(ACCOUNTS, params={"ids": f"{record_id},{self.ids[-1]}"})
        self.http.get(f"{ACCOUNTS}/deleted", params={"type": "all"})
        self.http.get(f"{ACCOUNTS}/deleted", params={"type": "permanent"})

    def refused_writing(self) -> None:
        """Values, ids, bodies and conditions that Zoho refuses."""
        good, bad = {"id": self.ids[0], "Employees": 4}, {"id": self.ids[1], "Employees": "4", "Account_Name": None}
        code = {"Customer_Code": self.simulator.world.records("Accounts")[self.ids[3]]["Customer_Code"] or "C-1"}
        self.http.put(ACCOUNTS, json={"data": [{"id": self.ids[3], **code}]})
        self.http.put(ACCOUNTS, json={"data": [good, bad, {"id": "1"}, {"id": self.ids[2], **code}]})
        self.http.put(ACCOUNTS, json={"data": [bad]})
        self.http.put(ACCOUNTS, json={"data": [{"id": one} for one in self.ids[:101]]})
        self.http.put(ACCOUNTS, json={})
        self.http.put(ACCOUNTS, json={"data": [good]}, headers={"If-Unmodified-Since": "2001-01-01T00:00:00+01:00"})
        self.http.post(ACCOUNTS, json={"data": [{"Fax": "1"}]})
        self.http.post(ACCOUNTS, json={"data": [{"Fax": "1"}, {"Account_Name": "Good"}]})
        self.http.post(f"{ACCOUNTS}/upsert", json={"data": [{"Fax": "1"}], "duplicate_check_fields": ["Fax"]})
        self.http.delete(ACCOUNTS)
        self.http.delete(ACCOUNTS, params={"ids": "1"})
        self.http.delete(ACCOUNTS, params={"ids": "x"})

    def bulk_read(self) -> None:
        """A job from its making to its file, and refused ones."""
        path = "/crm/bulk/v8/read"
        rating = {"api_name": "Rating", "field": {"api_name": "Rating"}, "comparator": "equal", "value": "Active"}
        module = {"module": {"api_name": "Accounts"}}
        made = self.http.post(path, json={"query": {**module, "fields": ["Account_Name"], "criteria": rating}})
        job_id = made.json()["data"][0]["details"]["id"]
        for _ in range(3):
            self.http.get(f"{path}/{job_id}")
        self.http.get(f"{path}/{job_id}/result")
        self.http.get(f"{path}/1")
        self.http.get(f"{path}/1/result")
        for query in (
            {"module": {"api_name": "Nonsense"}},
            {**module, "fields": ["Nonsense"]},
            {**module, "page": 51},
            {**module, "criteria": {**rating, "comparator": "greater_than"}},
            {**module, "criteria": {**rating, "group": []}},
            {**module, "criteria": {"group_operator": "xor", "group": []}},
        ):
            self.http.post(path, json={"query": query})

    def bulk_write(self) -> None:
        """An upload, a job from its making to its file, and refused ones."""
        path = "/crm/bulk/v8/write"
        uploaded = self.upload([["id", "Rating"], [self.ids[5], "Active"], ["1", "Active"]]).json()
        resource: dict[str, Any] = {
            "type": "data",
            "module": {"api_name": "Accounts"},
            "file_id": uploaded["details"]["file_id"],
            "file_names": ["rows.csv"],
            "find_by": "id",
            "field_mappings": [{"api_name": "id", "index": 0}, {"api_name": "Rating", "index": 1}],
        }
        made = self.http.post(path, json={"operation": "update", "resource": [resource]}).json()
        for _ in range(3):
            job = self.http.get(f"{path}/{made['details']['id']}").json()
        self.http.get(job["result"]["download_url"])
        self.http.get(f"{path}/1")
        for wrong in ({"file_id": "1"}, {"find_by": None}, {"field_mappings": [{"api_name": "Nonsense", "index": 0}]}):
            self.http.post(path, json={"operation": "update", "resource": [{**resource, **wrong}]})
        self.http.post(path, json={"resource": [resource]})
        callback = {"url": "https://hooks.example.org/zoho", "method": "get"}
        self.http.post(path, json={"operation": "update", "resource": [resource], "callback": callback})

    def upload(self, rows: list[list[str]]) -> httpx.Response:
        """A zip with one CSV file, sent well and then without its headers."""
        text, packed = io.StringIO(), io.BytesIO()
        csv.writer(text).writerows(rows)
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("rows.csv", text.getvalue())
        headers = {"feature": "bulk-write", "X-CRM-ORG": self.simulator.world.organisation["zgid"]}
        self.http.post("/crm/v8/upload", files={"file": ("rows.zip", packed.getvalue())})
        self.http.post("/crm/v8/upload", files={"file": ("rows.zip", b"no zip")}, headers=headers)
        return self.http.post("/crm/v8/upload", files={"file": ("rows.zip", packed.getvalue())}, headers=headers)

    def without_token(self) -> None:
        """A call that nobody signed."""
        self.http.get("/crm/v8/org", headers={"Authorization": "Zoho-oauthtoken none"})
