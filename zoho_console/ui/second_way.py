"""What helps where no answer arrives from the browser: paste its address, use a self client's code, register anew."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QLineEdit, QPushButton, QVBoxLayout

from zoho_console.screens.sign_in import SignInScreen
from zoho_console.ui.parts.basics import button, label, row, separator


class SecondWay(QFrame):
    """Three ways on, each with the words that explain it."""

    def __init__(self, screen: SignInScreen) -> None:
        super().__init__()
        self._screen = screen
        self.pasted, self.use_pasted = _entry("Address the browser ended on", "Use this address", self._paste)
        self.code, self.use_code = _entry("Code of the self client", "Use this code", self._use_code)
        self.code.setEchoMode(QLineEdit.EchoMode.Password)
        self.code.setPlaceholderText("1000.…")
        self.redirect = label("", "strong", selectable=True)
        self.scopes = QLineEdit()
        self.scopes.setReadOnly(True)
        self.scopes.setAccessibleName("Permissions to enter there")
        self.copy_redirect = button("Copy", lambda: _copy(self._screen.redirect), "link")
        self.copy_redirect.setAccessibleName("Copy the redirect address")
        self.copy_scopes = button("Copy", lambda: _copy(self.scopes.text()))
        self.copy_scopes.setAccessibleName("Copy the permissions")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 4)
        layout.setSpacing(6)
        layout.addWidget(separator())
        layout.addWidget(label("The browser ended on a page it cannot open", "strong"))
        layout.addWidget(label(
            "Copy the whole address of that page and paste it here. It is checked like an answer that arrived by "
            "itself, and works from a browser on another computer too.", "muted", wraps=True,
        ))  # fmt: skip
        layout.addLayout(row(self.pasted, self.use_pasted))
        layout.addSpacing(6)
        layout.addWidget(label("Zoho says that the redirect address is invalid", "strong"))
        layout.addWidget(label(
            "In Zoho's API console open this client, tab “Client Details”, and add this address under “Authorized "
            "Redirect URIs”, letter by letter:", "muted", wraps=True,
        ))  # fmt: skip
        layout.addLayout(row(self.redirect, self.copy_redirect, None))
        layout.addSpacing(6)
        layout.addWidget(label("Without a browser on this computer: a self client", "strong"))
        layout.addWidget(label(
            "In Zoho's API console open “Self Client”, tab “Generate Code”. Enter these permissions and 10 minutes, "
            "choose the organisation, and paste the code here. The connection must have the client id and secret of "
            "that self client.", "muted", wraps=True,
        ))  # fmt: skip
        layout.addLayout(row(self.scopes, self.copy_scopes))
        layout.addLayout(row(self.code, self.use_code))

    def show_state(self) -> None:
        """Draw what belongs to this connection and attempt."""
        connection = self._screen.connection
        if connection is not None:
            self.redirect.setText(self._screen.redirect)
            self.scopes.setText(",".join(connection.scopes))
            self.scopes.setCursorPosition(0)
            self.pasted.setPlaceholderText(f"{self._screen.redirect}?state=…")
            # Only while an attempt waits does its address mean anything.
            self.use_pasted.setEnabled(self._screen.is_waiting)

    def clear(self) -> None:
        """Forget what was pasted."""
        self.pasted.clear()
        self.code.clear()

    def _paste(self) -> None:
        self._screen.paste(self.pasted.text())
        self.pasted.clear()

    def _use_code(self) -> None:
        self._screen.use_code(self.code.text())
        self.code.clear()


def _entry(name: str, verb: str, on_use: Callable[[], None]) -> tuple[QLineEdit, QPushButton]:
    edit = QLineEdit()
    edit.setAccessibleName(name)
    edit.returnPressed.connect(on_use)
    return edit, button(verb, on_use)


def _copy(text: str) -> None:
    QGuiApplication.clipboard().setText(text)
