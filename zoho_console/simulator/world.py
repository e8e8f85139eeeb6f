"""An organisation in memory: fields, records, users; and a count of every effect a write had."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from zoho_console.simulator.schema import Spec, account_fields, contact_fields, custom_fields, numbered

Record = dict[str, Any]

ZONE = timezone(timedelta(hours=1))  # the demo user's, without summer time so that pictures stay the same
USERS = (
    {"id": "777000000000301001", "full_name": "Mina Vogel", "first_name": "Mina", "last_name": "Vogel",
     "email": "mina@acme.example"},
    {"id": "777000000000301002", "full_name": "Chidi Okafor", "first_name": "Chidi", "last_name": "Okafor",
     "email": "chidi@acme.example"},
    {"id": "777000000000301003", "full_name": "Anna Lind", "first_name": "Anna", "last_name": "Lind",
     "email": "anna@acme.example"},
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Write:
    """One effect: which record, which values, with which automation."""

    at: datetime
    record_id: str
    values: Record
    trigger: tuple[str, ...] | None


@dataclass
class Module:
    """One module: its fields by API name and its records by id, in the order of their ids."""

    name: str
    label: str
    id: str
    fields: dict[str, Spec]
    records: dict[str, Record] = field(default_factory=dict)


class World:
    """The organisation. Reads and writes hold `lock`; tests read `effects` and `writes`."""

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.lock = threading.RLock()
        self.now = now
        self.effects: Counter[str] = Counter()
        self.writes: list[Write] = []
        self.locked: set[str] = set()
        self.modules = {
            "Accounts": self._module("Accounts", "777000000000002177", [*account_fields(), *custom_fields()]),
            "Contacts": self._module("Contacts", "777000000000002179", contact_fields()),
        }
        self.organisation = {
            "id": "777000000000020005", "zgid": "60012345", "company_name": "Acme Ltd", "domain_name": "org60012345",
            "country_code": "DE", "time_zone": "Europe/Berlin", "currency": "Euro - EUR", "iso_code": "EUR",
            "currency_symbol": "€", "currency_locale": "EUR", "mc_status": False, "type": "production",
            "primary_email": "mina@acme.example", "privacy_settings": False, "hipaa_compliance_enabled": False,
            "translation_enabled": False,
            "license_details": {"paid": True, "paid_type": "enterprise", "users_license_purchased": 10,
                                "trial_type": None, "paid_expiry": "2030-01-01T00:00:00+01:00"},
        }  # fmt: skip
        self._next_id = 777000000000410001

    @staticmethod
    def _module(name: str, module_id: str, fields: list[Spec]) -> Module:
        return Module(name, name, module_id, {one["api_name"]: one for one in numbered(fields)})

    def records(self, module: str = "Accounts") -> dict[str, Record]:
        """The records of a module by id; tests read it, nobody writes it from outside."""
        return self.modules[module].records

    def stamp(self) -> str:
        """The time now as Zoho writes it: the user's zone, no fractions."""
        return self.now().astimezone(ZONE).isoformat(timespec="seconds")

    def add(self, module: str, values: Record, owner: int = 0) -> Record:
        """A new record with every field of its module; the id is the next one."""
        known = self.modules[module]
        stamp = values.pop("Created_Time", None) or self.stamp()
        record: Record = {
            name: (False if one["data_type"] == "boolean" else None) for name, one in known.fields.items()
        }
        record |= {
            "id": str(self._next_id), "Owner": person(owner, email=True), "Created_By": person(0, email=True),
            "Modified_By": person(0, email=True), "Created_Time": stamp, "Modified_Time": stamp,
        }  # fmt: skip
        record |= values
        self._next_id += 1
        known.records[record["id"]] = record
        return record

    def change(self, module: str, record: Record, values: Record, trigger: tuple[str, ...] | None) -> None:
        """Carry out one update: the values, the time, the count."""
        record |= values
        record["Modified_Time"] = self.stamp()
        record["Modified_By"] = person(0, email=True)
        self.effects[record["id"]] += 1
        self.writes.append(Write(self.now(), record["id"], values, trigger))

    def describe(self) -> dict[str, Any]:
        """Counters for other processes."""
        with self.lock:
            return {
                "accounts": len(self.records()),
                "effects": dict(self.effects),
                "writes": len(self.writes),
            }


def person(number: int, *, email: bool = False) -> dict[str, str]:
    """A user as records name one."""
    user = USERS[number % len(USERS)]
    made = {"name": user["full_name"], "id": user["id"]}
    return {**made, "email": user["email"]} if email else made


def visible_value(spec: Spec, record: Record) -> Any:
    """A field's value as an answer shows it; formulas are computed here."""
    if spec["data_type"] != "formula":
        return record.get(spec["api_name"])
    revenue, employees = record.get("Annual_Revenue"), record.get("Employees")
    return round(revenue / employees, 2) if revenue and employees else None
