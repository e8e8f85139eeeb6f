"""The tour's steps of a bulk update: a bad file, a good one, its difference, result, report and undo."""

from __future__ import annotations

import copy
import csv
from pathlib import Path
from typing import Any

from zoho_console.app.hands import click, drop_file, picture, until
from zoho_console.app.tour_file import WRONG, write_corrections
from zoho_console.app.tour_frame import Tour
from zoho_console.domain.changes import ChangeSetKind, ChangeSetState, RowState
from zoho_console.screens.change_set import Step
from zoho_console.screens.rows import PAGE
from zoho_console.ui.bulk_update.page import BulkUpdatePage
from zoho_console.ui.pages.jobs import JobsPage

GOOD = 980


class BulkSteps:
    """The simulator's count of effects per record is the proof."""

    def __init__(self, tour: Tour) -> None:
        self._tour = tour
        self._file = Path()
        self._good: dict[str, dict[str, Any]] = {}
        self._before: dict[str, dict[str, Any]] = {}
        self.steps = (
            self.start, self.bad_file, self.columns, self.file, self.difference, self.field, self.problems,
            self.confirmation, self.run, self.result, self.report, self.jobs, self.undo, self.undone, self.draft,
        )  # fmt: skip

    @property
    def _page(self) -> BulkUpdatePage:
        page = self._tour.window.page("bulk")
        assert isinstance(page, BulkUpdatePage)
        return page

    async def start(self) -> None:
        self._tour.open_page("bulk")
        self._tour.check("the first step is shown", self._tour.console.bulk.step, Step.FILE)
        self._tour.check("a file can be dropped", self._page.file_step.zone.isVisible(), True)

    async def bad_file(self) -> None:
        path = self._tour.folder / "broken.csv"
        path.write_text('Account Name,Health Score\n"Never closed,5\nAnother,6\n', "utf-8")
        drop_file(self._page, path)
        problem = self._page.file_step.card.problem
        await until(problem.isVisible, "the broken file is refused")
        self._tour.check("the line is named", "line 2" in problem.text(), True)
        self._tour.check("still at the first step", self._tour.console.bulk.step, Step.FILE)

    async def columns(self) -> None:
        self._before = copy.deepcopy(dict(self._tour.simulator.world.records("Accounts")))
        self._file = self._tour.folder / "corrections.csv"
        self._good = write_corrections(self._tour.simulator.world, self._file, GOOD)
        self._tour.check("rows that are right", len(self._good), GOOD)
        drop_file(self._page, self._file)
        screen = self._tour.console.bulk
        await until(lambda: screen.step is Step.COLUMNS, "the columns are shown")
        self._tour.check("accounts are found by", screen.mapping.key_field, "Account_Name")
        fields = sorted(screen.mapping.targets.values())
        self._tour.check("fields that are set", fields, ["Account_Status", "Health_Score", "Industry", "Last_Reviewed"])

    async def file(self) -> None:
        click(self._page.foot.back)
        source = self._tour.console.bulk.source
        await until(lambda: source.rows is not None, "the rows are counted")
        self._tour.check("rows of the file", source.rows, GOOD + WRONG)
        self._tour.check("encoding found", source.table.encoding if source.table else "", "utf-8")
        self._tour.check("first rows shown", bool(source.preview.rows), True)

    async def difference(self) -> None:
        click(self._page.spine.tiles[Step.COLUMNS])
        click(self._page.foot.primary)
        screen = self._tour.console.bulk
        await until(lambda: screen.step is Step.DIFFERENCE and screen.rows.table.rows, "the difference is shown")
        change_set = screen.change_set
        assert change_set is not None
        self._tour.check("rows add up to the file", change_set.total, GOOD + WRONG)
        self._tour.check("rows that will change", change_set.count(RowState.PLANNED), GOOD)
        self._tour.check("rows that cannot be used", change_set.count(RowState.INVALID), WRONG)
        self._tour.check("nothing was sent", sum(self._tour.simulator.world.effects.values()), 0)

    async def field(self) -> None:
        click(self._page.rows_step.tiles["Industry"])
        screen = self._tour.console.bulk
        wanted = sum(one.rows for one in screen.facets if one.field == "Industry")
        rows = screen.rows.table
        await until(lambda: len(rows.rows) == min(wanted, PAGE), "one field is shown")
        self._tour.check("each row changes it", all("Industry" in row.after for row in rows.rows), True)

    async def problems(self) -> None:
        click(self._page.rows_step.tiles[RowState.INVALID])
        screen = self._tour.console.bulk
        await until(lambda: len(screen.rows.table.rows) == WRONG, "the wrong rows are shown")
        self._tour.check(
            "each has a reason and a remedy", all(r.reason and r.advice for r in screen.rows.table.rows), True
        )

    async def confirmation(self) -> None:
        click(self._page.foot.primary)
        await until(lambda: self._tour.confirmation() is not None, "a confirmation is asked")
        dialog = self._tour.confirmation()
        assert dialog is not None
        await picture(dialog, self._tour.folder / f"{self._tour.number:02}-confirmation-box.png")
        self._tour.check("still nothing was sent", sum(self._tour.simulator.world.effects.values()), 0)

    async def run(self) -> None:
        self._tour.simulator.faults.add(method="PUT", delay_ms=700, times=GOOD)
        await self._tour.agree()
        screen = self._tour.console.bulk
        await until(lambda: screen.is_running and screen.counts.get(RowState.UPDATED), "the run has begun")
        click(self._page.foot.pause)
        await until(lambda: not screen.is_running, "the run is paused")
        self._tour.simulator.faults.clear()
        change_set = screen.change_set
        assert change_set is not None
        self._tour.check("the run is paused", change_set.state, ChangeSetState.PAUSED)
        sent = sum(self._tour.simulator.world.effects.values())
        self._tour.check("updated rows are those Zoho counts", change_set.count(RowState.UPDATED), sent)

    async def result(self) -> None:
        click(self._page.foot.primary)
        screen = self._tour.console.bulk
        await until(lambda: screen.step is Step.RESULT and screen.rows.table.rows, "the result is shown")
        effects = self._tour.simulator.world.effects
        self._tour.check("one effect for each good row", dict(effects), dict.fromkeys(self._good, 1))
        records = self._tour.simulator.world.records("Accounts")
        right = all(records[one][name] == value for one, values in self._good.items() for name, value in values.items())
        self._tour.check("every good row holds its new values", right, True)

    async def report(self) -> None:
        path = self._tour.folder / "report.csv"
        screen = self._tour.console.bulk
        screen.save_report(path)
        await until(lambda: path.exists() and not screen.report.is_writing, "the report is written")
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.DictReader(file))
        self._tour.check("one line for each row of the file", len(lines), GOOD + WRONG)
        self._tour.check("lines that say updated", sum(line["State"] == "updated" for line in lines), GOOD)

    async def jobs(self) -> None:
        self._page.notices.clear()
        self._tour.open_page("jobs")
        screen = self._tour.console.jobs
        await until(lambda: screen.chosen is not None and screen.rows.table.rows, "the run is listed")
        assert screen.chosen is not None
        self._tour.check("state of the run", screen.chosen.state, ChangeSetState.FINISHED)
        self._tour.check("updated rows of the run", screen.chosen.count(RowState.UPDATED), GOOD)

    async def undo(self) -> None:
        page = self._tour.window.page("jobs")
        assert isinstance(page, JobsPage)
        click(page.undo)
        await self._tour.agree()
        screen = self._tour.console.bulk
        await until(
            lambda: screen.change_set is not None and screen.change_set.kind is ChangeSetKind.UNDO and screen.facets,
            "the undo is compared",
        )
        await until(lambda: screen.rows.table.rows, "its rows are shown")
        assert screen.change_set is not None
        self._tour.check("rows to put back", screen.change_set.count(RowState.PLANNED), GOOD)

    async def undone(self) -> None:
        click(self._page.foot.primary)
        await self._tour.agree()
        screen = self._tour.console.bulk
        await until(lambda: screen.step is Step.RESULT and screen.rows.table.rows, "the undo is done")
        records = self._tour.simulator.world.records("Accounts")
        same = all(
            records[one][name] == self._before[one][name] for one, values in self._good.items() for name in values
        )
        self._tour.check("every value is as before", same, True)
        self._tour.check(
            "two effects for each good row", dict(self._tour.simulator.world.effects), dict.fromkeys(self._good, 2)
        )

    async def draft(self) -> None:
        click(self._page.foot.again)
        path = self._tour.folder / "one.csv"
        record_id, values = next(iter(self._good.items()))
        path.write_text(f"id,Health Score\n{record_id},{values['Health_Score']}\n", "utf-8")
        drop_file(self._page, path)
        screen = self._tour.console.bulk
        await until(lambda: screen.step is Step.COLUMNS, "its columns are shown")
        click(self._page.foot.primary)
        await until(lambda: screen.step is Step.DIFFERENCE and screen.rows.table.rows, "its difference is shown")
        screen.begin_again()
        await until(lambda: screen.drafts, "the plan is listed as a draft")
        self._tour.check("drafts", [one.source for one in screen.drafts], ["one.csv"])
