"""The preferences page: appearance, the team's database, sign-in and bulk updates, and where things are."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QFrame, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from zoho_console.screens.preferences import Draft, PreferencesScreen
from zoho_console.settings import APPEARANCES
from zoho_console.ui.parts.basics import button, card, label, row, set_tone
from zoho_console.ui.parts.choice import Choice
from zoho_console.ui.parts.form_field import FormField
from zoho_console.ui.parts.page import Page
from zoho_console.ui.theme import Look
from zoho_console.version import __version__

_WORDS = {"system": "As the system", "light": "Light", "dark": "Dark"}
WIDEST, NUMBER_WIDTH = 760, 96
_SHARED = (
    "Consoles that share a database share connections, tokens and jobs. Without an address the console runs one of its "
    "own."
)
_GIVEN = "DATABASE_URL is set and goes before what is written here."
_PORT = "Of new connections: http://localhost:PORT/oauth/callback has to be registered at Zoho."
_QUARANTINE = (
    "Where Zoho's answer to a batch is lost, the console waits so long before it reads back what became of "
    "it, for a request may arrive late. Batches are never sent again unproved, however short the wait is."
)


class PreferencesPage(Page):
    """Shows a `PreferencesScreen`. Appearance is kept at once, everything else with Save."""

    def __init__(self, screen: PreferencesScreen, look: Look) -> None:
        super().__init__("Preferences", look)
        self._screen = screen
        self._drawn: Draft | None = None
        self.appearance = Choice("Appearance", letters=14)
        self.appearance.offer((_WORDS[one], one) for one in APPEARANCES)
        self.address = QLineEdit()
        self.address.setPlaceholderText("postgresql://user@host/name")
        self.password = QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.password.setPlaceholderText("kept in your system's password store only")
        self.port, self.quarantine = _number(), _number()
        self.fields = {
            "database_url": FormField("&Address", self.address),
            "password": FormField("Pass&word", self.password),
            "redirect_port": FormField("&Port for Zoho's answer", self.port, _PORT),
            "quarantine_s": FormField("&Wait, in seconds", self.quarantine, _QUARANTINE),
        }
        self.try_it = button("Try it", lambda: screen.try_database(self.draft))
        self.trial = label("", "small", wraps=True, selectable=True)
        self.environment = label(_GIVEN, "small", tone="warn", wraps=True)
        self.folder = button("Open the folder", lambda: screen.desk.open_url(screen.home.as_uri()), "link")
        self.save = button("Save", lambda: screen.save(self.draft), "primary")
        self.add_buttons(self.save)
        self._build()
        self.appearance.activated.connect(lambda _index: screen.choose_appearance(self.appearance.currentData()))
        for edit in (self.address, self.password, self.port, self.quarantine):
            edit.textEdited.connect(self._check)
            edit.returnPressed.connect(self.save.click)
        screen.changed.connect(self._show)
        self._show()

    @property
    def draft(self) -> Draft:
        """What stands in the form."""
        return Draft(self.port.text(), self.quarantine.text(), self.address.text(), self.password.text())

    def _build(self) -> None:
        inside = QWidget()
        inside.setMaximumWidth(WIDEST)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        for part in (self._look_card(), self._database_card(), self._work_card(), self._place_card()):
            column.addWidget(part)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.content.addWidget(scroll, 1)

    def _look_card(self) -> QFrame:
        frame, inside = card()
        inside.addWidget(label("Appearance", "card-title"))
        inside.addLayout(row(self.appearance, None))
        return frame

    def _database_card(self) -> QFrame:
        frame, inside = card()
        inside.addWidget(label("The team's database", "card-title"))
        inside.addWidget(label(_SHARED, "muted", wraps=True))
        inside.addWidget(self.environment)
        inside.addLayout(self._form("database_url", "password"))
        inside.addLayout(row(self.try_it, None))
        inside.addWidget(self.trial)
        return frame

    def _work_card(self) -> QFrame:
        frame, inside = card()
        inside.addWidget(label("Sign-in and bulk updates", "card-title"))
        inside.addLayout(self._form("redirect_port", "quarantine_s"))
        return frame

    def _place_card(self) -> QFrame:
        frame, inside = card()
        inside.addWidget(label("On this computer", "card-title"))
        words = f"Settings, log and the console's own database are in {self._screen.home}."
        inside.addWidget(label(words, "muted", wraps=True, selectable=True))
        inside.addWidget(label(f"Zoho Console {__version__}", "muted", selectable=True))
        inside.addLayout(row(self.folder, None))
        return frame

    def _form(self, *names: str) -> QFormLayout:
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(8)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for name in names:
            self.fields[name].put_into(form)
        return form

    def _show(self) -> None:
        screen = self._screen
        self.appearance.show_value(screen.kept.appearance)
        if screen.draft != self._drawn:  # loaded or saved: what was typed is kept meanwhile
            self._drawn = screen.draft
            self.address.setText(screen.draft.address)
            self.password.clear()
            self.port.setText(screen.draft.redirect_port)
            self.quarantine.setText(screen.draft.quarantine_s)
        self.environment.setVisible(screen.given_by_environment)
        trial = screen.trial
        self.trial.setText(trial.words if trial else "")
        self.trial.setVisible(trial is not None)
        set_tone(self.trial, trial.tone if trial else "")
        self._check()

    def _check(self) -> None:
        screen, draft = self._screen, self.draft
        problems = screen.problems(draft)
        for name, field in self.fields.items():
            field.show_problem(problems.get(name, ""))
        is_new = draft != screen.draft
        self.save.setEnabled(is_new and not problems and not screen.is_busy)
        self.try_it.setEnabled(bool(draft.address.strip()) and "database_url" not in problems and not screen.is_busy)
        self.try_it.setText("Trying…" if screen.tasks.is_running("try") else "Try it")
        self.say("Changes are not saved yet" if is_new else "Kept for you on this computer")


def _number() -> QLineEdit:
    edit = QLineEdit()
    edit.setFixedWidth(NUMBER_WIDTH)
    return edit
