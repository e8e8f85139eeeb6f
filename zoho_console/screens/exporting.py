"""Writing rows to a CSV file while the person goes on working; told row by row, cancelled without a trace."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from zoho_console.domain.records import Slice
from zoho_console.screens.screen import Screen
from zoho_console.workspace.export import CsvExport


class Exporting:
    """One export at a time. `count` is how many rows are written, None while nothing is exported."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self.count: int | None = None

    def start(self, path: Path, columns: Sequence[str], read: Callable[[int], Awaitable[Slice]]) -> None:
        """Write what `read` gives from row number 0 on until there is no more."""
        self.count = 0
        self._screen.tasks.start(self._write(path, columns, read), name="export")

    def cancel(self) -> None:
        """Stop; no file is left."""
        self._screen.tasks.cancel("export")

    async def _write(self, path: Path, columns: Sequence[str], read: Callable[[int], Awaitable[Slice]]) -> None:
        try:
            with CsvExport(path, columns) as export:
                more = True
                while more:
                    part = await read(export.count)
                    await self._screen.blocking(export.add, part.records)
                    more, self.count = part.more, export.count
                    self._screen.changed.emit()
        finally:
            self.count = None
        self._screen.notice(f"{export.count:,} rows are in {path}.")
