"""The jobs page on a real journal: runs listed, filtered, reported, undone, continued."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from bulk_hands import agree
from bulk_hands import asked as confirmation
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from zoho_console.bulk.undoing import WHOLE, Choice
from zoho_console.domain.changes import (
    ChangeSet,
    ChangeSetKind,
    ChangeSetState,
    Mapping,
    NewChangeSet,
    Outcome,
    Row,
    RowRecord,
    RowState,
)
from zoho_console.domain.connections import Connection
from zoho_console.domain.guards import Level
from zoho_console.screens.jobs import JobsScreen
from zoho_console.screens.screen import Desk
from zoho_console.screens.table import CELL_ROLE, Cell
from zoho_console.store.journal import Journal
from zoho_console.ui.pages.jobs import JobsPage
from zoho_console.ui.parts.counts_bar import NARROWEST, CountsBar
from zoho_console.ui.theme import Look
from zoho_console.ui.undo_dialog import UndoDialog
from zoho_console.workspace.workspace import Workspace

LEFT = Qt.MouseButton.LeftButton


class Runs:
    """Writes change sets into a journal."""

    def __init__(self, journal: Journal, connection: Connection) -> None:
        self.journal, self._connection = journal, connection

    def planned(self, source: str, good: int, bad: int = 0, fields: dict[str, str] | None = None) -> ChangeSet:
        fields = fields or {"Industry": "Finance"}
        mapping = Mapping(0, "id", {1: "Industry", 2: "Rating"})
        rows = [
            RowRecord(
                place + 2, (str(place), "Finance", ""), RowState.PLANNED, record_id=str(10**17 + place),
                record_name=f"Account {place}", before=dict.fromkeys(fields, "Banking"), after=dict(fields),
            )
            for place in range(good)
        ]  # fmt: skip
        rows += [
            RowRecord(
                good + place + 2, ("x", "Finanse", ""), RowState.INVALID, code="no-such-value",
                reason="“Finanse” is not a value of “Industry”.", advice="Did you mean “Finance”?",
            )
            for place in range(bad)
        ]  # fmt: skip
        content = [Row(row.number, row.texts) for row in rows]
        file_id = self.journal.staging.add(self._connection.id, source, content, lambda _rows: None)
        number = self.journal.begin(
            NewChangeSet(
                self._connection.id, "Accounts", ChangeSetKind.UPDATE, source, ("id", "Industry", "Rating"), mapping,
                {"Industry": "Industry", "Rating": "Rating"}, created_by="Mina Vogel", file_id=file_id,
            )
        )  # fmt: skip
        self.journal.add_rows(number, rows)
        return self.journal.finish_plan(number)

    def finished(
        self, source: str, good: int, bad: int = 0, outcome: RowState = RowState.UPDATED, **options: Any
    ) -> ChangeSet:
        one = self.planned(source, good, bad, **options)
        runs = self.journal.runs
        lease = runs.take(one.id, "", 60)
        for batch in self.journal.open_batches(one.id):
            sent = runs.intend(lease, batch, self.journal.batch_rows(one.id, batch))
            runs.answer(lease, sent, [Outcome(row.number, outcome) for row in sent], [])
        runs.release(lease, ChangeSetState.FINISHED)
        return self.journal.change_set(one.id)


@pytest.fixture
def runs(workspace: Workspace, acme: Connection) -> Runs:
    return Runs(workspace.journal, acme)


@pytest.fixture
def asked() -> list[tuple[object, ...]]:
    """What the page asked of the bulk update page."""
    return []


@pytest.fixture
def page(
    qtbot: QtBot, desk: Desk, look: Look, shown: Callable[..., QWidget], asked: list[tuple[object, ...]]
) -> JobsPage:
    def ask(what: str) -> Callable[..., None]:
        return lambda *asks: asked.append((what, *asks))

    screen = JobsScreen(desk, ask("open"), ask("resume"), ask("undo"), ask("retry"))
    made = JobsPage(screen, look)
    screen.noticed.connect(made.notices.show_notice)
    shown(made)
    return made


@pytest.fixture
def opened(qtbot: QtBot, page: JobsPage) -> Iterator[Callable[[], JobsScreen]]:
    """Bring the page into view and wait until the newest run is drawn."""

    def open_it() -> JobsScreen:
        screen = page._screen
        screen.shown()
        qtbot.waitUntil(lambda: bool(screen.rows.table.rows))
        return screen

    yield open_it
    page._screen.tasks.cancel("load")


def words(page: JobsPage) -> list[str]:
    return [made.text() for made in page.filter.buttons.values()]


def test_without_a_run_the_page_teaches_and_leads_to_bulk_update(qtbot: QtBot, page: JobsPage, desk: Desk) -> None:
    page._screen.shown()
    qtbot.waitUntil(page.empty.isVisible)
    wanted: list[str] = []
    desk.page_wanted.connect(wanted.append)

    button = page.empty.findChild(type(page.report))
    qtbot.mouseClick(button, LEFT)

    assert wanted == ["bulk"]
    assert not any(one.isVisible() for one in (page.report, page.undo, page.go_on))


def test_nothing_says_that_there_is_no_run_before_the_journal_was_read(page: JobsPage) -> None:
    assert not page.empty.isVisible()


def test_runs_are_listed_newest_first_and_the_newest_is_shown(
    page: JobsPage, runs: Runs, opened: Callable[[], JobsScreen]
) -> None:
    first, second = runs.finished("old.csv", 3), runs.finished("new.csv", 5, 2)

    screen = opened()

    assert [job.id for job in screen.jobs] == [second.id, first.id]
    assert screen.chosen == second
    assert words(page) == ["all rows  7", "updated  5", "cannot be used  2"]
    assert f"Run {second.id}" in page.sentence.text()
    assert "by Mina Vogel" in page.sentence.text()
    assert "7 rows in file: 5 updated, 2 cannot be used." in page.sentence.text()
    assert [tile.accessibleName() for tile in page.list.tiles] == [
        f"Run {second.id}, new.csv: finished",
        f"Run {first.id}, old.csv: finished",
    ]


def test_only_fields_that_change_have_a_column(runs: Runs, opened: Callable[[], JobsScreen]) -> None:
    runs.finished("new.csv", 2, 1)

    table = opened().rows.table

    assert [column.key for column in table.columns] == ["row", "account", "state", "field:Industry", "reason"]
    change: Cell = table.index(0, 3).data(CELL_ROLE)
    assert change.spoken == "Banking becomes Finance"
    assert table.index(2, 4).data() == "“Finanse” is not a value of “Industry”."


def test_a_state_is_chosen_with_the_mouse_and_marked(
    qtbot: QtBot, page: JobsPage, runs: Runs, opened: Callable[[], JobsScreen]
) -> None:
    runs.finished("new.csv", 5, 2)
    screen = opened()

    qtbot.mouseClick(page.filter.buttons[RowState.INVALID,], LEFT)

    qtbot.waitUntil(lambda: len(screen.rows.table.rows) == 2)
    assert [made.isChecked() for made in page.filter.buttons.values()] == [False, False, True]
    assert [column.title for column in screen.rows.table.columns] == ["Row", "Account", "Problem", "What to do"]

    qtbot.mouseClick(page.filter.buttons[()], LEFT)
    qtbot.waitUntil(lambda: len(screen.rows.table.rows) == 7)


def test_the_arrows_walk_through_the_runs_and_take_the_focus_along(
    qtbot: QtBot, page: JobsPage, runs: Runs, opened: Callable[[], JobsScreen]
) -> None:
    first, second = runs.finished("old.csv", 3), runs.finished("new.csv", 5)
    screen = opened()
    page.list.tiles[0].setFocus()

    qtbot.keyClick(page.list.tiles[0], Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: len(screen.rows.table.rows) == 3)
    assert screen.chosen == first
    assert page.list.tiles[1].hasFocus()

    qtbot.keyClick(page.list.tiles[1], Qt.Key.Key_Down)
    assert page.list.tiles[1].hasFocus()
    qtbot.keyClick(page.list.tiles[0], Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: len(screen.rows.table.rows) == 5)
    assert screen.chosen == second


def test_only_the_chosen_run_is_a_stop_of_the_tab_key(
    qtbot: QtBot, page: JobsPage, runs: Runs, opened: Callable[[], JobsScreen]
) -> None:
    runs.finished("old.csv", 3)
    runs.finished("new.csv", 5)
    opened()
    assert [bool(tile.focusPolicy() & Qt.FocusPolicy.TabFocus) for tile in page.list.tiles] == [True, False]

    qtbot.mouseClick(page.list.tiles[1], LEFT)
    assert [bool(tile.focusPolicy() & Qt.FocusPolicy.TabFocus) for tile in page.list.tiles] == [False, True]


def test_rows_come_by_pages_as_the_person_scrolls(
    qtbot: QtBot, page: JobsPage, runs: Runs, opened: Callable[[], JobsScreen]
) -> None:
    runs.finished("long.csv", 450)
    table = opened().rows.table
    qtbot.waitUntil(lambda: len(table.rows) >= 200)

    def at_the_end() -> bool:
        page.view.scrollToBottom()
        return len(table.rows) == 450

    qtbot.waitUntil(at_the_end)
    assert [row.number for row in table.rows] == list(range(2, 452))


def test_the_table_behaves_as_qt_expects(
    qtbot: QtBot, qtmodeltester: ModelTester, runs: Runs, opened: Callable[[], JobsScreen]
) -> None:
    runs.finished("new.csv", 230)
    table = opened().rows.table
    qtmodeltester.check(table)
    qtbot.waitUntil(lambda: len(table.rows) == 230)


def test_undo_is_offered_for_a_finished_run_that_updated_something(
    qtbot: QtBot, page: JobsPage, runs: Runs, opened: Callable[[], JobsScreen], asked: list[tuple[object, ...]]
) -> None:
    done = runs.finished("new.csv", 3)
    opened()
    assert page.undo.isVisible()
    assert not page.go_on.isVisible()

    qtbot.mouseClick(page.undo, LEFT)
    agree(qtbot, page)
    qtbot.waitUntil(lambda: asked == [("undo", done.id, WHOLE)])


def test_a_part_of_a_run_is_undone_by_rows_values_and_fields(
    qtbot: QtBot,
    page: JobsPage,
    runs: Runs,
    opened: Callable[[], JobsScreen],
    asked: list[tuple[object, ...]],
    pictured: Callable[[QWidget, str], None],
) -> None:
    done = runs.finished("new.csv", 3, fields={"Industry": "Finance", "Rating": "Hot"})
    opened()
    page.view.selectRow(1)
    qtbot.mouseClick(page.undo, LEFT)
    dialog = confirmation(qtbot, page)
    assert isinstance(dialog, UndoDialog)
    assert [dialog.rows.itemText(place) for place in range(dialog.rows.count())] == [
        "All 3 updated rows", "Only Account 1, row 3", "Only where Industry became “Finance”",
        "Only where Rating became “Hot”",
    ]  # fmt: skip
    assert list(dialog.fields) == ["Industry", "Rating"]
    assert dialog.guard.pill.text() == "Guard: open"
    pictured(dialog, "guard-undo")
    dialog.rows.setCurrentIndex(1)
    dialog.fields["Industry"].setChecked(False)
    assert dialog.verb.isEnabled()
    dialog.fields["Rating"].setChecked(False)
    assert not dialog.verb.isEnabled()
    dialog.fields["Rating"].setChecked(True)

    qtbot.mouseClick(dialog.verb, LEFT)

    part = replace(WHOLE, rows=frozenset({3}), fields=frozenset({"Rating"}))
    qtbot.waitUntil(lambda: asked == [("undo", done.id, part)])


def test_a_run_with_unproved_rows_only_can_be_undone_where_our_value_shows(
    qtbot: QtBot, page: JobsPage, runs: Runs, opened: Callable[[], JobsScreen], asked: list[tuple[object, ...]]
) -> None:
    done = runs.finished("new.csv", 2, outcome=RowState.UNPROVED)
    opened()
    qtbot.mouseClick(page.undo, LEFT)
    agree(qtbot, page)
    qtbot.waitUntil(lambda: asked == [("undo", done.id, Choice(frozenset({RowState.UNPROVED})))])


def test_failed_rows_of_a_paused_run_can_be_retried(
    qtbot: QtBot, page: JobsPage, runs: Runs, workspace: Workspace, opened: Callable[[], JobsScreen],
) -> None:  # fmt: skip
    planned = runs.planned("new.csv", 3, 1)
    lease = workspace.journal.runs.take(planned.id, "", 60)
    screen = opened()
    assert not page.retry.isVisible()  # it is on its way
    workspace.journal.runs.release(lease, ChangeSetState.PAUSED, "Paused by you.")
    screen.shown()
    qtbot.waitUntil(page.retry.isVisible)


def test_a_run_that_updated_nothing_has_nothing_to_undo(
    page: JobsPage, runs: Runs, opened: Callable[[], JobsScreen]
) -> None:
    runs.finished("new.csv", 3, outcome=RowState.REFUSED)
    opened()
    assert not page.undo.isVisible()


def test_a_retry_is_offered_where_rows_failed_and_named_after_its_run(
    qtbot: QtBot, page: JobsPage, runs: Runs, opened: Callable[[], JobsScreen], asked: list[tuple[object, ...]]
) -> None:
    runs.finished("good.csv", 3)
    screen = opened()
    assert not page.retry.isVisible()
    done = runs.finished("new.csv", 3, 1)
    screen.shown()
    qtbot.waitUntil(lambda: len(screen.jobs) == 2)
    screen.choose(screen.jobs[0])
    qtbot.waitUntil(page.retry.isVisible)
    qtbot.mouseClick(page.retry, LEFT)
    assert asked == [("retry", done.id)]
    assert JobsScreen.title(replace(done, retries=done.id)) == f"Retry of run {done.id}: new.csv"


def test_a_planned_run_can_be_continued(
    qtbot: QtBot, page: JobsPage, runs: Runs, opened: Callable[[], JobsScreen], asked: list[tuple[object, ...]]
) -> None:
    planned = runs.planned("new.csv", 3)
    opened()
    assert not page.undo.isVisible()

    qtbot.mouseClick(page.go_on, LEFT)
    assert asked == [("open", planned.id)]


def test_a_planned_run_without_a_usable_row_cannot_be_continued(
    page: JobsPage, runs: Runs, opened: Callable[[], JobsScreen]
) -> None:
    runs.planned("wrong.csv", 0, 2)
    opened()
    assert not page.go_on.isVisible()


def test_a_paused_run_says_why(
    page: JobsPage, runs: Runs, workspace: Workspace, opened: Callable[[], JobsScreen]
) -> None:
    planned = runs.planned("new.csv", 3)
    workspace.journal.set_state(planned.id, ChangeSetState.APPLYING)
    workspace.journal.set_state(planned.id, ChangeSetState.PAUSED, "Zoho did not answer.")
    opened()
    assert page._note.isVisible()
    assert page._note.text() == "Zoho did not answer."
    assert page.go_on.isVisible()


def test_an_interrupted_run_is_called_so_and_resumed_by_one_click(
    qtbot: QtBot, page: JobsPage, runs: Runs, workspace: Workspace, opened: Callable[[], JobsScreen],
    asked: list[tuple[object, ...]],
) -> None:  # fmt: skip
    planned = runs.planned("new.csv", 3)
    workspace.journal.runs.take(planned.id, "a console that died", 0)
    opened()
    assert page._state.text() == "interrupted"
    assert page.go_on.text() == "Resume"

    qtbot.mouseClick(page.go_on, LEFT)
    assert asked == [("resume", planned.id)]


def test_counts_move_while_a_run_is_on_its_way_and_rows_stay_where_they_are(
    qtbot: QtBot, page: JobsPage, runs: Runs, workspace: Workspace, opened: Callable[[], JobsScreen]
) -> None:
    planned = runs.planned("new.csv", 3)
    journal = workspace.journal
    lease = journal.runs.take(planned.id, "", 60)
    screen = opened()
    page.view.selectRow(1)
    sent = journal.runs.intend(lease, 1, journal.batch_rows(planned.id, 1)[:2])
    journal.runs.answer(lease, sent, [Outcome(row.number, RowState.UPDATED) for row in sent], [])

    qtbot.waitUntil(lambda: "updated  2" in words(page), timeout=8000)  # the page looks again by itself

    assert screen.is_anything_running
    assert [row.number for row in page.view.chosen_rows()] == [3]  # type: ignore[attr-defined]


def test_the_report_is_saved_where_the_person_says(
    qtbot: QtBot, page: JobsPage, runs: Runs, opened: Callable[[], JobsScreen], tmp_path: Path
) -> None:
    done = runs.finished("new.csv", 3, 1)
    opened()
    path = tmp_path / "report.csv"

    qtbot.mouseClick(page.report, LEFT)
    qtbot.waitUntil(lambda: page.findChild(QFileDialog) is not None)
    dialog = page.findChild(QFileDialog)
    assert dialog is not None
    assert f"new report {done.id}.csv" in dialog.selectedFiles()[0]
    name = dialog.findChild(QLineEdit)
    name.clear()
    qtbot.keyClicks(name, str(path))
    qtbot.keyClick(name, Qt.Key.Key_Return)

    qtbot.waitUntil(lambda: bool(page.notices.notices))
    assert page.notices.notices[0].text == f"4 rows are in {path}."
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert [line["State"] for line in csv.DictReader(file)] == ["updated", "updated", "updated", "cannot be used"]


def test_the_form_of_the_report_is_chosen_and_a_long_one_can_be_stopped(
    qtbot: QtBot, page: JobsPage, runs: Runs, opened: Callable[[], JobsScreen], tmp_path: Path
) -> None:
    runs.finished("new.csv", 3, 1)
    screen = opened()
    qtbot.mouseClick(page.report, LEFT)
    qtbot.waitUntil(lambda: page.findChild(QFileDialog) is not None)
    dialog = page.findChild(QFileDialog)
    dialog.selectNameFilter("CSV to the letter (*.csv)")
    name = dialog.findChild(QLineEdit)
    name.clear()
    qtbot.keyClicks(name, str(tmp_path / "exact.csv"))
    qtbot.keyClick(name, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(page.notices.notices))
    assert "Row (cells to the letter)" in (tmp_path / "exact.csv").read_text("utf-8")

    screen.save_report(tmp_path / "stopped.csv")
    assert page.report.text().startswith("Stop saving")
    qtbot.mouseClick(page.report, LEFT)
    qtbot.waitUntil(lambda: page.report.text() == "Save report…")
    screen.save_report(tmp_path / "report.csv")
    qtbot.waitUntil((tmp_path / "report.csv").exists)
    assert not (tmp_path / "stopped.csv").exists()


def test_another_connection_has_other_runs(
    qtbot: QtBot, page: JobsPage, desk: Desk, runs: Runs, opened: Callable[[], JobsScreen]
) -> None:
    runs.finished("new.csv", 3)
    screen = opened()

    desk.use(None)

    qtbot.waitUntil(lambda: screen.is_loaded and not screen.jobs)
    qtbot.waitUntil(page.empty.isVisible)
    assert screen.chosen is None


def test_many_states_break_into_lines_and_never_widen_the_page(
    qtbot: QtBot, page: JobsPage, runs: Runs, workspace: Workspace, opened: Callable[[], JobsScreen]
) -> None:
    planned = runs.planned("new.csv", 8, 1)
    runs, rows = workspace.journal.runs, workspace.journal.batch_rows(planned.id, 1)
    lease = runs.take(planned.id, "", 60)
    unsent = (RowState.UNCHANGED, RowState.CONFLICT, RowState.SKIPPED)
    runs.look(lease, [Outcome(row.number, state) for row, state in zip(rows, unsent, strict=False)])
    answered = (RowState.UPDATED, RowState.REFUSED, RowState.UNPROVED)
    sent = runs.intend(lease, 1, rows[len(unsent) :])
    runs.answer(lease, sent, [Outcome(row.number, state) for row, state in zip(sent, answered, strict=False)], [])
    opened()
    page.resize(760, 560)
    qtbot.waitUntil(lambda: page.width() == 760)

    boxes = [made.geometry() for made in page.filter.buttons.values()]
    assert len({box.top() for box in boxes}) > 1
    assert max(box.right() for box in boxes) <= page.filter.width()
    assert max(box.bottom() for box in boxes) <= page.filter.height()


def test_a_single_row_is_seen_in_the_counts_bar_and_its_stretches_fill_it(qtbot: QtBot, look: Look) -> None:
    bar = CountsBar(look)
    qtbot.addWidget(bar)
    bar.show_counts({RowState.UPDATED: 99_999, RowState.INVALID: 1})

    widths = bar.widths(200)

    assert widths[1] >= NARROWEST * 0.95
    assert sum(widths) == pytest.approx(200)
    assert bar.accessibleName() == "99,999 updated, 1 cannot be used"
    bar.show_counts({})
    assert bar.widths(200) == []


def test_a_paused_run_of_a_guarded_connection_cannot_be_resumed_and_says_why(
    qtbot: QtBot,
    page: JobsPage,
    opened: Callable[[], JobsScreen],
    runs: Runs,
    desk: Desk,
    acme: Connection,
    pictured: Callable[[QWidget, str], None],
) -> None:
    paused = runs.planned("companies.csv", 2)
    runs.journal.runs.release(runs.journal.runs.take(paused.id, "", 60), ChangeSetState.PAUSED)
    screen = opened()
    qtbot.waitUntil(page.go_on.isVisible)
    assert page.guard.pill.text() == "Guard: open"
    assert page.go_on.isEnabled()

    desk.saw(screen.workspace.connections.set_guard(acme.id, Level.WATCH))
    assert page.guard.pill.text() == "Guard: watch only"
    assert page.guard.meaning.text() == Level.WATCH.meaning
    assert not page.go_on.isEnabled()
    pictured(page, "guard-jobs")
    desk.saw(screen.workspace.connections.set_guard(acme.id, Level.STAGED))
    assert page.go_on.isEnabled()
