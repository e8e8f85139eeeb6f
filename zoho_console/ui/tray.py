"""A notice beside the clock when something needs a person and the window is not in front."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSystemTrayIcon, QWidget

from zoho_console.screens.table import plain_tooltip
from zoho_console.ui.theme import Look


class Tray:
    """Shows nothing where the desktop has no tray. The icon is there while something needs a person.

    A press on it or on the notice brings the window to the front and calls `on_open`.
    """

    def __init__(self, window: QWidget, look: Look, on_open: Callable[[], None]) -> None:
        self._window = window
        self._look = look
        self._on_open = on_open
        self._icon: QSystemTrayIcon | None = None

    def tell(self, title: str, text: str) -> None:
        """Show a notice, unless the window is in front or there is no tray."""
        if self._window.isActiveWindow() or not QSystemTrayIcon.isSystemTrayAvailable():
            return
        if self._icon is None:
            self._icon = QSystemTrayIcon(self._look.icon("warning", "warn"), self._window)
            self._icon.messageClicked.connect(self.open)
            self._icon.activated.connect(lambda _reason: self.open())
        self._icon.setToolTip(plain_tooltip(f"Zoho Console: {title}"))
        self._icon.show()
        self._icon.showMessage(title, text, QSystemTrayIcon.MessageIcon.Warning)

    def clear(self) -> None:
        """Nothing needs a person any more."""
        if self._icon is not None:
            self._icon.hide()

    def open(self) -> None:
        """Bring the window to the front, at the place that tells more."""
        self._window.setWindowState(self._window.windowState() & ~Qt.WindowState.WindowMinimized)
        self._window.show()
        self._window.raise_()
        self._window.activateWindow()
        self._on_open()
