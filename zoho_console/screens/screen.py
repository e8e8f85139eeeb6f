"""What every screen shares: one `changed` signal, notices, tasks, and the way to the engine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal

from zoho_console.domain.connections import Connection
from zoho_console.domain.guards import Guard, Level
from zoho_console.screens.notices import Notice, notice_for
from zoho_console.screens.tasks import TaskScope
from zoho_console.settings import Settings
from zoho_console.workspace.checkup import Checkup
from zoho_console.workspace.workspace import Workspace

T = TypeVar("T")


class Desk(QObject):
    """What all screens of one window share.

    Signals: `connection_changed` (another connection is in use, or it signed in), `guard_changed` (the one in use is
    guarded otherwise, by whomever), `jobs_changed` (a change set began, moved or ended),
    `file_offered` (a Path to open in Bulk update), `page_wanted` (a page's name), `sign_in_wanted` (a Connection to
    sign in).
    """

    connection_changed = Signal()
    guard_changed = Signal()
    jobs_changed = Signal()
    file_offered = Signal(object)
    page_wanted = Signal(str)
    sign_in_wanted = Signal(object)

    def __init__(self, workspace: Workspace, open_url: Callable[[str], None], settings: Settings | None = None) -> None:
        super().__init__()
        self.workspace = workspace
        self.settings = settings or Settings()
        self.checkup = Checkup(workspace)
        self.open_url = open_url
        self._connection: Connection | None = None

    @property
    def connection(self) -> Connection | None:
        """The connection in use, or None before the first one."""
        return self._connection

    @property
    def guard(self) -> Guard | None:
        """How the connection in use is guarded, as last seen."""
        return self._connection.guard if self._connection is not None else None

    @property
    def is_watch_only(self) -> bool:
        """Whether the guard of the connection in use lets nothing be sent."""
        return self._connection is not None and self._connection.guard.level is Level.WATCH

    def use(self, connection: Connection | None) -> None:
        """Work with this connection from now on."""
        self._connection = connection
        self.connection_changed.emit()

    def saw(self, connection: Connection) -> None:
        """Note what the database says of the connection in use now; what was begun with it goes on."""
        former = self._connection
        if former is not None and former.id == connection.id and former.guard != connection.guard:
            self._connection = connection
            self.guard_changed.emit()


class Screen(QObject):
    """A view model: widgets read its state and call its intents; it never knows a widget.

    Signals: `changed` (no payload: read the state again), `noticed` (a Notice to show).
    """

    changed = Signal()
    noticed = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.workspace = desk.workspace
        self.tasks = TaskScope(self.fail, self.changed.emit)
        desk.guard_changed.connect(self.changed)

    async def engine(self, work: Coroutine[Any, Any, T]) -> T:
        """Run `work` on the engine's loop and await its value here; cancelling passes through."""
        return await self.workspace.engine.run(work)

    async def blocking(self, function: Callable[..., T], *arguments: Any) -> T:
        """Run a blocking function (a database or file call) in a thread."""
        return await asyncio.to_thread(function, *arguments)

    def notice(self, text: str, advice: str = "", tone: str = "good") -> None:
        """Tell the person something."""
        self.noticed.emit(Notice(text, advice, tone))

    def fail(self, error: Exception) -> None:
        """Tell the person about an error, in words."""
        self.noticed.emit(notice_for(error))

    def shown(self) -> None:
        """Called each time the page comes into view; screens load what they show here."""

    async def aclose(self) -> None:
        """End the screen's tasks."""
        await self.tasks.aclose()
