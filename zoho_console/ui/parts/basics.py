"""The smallest parts: labels that never read HTML, buttons by rank, cards, pills, separators, empty states."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from zoho_console.ui.theme import Look

TEXT_WIDTH = 430
_SELECTABLE = Qt.TextInteractionFlag.TextSelectableByMouse


def label(text: str = "", role: str = "", *, tone: str = "", wraps: bool = False, selectable: bool = False) -> QLabel:
    """A label of plain text. Roles: title, card-title, strong, muted, small, big-number, pill; tones as in Theme."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("role", role)
    made.setProperty("tone", tone)
    made.setWordWrap(wraps)
    if selectable:
        made.setTextInteractionFlags(_SELECTABLE)
    return made


def set_tone(widget: QWidget, tone: str) -> None:
    """Change the tone of a widget that is already shown."""
    set_style_property(widget, "tone", tone)


def set_style_property(widget: QWidget, name: str, value: str) -> None:
    """Change a property the style sheet looks at, and have the style look again."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
        for child in widget.findChildren(QWidget):
            child.style().unpolish(child)
            child.style().polish(child)


def button(text: str, on_click: Callable[[], object], role: str = "") -> QPushButton:
    """A push button. Roles: "" secondary, primary (one a page), danger, link."""
    made = QPushButton(text)
    made.setProperty("role", role)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    made.setAutoDefault(False)
    made.clicked.connect(lambda _checked=False: on_click())
    return made


def separator() -> QFrame:
    """A thin line across."""
    made = QFrame()
    made.setProperty("role", "separator")
    made.setFixedHeight(1)
    return made


def card(*, margins: tuple[int, int, int, int] = (16, 14, 16, 14), spacing: int = 8) -> tuple[QFrame, QVBoxLayout]:
    """A rounded surface and the layout to fill."""
    frame = QFrame()
    frame.setObjectName("card")
    layout = QVBoxLayout(frame)
    layout.setContentsMargins(*margins)
    layout.setSpacing(spacing)
    return frame, layout


def row(*parts: QWidget | None, spacing: int = 8) -> QHBoxLayout:
    """Widgets beside each other; None takes the free space."""
    layout = QHBoxLayout()
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(spacing)
    for part in parts:
        if part is None:
            layout.addStretch(1)
        else:
            layout.addWidget(part)
    return layout


class EmptyState(QFrame):
    """What an empty place says: an icon, two sentences, at most one action."""

    def __init__(self, look: Look, icon: str, title: str, text: str, action: QPushButton | None = None) -> None:
        super().__init__()
        self._look, self._icon = look, icon
        self._picture = QLabel()
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.title = label(title, "card-title")
        self.title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.text = label(text, "muted", wraps=True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.set_text_width(TEXT_WIDTH)
        layout = QVBoxLayout(self)
        layout.setSpacing(8)
        layout.addStretch(1)
        layout.addWidget(self._picture)
        layout.addWidget(self.title)
        layout.addWidget(self.text, 0, Qt.AlignmentFlag.AlignHCenter)
        if action is not None:
            layout.addSpacing(4)
            layout.addWidget(action, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(1)
        look.changed.connect(self._draw)
        self._draw()

    def say(self, title: str, text: str) -> None:
        """Other words."""
        self.title.setText(title)
        self.text.setText(text)
        self.set_text_width(self.text.width())

    def set_text_width(self, width: int) -> None:
        """How wide the sentences run; a wrapped label alone would be given too little height."""
        self.text.setFixedWidth(width)
        self.text.setMinimumHeight(max(0, self.text.heightForWidth(width)))  # -1 of no words

    def _draw(self) -> None:
        self._picture.setPixmap(self._look.icon(self._icon, "faint").pixmap(28, 28))
