"""Writes of up to 100 records: one item of the answer for each, in order (Zoho CRM v8, records)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from zoho_console.simulator.answers import Answer, Refusal, invalid_module, missing_parameter
from zoho_console.simulator.credits import write_cost
from zoho_console.simulator.gate import Call
from zoho_console.simulator.module import Module
from zoho_console.simulator.record_writer import Order, RecordWriter
from zoho_console.simulator.world import World

MAX_RECORDS = 100
TRIGGERS = ("workflow", "approval", "blueprint", "pathfinder", "orchestration")
HEAVY_RECORDS = 10
_STALE = "record updated time has already passed if-unmodified-since time"

Write = Callable[[int, dict[str, Any]], dict[str, Any]]


class Writing:
    """`POST`, `PUT` and `DELETE` below `/crm/v8/{module}`.

    The status is 200 (inserts 201) if all records were written, 400 if none was, 207 otherwise; 412 if one is newer
    than `If-Unmodified-Since`. Zoho does not say what a stale record does to its neighbours; here nothing of the
    request is written.
    """

    def __init__(self, world: World, writer: RecordWriter) -> None:
        self._world = world
        self._writer = writer

    def insert(self, call: Call) -> Answer:
        """New records."""
        order, items = self._order(call), _items(call.body)
        return _answered(lambda place, item: self._writer.insert(order, place, item), items, good=201)

    def update(self, call: Call) -> Answer:
        """Records by their ids; with an id in the path, that one."""
        order, items = self._order(call), _items(call.body)
        if "id" in call.parts:
            items = [{**item, "id": call.parts["id"]} for item in items[:1]]
        self._refuse_stale(call, order.module, items)
        return _answered(lambda place, item: self._writer.update(order, place, item), items)

    def upsert(self, call: Call) -> Answer:
        """Records that are looked for by the fields of `duplicate_check_fields` and made where they are not found."""
        order, items = self._order(call), _items(call.body)
        checks = _checks(order.module, call.body)
        self._refuse_stale(call, order.module, items)
        return _answered(lambda place, item: self._writer.upsert(order, place, item, checks), items)

    def delete(self, call: Call) -> Answer:
        """Records into the recycle bin, by the ids of the query or the one of the path."""
        module = self._module(call)
        text = call.parts.get("id") or call.query.get("ids")
        if not text:
            raise missing_parameter("ids")
        ids = [part.strip() for part in text.split(",")]
        if not all(part.isascii() and part.isdecimal() for part in ids):
            raise Refusal("UNABLE_TO_PARSE_DATA_TYPE", "unable to parse the given value", {"param_name": "ids"})
        if len(ids) > MAX_RECORDS:
            raise Refusal("LIMIT_EXCEEDED", "limit exceeded", {"param_name": "ids", "limit": MAX_RECORDS})
        trigger = () if call.query.get("wf_trigger") == "false" else None
        order = Order(module, call.access.user_id, trigger)
        answer = _answered(lambda _, item: self._writer.delete(order, item["id"]), [{"id": one} for one in ids])
        return replace(answer, credits=1)

    def _order(self, call: Call) -> Order:
        return Order(self._module(call), call.access.user_id, _trigger(call.body))

    def _module(self, call: Call) -> Module:
        module = self._world.modules.get(call.parts["module"])
        if module is None:
            raise invalid_module()
        return module

    def _refuse_stale(self, call: Call, module: Module, items: list[dict[str, Any]]) -> None:
        since = {name.lower(): value for name, value in call.headers.items()}.get("if-unmodified-since")
        if since is None:
            return
        limit = moment_of(since)
        if limit is None:
            raise Refusal("INVALID_DATA", "invalid data", {"api_name": "If-Unmodified-Since"})
        for item in items:
            record = module.records.look(str(item.get("id")))
            if record is not None and datetime.fromisoformat(record["Modified_Time"]) > limit:
                stamps = self._writer.stamps(module, record)
                raise Refusal("ALREADY_MODIFIED", _STALE, stamps, status=412, wrapped=True)


def is_heavy(call: Call) -> bool:
    """Whether a write counts among the heavy calls: more than ten records."""
    try:
        items = call.body.get("data")
    except Refusal:
        return False
    return isinstance(items, list) and len(items) > HEAVY_RECORDS


def moment_of(text: str) -> datetime | None:
    """The moment of a header; None for a text that is none, or has no offset."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _answered(write: Write, items: list[dict[str, Any]], good: int = 200) -> Answer:
    """Every item written, and the answer with the status that they come to."""
    written = []
    for place, item in enumerate(items):
        try:
            written.append(write(place, item))
        except Refusal as refusal:
            written.append(refusal.item)
    successes = sum(item["status"] == "success" for item in written)
    status = good if successes == len(written) else 207 if successes else 400
    return Answer({"data": written}, status, credits=write_cost(len(items)))


def _items(body: dict[str, Any]) -> list[dict[str, Any]]:
    where = {"api_name": "data", "json_path": "$.data"}
    items = body.get("data")
    if items is None:
        raise Refusal("MANDATORY_NOT_FOUND", "required field not found", where)
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise Refusal("INVALID_DATA", "invalid data", {"expected_data_type": "jsonarray", **where})
    if not items:
        raise Refusal("INVALID_DATA", "invalid data", {"minimum_length": 1, **where})
    if len(items) > MAX_RECORDS:
        message = "count of records in your request exceeds the limit"
        raise Refusal("LIMIT_EXCEEDED", message, {"maximum_length": MAX_RECORDS, "api_name": "data"}, wrapped=True)
    return items


def _trigger(body: dict[str, Any]) -> tuple[str, ...] | None:
    """The automation to run; None, where the key is absent, means all of it."""
    trigger = body.get("trigger")
    if trigger is None:
        return None
    if not isinstance(trigger, list) or not all(name in TRIGGERS for name in trigger):
        details = {"api_name": "trigger", "json_path": "$.trigger", "supported_values": list(TRIGGERS)}
        raise Refusal("INVALID_DATA", "invalid data", details)
    return tuple(trigger)


def _checks(module: Module, body: dict[str, Any]) -> tuple[str, ...]:
    """The fields to look for twins by, in order: the named ones and then the other unique ones (fact sheet 2.5)."""
    unique = [name for name, spec in module.fields.items() if spec.unique]
    named = body.get("duplicate_check_fields") or [module.system_field]
    where = {"api_name": "duplicate_check_fields", "json_path": "$.duplicate_check_fields"}
    if not isinstance(named, list):
        raise Refusal("INVALID_DATA", "invalid data", {"expected_data_type": "jsonarray", **where})
    allowed = [module.system_field, *unique]
    if not all(name in allowed for name in named):
        raise Refusal("INVALID_DATA", "invalid data", {"supported_values": allowed, **where})
    return tuple(dict.fromkeys([*named, *unique]))
