"""The form for a new connection, with the exact address to register at Zoho."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QIntValidator
from PySide6.QtWidgets import QComboBox, QFormLayout, QFrame, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout

from zoho_console.domain.connections import CUSTOM, DATA_CENTRES, Environment, redirect_uri
from zoho_console.screens.connection_draft import Draft
from zoho_console.screens.connections import ConnectionsScreen
from zoho_console.ui.parts.basics import button, card, label, row
from zoho_console.ui.parts.form_field import FormField

_STEPS = (
    "Open Zoho's API console and add a client of the type “Server-based Applications”. Its name and homepage are up to "
    "you; the homepage may be your company's.",
    "Enter the redirect address below under “Authorized Redirect URIs”, letter by letter: http and not https, no slash "
    "at the end. Several may be registered, such as one for each port.",
    "If the console is to reach other data centres, turn them on in the client's tab “Settings”.",
    "Copy its client id and client secret, in the tab “Client Secret”, into this form.",
    "You then sign in at Zoho in your browser; the console never sees your password.",
)


class ConnectionForm(QFrame):
    """Collects a `Draft`; what was typed is forgotten once the connection is saved or the form put away."""

    def __init__(self, screen: ConnectionsScreen) -> None:
        super().__init__()
        self._screen = screen
        self.name = _edit("Acme production")
        self.centre = QComboBox()
        for one in DATA_CENTRES.values():
            self.centre.addItem(f"{one.place} ({one.code})", one.code)
        self.centre.addItem("Custom servers", CUSTOM)
        self.environment = QComboBox()
        self.environment.addItems([str(one) for one in Environment])
        self.accounts_url = _edit("https://accounts.example.org")
        self.api_url = _edit("https://api.example.org")
        self.upload_url = _edit("the same as the API")
        self.client_id = _edit("1000.…")
        self.secret = _edit("kept in your system's password store only")
        self.secret.setEchoMode(QLineEdit.EchoMode.Password)
        self.port = _edit("")
        self.port.setValidator(QIntValidator(1, 65535, self))
        self.fields = {
            "name": FormField("&Name", self.name),
            "data_centre": FormField("&Data centre", self.centre),
            "environment": FormField("&Environment", self.environment),
            "accounts_url": FormField("&Accounts address", self.accounts_url),
            "api_url": FormField("A&PI address", self.api_url),
            "upload_url": FormField("&Upload address", self.upload_url),
            "client_id": FormField("&Client id", self.client_id),
            "secret": FormField("Client &secret", self.secret),
            "port": FormField("P&ort", self.port),
        }
        self._redirect = label("", "strong", selectable=True)
        self._missing = label("", "small", wraps=True)
        self.copy = button("Copy", self._copy, "link")
        self.copy.setAccessibleName("Copy the redirect address")
        self.console = button("Open Zoho's API console", self._open_console, "link")
        self.cancel = button("Cancel", screen.stop_adding)
        self.save = button("Save and sign in", self._save, "primary")
        self._build()
        self.clear()
        self._listen()

    def _listen(self) -> None:
        self.centre.currentIndexChanged.connect(self._show)
        for edit in self.findChildren(QLineEdit):
            edit.textChanged.connect(self._show)
            edit.returnPressed.connect(self._save)

    @property
    def draft(self) -> Draft:
        """What the form holds now."""
        return Draft(
            self.name.text(), self.centre.currentData(), self.environment.currentText(), self.client_id.text(),
            self.secret.text(), int(self.port.text() or 0),
            self.accounts_url.text(), self.api_url.text(), self.upload_url.text(),
        )  # fmt: skip

    def show_state(self) -> None:
        """Come into view while somebody adds a connection, with the focus in the first field; else forget all."""
        is_wanted, was_hidden = self._screen.is_adding, self.isHidden()
        self.setVisible(is_wanted)
        if not is_wanted and not was_hidden:
            self.clear()
        elif is_wanted and was_hidden:
            self.name.setFocus(Qt.FocusReason.OtherFocusReason)
        self._show()

    def clear(self) -> None:
        """Forget what was typed, the secret before all."""
        for edit in (self.secret, self.name, self.client_id, self.accounts_url, self.api_url, self.upload_url):
            edit.clear()
        self.centre.setCurrentIndex(0)
        self.environment.setCurrentIndex(0)
        self.port.setText(str(self._screen.desk.settings.redirect_port))
        self._show()

    def _build(self) -> None:
        frame, inside = card(margins=(20, 16, 20, 16), spacing=12)
        self._form = QFormLayout()
        self._form.setHorizontalSpacing(16)
        self._form.setVerticalSpacing(8)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for field in self.fields.values():
            field.put_into(self._form)
        explained = QVBoxLayout()
        explained.setSpacing(8)
        explained.addWidget(label("Once, at Zoho", "strong"))
        steps = QGridLayout()
        steps.setHorizontalSpacing(8)
        steps.setVerticalSpacing(6)
        steps.setColumnStretch(1, 1)
        for number, words in enumerate(_STEPS, start=1):
            steps.addWidget(label(f"{number}.", "muted"), number, 0, Qt.AlignmentFlag.AlignTop)
            steps.addWidget(label(words, "muted", wraps=True), number, 1)
        explained.addLayout(steps)
        explained.addSpacing(6)
        explained.addWidget(label("Redirect address to register", "small"))
        explained.addLayout(row(self._redirect, self.copy, None))
        explained.addLayout(row(self.console, None))
        explained.addStretch(1)
        columns = QHBoxLayout()
        columns.setSpacing(28)
        columns.addLayout(self._form, 3)
        columns.addLayout(explained, 2)
        foot = row(self._missing, self.cancel, self.save)
        foot.setStretch(0, 1)
        inside.addWidget(label("New connection", "card-title"))
        inside.addLayout(columns)
        inside.addLayout(foot)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(frame)

    def _show(self) -> None:
        draft, is_saving = self.draft, self._screen.is_saving
        for name in ("accounts_url", "api_url", "upload_url"):
            self._form.setRowVisible(self.fields[name], draft.data_centre == CUSTOM)
        problems = draft.problems(self._screen.names)
        for name, field in self.fields.items():
            field.show_problem(problems.get(name, ""))
        self._redirect.setText(redirect_uri(draft.port))
        missing = draft.missing() or ("Mend what is marked above." if problems else "")
        self._missing.setText("Your password store may ask you to unlock it." if is_saving else missing)
        self.save.setText("Saving…" if is_saving else "Save and sign in")
        self.save.setEnabled(not missing and not is_saving)

    def _save(self) -> None:
        if self.save.isEnabled():
            self._screen.add(self.draft)

    def _open_console(self) -> None:
        self._screen.desk.open_url(self.draft.console_url)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(redirect_uri(self.draft.port))


def _edit(example: str) -> QLineEdit:
    made = QLineEdit()
    made.setPlaceholderText(example)
    return made
