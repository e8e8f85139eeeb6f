"""The file of a bulk update: opened, previewed, its rows counted on the side, or refused with its line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from zoho_console.bulk.reading import Table, open_table
from zoho_console.domain.changes import Row
from zoho_console.errors import FileProblem
from zoho_console.screens.cells import plain
from zoho_console.screens.screen import Screen
from zoho_console.screens.table import Cell, CellKind, Column, RecordsTable

# Widths of the preview's columns in px: of a letter, of the padding, of the narrowest and the widest column.
_LETTER, _PADDING, _NARROW, _WIDE = 8, 30, 90, 260


@dataclass
class _Count:
    """A count in its own thread; whoever no longer needs it says stop."""

    rows: int = 0
    is_stopped: bool = False


class SourceFile:
    """State: `path`, `table` (None while nothing is opened), `rows` (None until counted), `problem`, `preview`.

    A problem far down the file is found by the count: then `table` and `problem` are both there.
    """

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self.preview = RecordsTable()
        self.forget()

    def forget(self) -> None:
        """Nothing is opened."""
        self._screen.tasks.cancel("count")
        self.path: Path | None = None
        self.table: Table | None = None
        self.rows: int | None = None
        self.problem: FileProblem | None = None
        self.preview.set_columns(())

    async def open(self, path: Path, encoding: str, delimiter: str, sheet: str) -> Table | None:
        """Read header and first rows, then begin to count; None with `problem` set if the file cannot be used."""
        self.path = path
        try:
            self.table = await self._screen.blocking(_opened, path, encoding, delimiter, sheet)
        except FileProblem as problem:
            self.problem = problem
            return None
        self.preview.set_columns(_preview_columns(self.table))
        self.preview.set_rows(self.table.sample)
        self._screen.tasks.start(self._count(self.table), name="count")
        return self.table

    async def _count(self, table: Table) -> None:
        count = _Count()
        try:
            await self._screen.blocking(_count_rows, table, count)
        except FileProblem as problem:
            self.problem = problem
        else:
            self.rows = count.rows
        finally:
            count.is_stopped = True


def _opened(path: Path, encoding: str, delimiter: str, sheet: str) -> Table:
    return open_table(path, encoding=encoding, delimiter=delimiter, sheet=sheet)


def _count_rows(table: Table, count: _Count) -> None:
    for _row in table.rows():
        count.rows += 1
        if count.is_stopped:
            return


def _preview_columns(table: Table) -> list[Column]:
    columns = [Column("row", "Row", lambda row: Cell(str(row.number), CellKind.MUTED), 64, can_shrink=False)]
    for place, title in enumerate(table.header):
        longest = max(len(title) + 2, *(len(row.texts[place]) for row in table.sample))
        width = min(max(_LETTER * longest + _PADDING, _NARROW), _WIDE)
        columns.append(Column(f"column:{place}", plain(title).text, _cell_of(place), width, can_shrink=False))
    return columns


def _cell_of(place: int) -> Callable[[Row], Cell]:
    return lambda row: plain(row.texts[place].strip())
