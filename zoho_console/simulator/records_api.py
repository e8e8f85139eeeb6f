"""The places of records: reading them, and the four kinds of writes (Zoho CRM v8, records)."""

from __future__ import annotations

from itertools import islice

from zoho_console.simulator.answers import NOTHING, Answer, Refusal, invalid_module
from zoho_console.simulator.gate import Call, Endpoint
from zoho_console.simulator.listing import BY_NUMBER, Listing, fields_asked, is_sorted, nothing_or, page_of
from zoho_console.simulator.module import Module
from zoho_console.simulator.record_writer import RecordWriter
from zoho_console.simulator.search import SEARCH_CREDITS, found_records
from zoho_console.simulator.world import World
from zoho_console.simulator.writing import Writing, is_heavy

_SEARCH_SCOPE = "ZohoSearch.securesearch.READ"


class RecordsApi:
    """The places below `/crm/v8/{module}`."""

    def __init__(self, world: World, writer: RecordWriter) -> None:
        self._world = world
        self._listing = Listing(world)
        self._writing = Writing(world, writer)

    def endpoints(self) -> list[Endpoint]:
        """What stands behind the gate."""
        base, read = "/crm/v8/{module}", "modules.{module}.READ"
        create, change, delete = (f"modules.{{module}}.{right}" for right in ("CREATE", "UPDATE", "DELETE"))
        counting = (read, _SEARCH_SCOPE, "settings.layouts.READ")
        return [
            Endpoint("GET", f"{base}/search", (read, _SEARCH_SCOPE), self.search, heavy=lambda _: True),
            Endpoint("GET", f"{base}/actions/count", counting, self.count),
            Endpoint("GET", f"{base}/deleted", (read,), self.deleted),
            Endpoint("GET", f"{base}/{{id}}", (read,), self.one),
            Endpoint("GET", base, (read,), self.page, heavy=is_sorted),
            Endpoint("POST", f"{base}/upsert", (create, change), self._writing.upsert, heavy=is_heavy),
            Endpoint("POST", base, (create,), self._writing.insert, heavy=is_heavy),
            Endpoint("PUT", f"{base}/{{id}}", (change,), self._writing.update, heavy=is_heavy),
            Endpoint("PUT", base, (change,), self._writing.update, heavy=is_heavy),
            Endpoint("DELETE", f"{base}/{{id}}", (delete,), self._writing.delete),
            Endpoint("DELETE", base, (delete,), self._writing.delete),
        ]

    def page(self, call: Call) -> Answer:
        """A page of the list."""
        return self._listing.answer(call, self._module(call))

    def one(self, call: Call) -> Answer:
        """One record with all fields and some system properties; 204 for an id nobody knows."""
        module = self._module(call)
        record = module.records.look(call.parts["id"])
        if record is None:
            return NOTHING
        shown = self._world.shown(module.api_name, record, fields_asked(call, module, mandatory=False))
        if "fields" not in call.query:
            shown |= {
                "$approval_state": "approved",
                "$currency_symbol": self._world.organisation["currency_symbol"],
                "$editable": True,
                "$field_states": None,
                "$has_more": {},
                "$in_merge": False,
                "$locked_for_me": record["id"] in self._world.locked,
                "$review_process": None,
            }
        return Answer({"data": [shown]})

    def search(self, call: Call) -> Answer:
        """A page of the records that match."""
        module = self._module(call)
        found = found_records(self._world, module, call.query)
        records, info = page_of(list(islice(found, BY_NUMBER + 1)), call)
        names = fields_asked(call, module, mandatory=False)
        order = {"sort_by": "id", "sort_order": "desc"}
        shown = [self._world.shown(module.api_name, record, names) for record in records]
        return nothing_or(shown, {**info, **order}, SEARCH_CREDITS)

    def count(self, call: Call) -> Answer:
        """`{"count": n}` of all records, or of those that match."""
        module = self._module(call)
        asks = any(name in call.query for name in ("criteria", "email", "phone", "word"))
        if not asks:
            return Answer({"count": len(module.records)})
        return Answer({"count": sum(1 for _ in found_records(self._world, module, call.query))})

    def deleted(self, call: Call) -> Answer:
        """A page of what lies in the recycle bin, newest first; nothing here is ever deleted for good."""
        module = self._module(call)
        kind = call.query.get("type", "all")
        if kind not in ("all", "recycle", "permanent"):
            raise Refusal(
                "PATTERN_NOT_MATCHED", "Please check whether the input values are correct", {"api_name": "type"}
            )
        found, info = page_of([] if kind == "permanent" else module.deleted[::-1], call)
        shown = [
            {
                "id": gone["id"],
                "display_name": gone["display_name"],
                "type": "recycle",
                "deleted_time": self._world.moment(gone["deleted_time"]),
                "deleted_by": self._person(gone["deleted_by"]),
                "created_by": self._person(gone["created_by"]),
            }
            for gone in found
        ]
        return nothing_or(shown, info)

    def _person(self, user_id: str) -> dict[str, str]:
        return {"name": self._world.users[user_id]["full_name"], "id": user_id}

    def _module(self, call: Call) -> Module:
        module = self._world.modules.get(call.parts["module"])
        if module is None:
            raise invalid_module()
        return module
