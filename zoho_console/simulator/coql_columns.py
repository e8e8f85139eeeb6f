"""What a column of a query names: a field of the module, or one reached through at most two lookups."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from zoho_console.simulator.answers import Refusal
from zoho_console.simulator.metadata import FieldSpec
from zoho_console.simulator.records import Record
from zoho_console.simulator.world import World

MAX_LOOKUPS = 2
Get = Callable[[Record], Any]

# What a query can reach of a user; `Users.full_name` is not there, as users report of Zoho.
_USER_FIELDS = {
    name: FieldSpec(name, name, kind, 120, target=target)
    for name, kind, target in (
        ("id", "bigint", ""),
        ("first_name", "text", ""),
        ("last_name", "text", ""),
        ("email", "email", ""),
        ("status", "text", ""),
        ("role", "lookup", "Roles"),
        ("profile", "lookup", "Roles"),
    )
}
_ROLE_FIELDS = {name: FieldSpec(name, name, kind, 120) for name, kind in (("id", "bigint"), ("name", "text"))}

_KEYS: dict[str, Callable[[str], Any]] = {
    "datetime": lambda text: datetime.fromisoformat(text).timestamp(),
    "bigint": int,
}


@dataclass(frozen=True, slots=True)
class Column:
    """A resolved column. `raw` gets the stored value, a lookup's as an id; `joins` counts the lookups passed."""

    path: str
    spec: FieldSpec
    raw: Get
    joins: int
    world: World

    def key(self, record: Record) -> Any:
        """The value in the form that compares: numbers, seconds, small letters; None where there is none."""
        return comparable(self.spec, self.raw(record))

    @property
    def shown(self) -> Get:
        """Gets the value as the answer shows it; a user is named by the last name here."""
        return self._shown_lookup if self.spec.is_lookup else self.raw

    def _shown_lookup(self, record: Record) -> Any:
        value = self.raw(record)
        if not value or isinstance(value, dict):
            return value
        if self.spec.target == "Users":
            return {"name": self.world.users[value]["last_name"], "id": value}
        return self.world.linked(self.spec, value)


def resolve(world: World, module: str, path: str, *, clause: str = "") -> Column:
    """The column that a path names. Errors: Refusal for an unknown one."""
    names = path.removeprefix(f"!{module}.").split(".")
    get: Get = _same
    specs = world.modules[module].fields
    for name in names[:-1]:
        spec = specs.get(name)
        if spec is None or not spec.is_lookup or len(names) - 1 > MAX_LOOKUPS:
            raise unknown_column(path, clause)
        get = _joined(world, get, spec)
        specs = _specs(world, spec.target)
    spec = specs.get(names[-1])
    if spec is None:
        raise unknown_column(path, clause)
    if spec.data_type == "profileimage":
        raise Refusal("INVALID_QUERY", "unsupported column", {"column_name": path})
    return Column(path, spec, _field(get, spec.api_name), len(names) - 1, world)


def comparable(spec: FieldSpec, value: Any) -> Any:
    """A stored value in the form that compares."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, dict):
        return value["id"]
    if isinstance(value, list):
        return ";".join(sorted(str(item).casefold() for item in value)) or None
    maker = _KEYS.get(spec.compares_as, str.casefold)
    return maker(value)


def unknown_column(path: str, clause: str = "") -> Refusal:
    """Zoho's answer to a column, module or permission that does not exist."""
    more = {"clause": clause} if clause else {}
    return Refusal("INVALID_QUERY", "column given seems to be invalid", {"column_name": path, **more})


def _same(record: Record) -> Any:
    return record


def _specs(world: World, table: str) -> dict[str, FieldSpec]:
    if table == "Users":
        return _USER_FIELDS
    return _ROLE_FIELDS if table == "Roles" else world.modules[table].fields


def _field(get: Get, name: str) -> Get:
    if get is _same:
        return lambda record: record.get(name)

    def through(record: Record) -> Any:
        target = get(record)
        return target.get(name) if target else None

    return through


def _joined(world: World, get: Get, spec: FieldSpec) -> Get:
    """The target record of a lookup. Roles are kept inside the user, others are found by their id."""
    field = _field(get, spec.api_name)
    if spec.target == "Roles":
        return field
    look = world.users.get if spec.target == "Users" else world.records(spec.target).look
    return lambda record: look(field(record))
