"""Rows on their way into a file while the person goes on working: told slice by slice, cancelled without a trace."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, TypeVar

from zoho_console.bulk.exporting import TO_THE_LETTER, USUAL, ExportForm, write_records
from zoho_console.domain.fields import Field
from zoho_console.domain.records import Slice
from zoho_console.screens.screen import Screen
from zoho_console.screens.words import count as counted
from zoho_console.workspace.one_field import write_one_field
from zoho_console.zoho.search import MOST_ROWS_IN_ALL

T = TypeVar("T")
# Called on the engine's loop, where clients live.
Read = Callable[[], AsyncIterator[Slice]]
_TASK = "write"

EXPORT_FORMS: dict[str, ExportForm] = {
    "CSV for spreadsheets (*.csv)": USUAL,
    "CSV to correct and bring back (*.csv)": ExportForm(stamped=True),
    "CSV to the letter (*.csv)": TO_THE_LETTER,
}


class Writing:
    """One file at a time. `count`: rows written so far, None while nothing is; `total`: rows expected, 0 if unknown."""

    def __init__(self, screen: Screen, noun: str) -> None:
        self._screen = screen
        self._noun = noun
        self.count: int | None = None
        self.total = 0

    @property
    def words(self) -> str:
        """What is being written, such as “1,200 of 5,000 accounts written”; "" while nothing is."""
        if self.count is None:
            return ""
        if self.total:
            return f"{self.count:,} of {counted(self.total, self._noun)} written"
        return f"{counted(self.count, self._noun)} written"

    def export(self, path: Path, columns: Sequence[str], read: Read, total: int, form: ExportForm) -> None:
        """Write every row to a CSV file with these columns."""
        self._screen.tasks.start(self._export(path, columns, read, total, form), name=_TASK)

    def offer(self, field: Field, text: str, read: Read, total: int = 0) -> None:
        """Write a draft that sets one field of every row, and offer it to Bulk update."""
        self._screen.tasks.start(self._offer(field, text, read, total), name=_TASK)

    def cancel(self) -> None:
        """Stop; no file is left."""
        self._screen.tasks.cancel(_TASK)

    async def _export(self, path: Path, columns: Sequence[str], read: Read, total: int, form: ExportForm) -> None:
        rows = await self._run(lambda told: write_records(path, columns, read(), told, form), total)
        text = f"{counted(rows, self._noun)} {'is' if rows == 1 else 'are'} in {path}."
        if rows == MOST_ROWS_IN_ALL:
            self._screen.notice(text, "Zoho gives no more to one query; a narrower one reaches the rest.", "warn")
        else:
            self._screen.notice(text)

    async def _offer(self, field: Field, text: str, read: Read, total: int) -> None:
        path = await self._run(lambda progress: write_one_field(read(), field.api_name, text, progress), total)
        self._screen.desk.file_offered.emit(path)

    async def _run(self, write: Callable[[Callable[[int], None]], Coroutine[Any, Any, T]], total: int) -> T:
        loop = asyncio.get_running_loop()
        self.count, self.total = 0, total
        self._screen.changed.emit()

        def report(rows: int) -> None:
            # The engine's thread reports; only the window's thread may touch the screen.
            loop.call_soon_threadsafe(self._tell, rows)

        try:
            return await self._screen.engine(write(report))
        finally:
            self.count = None

    def _tell(self, count: int) -> None:
        if self.count is not None:
            self.count = count
            self._screen.changed.emit()
