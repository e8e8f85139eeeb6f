"""The report of a change set on its way into a file."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from zoho_console.bulk.escaping import Form
from zoho_console.bulk.progress import Progress
from zoho_console.bulk.reporting import PROBLEMS, save_report
from zoho_console.domain.changes import RowState
from zoho_console.screens.screen import Screen
from zoho_console.screens.words import count

__all__ = ["FORMS", "Report", "ReportForm"]


@dataclass(frozen=True, slots=True)
class ReportForm:
    """How cells are written, and rows in which states; all if none is named."""

    cells: Form = "spreadsheet"
    states: frozenset[RowState] = frozenset()


FORMS = {
    "CSV for spreadsheets (*.csv)": ReportForm(),
    "CSV to the letter (*.csv)": ReportForm("exact"),
    "Only the rows to correct (*.csv)": ReportForm(states=frozenset(PROBLEMS)),
}
USUAL = ReportForm()
_TASK = "report"


class Report:
    """One at a time, while the person goes on working."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._rows = 0

    @property
    def is_writing(self) -> bool:
        """Whether a report is being written."""
        return self._screen.tasks.is_running(_TASK)

    @property
    def verb(self) -> str:
        """What its button does: begin one, or stop the one that is being written."""
        return f"Stop saving ({self._rows:,})" if self.is_writing else "Save report…"

    def save(self, change_set_id: int, path: Path, form: ReportForm = USUAL) -> None:
        """Write it; how many rows it has is told at the end."""
        self._rows = 0
        self._screen.tasks.start(self._save(change_set_id, path, form), name=_TASK)

    def cancel(self) -> None:
        """Stop; no file is left."""
        self._screen.tasks.cancel(_TASK)

    async def _save(self, change_set_id: int, path: Path, form: ReportForm) -> None:
        loop = asyncio.get_running_loop()

        def tell(progress: Progress) -> None:
            # Told in a thread; only the window's may touch the screen.
            loop.call_soon_threadsafe(self._tell, progress.done)

        journal = self._screen.workspace.journal
        work = save_report(journal, change_set_id, path, form=form.cells, states=form.states, on_progress=tell)
        rows = await self._screen.engine(work)
        self._screen.notice(f"{count(rows, 'row')} {'is' if rows == 1 else 'are'} in {path}.")

    def _tell(self, rows: int) -> None:
        self._rows = rows
        self._screen.changed.emit()
