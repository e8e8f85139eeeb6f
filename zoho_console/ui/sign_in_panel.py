"""The sign-in as a live check list, with a countdown, what went wrong, and every way on."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication, QIntValidator
from PySide6.QtWidgets import QFrame, QLineEdit, QPushButton, QVBoxLayout, QWidget

from zoho_console.screens.sign_in import Progress, SignInScreen, Step, progress_of
from zoho_console.ui.parts.basics import button, card, label, row, set_style_property, set_tone
from zoho_console.ui.parts.elided import ElidedLabel
from zoho_console.ui.second_way import SecondWay

MARK_WIDTH = 16
_WORDS = {  # of what is to be done, so that they are right in every state
    Step.LISTENING: "Make this computer ready for Zoho's answer",
    Step.WAITING: "Accept the permissions on Zoho's page, in your browser",
    Step.CODE: "Receive Zoho's answer",
    Step.EXCHANGED: "Exchange it for tokens",
    Step.STORED: "Check organisation, user and permissions, and store the tokens",
}
_TONES = {Progress.DONE: "good", Progress.NOW: "accent", Progress.AHEAD: "muted", Progress.SKIPPED: "muted"}
_SPOKEN = {Progress.DONE: "done", Progress.NOW: "now", Progress.AHEAD: "to come", Progress.SKIPPED: "not needed"}
_MARKS = {Progress.DONE: "✓", Progress.NOW: "●", Progress.AHEAD: "○", Progress.SKIPPED: "–"}


class StepLine(QWidget):
    """One step: a mark for where it stands, and what is to be done."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self._words = words
        self.mark, self.text = label(""), label(words)
        self.mark.setFixedWidth(MARK_WIDTH)
        layout = row(self.mark, self.text, None)
        self.setLayout(layout)

    def show_progress(self, progress: Progress, *, has_failed: bool) -> None:
        """Draw where the step stands; `has_failed`: the sign-in ended in it."""
        self.mark.setText("✕" if has_failed else _MARKS[progress])
        self.setAccessibleName(f"{self._words}: {'stopped here' if has_failed else _SPOKEN[progress]}")
        for part in (self.mark, self.text):
            set_tone(part, "bad" if has_failed else _TONES[progress])
            set_style_property(part, "role", "strong" if progress is Progress.NOW else "")


class SignInPanel(QFrame):
    """Visible while somebody signs in, and after that while something has to be decided."""

    def __init__(self, screen: SignInScreen) -> None:
        super().__init__()
        self._screen = screen
        self._title = ElidedLabel("card-title")
        self.left = label("", "muted")
        self.lines = {step: StepLine(_WORDS[step]) for step in Step}
        self.rejected = label("", tone="warn", wraps=True)
        self.ending = Ending(screen)
        self.address = QLineEdit()
        self.address.setReadOnly(True)
        self.address.setAccessibleName("Address to open in a browser")
        self.copy = button("Copy", self._copy)
        self.copy.setAccessibleName("Copy the address")
        self.again = button("Open the page again", screen.open_again)
        self.fold = button("", self._fold, "link")
        self.cancel = button("Cancel", screen.cancel)
        self.second_way = SecondWay(screen)
        self.second_way.hide()
        self._browser = QWidget()
        self._build()
        self.hide()

    def _build(self) -> None:
        browser = QVBoxLayout(self._browser)
        browser.setContentsMargins(0, 4, 0, 0)
        browser.addWidget(label("If no browser opened, open this address yourself:", "small"))
        browser.addLayout(row(self.address, self.copy, self.again))
        frame, inside = card(margins=(20, 16, 20, 16), spacing=8)
        inside.addLayout(row(self._title, self.left))
        for line in self.lines.values():
            inside.addWidget(line)
        for part in (self.rejected, self.ending, self._browser, self.second_way):
            inside.addWidget(part)
        inside.addLayout(row(self.fold, None, self.cancel))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(frame)

    def show_state(self) -> None:
        """Draw how far the sign-in is."""
        screen = self._screen
        connection, was_hidden = screen.connection, self.isHidden()
        self.setVisible(connection is not None)
        if connection is None:
            self.second_way.hide()
            self.second_way.clear()
            return
        self._title.say(f"Signing in to “{connection.name}”")
        minutes, seconds = divmod(screen.seconds_left, 60)
        self.left.setText(f"{minutes}:{seconds:02} left" if screen.is_waiting else "stopped")
        for step, line in self.lines.items():
            progress = progress_of(step, screen.steps)
            line.show_progress(progress, has_failed=progress is Progress.NOW and not screen.is_waiting)
        self.rejected.setText(
            f"{screen.rejected} answer{'' if screen.rejected == 1 else 's'} did not belong to this sign-in and "
            "changed nothing; the console is still waiting for the right one."
        )
        self.rejected.setVisible(screen.rejected > 0 and screen.is_waiting)
        self.ending.show_state()
        self._show_browser()
        self.fold.setText("Hide the other ways" if self.second_way.isVisible() else "No answer arrives? Other ways…")
        self.cancel.setText("Cancel" if screen.is_waiting else "Close")
        self.second_way.show_state()
        if was_hidden:
            self.cancel.setFocus()

    def _show_browser(self) -> None:
        screen = self._screen
        self._browser.setVisible(screen.is_waiting and bool(screen.address) and Step.CODE not in screen.steps)
        if self.address.text() != screen.address:
            self.address.setText(screen.address)
            self.address.setCursorPosition(0)

    def _fold(self) -> None:
        self.second_way.setVisible(self.second_way.isHidden())
        self.show_state()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._screen.address)


class Ending(QWidget):
    """Why a sign-in stopped, and a button for each remedy."""

    def __init__(self, screen: SignInScreen) -> None:
        super().__init__()
        self._screen = screen
        self.words = label("", "strong", tone="bad", wraps=True, selectable=True)
        self.advice = label("", "muted", wraps=True, selectable=True)
        self.retry = button("Sign in again", screen.again, "primary")
        self.keep = button("Keep this sign-in", screen.keep)
        self.ports: list[QPushButton] = []
        self.port = QLineEdit()
        self.port.setValidator(QIntValidator(1, 65535, self))
        self.port.setPlaceholderText("port")
        self.port.setFixedWidth(72)
        self.port.setAccessibleName("Another port that is registered at Zoho")
        self.port.returnPressed.connect(self._use_typed)
        self.use_port = button("Use this port", self._use_typed)
        self._ports = row(spacing=8)
        self._other = QWidget()
        self._other.setLayout(row(label("Or another one that is registered:", "muted"), self.port, self.use_port))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.addWidget(self.words)
        layout.addWidget(self.advice)
        actions = row(self.retry, self.keep)
        actions.addLayout(self._ports)
        actions.addStretch(1)
        layout.addLayout(actions)
        layout.addLayout(row(self._other, None))

    def show_state(self) -> None:
        """Draw the problem, or nothing while there is none."""
        screen, problem = self._screen, self._screen.problem
        self.setVisible(problem is not None)
        if problem is None:
            return
        self.words.setText(str(problem))
        self.advice.setText(problem.advice)
        self.advice.setVisible(bool(problem.advice))
        self.retry.setText("Try again" if screen.is_port_taken else "Sign in again")
        self.keep.setVisible(screen.may_keep)
        self._other.setVisible(screen.is_port_taken)
        offered = screen.ports if screen.is_port_taken else []
        if [one.text() for one in self.ports] != [_port_words(port) for port in offered]:
            self._offer(offered)

    def _offer(self, ports: list[int]) -> None:
        for gone in self.ports:
            self._ports.removeWidget(gone)
            gone.deleteLater()
        self.ports = [button(_port_words(port), lambda port=port: self._screen.again(port)) for port in ports]  # type: ignore[misc]
        for made in self.ports:
            self._ports.addWidget(made)

    def _use_typed(self) -> None:
        port = int(self.port.text() or 0)
        if port >= 1024:
            self._screen.again(port)


def _port_words(port: int) -> str:
    return f"Use port {port}"
