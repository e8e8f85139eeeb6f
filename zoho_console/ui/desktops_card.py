"""The desktops that share a workspace's sign-ins, those that ask to join first; hidden while there is only one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLineEdit, QVBoxLayout, QWidget

from zoho_console.screens.team import Desktop, TeamScreen
from zoho_console.screens.words import ago
from zoho_console.ui.parts.basics import button, label, set_tone
from zoho_console.ui.parts.elided import ElidedLabel

NAME_WIDTH = 260
CODE_WIDTH = 190


class DesktopsCard(QFrame):
    """Shows the desktops; approves by the code that a person types, removes after a question."""

    def __init__(self, screen: TeamScreen, ask_to_remove: Callable[[Desktop], None]) -> None:
        super().__init__()
        self.setObjectName("card")
        self._screen, self._ask_to_remove = screen, ask_to_remove
        self._shown: tuple[Desktop, ...] = ()
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(3, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        layout.addWidget(label("Desktops", "card-title"))
        layout.addWidget(
            label(
                "Only these may read the sign-ins. Whoever asks to join tells you the code that is shown there.",
                "small",
                wraps=True,
            )
        )
        layout.addLayout(self._grid)
        screen.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        """Draw them, if there is more than this one."""
        ordered = tuple(sorted(self._screen.desktops, key=lambda one: (one.is_approved, one.id)))
        self.setVisible(len(ordered) > 1)
        if ordered == self._shown:
            return
        self._shown = ordered
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        may_act = any(one.is_this and one.is_approved for one in ordered)
        for line, one in enumerate(ordered):
            self._fill(line, one, may_act)

    def _fill(self, line: int, desktop: Desktop, may_act: bool) -> None:
        name = ElidedLabel("strong")
        name.say(desktop.name + (" (this one)" if desktop.is_this else ""))
        name.setFixedWidth(NAME_WIDTH)
        state = label("approved" if desktop.is_approved else "asks to join", "pill")
        set_tone(state, "good" if desktop.is_approved else "warn")
        since = label(ago(desktop.approved_at or desktop.asked_at), "small")
        code: QWidget = label(desktop.code, selectable=True)
        if may_act and not desktop.is_approved:
            code = self._code_field(line, desktop)
        for column, widget in enumerate((name, code, state, since)):
            self._grid.addWidget(widget, line, column, Qt.AlignmentFlag.AlignVCenter)
        if may_act and not desktop.is_this:
            remove = button("Remove…", partial(self._ask_to_remove, desktop), "danger")
            remove.setAccessibleName(f"Remove {desktop.name}")
            self._grid.addWidget(remove, line, 5)

    def _code_field(self, line: int, desktop: Desktop) -> QLineEdit:
        field = QLineEdit()
        field.setPlaceholderText("Code shown there")
        field.setAccessibleName(f"Code shown on {desktop.name}")
        field.setMinimumWidth(CODE_WIDTH)
        approve = button("Approve", lambda: self._screen.approve(field.text()))
        approve.setAccessibleName(f"Approve {desktop.name}")
        approve.setEnabled(False)
        field.textChanged.connect(lambda text: approve.setEnabled(bool(text.strip())))
        field.returnPressed.connect(approve.click)
        self._grid.addWidget(approve, line, 4)
        return field
