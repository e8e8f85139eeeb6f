"""The sign-in as a live check list, with a countdown and two ways out."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QVBoxLayout

from zoho_console.screens.connections import ConnectionsScreen, Step
from zoho_console.ui.parts.basics import button, card, label, row, set_tone
from zoho_console.ui.theme import Look

_WORDS = {
    Step.LISTENING: "This computer is ready for Zoho's answer",
    Step.WAITING: "Your browser shows Zoho's page; accept the permissions there",
    Step.CODE: "Zoho's answer arrived",
    Step.EXCHANGED: "Zoho gave the console its tokens",
    Step.STORED: "Organisation and user are known; the tokens are stored",
}


class SignInPanel(QFrame):
    """Visible while somebody signs in."""

    def __init__(self, screen: ConnectionsScreen, look: Look) -> None:
        super().__init__()
        self._screen, self._look = screen, look
        self._title = label("", "card-title")
        self._left = label("", "muted")
        self.lines: dict[Step, QLabel] = {step: label("") for step in Step}
        self._rejected = label("", tone="warn", wraps=True)
        self.address = QLineEdit()
        self.address.setReadOnly(True)
        self.address.setAccessibleName("Address to open in a browser")
        self.again = button("Open the page again", screen.open_again)
        self.cancel = button("Cancel", screen.cancel_sign_in)
        frame, inside = card(margins=(20, 16, 20, 16), spacing=7)
        inside.addLayout(row(self._title, None, self._left))
        for line in self.lines.values():
            inside.addWidget(line)
        inside.addWidget(self._rejected)
        inside.addSpacing(4)
        inside.addWidget(label("If no browser opened, open this address yourself:", "small"))
        inside.addWidget(self.address)
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
        self._left.setText(f"{minutes}:{seconds:02} left")
        for step, line in self.lines.items():
            done = step in screen.steps
            line.setText(f"{'✓' if done else '○'}   {_WORDS[step]}")
            set_tone(line, "good" if done else "muted")
        self._rejected.setText(
            f"{screen.rejected} answer{'' if screen.rejected == 1 else 's'} did not belong to this sign-in and "
            "changed nothing; the console is still waiting for the right one."
        )
        self._rejected.setVisible(screen.rejected > 0)
        if self.address.text() != screen.address:
            self.address.setText(screen.address)
            self.address.setCursorPosition(0)
        self.again.setEnabled(bool(screen.address))
