"""Updates: each record by itself, one item of the answer for each, in order (Zoho CRM v8, Update Records)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from zoho_console.simulator.answers import Answer, Refusal, invalid_module
from zoho_console.simulator.credits import write_cost
from zoho_console.simulator.gate import Call
from zoho_console.simulator.metadata import FieldSpec
from zoho_console.simulator.module import Module
from zoho_console.simulator.records import Record
from zoho_console.simulator.values import ValueRules
from zoho_console.simulator.world import World

MAX_RECORDS = 100
TRIGGERS = ("workflow", "approval", "blueprint", "pathfinder", "orchestration")
HEAVY_RECORDS = 10
_LOCKED = "Sorry, you cannot perform this operation as the record is locked."
_STALE = "record updated time has already passed if-unmodified-since time"
_INVALID_ID = "the id given seems to be invalid"


class Updates:
    """`PUT /crm/v8/{module}` and `PUT /crm/v8/{module}/{id}`."""

    def __init__(self, world: World, rules: ValueRules) -> None:
        self._world = world
        self._rules = rules

    def answer(self, call: Call) -> Answer:
        """200 if all records were written, 400 if none was, 207 otherwise; 412 if one is newer than the caller knows.

        Zoho does not say what a stale record does to its neighbours; here nothing of the request is written.
        """
        module = self._world.modules.get(call.parts["module"])
        if module is None:
            raise invalid_module()
        body = call.json()
        items = _items(body)
        if "id" in call.parts:
            items = [{**item, "id": call.parts["id"]} for item in items[:1]]
        trigger = _trigger(body)
        self._refuse_stale(call, module, items)
        written = [self._one(module, place, item, call.access.user_id, trigger) for place, item in enumerate(items)]
        good = sum(item["status"] == "success" for item in written)
        status = 200 if good == len(written) else 207 if good else 400
        return Answer({"data": written}, status, credits=write_cost(len(items)))

    def _refuse_stale(self, call: Call, module: Module, items: list[dict[str, Any]]) -> None:
        since = {name.lower(): value for name, value in call.headers.items()}.get("if-unmodified-since")
        if since is None:
            return
        limit = moment_of(since)
        if limit is None:
            raise Refusal("INVALID_DATA", "invalid data", {"api_name": "If-Unmodified-Since"})
        for item in items:
            record = module.records.get(str(item.get("id")))
            if record is not None and datetime.fromisoformat(record["Modified_Time"]) > limit:
                raise Refusal("ALREADY_MODIFIED", _STALE, self._stamps(module, record), status=412, wrapped=True)

    def _one(
        self, module: Module, place: int, item: dict[str, Any], user: str, trigger: tuple[str, ...] | None
    ) -> dict[str, Any]:
        path = f"$.data[{place}]"
        try:
            record = self._found(module, path, item)
            values = self._values(module, path, item, record)
        except Refusal as refusal:
            return refusal.item
        self._world.write(module.api_name, record["id"], values, user=user, trigger=trigger)
        details = self._stamps(module, record)
        return {"code": "SUCCESS", "details": details, "message": "record updated", "status": "success"}

    def _stamps(self, module: Module, record: Record) -> dict[str, Any]:
        names = ("Modified_Time", "Modified_By", "Created_Time", "id", "Created_By")
        shown = self._world.shown(module.api_name, record, names)
        for name in ("Modified_By", "Created_By"):
            shown[name] = {"name": shown[name]["name"], "id": shown[name]["id"]}
        return shown

    def _found(self, module: Module, path: str, item: dict[str, Any]) -> Record:
        where = {"api_name": "id", "json_path": f"{path}.id"}
        record_id = item.get("id")
        if record_id is None:
            raise Refusal("MANDATORY_NOT_FOUND", "required field not found", where)
        if not isinstance(record_id, str | int):
            raise Refusal("INVALID_DATA", "invalid data", {"expected_data_type": "bigint", **where})
        record = module.records.get(str(record_id))
        if record is None:
            raise Refusal("INVALID_DATA", _INVALID_ID, {"id": str(record_id), **where})
        if record["id"] in self._world.locked:
            raise Refusal("RECORD_LOCKED", _LOCKED, {**where, "action": "record_locking"})
        return record

    def _values(self, module: Module, path: str, item: dict[str, Any], record: Record) -> dict[str, Any]:
        """The values to store; names nobody knows or may write are passed over in silence, as Zoho does."""
        adding = item.get("$append_values") or {}
        values: dict[str, Any] = {}
        problems: list[Refusal] = []
        for name, sent in item.items():
            spec = module.fields.get(name)
            if spec is None or not spec.writable or spec.data_type == "layout":
                continue
            adds = spec.data_type == "multiselectpicklist" and adding.get(name) and isinstance(sent, list)
            whole = [*(record[name] or []), *sent] if adds else sent
            try:
                values[name] = self._rules.stored(spec, whole)
                self._refuse_taken(module, spec, values[name], record)
            except Refusal as refusal:
                refusal.details |= {"api_name": name, "json_path": f"{path}.{name}"}
                problems.append(refusal)
        if len(problems) > 1:
            errors = {"errors": [problem.item for problem in problems]}
            raise Refusal("MULTIPLE_OR_MULTI_ERRORS", "Multiple errors in the request", errors)
        if problems:
            raise problems[0]
        return values

    def _refuse_taken(self, module: Module, spec: FieldSpec, value: Any, record: Record) -> None:
        holder = module.holder(spec.api_name, value) if spec.unique and value is not None else None
        if holder is None or holder == record["id"]:
            return
        owner = self._world.users[module.records[holder]["Owner"]]
        twin = {
            "id": holder,
            "module": {"api_name": module.api_name, "id": module.metadata["id"]},
            "Owner": {"name": owner["full_name"], "id": owner["id"], "zuid": owner["zuid"]},
        }
        raise Refusal(
            "DUPLICATE_DATA", "duplicate data", {"id": holder, "duplicate_record": twin, "more_records": False}
        )


def is_heavy(call: Call) -> bool:
    """Whether an update counts among the heavy calls: more than ten records."""
    try:
        items = call.json().get("data")
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
