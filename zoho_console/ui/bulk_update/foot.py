"""The foot of the bulk update page: one sentence about safety and price, and the buttons of the step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from zoho_console.domain.changes import ChangeSet, ChangeSetKind, ChangeSetState, RowState
from zoho_console.domain.guards import Guard
from zoho_console.screens.again import may_be_undone
from zoho_console.screens.bulk_update import BulkUpdateScreen
from zoho_console.screens.bulk_words import problems, updated_words
from zoho_console.screens.change_set import Step
from zoho_console.screens.words import count
from zoho_console.ui.parts.basics import button, row, separator, set_tone
from zoho_console.ui.parts.elided import ElidedLabel
from zoho_console.ui.parts.guard_mark import GuardPill
from zoho_console.ui.parts.progress import ProgressLine

HEIGHT = 38
LONG = 5000  # rows that take more than a moment to decide


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

    def ask_to_undo(self) -> None:
        """Choose what to undo, then compare it."""
        ...

    def ask_for_report(self) -> None:
        """Choose a file, then write the report."""
        ...


class Foot(QWidget):
    """Buttons by name: back, report, pause, stop, undo, again, primary; instead of them `progress`."""

    def __init__(self, page: Asks) -> None:
        super().__init__()
        self._page = page
        self._screen = screen = page.screen_model
        self._primary_action: Callable[[], None] = screen.compare
        self.line = ElidedLabel("strong")
        self.small = ElidedLabel("small")
        self.guard = GuardPill()
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addLayout(row(self.guard, self.line))
        words.addWidget(self.small)
        self.back = button("Back", self._back)
        self.report = button("Save report…", page.ask_for_report)
        self.pause = button("Pause", screen.pause)
        self.stop = button("Stop…", page.ask_to_stop)
        self.undo = button("Undo…", page.ask_to_undo)
        self.again = button("New update", screen.begin_again)
        self.primary = button("", self._press_primary, "primary")
        self.primary.setMinimumHeight(36)
        self._wanted: set[QPushButton] = set()
        self.progress = ProgressLine(self._cancel)
        self._state = QWidget()
        layout = QHBoxLayout(self._state)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(words, 1)
        for one in self._buttons:
            layout.addWidget(one)
        self._state.setMinimumHeight(HEIGHT)
        self.progress.setMinimumHeight(HEIGHT)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(10)
        whole.addWidget(separator())
        whole.addWidget(self._state)
        whole.addWidget(self.progress)

    @property
    def _buttons(self) -> tuple[QPushButton, ...]:
        return (self.back, self.report, self.pause, self.stop, self.undo, self.again, self.primary)

    def show_state(self) -> None:
        """Draw what can be done at this step, or how far comparing or deciding is."""
        screen, deciding = self._screen, self._screen.deciding
        if screen.is_comparing and screen.progress is not None:
            self._say_progress("Comparing with Zoho", screen.progress.done, screen.progress.total)
        elif deciding.is_deciding and deciding.total > LONG:
            self._say_progress("Deciding", deciding.done, deciding.total)
        else:
            self.progress.say("")
            self._show_buttons()
            self._state.show()
        self.setVisible(screen.step is not Step.FILE or screen.source.table is not None)

    def _say_progress(self, what: str, done: int, total: int) -> None:
        self._state.hide()
        of = f" of {total:,}" if total else ""
        self.progress.say(f"{what}: {done:,}{of} rows", done, total)

    def _cancel(self) -> None:
        if self._screen.is_comparing:
            self._screen.cancel_comparing()
        else:
            self._screen.deciding.cancel()

    def _show_buttons(self) -> None:
        screen = self._screen
        self._wanted.clear()
        self._may_send(screen.desk.guard if screen.step in (Step.DIFFERENCE, Step.RUN) else None)
        self.report.setText(screen.report.verb)
        change_set = screen.change_set
        if screen.step in (Step.FILE, Step.COLUMNS):
            self._before_comparing()
        elif change_set is not None:
            {Step.DIFFERENCE: self._difference, Step.RUN: self._run}.get(screen.step, self._result)(change_set)
        # Only what is no longer wanted is hidden: a button that comes back would have lost the focus.
        for one in sorted(self._buttons, key=self._wanted.__contains__):
            one.setVisible(one in self._wanted)

    def _may_send(self, guard: Guard | None) -> None:
        self.guard.setVisible(guard is not None)
        if guard is not None:
            self.guard.show_guard(guard)

    def _want(self, one: QPushButton, *, if_so: bool = True) -> None:
        if if_so:
            self._wanted.add(one)

    def take_focus(self) -> None:
        """Give the keyboard to what comes next: the primary button, else the first that can be pressed."""
        buttons = (self.progress.cancel, self.primary, *self._buttons)
        for one in buttons:
            if one.isVisible() and one.isEnabled():
                one.setFocus()
                return

    def _before_comparing(self) -> None:
        screen = self._screen
        ready = not screen.hindrance
        if screen.step is Step.FILE:
            self._say("Does it look right?", "Correct how the file is read if letters or columns are wrong.")
            self._offer("Choose columns", lambda: screen.go_to(Step.COLUMNS), enabled=screen.source.problem is None)
        else:
            self._say("Comparing reads your accounts and changes nothing.", "")
            self._want(self.back)
            rows = screen.source.rows
            words = "Compare with Zoho" if rows is None else f"Compare {count(rows, 'row')} with Zoho"
            self._offer(words, screen.compare, enabled=ready)
        if not ready and (screen.step is Step.COLUMNS or screen.source.problem is not None):
            self._say("This cannot be compared yet.", screen.hindrance, tone="bad")

    def _difference(self, change_set: ChangeSet) -> None:
        screen = self._screen
        planned = change_set.count(RowState.PLANNED)
        has_file = screen.source.table is not None
        self._want(self.back, if_so=has_file)
        self._want(self.again, if_so=not has_file)
        self._want(self.report, if_so=bool(problems(change_set)))
        if planned:
            self._say("The values of now are kept for an undo.", screen.price())
            self._offer_to_send(f"Apply {count(planned, 'change')}", self._page.ask_to_apply)
        else:
            self._say("There is nothing to change.", "Every row is unchanged already or cannot be used.")
        if asked := screen.deciding.asked:
            words = f"{count(asked, 'value')} {'waits' if asked == 1 else 'wait'} for your decision."
            self._say(
                words, screen.price() if planned else "Choose yours or Zoho’s for each row, or for a whole column."
            )

    def _run(self, change_set: ChangeSet) -> None:
        screen = self._screen
        if screen.is_running:
            self._say(
                screen.ending or "Each batch is written down before it is sent.",
                "You may leave this page; the run goes on.",
            )
            self._want(self.pause, if_so=not screen.ending)
            self._want(self.stop, if_so=not screen.ending)
            return
        paused = change_set.state is ChangeSetState.PAUSED
        cut_off = "It was cut off, or goes on in another console. What was sent is looked up before going on."
        self._say("The run is paused." if paused else "This run is not on its way here.", change_set.note or cut_off)
        self._want(self.report)
        self._want(self.stop, if_so=paused or change_set.is_interrupted)
        self._want(self.again)
        self._offer_to_send("Go on", screen.apply)

    def _result(self, change_set: ChangeSet) -> None:
        updated = change_set.count(RowState.UPDATED)
        if change_set.state is ChangeSetState.FINISHED:
            changed = "No account was changed."
            if updated:
                changed = f"{count(updated, 'account')} {updated_words(change_set)}."
            kept = "Their before-values are kept: this run can be undone."
            self._say(changed, kept if updated else "The report has one line for every row.")
        else:
            self._say("This was given up before anything was sent.", change_set.note)
        self._want(self.report)
        self._want(self.undo, if_so=change_set.state is ChangeSetState.FINISHED and may_be_undone(change_set))
        self.undo.setText("Undo the undo…" if change_set.kind is ChangeSetKind.UNDO else "Undo…")
        self._want(self.again)

    def _offer_to_send(self, words: str, action: Callable[[], None]) -> None:
        is_kept_back = self._screen.desk.is_watch_only
        self._offer(words, action, enabled=not (is_kept_back or self._screen.deciding.is_deciding))
        if is_kept_back:
            self._say("This connection is watch only.", "Nothing is sent until its guard is lowered under Connections.")

    def _offer(self, words: str, action: Callable[[], None], *, enabled: bool = True) -> None:
        self.primary.setText(words)
        self._primary_action = action
        self.primary.setEnabled(enabled)
        self._want(self.primary)

    def _press_primary(self) -> None:
        self._primary_action()

    def _say(self, line: str, small: str, *, tone: str = "") -> None:
        self.line.say(line)
        self.small.say(small)
        self.small.setVisible(bool(small))
        set_tone(self.small, tone)

    def _back(self) -> None:
        self._screen.go_to(Step.FILE if self._screen.step is Step.COLUMNS else Step.COLUMNS)
