"""The window's life: shown at once, filled when the rest is loaded, closed as a coroutine."""

from __future__ import annotations

import asyncio
import importlib
import logging
import signal
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from zoho_console import logs
from zoho_console.errors import ZohoError
from zoho_console.paths import data_home
from zoho_console.screens.notices import Notice
from zoho_console.settings import Settings
from zoho_console.ui.main_window import MainWindow
from zoho_console.ui.theme import Look

if TYPE_CHECKING:  # types of what is imported late
    from zoho_console.app.compose import Console
    from zoho_console.app.demo import Demo
    from zoho_console.domain.connections import Connection
    from zoho_console.workspace.workspace import Workspace

logger = logging.getLogger(__name__)


def open_in_browser(url: str) -> None:
    """Open an address in the person's browser."""
    QDesktopServices.openUrl(QUrl(url))


class WindowLife:
    """One run of the window. `main` ends with the exit code after the window closed."""

    def __init__(
        self, look: Look, settings: Settings, *, demo: bool, open_url: Callable[[str], None] = open_in_browser
    ) -> None:
        self._look = look
        self._settings = settings
        self._wants_demo = demo
        self._open_url = open_url
        self._closing = asyncio.Event()
        self._workspace: Workspace | None = None
        self._switching: asyncio.Future[None] | None = None
        self.demo: Demo | None = None
        self.console: Console | None = None
        self.window = MainWindow(look, self._closing.set)

    async def main(self) -> int:
        """Show the window, load the rest, wait for the close, end cleanly."""
        self.window.show()
        await asyncio.sleep(0)
        loop = asyncio.get_running_loop()
        # A session that ends asks politely first; the database and the demo's folder are then put away as on a close.
        signal.signal(signal.SIGTERM, lambda *_: loop.call_soon_threadsafe(self._closing.set))
        try:
            try:
                await self.load()
            except ZohoError as error:
                logger.error("could not open: %s", error)
                self.window.say_opening(str(error), error.advice)
            await self._closing.wait()
        finally:
            await self.close()
        return 0

    async def load(self) -> None:
        """Import the engine off the GUI thread, open the workspace, build the pages."""
        await asyncio.to_thread(_import_the_rest)
        from zoho_console.app import crash

        crash.watch(asyncio.get_running_loop(), self._tell)
        if self._wants_demo:
            await self._open_demo()
            return
        logs.set_up(data_home())
        workspace = await asyncio.to_thread(_open_workspace, self._settings)
        every = await asyncio.to_thread(workspace.connections.all)
        self._fill(workspace, every[0] if every else None)

    async def close(self) -> None:
        """End tasks, engine and database, then the window."""
        await self._empty()
        self.window.finish()

    async def _open_demo(self) -> None:
        from zoho_console.app.demo import Demo

        self.window.say_opening("Opening the demo", "A simulator with 5,000 accounts is starting on this computer.")
        self.demo = await asyncio.to_thread(Demo)
        connection = await asyncio.to_thread(self.demo.connect)
        self._fill(self.demo.workspace, connection)

    def _fill(self, workspace: Workspace, connection: Connection | None) -> None:
        from zoho_console.app.compose import Console

        self._workspace = workspace
        self.console = Console(self.window, self._look, workspace, self._open_url, self._settings)
        self.console.first_start.demo_wanted.connect(self._switch_to_demo)
        self.console.begin(connection)

    async def _empty(self) -> None:
        console, self.console = self.console, None
        demo, self.demo = self.demo, None
        workspace, self._workspace = self._workspace, None
        if console is not None:
            await console.aclose()
        if demo is not None:
            await asyncio.to_thread(demo.close)
        elif workspace is not None:
            await asyncio.to_thread(workspace.close)

    def _switch_to_demo(self) -> None:
        self._switching = asyncio.ensure_future(self._replace_by_demo())

    async def _replace_by_demo(self) -> None:
        self.window.clear_pages()
        await self._empty()
        await self._open_demo()

    def _tell(self, notice: Notice) -> None:
        if self.console is not None:
            self.console.tell(notice)
        else:
            self.window.say_opening(notice.text, notice.advice)


def _import_the_rest() -> None:
    """Load what takes a second to import while the window is on the screen already."""
    importlib.import_module("zoho_console.app.compose")


def _open_workspace(settings: Settings) -> Workspace:
    from zoho_console.bulk.pace import Pace
    from zoho_console.workspace.workspace import Workspace

    return Workspace.open(data_home(), settings.database_url, pace=Pace(quarantine_s=settings.quarantine_s))
