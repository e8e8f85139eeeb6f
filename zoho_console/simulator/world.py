"""The stand-in organisation: its users, modules and records in memory, and a log of every write.

Values are kept as Zoho writes them, except that a lookup is kept as the bare id. Only the simulator's own thread
changes records; other threads may read the counters and records, and may change records through `World.change`.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, tzinfo
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from zoho_console.simulator.metadata import LAYOUT, FieldSpec
from zoho_console.simulator.schema import module_metadata, schemas

Record = dict[str, Any]
Clock = Callable[[], datetime]

TIME_ZONE = "Europe/Berlin"
ORGANISATION: dict[str, Any] = {
    "id": "777000000000020005",
    "zgid": "60012345",
    "company_name": "Acme Ltd",
    "domain_name": "org60012345",
    "country_code": "DE",
    "country": "Germany",
    "time_zone": TIME_ZONE,
    "currency": "Euro - EUR",
    "iso_code": "EUR",
    "currency_symbol": "€",
    "currency_locale": "EUR",
    "mc_status": False,
    "type": "production",
    "primary_email": "mina.vogel@acme.example",
    "license_details": {
        "paid": True,
        "paid_type": "enterprise",
        "users_license_purchased": 10,
        "trial_type": None,
        "paid_expiry": None,
    },
    "privacy_settings": False,
    "hipaa_compliance_enabled": False,
    "translation_enabled": False,
}


def _user(number: int, first: str, last: str, role: str) -> dict[str, Any]:
    return {
        "id": str(777_000_000_000_301_000 + number),
        "full_name": f"{first} {last}",
        "first_name": first,
        "last_name": last,
        "email": f"{first}.{last}@acme.example".lower(),
        "status": "active",
        "confirm": True,
        "role": {"name": role, "id": str(777_000_000_000_026_004 + number)},
        "profile": {"name": "Administrator", "id": "777000000000026011"},
        "time_zone": TIME_ZONE,
        "locale": "de_DE",
        "country_locale": "de_DE",
        "date_format": "dd.MM.yyyy",
        "time_format": "HH:mm",
        "language": "en_US",
        "zuid": str(60_099_886 + number),
        "type__s": "Regular User",
        "Isonline": number == 1,
        "Reporting_To": None,
        "created_time": "2024-01-10T09:00:00+01:00",
        "Modified_Time": "2025-11-02T08:00:00+01:00",
    }


class Write(NamedTuple):
    """One successful write to one record. `trigger` is None where the request named none, so that everything runs."""

    at: datetime
    record_id: str
    values: dict[str, Any]
    trigger: tuple[str, ...] | None


class Module:
    """A kind of record: its fields in order, and its records by id, oldest first."""

    def __init__(self, api_name: str, place: int, specs: Iterable[FieldSpec]) -> None:
        self.api_name = api_name
        self.place = place
        self.metadata = module_metadata(api_name, place)
        self.fields: dict[str, FieldSpec] = {}
        self.records: dict[str, Record] = {}
        self._holders: dict[str, dict[str, str]] = {}
        for spec in specs:
            self.add_field(spec)

    def add_field(self, spec: FieldSpec) -> None:
        """Give the module one more field; records that exist hold null in it."""
        self.fields[spec.api_name] = spec
        if spec.unique:
            self._holders[spec.api_name] = {}

    @property
    def name_field(self) -> str:
        """The field whose text names a record."""
        return next(name for name, spec in self.fields.items() if spec.mandatory)

    def holder(self, field: str, value: Any) -> str | None:
        """The id of the record that holds this value in a unique field, capitals or not."""
        return self._holders[field].get(str(value).casefold())

    def store(self, record: Record, values: dict[str, Any]) -> None:
        """Set values of a record and what follows from them: unique values, formulas, full names."""
        for field, holders in self._holders.items():
            if field in values:
                holders.pop(str(record.get(field)).casefold(), None)
                if values[field] is not None:
                    holders[str(values[field]).casefold()] = record["id"]
        record.update(values)
        if "Full_Name" in self.fields:
            record["Full_Name"] = " ".join(filter(None, (record.get("First_Name"), record.get("Last_Name"))))
        for spec in self.fields.values():
            if spec.ratio:
                above, below = (record.get(name) for name in spec.ratio)
                record[spec.api_name] = round(above / below, 2) if above is not None and below else None


class World:
    """Everything the stand-in knows. `effects` counts the successful writes of each record id, `writes` lists them."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or _now
        self._lock = threading.RLock()
        self.zone = zone_of(TIME_ZONE)
        self.organisation = dict(ORGANISATION)
        people = [("Mina", "Vogel", "CEO"), ("Samuel", "Okafor", "Manager"), ("Aiko", "Lindqvist", "Manager")]
        self.users = {user["id"]: user for user in (_user(n, *names) for n, names in enumerate(people, 1))}
        self.modules = {name: Module(name, place, specs) for place, (name, specs) in enumerate(schemas().items())}
        self.effects: Counter[str] = Counter()
        self.writes: list[Write] = []
        self.locked: set[str] = set()
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
        return at.astimezone(self.zone).replace(microsecond=0).isoformat()

    def records(self, module: str) -> dict[str, Record]:
        """The records of a module by id, oldest first; lookups are bare ids."""
        return self.modules[module].records

    def add(self, module: str, values: dict[str, Any], *, at: datetime | None = None) -> str:
        """Make a record and return its id; it is not counted as an effect."""
        home, created = self.modules[module], self.moment(at or self.now())
        with self._lock:
            self._last_id += 1
            record: Record = dict.fromkeys(home.fields)
            record |= {name: False for name, spec in home.fields.items() if spec.data_type == "boolean"}
            record |= {
                "id": str(self._last_id),
                "Tag": [],
                "Layout": {"name": LAYOUT["name"], "id": LAYOUT["id"]},
                "Created_Time": created,
                "Modified_Time": created,
            }
            record |= dict.fromkeys(("Owner", "Created_By", "Modified_By"), self.me["id"])
            home.store(record, values)
            home.records[record["id"]] = record
        return str(record["id"])

    def write(
        self, module: str, record_id: str, values: dict[str, Any], *, user: str, trigger: tuple[str, ...] | None
    ) -> None:
        """Carry out one write of the API: the values, the time and person of the change, and its entry in the log."""
        now = self.now()
        stamp = {"Modified_Time": self.moment(now), "Modified_By": user, "Last_Activity_Time": self.moment(now)}
        with self._lock:
            self.modules[module].store(self.records(module)[record_id], {**values, **stamp})
            self.effects[record_id] += 1
            self.writes.append(Write(now, record_id, dict(values), trigger))

    def change(self, module: str, record_id: str, values: dict[str, Any]) -> None:
        """Change a record as a colleague in the browser would: a new modification time, and no effect counted."""
        colleague = list(self.users)[1]
        with self._lock:
            stamp = {"Modified_Time": self.moment(self.now()), "Modified_By": colleague}
            self.modules[module].store(self.records(module)[record_id], {**values, **stamp})

    def remove(self, module: str, record_id: str) -> None:
        """Delete a record as a colleague in the browser would."""
        with self._lock:
            record = self.records(module).pop(record_id)
            self.modules[module].store(record, dict.fromkeys(self.modules[module].fields))

    def shown(self, module: str, record: Record, names: Iterable[str]) -> Record:
        """The record as Zoho sends it: these fields, lookups with name and id."""
        fields = self.modules[module].fields
        shown: Record = {}
        for name in names:
            spec = fields.get(name)
            if spec is not None:
                value = record.get(name)
                shown[name] = self.linked(spec, value) if spec.is_lookup and value else value
        return shown

    def linked(self, spec: FieldSpec, target_id: str) -> dict[str, Any] | None:
        """What a lookup shows of its target; None if the target is gone."""
        if spec.target == "Users":
            user = self.users[target_id]
            return {"name": user["full_name"], "id": user["id"], "email": user["email"]}
        home = self.modules[spec.target]
        target = home.records.get(target_id)
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
