"""The sign-in as a live check list, with a countdown and two ways out."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QVBoxLayout

from zoho_console.screens.connections import ConnectionsScreen
from zoho_console.screens.sign_in import Progress, Step, progress_of
from zoho_console.ui.parts.basics import button, card, label, row, set_style_property, set_tone

_WORDS = {
    Step.LISTENING: "This computer is ready for Zoho's answer",
    Step.WAITING: "Your browser shows Zoho's page; accept the permissions there",
    Step.CODE: "Zoho's answer arrived",
    Step.EXCHANGED: "Zoho gave the console its tokens",
    Step.STORED: "Organisation and user are known; the tokens are stored",
}
_TONES = {Progress.DONE: "good", Progress.NOW: "accent", Progress.AHEAD: "muted"}
_SPOKEN = {Progress.DONE: "done", Progress.NOW: "now", Progress.AHEAD: "to come"}
_MARKS = {Progress.DONE: "✓", Progress.NOW: "●", Progress.AHEAD: "○"}


class SignInPanel(QFrame):
    """Visible while somebody signs in."""

    def __init__(self, screen: ConnectionsScreen) -> None:
        super().__init__()
        self._screen = screen
        self._title = label("", "card-title")
        self.left = label("", "muted")
        self.lines: dict[Step, QLabel] = {step: label("") for step in Step}
        self.rejected = label("", tone="warn", wraps=True)
        self.address = QLineEdit()
        self.address.setReadOnly(True)
        self.address.setAccessibleName("Address to open in a browser")
        self.copy = button("Copy", self._copy)
        self.copy.setAccessibleName("Copy the address")
        self.again = button("Open the page again", screen.open_again)
        self.cancel = button("Cancel", screen.cancel_sign_in)
        frame, inside = card(margins=(20, 16, 20, 16), spacing=8)
        inside.addLayout(row(self._title, None, self.left))
        for line in self.lines.values():
            inside.addWidget(line)
        inside.addWidget(self.rejected)
        inside.addSpacing(4)
        inside.addWidget(label("If no browser opened, open this address yourself:", "small"))
        inside.addLayout(row(self.address, self.copy))
        inside.addLayout(row(self.again, None, self.cancel))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(frame)
        self.hide()

    def show_state(self) -> None:
        """Draw how far the sign-in is."""
        screen = self._screen
        connection = screen.signing_in
        self.setVisible(connection is not None)
        if connection is None:
            return
        self._title.setText(f"Signing in to “{connection.name}”")
        minutes, seconds = divmod(screen.seconds_left, 60)
        self.left.setText(f"{minutes}:{seconds:02} left")
        for step, line in self.lines.items():
            progress = progress_of(step, screen.steps)
            line.setText(f"{_MARKS[progress]}   {_WORDS[step]}")
            line.setAccessibleName(f"{_WORDS[step]}: {_SPOKEN[progress]}")
            set_tone(line, _TONES[progress])
            set_style_property(line, "role", "strong" if progress is Progress.NOW else "")
        self.rejected.setText(
            f"{screen.rejected} answer{'' if screen.rejected == 1 else 's'} did not belong to this sign-in and "
            "changed nothing; the console is still waiting for the right one."
        )
        self.rejected.setVisible(screen.rejected > 0)
        if self.address.text() != screen.address:
            self.address.setText(screen.address)
            self.address.setCursorPosition(0)
        self.again.setEnabled(bool(screen.address))
        self.copy.setEnabled(bool(screen.address))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._screen.address)
