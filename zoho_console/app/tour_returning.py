"""The tour's steps of an export that comes back: who changed what, what both changed decided, and sent."""

from __future__ import annotations

import csv
from pathlib import Path

from zoho_console.app.hands import click, drop_file, until
from zoho_console.app.tour_frame import Tour
from zoho_console.bulk.exporting import ExportForm
from zoho_console.domain.changes import RowState
from zoho_console.domain.drifts import Drift, Policy
from zoho_console.screens.change_set import Step
from zoho_console.ui.bulk_update.page import BulkUpdatePage

SCORE = "Health_Score"
MINE, THEIRS = 61, 77  # scores that no exported account has
ONLY_MINE, BOTH, ONLY_THEIRS = 10, 20, 10


class ReturningSteps:
    """The simulator's records are the proof; a colleague edits there directly."""

    def __init__(self, tour: Tour) -> None:
        self._tour = tour
        self._path = Path()
        self._ids: list[str] = []
        self.steps = (self.exported, self.returned, self.changed_in_both, self.decided, self.merged)

    @property
    def _page(self) -> BulkUpdatePage:
        page = self._tour.window.page("bulk")
        assert isinstance(page, BulkUpdatePage)
        return page

    async def exported(self) -> None:
        self._tour.open_page("accounts")
        screen = self._tour.console.accounts
        await until(lambda: screen.total is not None and not screen.is_loading, "accounts are shown")
        self._path = self._tour.folder / "returned.csv"
        screen.export(self._path, ExportForm(stamped=True))
        await until(lambda: self._path.exists() and screen.writing.count is None, "the export is written")
        rows = self._rows()
        self._tour.check("rows of the export", len(rows) - 1, screen.total)
        self._tour.check("no spreadsheet rounds an id", all(row[0].startswith("'") for row in rows[1:]), True)

    async def returned(self) -> None:
        titles, *rows = self._rows()
        records = self._tour.simulator.world.records("Accounts")
        self._ids = [row[0].removeprefix("'") for row in rows][: ONLY_MINE + BOTH + ONLY_THEIRS]
        for row in rows[: ONLY_MINE + BOTH]:
            row[titles.index(SCORE)] = str(MINE)
        for one in self._ids[ONLY_MINE:]:
            records[one][SCORE] = THEIRS
        with self._path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([titles, *rows])
        self._tour.open_page("bulk")
        drop_file(self._page, self._path)
        screen = self._tour.console.bulk
        await until(lambda: screen.step is Step.COLUMNS, "the columns are shown")
        self._tour.check("what both changed is asked", screen.columns.policies.of(SCORE), Policy.ASK)
        self._tour.check("a policy is offered", self._page.columns_step.policy.isVisibleTo(self._page), True)

    async def changed_in_both(self) -> None:
        click(self._page.foot.primary)
        screen = self._tour.console.bulk
        await until(lambda: screen.step is Step.DIFFERENCE and screen.rows.table.rows, "the difference is shown")
        found = {one.who: one.rows for one in screen.deciding.counts if one.field == SCORE}
        self._tour.check(
            "who changed what", found, {Drift.BOTH: BOTH, Drift.MINE: ONLY_MINE, Drift.THEIRS: ONLY_THEIRS}
        )
        click(self._page.rows_step.tiles[Drift.BOTH])
        await until(self._page.rows_step.detail.decisions.isVisible, "the first row can be decided")
        self._tour.check("rows to decide", len(screen.rows.table.rows), BOTH)

    async def decided(self) -> None:
        screen, decisions = self._tour.console.bulk, self._page.rows_step.detail.decisions
        click(decisions.columns[SCORE, Policy.MINE])
        await until(lambda: not screen.deciding.asked and decisions.isVisible(), "the column is decided")
        self._tour.check("rows that will change", screen.counts[RowState.PLANNED], ONLY_MINE + BOTH)
        await until(lambda: not screen.tasks.is_running("rows"), "its rows are shown anew")
        click(decisions.cells[SCORE, Policy.THEIRS])
        kept = ONLY_MINE + BOTH - 1
        await until(lambda: screen.counts[RowState.PLANNED] == kept, "one cell is decided otherwise")
        self._tour.check("nothing is sent before it is agreed", screen.step, Step.DIFFERENCE)

    async def merged(self) -> None:
        click(self._page.foot.primary)
        await self._tour.agree()
        screen = self._tour.console.bulk
        await until(lambda: screen.step is Step.RESULT and screen.rows.table.rows, "the result is shown")
        records = self._tour.simulator.world.records("Accounts")
        wanted = [MINE] * ONLY_MINE + [THEIRS] + [MINE] * (BOTH - 1) + [THEIRS] * ONLY_THEIRS
        self._tour.check("every account holds what was decided", [records[one][SCORE] for one in self._ids], wanted)

    def _rows(self) -> list[list[str]]:
        with self._path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.reader(file))
