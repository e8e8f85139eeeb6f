"""Accounts from a CSV file, so that a rehearsal runs on real names.

How columns find fields, in this order and the same every time:
1. A header equal to a field's label or API name, or one of the synonyms below, maps to that field if it may be
   written and every cell fits it. Capitals, blanks and signs do not count, and a field takes only one column.
2. If no column has become Account_Name, the first column whose cells are all filled, all different and not all
   numbers does; else the first column.
3. Every other column becomes a custom field, its API name made from the header: a date if every filled cell is
   `yyyy-mm-dd`, a whole number if every filled cell is one of at most 9 digits, else a text.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from zoho_console.errors import FileProblem
from zoho_console.simulator.answers import Refusal
from zoho_console.simulator.metadata import NUMBERS, WHOLE_NUMBERS, FieldSpec
from zoho_console.simulator.module import Module
from zoho_console.simulator.schema import field_id
from zoho_console.simulator.values import ValueRules
from zoho_console.simulator.world import World

SYNONYMS = {
    "name": "Account_Name",
    "company": "Account_Name",
    "companyname": "Account_Name",
    "organisation": "Account_Name",
    "organization": "Account_Name",
    "security": "Account_Name",
    "symbol": "Ticker_Symbol",
    "ticker": "Ticker_Symbol",
    "url": "Website",
    "homepage": "Website",
    "telephone": "Phone",
    "revenue": "Annual_Revenue",
    "headcount": "Employees",
    "numberofemployees": "Employees",
    "city": "Billing_City",
    "country": "Billing_Country",
}
_PLAIN = ("text", "textarea", "email", "phone", "website", "picklist", "date", *NUMBERS)
_LONG_TEXT = 2000


@dataclass(frozen=True, slots=True)
class _Column:
    header: str
    cells: list[str]

    @property
    def filled(self) -> list[str]:
        return [cell for cell in self.cells if cell]


def load_accounts(world: World, path: Path) -> int:
    """Make one account of each row and return their number.

    Errors: FileProblem for a file that cannot be read as CSV in UTF-8, or has no row.
    """
    columns = _columns(path)
    module, rules = world.modules["Accounts"], ValueRules(world, strict_picklists=False)
    targets = _targets(module, rules, columns)
    for number in range(len(columns[0].cells)):
        values = {spec.api_name: _value(rules, spec, column.cells[number]) for column, spec in targets}
        values["Account_Name"] = values["Account_Name"] or f"Row {number + 2}"
        world.add("Accounts", values)
    return len(columns[0].cells)


def _columns(path: Path) -> list[_Column]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            header, *rows = [row for row in csv.reader(file) if row] or [[]]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FileProblem(
            f"“{path.name}” cannot be read as CSV.", path=path, advice="Save it as CSV in UTF-8."
        ) from error
    if not rows:
        raise FileProblem(f"“{path.name}” has no rows.", path=path, advice="Choose a file with a header and rows.")
    return [
        _Column(title.strip(), [row[place].strip() if place < len(row) else "" for row in rows])
        for place, title in enumerate(header)
    ]


def _targets(module: Module, rules: ValueRules, columns: list[_Column]) -> list[tuple[_Column, FieldSpec]]:
    """Each column with its field; fields that do not exist yet are added to the module."""
    found: dict[int, FieldSpec] = {}
    for place, column in enumerate(columns):
        spec = _named(module, column.header)
        if spec and spec not in found.values() and _fits(rules, spec, column):
            found[place] = spec
    name = module.fields["Account_Name"]
    if name not in found.values():
        found[next((place for place, column in enumerate(columns) if _names_rows(column)), 0)] = name
    for place, column in enumerate(columns):
        if place not in found:
            found[place] = _custom(module, column)
            module.add_field(found[place])
    return [(column, found[place]) for place, column in enumerate(columns)]


def _named(module: Module, header: str) -> FieldSpec | None:
    sought = _plain(header)
    if sought in SYNONYMS:
        return module.fields[SYNONYMS[sought]]
    for spec in module.fields.values():
        writable = spec.writable and not spec.unique and spec.api_name != "Tag"
        if writable and spec.data_type in _PLAIN and sought in (_plain(spec.label), _plain(spec.api_name)):
            return spec
    return None


def _fits(rules: ValueRules, spec: FieldSpec, column: _Column) -> bool:
    try:
        for cell in column.filled:
            _value(rules, spec, cell)
    except (Refusal, ValueError):
        return False
    return True


def _names_rows(column: _Column) -> bool:
    differ = len(set(column.cells)) == len(column.cells) == len(column.filled)
    return differ and not all(_is_whole(cell) for cell in column.cells) and max(map(len, column.cells)) <= 200


def _custom(module: Module, column: _Column) -> FieldSpec:
    stem = re.sub(r"\W+", "_", column.header, flags=re.ASCII).strip("_") or "Column"
    name, number = stem, 0
    while name in module.fields:
        number += 1
        name = f"{stem}_{number}"
    kinds: list[tuple[Callable[[str], bool], str, int]] = [(_is_date, "date", 20), (_is_whole, "integer", 9)]
    long = any(len(cell) > 255 for cell in column.cells)
    kind, length = ("textarea", _LONG_TEXT) if long else ("text", 255)
    for test, fitting, size in kinds:
        if column.filled and all(map(test, column.filled)):
            kind, length = fitting, size
            break
    field = field_id(module.place, len(module.fields))
    return FieldSpec(name, column.header or name, kind, length, custom=True, id=field)


def _value(rules: ValueRules, spec: FieldSpec, cell: str) -> Any:
    """The stored value of a cell, None for an empty one. Errors: Refusal, ValueError."""
    if not cell:
        return None
    if spec.data_type in WHOLE_NUMBERS:
        return rules.stored(spec, int(cell))
    if spec.data_type in NUMBERS:
        return rules.stored(spec, float(cell))
    return rules.stored(spec, cell[: spec.length] if spec.custom else cell)


def _is_date(cell: str) -> bool:
    try:
        return date.fromisoformat(cell).isoformat() == cell
    except ValueError:
        return False


def _is_whole(cell: str) -> bool:
    return re.fullmatch(r"-?(0|[1-9]\d{0,8})", cell, re.ASCII) is not None


def _plain(text: str) -> str:
    return re.sub(r"[\W_]", "", text).casefold()
