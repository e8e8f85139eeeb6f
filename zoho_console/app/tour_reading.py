"""The tour's steps of reading: accounts, a filter, one record, a question."""

from __future__ import annotations

from zoho_console.app.hands import click, press_enter, type_text, until
from zoho_console.app.tour_frame import Tour
from zoho_console.domain.records import Record
from zoho_console.ui.pages.accounts import AccountsPage
from zoho_console.ui.pages.query import QueryPage

QUESTION = (
    "select Account_Name, Industry, Health_Score, Owner\nfrom Accounts\n"
    "where (Health_Score < 30 and Industry = 'Financial Services')\norder by Health_Score asc"
)


class ReadingSteps:
    """Reading changes nothing; the simulator's records are the proof."""

    def __init__(self, tour: Tour) -> None:
        self._tour = tour
        self.steps = (self.accounts, self.filtered, self.record, self.question)

    async def accounts(self) -> None:
        screen = self._tour.console.accounts
        await until(lambda: screen.total is not None and not screen.is_loading, "accounts are shown")
        self._tour.check("accounts in the sentence", screen.total, len(self._tour.simulator.world.records("Accounts")))
        self._tour.check("first page of rows", len(screen.table.rows), 200)

    async def filtered(self) -> None:
        screen = self._tour.console.accounts
        page = self._tour.window.page("accounts")
        assert isinstance(page, AccountsPage)
        for key, text in (("Industry", "financial"), ("Health_Score", "< 40")):
            edit = page.filters.edit(key)
            type_text(edit, text)
            press_enter(edit)
            await until(lambda: not screen.is_loading, "the filter has been applied")
        records = self._tour.simulator.world.records("Accounts").values()
        matching = [one for one in records if one["Industry"] == "Financial Services" and is_below(one, 40)]
        self._tour.check("accounts that match", screen.total, len(matching))

    async def record(self) -> None:
        screen = self._tour.console.accounts
        page = self._tour.window.page("accounts")
        assert isinstance(page, AccountsPage)
        page.view.selectRow(3)
        await until(lambda: screen.record is not None, "the record is shown whole")
        assert screen.record is not None
        true = self._tour.simulator.world.records("Accounts")[screen.record["id"]]
        self._tour.check("name of the record", screen.record["Account_Name"], true["Account_Name"])
        self._tour.check("fields of the record", len(screen.facts) >= 40, True)

    async def question(self) -> None:
        self._tour.open_page("query")
        page = self._tour.window.page("query")
        assert isinstance(page, QueryPage)
        page.editor.setPlainText(QUESTION)
        click(page.run)
        screen = self._tour.console.query
        await until(lambda: screen.seconds is not None and not screen.is_running, "rows have come")
        records = self._tour.simulator.world.records("Accounts").values()
        matching = [one for one in records if one["Industry"] == "Financial Services" and is_below(one, 30)]
        self._tour.check("rows of the answer", len(screen.table.rows), len(matching))


def is_below(record: Record, score: int) -> bool:
    """Whether the record has a health score, and a lower one."""
    return record["Health_Score"] is not None and record["Health_Score"] < score
