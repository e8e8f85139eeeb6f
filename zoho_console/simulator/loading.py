"""Accounts from a CSV file: columns that are fields fill them, the others become custom fields."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

from zoho_console.errors import FileProblem
from zoho_console.simulator.schema import Spec, spec
from zoho_console.simulator.world import World

# Titles that name the account, in order of preference; without one the first column of different texts does.
_NAME_TITLES = (
    "account name",
    "account",
    "name",
    "company",
    "company name",
    "security",
    "organisation",
    "organization",
)


def load_accounts(world: World, path: Path) -> None:
    """Make one account of each row. Errors: FileProblem."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file, strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise FileProblem(f"The file cannot be loaded: {error}.", path=path) from error
    if not rows:
        raise FileProblem("The file has no rows.", path=path)
    titles = [title for title in rows[0] if title]
    names = _fields_for(world, titles, rows)
    fields = world.modules["Accounts"].fields
    for row in rows:
        values = {name: _value(fields[name], row[title] or "") for title, name in names.items()}
        world.add("Accounts", values)


def _fields_for(world: World, titles: list[str], rows: list[dict[str, str]]) -> dict[str, str]:
    """The API name for each column; new custom fields are added to the module."""
    fields = world.modules["Accounts"].fields
    known = {_plain(text): name for name, one in fields.items() for text in (name, one["field_label"])}
    name_title = _name_title(titles, rows)
    chosen: dict[str, str] = {}
    for title in titles:
        name = "Account_Name" if title == name_title else known.get(_plain(title), "")
        if not name or name in chosen.values() or not fields[name]["operation_type"]["api_update"]:
            name = _new_name(title, set(fields))
            made = spec(name, _type_of([row[title] or "" for row in rows]), title, custom_field=True)
            made["id"] = f"7770000000{9000 + len(fields):08d}"
            fields[name] = made
        chosen[title] = name
    return chosen


def _name_title(titles: list[str], rows: list[dict[str, str]]) -> str:
    by_plain = {_plain(title): title for title in titles}
    for wanted in _NAME_TITLES:
        if _plain(wanted) in by_plain:
            return by_plain[_plain(wanted)]
    for title in titles:
        if len({row[title] for row in rows}) == len(rows):
            return title
    return titles[0]


def _new_name(title: str, taken: set[str]) -> str:
    name = re.sub(r"[^A-Za-z0-9]+", "_", title).strip("_") or "Field"
    name = name[0].upper() + name[1:]
    while name in taken:
        name += "_1"
    return name


def _type_of(texts: list[str]) -> str:
    filled = [text.strip() for text in texts if text.strip()]

    def all_are(test: Callable[[str], object]) -> bool:
        try:
            return bool(filled) and all(test(text) is not None for text in filled)
        except ValueError:
            return False

    if all_are(date.fromisoformat):
        return "date"
    if all_are(int) and all(len(text) <= 9 and text.isascii() and text.isdigit() for text in filled):
        return "integer"
    return "textarea" if any(len(text) > 255 for text in filled) else "text"


def _value(one: Spec, text: str) -> object:
    text = text.strip()
    if not text:
        return None
    if one["data_type"] == "integer":
        return int(text)
    if one["data_type"] in ("currency", "double", "percent"):
        return float(text)
    return text[: one["length"]]


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", text.lower())
