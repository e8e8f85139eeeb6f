"""The stand-in organisation: its users, modules and records in memory, and a log of every write.

Values are kept as Zoho writes them, except that a lookup is kept as the bare id. Only the simulator's own thread
changes records; other threads may read the counters and records, and may change records through `World.change`.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, tzinfo
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from zoho_console.simulator.metadata import LAYOUT, FieldSpec
from zoho_console.simulator.module import Module
from zoho_console.simulator.organisation import ORGANISATION, TIME_ZONE, user
from zoho_console.simulator.records import Record, Records
from zoho_console.simulator.schema import schemas

Clock = Callable[[], datetime]


class Write(NamedTuple):
    """One successful write to one record. `trigger` is None where the request named none, so that everything runs."""

    at: datetime
    record_id: str
    values: dict[str, Any]
    trigger: tuple[str, ...] | None
    action: Literal["insert", "update", "delete"] = "update"


class World:
    """Everything the stand-in knows. `effects` counts the successful writes of each record id, `writes` lists them."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or _now
        self._lock = threading.RLock()
        self.zone = zone_of(TIME_ZONE)
        self.organisation = dict(ORGANISATION)
        people = [("Mina", "Vogel", "CEO"), ("Samuel", "Okafor", "Manager"), ("Aiko", "Lindqvist", "Manager")]
        self.users = {one["id"]: one for one in (user(n, *names) for n, names in enumerate(people, 1))}
        self.modules = {name: Module(name, place, specs) for place, (name, specs) in enumerate(schemas().items())}
        self.effects: Counter[str] = Counter()
        self.writes: list[Write] = []
        self.locked: set[str] = set()
        self._last_moment = datetime.min.replace(tzinfo=UTC), ""  # most moments asked for are this second's
        self._last_id = 777_000_000_000_410_000

    @property
    def me(self) -> dict[str, Any]:
        """The user who signs in."""
        return next(iter(self.users.values()))

    def now(self) -> datetime:
        """The present moment in UTC, to the second as Zoho keeps it."""
        return self._clock().replace(microsecond=0)

    def moment(self, at: datetime) -> str:
        """A moment as Zoho writes it for the user: with an offset and without fractions of a second."""
        known, text = self._last_moment
        if at != known:
            text = at.astimezone(self.zone).replace(microsecond=0).isoformat()
            self._last_moment = at, text
        return text

    def records(self, module: str) -> Records:
        """The records of a module by id, oldest first; lookups are bare ids."""
        return self.modules[module].records

    def new_ids(self, count: int = 1) -> list[str]:
        """Numbers that nothing else in the organisation has: of records, jobs, files."""
        with self._lock:
            first = self._last_id + 1
            self._last_id += count
        return [str(first + number) for number in range(count)]

    def add(self, module: str, values: dict[str, Any], *, at: datetime | None = None, user: str = "") -> str:
        """Make a record and return its id; it is not counted as an effect."""
        home, created = self.modules[module], self.moment(at or self.now())
        with self._lock:
            record: Record = dict.fromkeys(home.fields)
            record |= {name: False for name, spec in home.fields.items() if spec.data_type == "boolean"}
            record |= {
                "id": self.new_ids()[0],
                "Tag": [],
                "Layout": {"name": LAYOUT["name"], "id": LAYOUT["id"]},
                "Created_Time": created,
                "Modified_Time": created,
            }
            record |= dict.fromkeys(("Owner", "Created_By", "Modified_By"), user or self.me["id"])
            home.store(record, values)
            home.records[record["id"]] = record
        return str(record["id"])

    def insert(self, module: str, values: dict[str, Any], *, user: str, trigger: tuple[str, ...] | None) -> str:
        """Carry out one insert of the API and return the new record's id."""
        with self._lock:
            record_id = self.add(module, values, user=user)
            self._log(record_id, values, trigger, "insert")
        return record_id

    def delete(self, module: str, record_id: str, *, user: str, trigger: tuple[str, ...] | None) -> None:
        """Carry out one deletion of the API: the record goes to the recycle bin."""
        with self._lock:
            self.remove(module, record_id, user=user)
            self._log(record_id, {}, trigger, "delete")

    def write(
        self, module: str, record_id: str, values: dict[str, Any], *, user: str, trigger: tuple[str, ...] | None
    ) -> None:
        """Carry out one write of the API: the values, the time and person of the change, and its entry in the log."""
        now = self.moment(self.now())
        stamp = {"Modified_Time": now, "Modified_By": user, "Last_Activity_Time": now}
        with self._lock:
            self.modules[module].store(self.records(module)[record_id], {**values, **stamp})
            self._log(record_id, values, trigger, "update")

    def change(self, module: str, record_id: str, values: dict[str, Any]) -> None:
        """Change a record as a colleague in the browser would: a new modification time, and no effect counted."""
        colleague = list(self.users)[1]
        with self._lock:
            stamp = {"Modified_Time": self.moment(self.now()), "Modified_By": colleague}
            self.modules[module].store(self.records(module)[record_id], {**values, **stamp})

    def remove(self, module: str, record_id: str, *, user: str = "") -> None:
        """Delete a record as a colleague in the browser would."""
        home = self.modules[module]
        with self._lock:
            record = home.records.pop(record_id)
            gone = {"id": record_id, "display_name": record[home.name_field], "created_by": record["Created_By"]}
            home.deleted.append({**gone, "deleted_by": user or list(self.users)[1], "deleted_time": self.now()})
            home.store(record, dict.fromkeys(name for name in home.fields if name != "id"))

    def shown(self, module: str, record: Record, names: Iterable[str]) -> Record:
        """The record as Zoho sends it: these fields, lookups with name and id."""
        home = self.modules[module]
        shown: Record = {name: record.get(name) for name in names if name in home.fields}
        for name in home.lookups:
            if shown.get(name):
                shown[name] = self.linked(home.fields[name], shown[name])
        return shown

    def linked(self, spec: FieldSpec, target_id: str) -> dict[str, Any] | None:
        """What a lookup shows of its target; None if the target is gone."""
        if spec.target == "Users":
            user = self.users[target_id]
            return {"name": user["full_name"], "id": user["id"], "email": user["email"]}
        home = self.modules[spec.target]
        target = home.records.look(target_id)
        return {"name": target[home.name_field], "id": target_id} if target else None

    def described(self) -> dict[str, Any]:
        """The world in numbers: records by module, writes, records written, the most writes of one record."""
        with self._lock:
            return {
                "organisation": self.organisation["company_name"],
                "records": {name: len(module.records) for name, module in self.modules.items()},
                "writes": len(self.writes),
                "records_written": len(self.effects),
                "most_writes_of_a_record": max(self.effects.values(), default=0),
                "locked": sorted(self.locked),
            }

    def _log(
        self,
        record_id: str,
        values: dict[str, Any],
        trigger: tuple[str, ...] | None,
        action: Literal["insert", "update", "delete"],
    ) -> None:
        self.effects[record_id] += 1
        self.writes.append(Write(self.now(), record_id, dict(values), trigger, action))

    def effects_by_record(self) -> dict[str, int]:
        """A copy of the counters, safe to read from another thread."""
        with self._lock:
            return dict(self.effects)


def _now() -> datetime:
    return datetime.now(UTC)


def zone_of(name: str) -> tzinfo:
    """The named time zone; UTC on a computer that has no such zone (Windows brings no zone data)."""
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        return UTC
