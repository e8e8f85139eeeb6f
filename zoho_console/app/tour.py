"""The tour: the real window driven through the whole journey on the simulator, every step checked and pictured.

What counts as proof are the simulator's own records and counters, never what the window says of itself.
"""

from __future__ import annotations

import asyncio
import copy
import csv
import json
import time
from pathlib import Path
from typing import Any

from zoho_console.app.compose import Console
from zoho_console.app.hands import TourFailed, browse, click, drop_file, picture, press_enter, type_text, until
from zoho_console.app.life import WindowLife
from zoho_console.app.tour_file import WRONG, write_corrections
from zoho_console.domain.changes import ChangeSetKind, ChangeSetState, RowState
from zoho_console.screens.change_set import Step
from zoho_console.settings import Settings
from zoho_console.simulator.server import Simulator
from zoho_console.ui.bulk_update.page import BulkUpdatePage
from zoho_console.ui.dialogs import Confirmation
from zoho_console.ui.pages.accounts import AccountsPage
from zoho_console.ui.pages.connections import ConnectionsPage
from zoho_console.ui.pages.jobs import JobsPage
from zoho_console.ui.pages.query import QueryPage
from zoho_console.ui.pages.token_health import TokenHealthPage
from zoho_console.ui.theme import Look

GOOD = 480
QUESTION = (
    "select Account_Name, Industry, Health_Score, Owner\nfrom Accounts\n"
    "where (Health_Score < 20 and Industry = 'Banking')\norder by Health_Score asc"
)


class Tour:
    """One tour; `main` ends with 0 only if every check held."""

    def __init__(self, look: Look, settings: Settings, folder: Path) -> None:
        self._life = WindowLife(look, settings, demo=True, open_url=self._open_url)
        self._window = self._life.window
        self._folder = folder
        self._steps: list[dict[str, Any]] = []
        self._checks: list[dict[str, Any]] = []
        self._forge_next = False

    async def main(self) -> int:
        """Run every step; write the pictures and tour.json."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._window.show()
        failure = ""
        try:
            await self._life.load()
            for work in (
                self.accounts, self.filtered, self.record, self.question, self.bad_file, self.file, self.columns,
                self.difference, self.problems, self.confirmation, self.result, self.report, self.jobs, self.undo,
                self.undone, self.health, self.form, self.sign_in, self.second_connection,
            ):  # fmt: skip
                await self._step(work)
        except TourFailed as error:
            failure = str(error)
            await picture(self._window, self._folder / "failed.png")
        finally:
            await self._life.close()
        good = not failure and all(check["ok"] for step in self._steps for check in step["checks"])
        facts = {"ok": good, "failure": failure, "steps": self._steps}
        (self._folder / "tour.json").write_text(json.dumps(facts, indent=2, ensure_ascii=False), "utf-8")
        for step in self._steps:
            held = all(check["ok"] for check in step["checks"])
            print(f"{'ok  ' if held else 'FAIL'} {step['name']:20} {len(step['checks'])} checks")
        if failure:
            print(f"FAIL {failure}")
        return 0 if good else 1

    # --- what the steps share ---

    @property
    def _console(self) -> Console:
        assert self._life.console is not None
        return self._life.console

    @property
    def _simulator(self) -> Simulator:
        assert self._life.demo is not None
        return self._life.demo.simulator

    @property
    def _bulk_page(self) -> BulkUpdatePage:
        page = self._window.page("bulk")
        assert isinstance(page, BulkUpdatePage)
        return page

    async def _step(self, step: Any) -> None:
        self._checks = []
        started = time.monotonic()
        await step()
        name = f"{len(self._steps) + 1:02}-{step.__name__.replace('_', '-')}"
        await picture(self._window, self._folder / f"{name}.png")
        self._steps.append({"name": name, "seconds": round(time.monotonic() - started, 2), "checks": self._checks})

    def _check(self, what: str, found: object, expected: object) -> None:
        self._checks.append({"what": what, "ok": found == expected, "found": str(found), "expected": str(expected)})

    def _open_page(self, name: str) -> None:
        click(self._window.rail.entry(name))

    def _open_url(self, address: str) -> None:
        browse(address, forged_first=self._forge_next)

    async def _agree(self) -> None:
        """Press the verb of the confirmation that is open."""
        await until(lambda: self._confirmation() is not None, "a confirmation is asked")
        dialog = self._confirmation()
        assert dialog is not None
        click(dialog.verb)

    def _confirmation(self) -> Confirmation | None:
        return next((one for one in self._window.findChildren(Confirmation) if one.isVisible()), None)

    # --- the steps ---

    async def accounts(self) -> None:
        screen = self._console.accounts
        await until(lambda: screen.total is not None and not screen.is_loading, "accounts are shown")
        self._check("accounts in the sentence", screen.total, len(self._simulator.world.records()))
        self._check("first page of rows", len(screen.table.rows), 200)

    async def filtered(self) -> None:
        screen = self._console.accounts
        page = self._window.page("accounts")
        assert isinstance(page, AccountsPage)
        for key, text in (("Industry", "banking"), ("Health_Score", "< 40")):
            edit = page.filters.edit(key)
            type_text(edit, text)
            press_enter(edit)
            await until(lambda: not screen.is_loading, "the filter has been applied")
        records = self._simulator.world.records().values()
        matching = [one for one in records if one["Industry"] == "Banking" and (one["Health_Score"] or 99) < 40]
        self._check("accounts that match", screen.total, len(matching))

    async def record(self) -> None:
        screen = self._console.accounts
        page = self._window.page("accounts")
        assert isinstance(page, AccountsPage)
        page.view.selectRow(3)
        await until(lambda: screen.record is not None, "the record is shown whole")
        assert screen.record is not None
        true = self._simulator.world.records()[screen.record["id"]]
        self._check("name of the record", screen.record["Account_Name"], true["Account_Name"])
        self._check("fields of the record", len(screen.facts) >= 40, True)

    async def question(self) -> None:
        self._open_page("query")
        page = self._window.page("query")
        assert isinstance(page, QueryPage)
        page.editor.setPlainText(QUESTION)
        click(page.run)
        screen = self._console.query
        await until(lambda: screen.seconds is not None and not screen.is_running, "rows have come")
        records = self._simulator.world.records().values()
        matching = [one for one in records if one["Industry"] == "Banking" and (one["Health_Score"] or 99) < 20]
        self._check("rows of the answer", len(screen.table.rows), len(matching))

    async def bad_file(self) -> None:
        self._open_page("bulk")
        path = self._folder / "broken.csv"
        path.write_text('Account Name,Health Score\n"Never closed,5\nAnother,6\n', "utf-8")
        drop_file(self._bulk_page, path)
        await until(lambda: self._bulk_page.notices.notices, "the broken file is refused")
        words = self._bulk_page.notices.notices[0].text
        self._check("the line is named", "line 2" in words, True)
        self._check("still at the first step", self._console.bulk.step, Step.FILE)

    async def file(self) -> None:
        self._bulk_page.notices.clear()
        self._before = copy.deepcopy(self._simulator.world.records())
        self._path = self._folder / "corrections.csv"
        self._good = write_corrections(self._simulator.world, self._path, GOOD)
        self._check("rows that are right", len(self._good), GOOD)

    async def columns(self) -> None:
        drop_file(self._bulk_page, self._path)
        screen = self._console.bulk
        await until(lambda: screen.step is Step.COLUMNS, "the columns are shown")
        self._check("accounts are found by", screen.mapping.key_field, "Account_Name")
        fields = sorted(screen.mapping.targets.values())
        self._check("fields that are set", fields, ["Account_Status", "Health_Score", "Industry", "Last_Reviewed"])

    async def difference(self) -> None:
        click(self._bulk_page.foot.primary)
        screen = self._console.bulk
        await until(lambda: screen.step is Step.DIFFERENCE and screen.rows.table.rows, "the difference is shown")
        change_set = screen.change_set
        assert change_set is not None
        self._check("rows add up to the file", change_set.total, GOOD + WRONG)
        self._check("rows that will change", change_set.count(RowState.PLANNED), GOOD)
        self._check("rows that cannot be used", change_set.count(RowState.INVALID), WRONG)
        self._check("nothing was sent", sum(self._simulator.world.effects.values()), 0)

    async def problems(self) -> None:
        click(self._bulk_page.rows_step.tiles[RowState.INVALID])
        screen = self._console.bulk
        await until(lambda: len(screen.rows.table.rows) == WRONG, "the wrong rows are shown")
        self._check("each has a reason and a remedy", all(r.reason and r.advice for r in screen.rows.table.rows), True)

    async def confirmation(self) -> None:
        click(self._bulk_page.foot.primary)
        await until(lambda: self._confirmation() is not None, "a confirmation is asked")
        dialog = self._confirmation()
        assert dialog is not None
        await picture(dialog, self._folder / f"{len(self._steps) + 1:02}-confirmation-box.png")
        self._check("still nothing was sent", sum(self._simulator.world.effects.values()), 0)

    async def result(self) -> None:
        await self._agree()
        screen = self._console.bulk
        await until(lambda: screen.step is Step.RESULT and screen.rows.table.rows, "the result is shown")
        effects = self._simulator.world.effects
        self._check("one effect for each good row", dict(effects), dict.fromkeys(self._good, 1))
        records = self._simulator.world.records()
        right = all(records[one][name] == value for one, values in self._good.items() for name, value in values.items())
        self._check("every good row holds its new values", right, True)

    async def report(self) -> None:
        path = self._folder / "report.csv"
        self._console.bulk.save_report(path)
        await until(path.exists, "the report is written")
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.DictReader(file))
        self._check("one line for each row of the file", len(lines), GOOD + WRONG)
        self._check("lines that say updated", sum(line["State"] == "updated" for line in lines), GOOD)

    async def jobs(self) -> None:
        self._bulk_page.notices.clear()
        self._open_page("jobs")
        screen = self._console.jobs
        await until(lambda: screen.chosen is not None and screen.rows.table.rows, "the run is listed")
        assert screen.chosen is not None
        self._check("state of the run", screen.chosen.state, ChangeSetState.FINISHED)
        self._check("updated rows of the run", screen.chosen.count(RowState.UPDATED), GOOD)

    async def undo(self) -> None:
        page = self._window.page("jobs")
        assert isinstance(page, JobsPage)
        click(page.undo)
        screen = self._console.bulk
        await until(
            lambda: screen.change_set is not None and screen.change_set.kind is ChangeSetKind.UNDO and screen.facets,
            "the undo is compared",
        )
        await until(lambda: screen.rows.table.rows, "its rows are shown")
        assert screen.change_set is not None
        self._check("rows to put back", screen.change_set.count(RowState.PLANNED), GOOD)

    async def undone(self) -> None:
        click(self._bulk_page.foot.primary)
        await self._agree()
        screen = self._console.bulk
        await until(lambda: screen.step is Step.RESULT and screen.rows.table.rows, "the undo is done")
        records = self._simulator.world.records()
        same = all(
            records[one][name] == self._before[one][name] for one, values in self._good.items() for name in values
        )
        self._check("every value is as before", same, True)
        self._check("two effects for each good row", dict(self._simulator.world.effects), dict.fromkeys(self._good, 2))

    async def health(self) -> None:
        self._open_page("health")
        screen = self._console.health
        await until(lambda: screen.health and screen.events, "the health is shown")
        former = screen.health[0].generation
        page = self._window.page("health")
        assert isinstance(page, TokenHealthPage)
        click(page.cards[0].remedy)
        await until(lambda: screen.health[0].generation > former, "the token is renewed")
        self._check("state in words", screen.health[0].word, "Works")

    async def form(self) -> None:
        page = self._window.page("health")
        assert isinstance(page, TokenHealthPage)
        page.notices.clear()
        self._open_page("connections")
        page = self._window.page("connections")
        assert isinstance(page, ConnectionsPage)
        await until(lambda: page.cards, "the connection is listed")
        click(page.add)
        form = page.form
        form.centre.setCurrentIndex(form.centre.count() - 1)
        for edit, text in (
            (form.name, "Second"), (form.client_id, self._simulator.client_id),
            (form.secret, self._simulator.client_secret), (form.accounts_url, self._simulator.url),
            (form.api_url, self._simulator.url),
        ):  # fmt: skip
            type_text(edit, text)
        self._check("nothing is missing", form.draft.missing(), "")

    async def sign_in(self) -> None:
        page = self._window.page("connections")
        assert isinstance(page, ConnectionsPage)
        self._forge_next = True
        click(page.form.save)
        screen = self._console.connections
        await until(lambda: screen.rejected, "the forged answer is refused")
        self._check("still waiting for the right answer", screen.signing_in is not None, True)

    async def second_connection(self) -> None:
        screen = self._console.connections
        await until(lambda: screen.signing_in is None and len(screen.health) == 2, "the second one is signed in")
        await until(lambda: screen.is_current(screen.health[-1].connection), "it is in use")
        connection = self._console.desk.connection
        assert connection is not None
        self._check("the connection in use", connection.name, "Second")
        await asyncio.sleep(0.2)
