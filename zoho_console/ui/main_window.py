"""The frame: rail, pages, status bar, shortcuts. No feature code; it shows before anything heavy is loaded."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QCloseEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from zoho_console.ui.parts.basics import EmptyState
from zoho_console.ui.parts.rail import ENTRIES, Rail
from zoho_console.ui.parts.status_bar import StatusBar
from zoho_console.ui.theme import Look

NARROW_BELOW = 900


class MainWindow(QMainWindow):
    """Holds the pages by name. Closing asks `on_close` once and closes for good when `finish` is called."""

    def __init__(self, look: Look, on_close: Callable[[], None]) -> None:
        super().__init__()
        self._on_close = on_close
        self._may_close = False
        self._pages: dict[str, QWidget] = {}
        self._on_show: dict[str, Callable[[], None]] = {}
        self.current = ""
        self.setWindowTitle("Zoho Console")
        self.resize(1280, 800)
        self.setMinimumSize(760, 520)
        self.rail = Rail(look)
        self.status = StatusBar(look)
        self._stack = QStackedWidget()
        self._opening = EmptyState(look, "spark", "Opening", "The console is starting its database.")
        self._stack.addWidget(self._opening)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.rail)
        middle.addWidget(self._stack, 1)
        frame = QWidget()
        layout = QVBoxLayout(frame)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(middle, 1)
        layout.addWidget(self.status)
        self.setCentralWidget(frame)
        self.rail.chosen.connect(self.open_page)
        for number, entry in enumerate(ENTRIES, start=1):
            shortcut = QShortcut(QKeySequence(f"Ctrl+{number}"), self)
            shortcut.activated.connect(lambda name=entry.name: self.open_page(name))
        preferences = QShortcut(QKeySequence("Ctrl+,"), self)
        preferences.activated.connect(lambda: self.open_page("preferences"))

    def add_page(self, name: str, page: QWidget, on_show: Callable[[], None]) -> None:
        """Add a page; `on_show` is called each time it comes into view."""
        self._pages[name] = page
        self._on_show[name] = on_show
        self._stack.addWidget(page)

    def open_page(self, name: str) -> None:
        """Bring a page into view; unknown names do nothing, so a press before everything is loaded is harmless."""
        if name not in self._pages:
            return
        self.current = name
        self.rail.show_page(name)
        self._stack.setCurrentWidget(self._pages[name])
        self._on_show[name]()

    def page(self, name: str) -> QWidget:
        """The page of this name."""
        return self._pages[name]

    def clear_pages(self) -> None:
        """Take all pages away, back to the opening words."""
        self._stack.setCurrentWidget(self._opening)
        for page in self._pages.values():
            self._stack.removeWidget(page)
            page.deleteLater()
        self._pages.clear()
        self._on_show.clear()
        self.current = ""

    def say_opening(self, title: str, text: str) -> None:
        """What the window says while nothing else can be shown yet."""
        self._opening.say(title, text)

    def show_rail(self, *, visible: bool) -> None:
        """Hide the rail while there is nothing to go to."""
        self.rail.setVisible(visible)

    def finish(self) -> None:
        """Close for good."""
        self._may_close = True
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        # The first close only starts the shutdown: tasks must end while the loop still runs.
        if self._may_close:
            event.accept()
            return
        event.ignore()
        self.setEnabled(False)
        self._on_close()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.rail.narrow(narrow=event.size().width() < NARROW_BELOW)
