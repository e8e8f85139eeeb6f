"""The report of a change set on its way into a file."""

from __future__ import annotations

from pathlib import Path

from zoho_console.bulk.reporting import write_report
from zoho_console.screens.screen import Screen
from zoho_console.screens.words import count

_TASK = "report"


class Report:
    """One at a time, while the person goes on working."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen

    @property
    def is_writing(self) -> bool:
        """Whether a report is being written."""
        return self._screen.tasks.is_running(_TASK)

    def save(self, change_set_id: int, path: Path) -> None:
        """Write it; how many rows it has is told at the end."""
        self._screen.tasks.start(self._save(change_set_id, path), name=_TASK)

    async def _save(self, change_set_id: int, path: Path) -> None:
        rows = await self._screen.blocking(write_report, self._screen.workspace.journal, change_set_id, path)
        self._screen.notice(f"{count(rows, 'row')} {'is' if rows == 1 else 'are'} in {path}.")
