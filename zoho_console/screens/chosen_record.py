"""The record that is chosen in a table, read whole once the choice rests."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from zoho_console.domain.connections import Connection
from zoho_console.domain.fields import Field
from zoho_console.domain.records import Record
from zoho_console.screens.screen import Screen
from zoho_console.screens.words import value_text

# Whoever walks down the table with the arrow keys asks only for the record where the walk ends.
REST_S = 0.15
_TASK = "record"


@dataclass(frozen=True, slots=True)
class Fact:
    """A field of the record in words; `text` None while it is not read yet, "" if the field is blank."""

    label: str
    text: str | None


class ChosenRecord:
    """`row` is what the table knows of the chosen record, `whole` the record with all its fields once it is read."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self.row: Record | None = None
        self.whole: Record | None = None

    def choose(self, connection: Connection, row: Record) -> None:
        """Show another record; the same one again costs nothing."""
        if self.row is None or self.row["id"] != row["id"]:
            self.row, self.whole = row, None
            self._screen.tasks.start(self._read(connection, row["id"], REST_S), name=_TASK)

    def reload(self, connection: Connection) -> None:
        """Read the chosen record again, if there is one."""
        if self.row is not None:
            self._screen.tasks.start(self._read(connection, self.row["id"], 0), name=_TASK)

    def forget(self) -> None:
        """Nothing is chosen."""
        self._screen.tasks.cancel(_TASK)
        self.row = self.whole = None

    def facts(self, fields: Sequence[Field], symbol: str) -> list[Fact]:
        """The fields in words; empty without a record."""
        known = self.whole if self.whole is not None else self.row
        if known is None:
            return []
        return [
            Fact(one.label, None if known is self.row and one.api_name not in known else _text(one, known, symbol))
            for one in fields
        ]

    async def _read(self, connection: Connection, record_id: str, rest_s: float) -> None:
        await asyncio.sleep(rest_s)

        async def read() -> Record:
            return await self._screen.workspace.client(connection).get_account(record_id)

        self.whole = await self._screen.engine(read())
        self._screen.changed.emit()


def _text(field: Field, record: Record, symbol: str) -> str:
    return value_text(field, record.get(field.api_name), symbol)
