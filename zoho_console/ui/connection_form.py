"""The form for a new connection, with the exact address to register at Zoho."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication, QIntValidator
from PySide6.QtWidgets import QComboBox, QFormLayout, QFrame, QHBoxLayout, QLineEdit, QVBoxLayout

from zoho_console.screens.connections import (
    CUSTOM,
    DATA_CENTRES,
    DEFAULT_REDIRECT_PORT,
    ConnectionsScreen,
    Draft,
    Environment,
    redirect_uri,
)
from zoho_console.ui.parts.basics import button, card, label, row

_HELP = (
    "1.  Open Zoho's API console (api-console.zoho.com) and add a client of the type “Server-based Applications”.\n"
    "2.  Register the redirect address below, letter by letter.\n"
    "3.  Copy its client id and client secret into this form.\n"
    "4.  You then sign in at Zoho in your browser; the console never sees your password."
)


class ConnectionForm(QFrame):
    """Collects a `Draft`."""

    def __init__(self, screen: ConnectionsScreen) -> None:
        super().__init__()
        self._screen = screen
        self.name = QLineEdit()
        self.name.setPlaceholderText("Acme production")
        self.centre = QComboBox()
        for one in DATA_CENTRES.values():
            self.centre.addItem(f"{one.place} ({one.code})", one.code)
        self.centre.addItem("Custom servers", CUSTOM)
        self.environment = QComboBox()
        self.environment.addItems([str(one) for one in Environment])
        self.client_id = QLineEdit()
        self.client_id.setPlaceholderText("1000.…")
        self.secret = QLineEdit()
        self.secret.setEchoMode(QLineEdit.EchoMode.Password)
        self.secret.setPlaceholderText("kept in your system's password store only")
        self.port = QLineEdit(str(DEFAULT_REDIRECT_PORT))
        self.port.setValidator(QIntValidator(1024, 65535, self))
        self.accounts_url, self.api_url, self.upload_url = QLineEdit(), QLineEdit(), QLineEdit()
        for edit, example in (
            (self.accounts_url, "https://accounts.example.org"),
            (self.api_url, "https://api.example.org"),
            (self.upload_url, "the same as the API"),
        ):
            edit.setPlaceholderText(example)
        self._redirect = label("", "strong", selectable=True)
        self._problem = label("", "small", tone="muted")
        self.save = button("Save and sign in", self._save, "primary")
        self._build()
        self.centre.currentIndexChanged.connect(self._show)
        for edit in (self.name, self.client_id, self.secret, self.accounts_url, self.api_url, self.port):
            edit.textChanged.connect(self._show)
        self._show()

    @property
    def draft(self) -> Draft:
        """What the form holds now."""
        return Draft(
            self.name.text(), self.centre.currentData(), self.environment.currentText(), self.client_id.text(),
            self.secret.text(), self._port,
            self.accounts_url.text(), self.api_url.text(), self.upload_url.text(),
        )  # fmt: skip

    @property
    def _port(self) -> int:
        return int(self.port.text()) if self.port.hasAcceptableInput() else DEFAULT_REDIRECT_PORT

    def _build(self) -> None:
        frame, inside = card(margins=(20, 16, 20, 16), spacing=12)
        self._form = QFormLayout()
        self._form.setHorizontalSpacing(16)
        self._form.setVerticalSpacing(8)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for words, widget in (
            ("&Name", self.name), ("&Data centre", self.centre), ("&Environment", self.environment),
            ("&Accounts address", self.accounts_url), ("A&PI address", self.api_url),
            ("&Upload address", self.upload_url),
            ("&Client id", self.client_id), ("Client &secret", self.secret), ("P&ort", self.port),
        ):  # fmt: skip
            self._form.addRow(words, widget)
        explained = QVBoxLayout()
        explained.setSpacing(10)
        explained.addWidget(label("Once, at Zoho", "strong"))
        explained.addWidget(label(_HELP, "muted", wraps=True))
        explained.addWidget(label("Redirect address to register", "small"))
        copy = button("Copy", self._copy, "link")
        copy.setAccessibleName("Copy the redirect address")
        explained.addLayout(row(self._redirect, copy, None))
        explained.addStretch(1)
        columns = QHBoxLayout()
        columns.setSpacing(28)
        columns.addLayout(self._form, 3)
        columns.addLayout(explained, 2)
        inside.addWidget(label("New connection", "card-title"))
        inside.addLayout(columns)
        inside.addLayout(row(self._problem, None, button("Cancel", self._screen.stop_adding), self.save))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(frame)

    def _show(self) -> None:
        is_custom = self.centre.currentData() == CUSTOM
        for edit in (self.accounts_url, self.api_url, self.upload_url):
            self._form.setRowVisible(edit, is_custom)
        self._redirect.setText(redirect_uri(self._port))
        missing = self.draft.missing()
        if not self.port.hasAcceptableInput():
            missing = "The port is a number from 1024 to 65535."
        self._problem.setText(missing)
        self.save.setEnabled(not missing)

    def _save(self) -> None:
        self._screen.add(self.draft)
        self.secret.clear()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(redirect_uri(self._port))
