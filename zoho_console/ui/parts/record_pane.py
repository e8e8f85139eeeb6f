"""One record whole: its name and id on top, then every field with its value; all of it can be selected and copied."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from zoho_console.domain.fields import shortened
from zoho_console.screens.chosen_record import Fact
from zoho_console.ui.parts.basics import EmptyState, label, row, set_tone
from zoho_console.ui.theme import Look

WIDTH, NARROWEST = 284, 220
TITLE_WIDTH = 104
LONGEST = 4000  # characters of one value; more is found in Zoho
_TOP = Qt.AlignmentFlag.AlignTop


class RecordPane(QFrame):
    """Shows what it is told; before that, how to choose."""

    def __init__(self, look: Look, hint: str) -> None:
        super().__init__()
        self.setObjectName("card")
        self.setMinimumWidth(NARROWEST)
        self._look = look
        self._shown: tuple[str, ...] = ()
        self._values: list[QLabel] = []
        self.name = label("", "card-title", wraps=True, selectable=True)
        self.id = label("", "small", selectable=True)
        self.copy = QToolButton()
        self.copy.setIconSize(QSize(14, 14))
        self.copy.setAccessibleName("Copy the record id")
        self.copy.setToolTip("Copy the record id")
        self.copy.clicked.connect(self._copy_id)
        self.since = label("", "small")
        self._hint = EmptyState(look, "accounts", "No account chosen", hint)
        self._hint.set_text_width(WIDTH - 70)
        self._stack = QStackedWidget()
        self._stack.setObjectName("clear")
        self._build()
        look.changed.connect(self._tint)
        self._tint()

    def show_record(self, name: str, record_id: str, since: str, facts: Sequence[Fact]) -> None:
        """Show a record; one with the same fields as before only changes its words."""
        if self.id.text() != record_id:
            self._scroll.verticalScrollBar().setValue(0)
        self.name.setText(shortened(name or "(blank)", 200))
        self.id.setText(record_id)
        self.since.setText(since)
        self.since.setVisible(bool(since))
        titles = tuple(fact.label for fact in facts)
        if titles != self._shown:
            self._make_rows(titles)
        for value, fact in zip(self._values, facts, strict=True):
            value.setText(_visible(fact.text) or ("…" if fact.text is None else "(blank)"))
            set_tone(value, "" if fact.text else "muted")
        self._stack.setCurrentIndex(1)

    def show_nothing(self) -> None:
        """Say how to choose a record."""
        self._stack.setCurrentIndex(0)

    def _build(self) -> None:
        head = QVBoxLayout()
        head.setContentsMargins(16, 14, 12, 10)
        head.setSpacing(2)
        head.addWidget(self.name)
        head.addLayout(row(self.id, self.copy, None, spacing=2))
        head.addWidget(self.since)
        line = QFrame()
        line.setProperty("role", "separator")
        line.setFixedHeight(1)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setAccessibleName("Fields of the chosen account")
        record = QWidget()
        inside = QVBoxLayout(record)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(0)
        inside.addLayout(head)
        inside.addWidget(line)
        inside.addWidget(self._scroll, 1)
        self._stack.addWidget(self._hint)
        self._stack.addWidget(record)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.addWidget(self._stack)

    def _make_rows(self, titles: tuple[str, ...]) -> None:
        self._shown, self._values = titles, []
        facts = QWidget()
        grid = QGridLayout(facts)
        grid.setContentsMargins(16, 12, 12, 12)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        for number, title in enumerate(titles):
            caption = label(title, "small", wraps=True)
            caption.setFixedWidth(TITLE_WIDTH)
            value = label("", wraps=True, selectable=True)
            value.setAccessibleName(title)
            # A word without blanks, such as an address, must not widen the pane.
            value.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            grid.addWidget(caption, number, 0, _TOP)
            grid.addWidget(value, number, 1, _TOP)
            self._values.append(value)
        grid.setRowStretch(len(titles), 1)
        self._scroll.setWidget(facts)

    def _copy_id(self) -> None:
        QGuiApplication.clipboard().setText(self.id.text())

    def _tint(self) -> None:
        self.copy.setIcon(self._look.icon("copy"))


def _visible(text: str | None) -> str:
    """Every line of a value, other control characters made visible."""
    return "\n".join(shortened(line, LONGEST) for line in (text or "")[:LONGEST].splitlines())
