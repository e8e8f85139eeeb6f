"""One record written: checked, stored and answered for (Zoho CRM v8, insert, update, upsert and delete records)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from zoho_console.simulator.answers import Refusal
from zoho_console.simulator.metadata import FieldSpec
from zoho_console.simulator.module import Module
from zoho_console.simulator.records import Record
from zoho_console.simulator.values import ValueRules
from zoho_console.simulator.world import World

_LOCKED = "Sorry, you cannot perform this operation as the record is locked."
_INVALID_ID = "the id given seems to be invalid"


@dataclass(frozen=True, slots=True)
class Order:
    """What is common to the records of one request: the module, the user, the automation to run, where the list is."""

    module: Module
    user: str
    trigger: tuple[str, ...] | None = None
    path: str = "$.data"


class RecordWriter:
    """Each method writes one item and gives Zoho's item of the answer. Errors: Refusal, to be shown as an item."""

    def __init__(self, world: World, rules: ValueRules) -> None:
        self._world = world
        self._rules = rules

    def insert(self, order: Order, place: int, item: dict[str, Any]) -> dict[str, Any]:
        """Make a record; the field that names it and unique values are what Zoho insists on."""
        module, path = order.module, f"{order.path}[{place}]"
        values = self._values(module, path, item, None)
        if module.name_field not in values:
            where = {"api_name": module.name_field, "json_path": f"{path}.{module.name_field}"}
            raise Refusal("MANDATORY_NOT_FOUND", "required field not found", where)
        record_id = self._world.insert(module.api_name, values, user=order.user, trigger=order.trigger)
        details = {**self.stamps(module, module.records[record_id]), "$approval_state": "approved"}
        return _success("record added", details)

    def update(self, order: Order, place: int, item: dict[str, Any]) -> dict[str, Any]:
        """Change the record that the item's `id` names."""
        module, path = order.module, f"{order.path}[{place}]"
        record = self._found(module, path, item)
        values = self._values(module, path, item, record)
        self._world.write(module.api_name, record["id"], values, user=order.user, trigger=order.trigger)
        return _success("record updated", self.stamps(module, record))

    def upsert(self, order: Order, place: int, item: dict[str, Any], checks: tuple[str, ...]) -> dict[str, Any]:
        """Change the oldest record that shares the value of the first such field of `checks`, else make one."""
        twin, field = self._twin(order.module, item, checks)
        if twin is None:
            done = self.insert(order, place, item)
            return {**done, "duplicate_field": None, "action": "insert"}
        done = self.update(order, place, {**item, "id": twin})
        return {**done, "duplicate_field": field, "action": "update"}

    def delete(self, order: Order, record_id: str) -> dict[str, Any]:
        """Move a record to the recycle bin."""
        if record_id not in order.module.records:
            raise Refusal("INVALID_DATA", "record not deleted", {"id": record_id})
        if record_id in self._world.locked:
            raise Refusal("RECORD_LOCKED", _LOCKED, {"id": record_id, "action": "record_locking"})
        self._world.delete(order.module.api_name, record_id, user=order.user, trigger=order.trigger)
        return _success("record deleted", {"id": record_id})

    def stamps(self, module: Module, record: Record) -> dict[str, Any]:
        """Who made and changed the record, and when."""
        shown = {name: record[name] for name in ("Modified_Time", "Modified_By", "Created_Time", "id", "Created_By")}
        for name in ("Modified_By", "Created_By"):
            person = self._world.users[shown[name]]
            shown[name] = {"name": person["full_name"], "id": person["id"]}
        return shown

    def _twin(self, module: Module, item: dict[str, Any], checks: tuple[str, ...]) -> tuple[str | None, str | None]:
        if item.get("id") is not None:
            return str(item["id"]), "id"
        for field in checks:
            value = item.get(field)
            holder = module.holder(field, value.strip() if isinstance(value, str) else value) if value else None
            if holder:
                return holder, field
        return None, None

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

    def _values(self, module: Module, path: str, item: dict[str, Any], record: Record | None) -> dict[str, Any]:
        """The values to store; names nobody knows or may write are passed over in silence, as Zoho does."""
        adding = item.get("$append_values") or {}
        values: dict[str, Any] = {}
        problems: list[Refusal] = []
        for name, sent in item.items():
            spec = module.fields.get(name)
            if spec is None or not spec.writable or spec.data_type == "layout":
                continue
            adds = spec.data_type == "multiselectpicklist" and adding.get(name) and isinstance(sent, list) and record
            try:
                values[name] = self._rules.stored(spec, [*(record[name] or []), *sent] if record and adds else sent)
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

    def _refuse_taken(self, module: Module, spec: FieldSpec, value: Any, record: Record | None) -> None:
        holder = module.holder(spec.api_name, value) if spec.unique and value is not None else None
        if holder is None or (record is not None and holder == record["id"]):
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


def _success(message: str, details: dict[str, Any]) -> dict[str, Any]:
    return {"code": "SUCCESS", "details": details, "message": message, "status": "success"}
