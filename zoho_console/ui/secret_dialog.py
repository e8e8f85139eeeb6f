"""Asks for a client secret; what is typed shows as dots and cannot be read again."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QLineEdit, QVBoxLayout, QWidget

from zoho_console.ui.dialogs import shown
from zoho_console.ui.parts.basics import button, label, row

WIDTH = 440


class SecretDialog(QDialog):
    """One field of dots."""

    def __init__(self, parent: QWidget, connection: str) -> None:
        super().__init__(parent)
        self.setWindowTitle("Client secret")
        self.setFixedWidth(WIDTH)
        self.secret = QLineEdit()
        self.secret.setEchoMode(QLineEdit.EchoMode.Password)
        self.secret.setAccessibleName("Client secret")
        self.keep = button("Keep and try it", self.accept, "primary")
        self.keep.setDefault(True)
        self.keep.setEnabled(False)
        self.secret.textChanged.connect(lambda text: self.keep.setEnabled(bool(text.strip())))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 20, 22, 18)
        layout.setSpacing(10)
        layout.addWidget(label(f"Client secret for “{connection}”", "card-title", wraps=True))
        words = "It is in Zoho's API console under Client Secret, and is kept in your system's password store only."
        layout.addWidget(label(words, "muted", wraps=True))
        layout.addWidget(self.secret)
        layout.addSpacing(6)
        layout.addLayout(row(None, button("Cancel", self.reject), self.keep))
        self.secret.setFocus()


async def ask_secret(parent: QWidget, connection: str) -> str:
    """The secret, or "" if the person changed their mind."""
    dialog = SecretDialog(parent, connection)
    return dialog.secret.text().strip() if await shown(dialog) else ""
