"""The text of a cell in a bulk write file as the value that the record takes (fact sheet 10.3)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from zoho_console.simulator.answers import Refusal
from zoho_console.simulator.metadata import LOOKUPS, FieldSpec
from zoho_console.simulator.world import World

DATE, DATETIME = "MM/dd/yyyy", "MM/dd/yyyy HH:mm:ss"
_PATTERN = re.compile(r"'([^']*)'|yyyy|MM|dd|HH|mm|ss|XXX|[^a-zA-Z]|(.)")
_CODES = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S", "XXX": "%z", "%": "%%"}


@dataclass(frozen=True, slots=True)
class Reading:
    """How the cells of a column are read: the pattern of dates, Java-like, and the key that lookups are found by."""

    world: World
    spec: FieldSpec
    form: str | None = None
    find_by: str | None = None

    def value(self, text: str) -> Any:
        """What a cell means, in the form the record API takes. Errors: Refusal."""
        readers: dict[str, Callable[[str], Any]] = {
            "integer": int,
            **dict.fromkeys(("double", "currency", "percent"), float),
            "date": self._date,
            "datetime": self._datetime,
            "boolean": lambda text: {"true": True, "false": False}.get(text.lower(), text),
            "multiselectpicklist": lambda text: text.split(";"),
            **dict.fromkeys(LOOKUPS, self._target),
        }
        read = _tags if self.spec.api_name == "Tag" else readers.get(self.spec.data_type, str)
        try:
            return read(text) if text else None
        except ValueError as error:
            raise Refusal("INVALID_DATA", "invalid data", {"expected_data_type": self.spec.data_type}) from error

    def _date(self, text: str) -> str:
        return datetime.strptime(text, strptime_format(self.form or DATE)).date().isoformat()

    def _datetime(self, text: str) -> str:
        moment = datetime.strptime(text, strptime_format(self.form or DATETIME))
        return self.world.moment(moment if moment.tzinfo else moment.replace(tzinfo=self.world.zone))

    def _target(self, text: str) -> dict[str, str]:
        """The record that a lookup's cell names, by id or another key."""
        if self.find_by in (None, "id"):
            return {"id": text}
        if self.spec.target == "Users":
            found = [str(user["id"]) for user in self.world.users.values() if user.get(str(self.find_by)) == text]
            target = found[0] if found else None
        else:
            target = self.world.modules[self.spec.target].holder(str(self.find_by), text)
        if target is None:
            raise ValueError(text)
        return {"id": target}


def _tags(text: str) -> list[dict[str, str]]:
    return [{"name": name.strip()} for name in text.split(",")]


def strptime_format(pattern: str) -> str:
    """A Java-like pattern as Python's. Errors: Refusal for letters that nothing is known of."""

    def code(found: re.Match[str]) -> str:
        quoted, unknown = found.groups()
        if unknown:
            raise Refusal("INVALID_FORMAT", "invalid format", {"format": pattern})
        return quoted if quoted is not None else _CODES.get(found[0], found[0])

    return _PATTERN.sub(code, pattern)
