"""The foot of the bulk update page: one sentence about safety and price, and the buttons of the step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from zoho_console.domain.changes import ChangeSetKind, ChangeSetState, RowState
from zoho_console.screens.bulk_update import BulkUpdateScreen
from zoho_console.screens.change_set import Step
from zoho_console.ui.parts.basics import button, label, separator


class Asks(Protocol):
    """What the foot needs of its page."""

    @property
    def screen_model(self) -> BulkUpdateScreen:
        """The screen."""
        ...

    def ask_to_apply(self) -> None:
        """Confirm, then apply."""
        ...

    def ask_to_stop(self) -> None:
        """Confirm, then stop."""
        ...

    def ask_for_report(self) -> None:
        """Choose a file, then write the report."""
        ...


class Foot(QWidget):
    """Buttons by name: back, report, pause, stop, undo, again, primary."""

    def __init__(self, page: Asks) -> None:
        super().__init__()
        self._page = page
        self._screen = page.screen_model
        self._primary_action: Callable[[], None] = lambda: None
        self._line = label("", "strong")
        self._small = label("", "small")
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._line)
        words.addWidget(self._small)
        self.back = button("Back", self._back)
        self.report = button("Save report…", page.ask_for_report)
        self.pause = button("Pause", self._screen.pause)
        self.stop = button("Stop…", page.ask_to_stop)
        self.undo = button("Undo…", self._undo)
        self.again = button("New update", self._screen.begin_again)
        self.primary = button("", self._press_primary, "primary")
        self.primary.setMinimumHeight(36)
        layout = QHBoxLayout()
        layout.setSpacing(8)
        layout.addLayout(words, 1)
        for one in (self.back, self.report, self.pause, self.stop, self.undo, self.again, self.primary):
            layout.addWidget(one)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(10)
        whole.addWidget(separator())
        whole.addLayout(layout)

    def show_state(self) -> None:
        """Draw what can be done at this step."""
        screen = self._screen
        for one in (self.back, self.report, self.pause, self.stop, self.undo, self.again, self.primary):
            one.hide()
        self._say("", "")
        self.setVisible(screen.step is not Step.FILE and not screen.is_comparing)
        {
            Step.FILE: lambda: None,
            Step.COLUMNS: self._columns,
            Step.DIFFERENCE: self._difference,
            Step.RUN: self._run,
            Step.RESULT: self._result,
        }[screen.step]()

    def _columns(self) -> None:
        screen = self._screen
        self._say("Comparing reads your accounts and changes nothing.", "")
        self.back.show()
        ready = not screen.problems
        self._offer("Compare with Zoho", screen.compare, enabled=ready)
        if not ready:
            self._say(f"{screen.problems[0].sentence} {screen.problems[0].advice}", "")

    def _difference(self) -> None:
        screen = self._screen
        change_set = screen.change_set
        if change_set is None:
            return
        count = change_set.count(RowState.PLANNED)
        self.back.setVisible(screen.table is not None)
        self.again.setVisible(screen.table is None)
        self.report.show()
        if count:
            self._say(f"Before-values of {count:,} accounts are kept: this run can be undone.", screen.price)
            self._offer(f"Apply {count:,} changes", self._page.ask_to_apply)
        else:
            self._say("There is nothing to change.", "Every row is unchanged already or cannot be used.")

    def _run(self) -> None:
        screen = self._screen
        if screen.is_running:
            self._say("Each batch is written down before it is sent.", "You may leave this page; the run goes on.")
            self.pause.show()
            self.stop.show()
        elif screen.change_set is not None:
            paused = screen.change_set.state is ChangeSetState.PAUSED
            self._say("The run is paused." if paused else "The run was cut off.", screen.change_set.note)
            self.report.show()
            self.again.show()
            self._offer("Go on", screen.apply)

    def _result(self) -> None:
        screen = self._screen
        change_set = screen.change_set
        if change_set is None:
            return
        self._say(screen.summary, "The report has one line for every row of the file.")
        self.report.show()
        self.again.show()
        self.undo.setVisible(bool(change_set.count(RowState.UPDATED)))
        self.undo.setText("Undo the undo…" if change_set.kind is ChangeSetKind.UNDO else "Undo…")

    def _press_primary(self) -> None:
        self._primary_action()

    def _offer(self, text: str, action: Callable[[], None], *, enabled: bool = True) -> None:
        self.primary.setText(text)
        self._primary_action = action
        self.primary.setEnabled(enabled)
        self.primary.show()

    def _say(self, line: str, small: str) -> None:
        self._line.setText(line)
        self._small.setText(small)

    def _back(self) -> None:
        self._screen.go_to(Step.FILE if self._screen.step is Step.COLUMNS else Step.COLUMNS)

    def _undo(self) -> None:
        if self._screen.change_set is not None:
            self._screen.prepare_undo(self._screen.change_set.id)
