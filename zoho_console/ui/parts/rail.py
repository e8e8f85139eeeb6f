"""The rail at the left: product and organisation on top, the pages, preferences below, a badge where something runs."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout

from zoho_console.screens.table import plain_tooltip
from zoho_console.ui.parts.basics import label
from zoho_console.ui.theme import Look

WIDTH, NARROW = 208, 60


@dataclass(frozen=True, slots=True)
class Entry:
    """One page in the rail."""

    name: str
    title: str
    icon: str


ENTRIES = (
    Entry("accounts", "Accounts", "accounts"),
    Entry("query", "Query", "query"),
    Entry("bulk", "Bulk update", "bulk"),
    Entry("jobs", "Jobs", "jobs"),
    Entry("health", "Token health", "health"),
    Entry("connections", "Connections", "connections"),
    Entry("preferences", "Preferences", "preferences"),
)


class Rail(QFrame):
    """Signals: `chosen` (a page's name)."""

    chosen = Signal(str)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.setObjectName("rail")
        self._mark = label("Z")
        self._mark.setObjectName("brand-mark")
        self._mark.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._mark.setFixedSize(28, 28)
        self._product = label("Zoho Console", "strong")
        self._organisation = label("", "small")
        self._organisation.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._buttons: dict[str, QToolButton] = {}
        self._badge = label("")
        self._badge.setObjectName("badge")
        self._badge.hide()
        self._build()
        look.changed.connect(self._tint)
        self._tint()

    def _build(self) -> None:
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(self._product)
        names.addWidget(self._organisation)
        brand = QHBoxLayout()
        brand.setContentsMargins(8, 0, 4, 0)
        brand.setSpacing(10)
        brand.addWidget(self._mark)
        brand.addLayout(names, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 16, 8, 16)
        layout.setSpacing(5)
        layout.addLayout(brand)
        layout.addSpacing(18)
        group = QButtonGroup(self)
        for entry in ENTRIES:
            made = self._entry_button(entry)
            group.addButton(made)
            if entry is ENTRIES[-1]:
                layout.addStretch(1)
            layout.addWidget(made)
        jobs = QHBoxLayout(self._buttons["jobs"])
        jobs.setContentsMargins(0, 0, 10, 0)
        jobs.addStretch(1)
        jobs.addWidget(self._badge, 0, Qt.AlignmentFlag.AlignVCenter)
        self.setFixedWidth(WIDTH)

    def _entry_button(self, entry: Entry) -> QToolButton:
        made = QToolButton()
        made.setProperty("role", "rail")
        made.setText(f"  {entry.title}")
        made.setAccessibleName(entry.title)
        made.setToolTip(plain_tooltip(entry.title))
        made.setCheckable(True)
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.setIconSize(QSize(18, 18))
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        made.setMinimumHeight(34)
        made.setCursor(Qt.CursorShape.PointingHandCursor)
        made.clicked.connect(lambda _checked, name=entry.name: self.chosen.emit(name))
        made.toggled.connect(lambda _checked: self._tint())
        self._buttons[entry.name] = made
        return made

    def entry(self, name: str) -> QToolButton:
        """The button of a page."""
        return self._buttons[name]

    def show_page(self, name: str) -> None:
        """Mark the page that is open."""
        if name in self._buttons:
            self._buttons[name].setChecked(True)

    def show_organisation(self, text: str) -> None:
        """The line under the product's name."""
        self._organisation.setText(text)
        self._organisation.setToolTip(plain_tooltip(text))

    def show_running(self, count: int) -> None:
        """How many jobs run now, as a badge beside Jobs."""
        self._badge.setText(str(count))
        self._badge.setVisible(count > 0)

    def narrow(self, *, narrow: bool) -> None:
        """Icons only, for small windows."""
        style = Qt.ToolButtonStyle.ToolButtonIconOnly if narrow else Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        for made in self._buttons.values():
            made.setToolButtonStyle(style)
        for one in (self._product, self._organisation):
            one.setVisible(not narrow)
        self.setFixedWidth(NARROW if narrow else WIDTH)

    def _tint(self) -> None:
        for entry in ENTRIES:
            made = self._buttons.get(entry.name)
            if made is not None:
                made.setIcon(self._look.icon(entry.icon, "accent" if made.isChecked() else "muted"))
