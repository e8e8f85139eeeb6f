"""A stamped export that comes back: policies by column, marks at each cell, decisions by cell and by column."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from bulk_hands import LEFT, agree, compared, file, opened
from pytestqt.qtbot import QtBot

from zoho_console.bulk.drift import TITLE
from zoho_console.bulk.exporting import CsvExport, ExportForm
from zoho_console.domain.changes import ChangeSetKind, Mapping, NewChangeSet, RowRecord, RowState
from zoho_console.domain.connections import Connection
from zoho_console.domain.drifts import CHANGED_IN_BOTH, Drift, Drifted, Policy
from zoho_console.screens.bulk_update import BulkUpdateScreen
from zoho_console.screens.change_set import Step
from zoho_console.screens.table import CELL_ROLE
from zoho_console.simulator.server import Simulator
from zoho_console.ui.bulk_update.foot import LONG
from zoho_console.ui.bulk_update.page import BulkUpdatePage
from zoho_console.workspace.workspace import Workspace

COLUMNS = ("id", "Account_Name", "Health_Score", "Phone")
MANY = LONG + 1000
Returned = Callable[[], Path]


@pytest.fixture
def returned(simulator: Simulator, tmp_path: Path) -> Returned:
    """An export of five accounts that was corrected while a colleague worked: mine, theirs, both, both, same."""

    def write() -> Path:
        records = simulator.world.records("Accounts")
        ids = list(records)[:5]
        for one in ids:
            records[one].update(Health_Score=10, Phone="+49 30 10")
        stamped = tmp_path / "stamped.csv"
        with CsvExport(stamped, COLUMNS, ExportForm("exact", stamped=True)) as export:
            export.add([records[one] for one in ids])
        header, *lines = stamped.read_text("utf-8").splitlines()
        mine = [line.replace(",10,", f",{new},") for line, new in zip(lines, (20, 10, 22, 23, 10), strict=True)]
        for one, new in zip(ids, (10, 31, 32, 33, 10), strict=True):
            records[one]["Health_Score"] = new
        return file(tmp_path, "\n".join([header, *mine]) + "\n")

    return write


def marks(screen: BulkUpdateScreen) -> list[str]:
    table = screen.rows.table
    column = table.column_index("field:Health_Score")
    return [table.index(place, column).data(CELL_ROLE).mark for place in range(len(table.rows))]


def shows(qtbot: QtBot, screen: BulkUpdateScreen, wanted: list[str]) -> None:
    qtbot.waitUntil(lambda: bool(screen.rows.table.rows) and marks(screen) == wanted)


def test_policies_are_offered_where_the_file_is_stamped_only(
    qtbot: QtBot, bulk_page: BulkUpdatePage, returned: Returned, tmp_path: Path
) -> None:
    step = bulk_page.columns_step
    path = returned()
    opened(qtbot, bulk_page, file(tmp_path, "id,Health Score\n777000000000410001,5\n", "plain.csv"))
    assert not step.policy.isVisible()
    assert not any(box.isVisible() for box in step.table.policies.values())

    screen = opened(qtbot, bulk_page, path)
    qtbot.waitUntil(step.policy.isVisible)
    assert [column for column, box in step.table.policies.items() if box.isVisible()] == [1, 2, 3]
    assert screen.columns.role(4) == "shows who changed what"
    screen.columns.set_policy(Policy.THEIRS)
    qtbot.waitUntil(lambda: step.table.policies[2].currentText() == "keep Zoho’s")
    step.table.policies[2].setCurrentIndex(1)
    step.table.policies[2].activated.emit(1)
    assert [screen.columns.policies.of(name) for name in COLUMNS[2:]] == [Policy.MINE, Policy.THEIRS]


def test_each_cell_says_who_changed_it_and_the_open_ones_wait(
    qtbot: QtBot, bulk_page: BulkUpdatePage, returned: Returned
) -> None:
    screen = compared(qtbot, bulk_page, returned())
    assert screen.change_set is not None
    assert screen.change_set.counts == {RowState.PLANNED: 1, RowState.UNCHANGED: 2, RowState.CONFLICT: 2}
    assert bulk_page.foot.line.whole == "2 values wait for your decision."

    qtbot.mouseClick(bulk_page.rows_step.tiles[None], LEFT)
    shows(qtbot, screen, ["yours", "Zoho’s", "both", "both", ""])
    cells = [screen.rows.table.index(place, 3).data(CELL_ROLE) for place in range(4)]
    assert [cell.spoken for cell in cells] == [
        "10 becomes 20, yours", "31, Zoho’s", "32 becomes 22, both", "33 becomes 23, both",
    ]  # fmt: skip
    assert {str(who) for who in Drift} & {str(key) for key in bulk_page.rows_step.tiles} == {
        "both", "only mine", "only theirs",
    }  # fmt: skip
    qtbot.mouseClick(bulk_page.rows_step.tiles[Drift.THEIRS], LEFT)
    shows(qtbot, screen, ["Zoho’s"])


def test_a_cell_is_decided_and_the_next_one_comes_into_view(
    qtbot: QtBot, bulk_page: BulkUpdatePage, returned: Returned, simulator: Simulator
) -> None:
    screen = compared(qtbot, bulk_page, returned())
    rows = bulk_page.rows_step
    qtbot.mouseClick(rows.tiles[RowState.CONFLICT], LEFT)
    qtbot.waitUntil(rows.detail.decisions.isVisible)
    first = rows.detail.decisions.cells["Health_Score", Policy.MINE]
    assert first.text() == "Yours: 22"

    qtbot.mouseClick(first, LEFT)

    qtbot.waitUntil(lambda: screen.deciding.asked == 1 and rows.detail.name.whole.startswith("Row 5"))
    assert screen.change_set is not None
    assert screen.change_set.count(RowState.PLANNED) == 2
    qtbot.waitUntil(lambda: bulk_page.foot.primary.text() == "Apply 2 changes")
    qtbot.mouseClick(rows.detail.decisions.cells["Health_Score", Policy.THEIRS], LEFT)
    qtbot.waitUntil(lambda: screen.deciding.asked == 0)
    qtbot.mouseClick(bulk_page.foot.primary, LEFT)
    agree(qtbot, bulk_page)
    qtbot.waitUntil(lambda: screen.step is Step.RESULT and not screen.is_running, timeout=10_000)
    records = list(simulator.world.records("Accounts").values())[:5]
    assert [one["Health_Score"] for one in records] == [20, 31, 22, 33, 10]


def test_where_every_row_is_asked_the_first_decision_is_in_view_and_fits_a_small_window(
    qtbot: QtBot, bulk_page: BulkUpdatePage, returned: Returned, tmp_path: Path
) -> None:
    bulk_page.resize(692, 570)
    header, *lines = returned().read_text("utf-8").splitlines()
    asked = file(tmp_path, "\n".join([header, *lines[2:4]]) + "\n", "asked.csv")
    screen = compared(qtbot, bulk_page, asked)
    assert screen.change_set is not None
    assert screen.change_set.counts == {RowState.CONFLICT: 2}
    qtbot.waitUntil(bulk_page.rows_step.detail.decisions.isVisible)
    assert screen.drift is Drift.BOTH
    assert bulk_page.foot.small.whole.startswith("Choose yours or Zoho’s")
    assert not bulk_page.foot.primary.isVisible()
    assert bulk_page.size().toTuple() == (692, 570)


def test_a_whole_column_is_decided_at_once_and_can_be_decided_otherwise(
    qtbot: QtBot, bulk_page: BulkUpdatePage, returned: Returned
) -> None:
    screen = compared(qtbot, bulk_page, returned())
    rows = bulk_page.rows_step
    qtbot.mouseClick(rows.tiles[Drift.BOTH], LEFT)
    qtbot.waitUntil(rows.detail.decisions.isVisible)
    every = rows.detail.decisions.columns["Health_Score", Policy.THEIRS]
    assert every.text() == "Zoho’s in all 2 rows"

    qtbot.mouseClick(every, LEFT)
    qtbot.waitUntil(lambda: screen.deciding.asked == 0 and rows.detail.decisions.isVisible())
    assert screen.change_set is not None
    assert screen.change_set.counts == {RowState.PLANNED: 1, RowState.UNCHANGED: 4}

    def is_theirs() -> bool:
        return rows.detail.decisions.cells["Health_Score", Policy.THEIRS].isChecked()

    qtbot.waitUntil(is_theirs)

    qtbot.mouseClick(rows.detail.decisions.columns["Health_Score", Policy.MINE], LEFT)
    qtbot.waitUntil(lambda: screen.change_set is not None and screen.change_set.count(RowState.PLANNED) == 3)


def test_decisions_hold_when_columns_are_mapped_anew_and_how_many_is_said(
    qtbot: QtBot, bulk_page: BulkUpdatePage, returned: Returned
) -> None:
    screen, said = compared(qtbot, bulk_page, returned()), []
    screen.noticed.connect(lambda notice: said.append(notice.text))
    rows = bulk_page.rows_step
    qtbot.mouseClick(rows.tiles[Drift.BOTH], LEFT)
    qtbot.waitUntil(rows.detail.decisions.isVisible)
    qtbot.mouseClick(rows.detail.decisions.columns["Health_Score", Policy.MINE], LEFT)
    qtbot.waitUntil(lambda: screen.deciding.decided == 2 and not screen.deciding.is_deciding)

    def anew(column: int, field: str) -> None:
        screen.go_to(Step.COLUMNS)
        screen.columns.set_target(column, field)
        qtbot.waitUntil(bulk_page.foot.primary.isEnabled)
        qtbot.mouseClick(bulk_page.foot.primary, LEFT)
        qtbot.waitUntil(lambda: screen.step is Step.DIFFERENCE and not screen.is_comparing)

    anew(3, "")
    qtbot.waitUntil(lambda: said == ["Your 2 decisions still hold."])
    assert screen.change_set is not None
    assert screen.change_set.count(RowState.PLANNED) == 3
    anew(2, "Rating")
    qtbot.waitUntil(lambda: len(said) == 2)
    assert said[1] == "Your 2 decisions no longer fit and were dropped."


def test_a_long_column_is_decided_with_progress_and_cancelled_it_is_as_it_was(
    qtbot: QtBot, bulk_page: BulkUpdatePage, workspace: Workspace, acme: Connection
) -> None:
    journal, screen, foot = workspace.journal, bulk_page.screen_model, bulk_page.foot
    plan = journal.begin(
        NewChangeSet(
            acme.id, "Accounts", ChangeSetKind.UPDATE, "returned.csv", ("id", "Health Score", TITLE),
            Mapping(0, "id", {1: "Health_Score"}), {"Health_Score": "Health Score"},
        )
    )  # fmt: skip
    cell = {"Health_Score": Drifted(Drift.BOTH, 2, 1)}
    journal.add_rows(
        plan,
        [
            RowRecord(
                number, (), RowState.CONFLICT, f"{number:018}", "", {"Health_Score": 1}, {"Health_Score": 2},
                code=CHANGED_IN_BOTH, drift=cell,
            )
            for number in range(2, MANY + 2)
        ],
    )  # fmt: skip
    journal.finish_plan(plan)
    screen.show_change_set(plan)
    detail = bulk_page.rows_step.detail
    qtbot.waitUntil(lambda: screen.deciding.asked == MANY and detail.decisions.isVisible())
    every = detail.decisions.columns["Health_Score", Policy.MINE]
    qtbot.mouseClick(every, LEFT)
    qtbot.waitUntil(foot.progress.isVisible)
    assert not screen.can_go_to(Step.COLUMNS)
    qtbot.mouseClick(foot.progress.cancel, LEFT)
    qtbot.waitUntil(lambda: not screen.deciding.is_deciding and not foot.progress.isVisible())
    # Whoever decides next waits for the one that is being taken back.
    screen.deciding.decide(journal.change_set(plan), "Health_Score", Policy.THEIRS, [2])
    qtbot.waitUntil(lambda: screen.deciding.asked == MANY - 1 and not screen.deciding.is_deciding)
    assert journal.change_set(plan).counts == {RowState.CONFLICT: MANY - 1, RowState.UNCHANGED: 1}
