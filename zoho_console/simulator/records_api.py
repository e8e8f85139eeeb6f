"""The places of records: list, one, update, search, count (Zoho CRM v8, records)."""

from __future__ import annotations

from zoho_console.simulator.answers import NOTHING, Answer, invalid_module
from zoho_console.simulator.gate import Call, Endpoint
from zoho_console.simulator.listing import Listing, fields_asked, is_sorted, nothing_or, page_of
from zoho_console.simulator.module import Module
from zoho_console.simulator.search import SEARCH_CREDITS, found_records
from zoho_console.simulator.values import ValueRules
from zoho_console.simulator.world import World
from zoho_console.simulator.writing import Updates, is_heavy

_SEARCH_SCOPE = "ZohoSearch.securesearch.READ"


class RecordsApi:
    """The places below `/crm/v8/{module}`."""

    def __init__(self, world: World, *, strict_picklists: bool = True) -> None:
        self._world = world
        self._listing = Listing(world)
        self._updates = Updates(world, ValueRules(world, strict_picklists=strict_picklists))

    def endpoints(self) -> list[Endpoint]:
        """What stands behind the gate."""
        base, read, change = "/crm/v8/{module}", "modules.{module}.READ", "modules.{module}.UPDATE"
        counting = (read, _SEARCH_SCOPE, "settings.layouts.READ")
        return [
            Endpoint("GET", f"{base}/search", (read, _SEARCH_SCOPE), self.search, heavy=lambda _: True),
            Endpoint("GET", f"{base}/actions/count", counting, self.count),
            Endpoint("GET", f"{base}/{{id}}", (read,), self.one),
            Endpoint("GET", base, (read,), self.page, heavy=is_sorted),
            Endpoint("PUT", f"{base}/{{id}}", (change,), self._updates.answer, heavy=is_heavy),
            Endpoint("PUT", base, (change,), self._updates.answer, heavy=is_heavy),
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
        records, info = page_of(found_records(self._world, module, call.query), call)
        names = fields_asked(call, module, mandatory=False)
        order = {"sort_by": "id", "sort_order": "desc"}
        shown = [self._world.shown(module.api_name, record, names) for record in records]
        return nothing_or(shown, {**info, **order}, SEARCH_CREDITS)

    def count(self, call: Call) -> Answer:
        """`{"count": n}` of all records, or of those that match."""
        module = self._module(call)
        asks = any(name in call.query for name in ("criteria", "email", "phone", "word"))
        return Answer({"count": len(found_records(self._world, module, call.query) if asks else module.records)})

    def _module(self, call: Call) -> Module:
        module = self._world.modules.get(call.parts["module"])
        if module is None:
            raise invalid_module()
        return module
