"""Builds the object graph once: screens on a desk, pages for screens, all put in the window."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from zoho_console.bulk.undoing import Choice
from zoho_console.domain.connections import Connection
from zoho_console.paths import data_home
from zoho_console.screens.accounts import AccountsScreen
from zoho_console.screens.again import RETRY, undo
from zoho_console.screens.bulk_update import BulkUpdateScreen
from zoho_console.screens.connections import ConnectionsScreen
from zoho_console.screens.jobs import JobsScreen
from zoho_console.screens.notices import Notice
from zoho_console.screens.preferences import PreferencesScreen
from zoho_console.screens.query import QueryScreen
from zoho_console.screens.screen import Desk, Screen
from zoho_console.screens.status import StatusScreen
from zoho_console.screens.token_health import TokenHealthScreen
from zoho_console.settings import Settings
from zoho_console.ui.bulk_update.page import BulkUpdatePage
from zoho_console.ui.main_window import MainWindow
from zoho_console.ui.pages.accounts import AccountsPage
from zoho_console.ui.pages.connections import ConnectionsPage
from zoho_console.ui.pages.first_start import FirstStartPage
from zoho_console.ui.pages.jobs import JobsPage
from zoho_console.ui.pages.preferences import PreferencesPage
from zoho_console.ui.pages.query import QueryPage
from zoho_console.ui.pages.token_health import TokenHealthPage
from zoho_console.ui.parts.page import Page
from zoho_console.ui.parts.status_bar import Lamp
from zoho_console.ui.theme import Look, connection_colour
from zoho_console.ui.tray import Tray
from zoho_console.workspace.workspace import Workspace


class Console:
    """The window's contents on one workspace."""

    def __init__(
        self,
        window: MainWindow,
        look: Look,
        workspace: Workspace,
        open_url: Callable[[str], None],
        settings: Settings,
    ) -> None:
        self.window = window
        self.desk = desk = Desk(workspace, open_url, settings)
        self.accounts = AccountsScreen(desk)
        self.query = QueryScreen(desk)
        self.bulk = BulkUpdateScreen(desk)
        self.jobs = JobsScreen(desk, self._show_change_set, self._resume, self._prepare_undo, self._prepare_retry)
        self.health = TokenHealthScreen(desk)
        self.connections = ConnectionsScreen(desk)
        self.preferences = PreferencesScreen(desk, data_home())
        self.preferences.appearance_chosen.connect(look.use)
        self.status = StatusScreen(desk)
        self._add("accounts", self.accounts, AccountsPage(self.accounts, look))
        self._add("query", self.query, QueryPage(self.query, look))
        self._add("bulk", self.bulk, BulkUpdatePage(self.bulk, look))
        self._add("jobs", self.jobs, JobsPage(self.jobs, look))
        self._add("health", self.health, TokenHealthPage(self.health, look))
        self._add("connections", self.connections, ConnectionsPage(self.connections, look))
        self._add("preferences", self.preferences, PreferencesPage(self.preferences, look))
        self.first_start = FirstStartPage(look)
        self.first_start.connect_wanted.connect(self._connect_first)
        window.add_page("first", self.first_start, lambda: None)
        self.tray = Tray(window, look, lambda: window.open_page("health"))
        self.status.alerted.connect(lambda alert: self.tray.tell(alert.title, alert.text))
        self.status.changed.connect(self._show_status)
        desk.page_wanted.connect(window.open_page)
        desk.file_offered.connect(lambda _path: window.open_page("bulk"))
        desk.connection_changed.connect(self._connection_changed)

    @property
    def screens(self) -> tuple[Screen, ...]:
        """Every screen."""
        return (
            self.accounts, self.query, self.bulk, self.jobs, self.health, self.connections, self.preferences,
            self.status,
        )  # fmt: skip

    def begin(self, connection: Connection | None) -> None:
        """Open the first page: accounts of the connection, or the first start."""
        self.status.start()
        self.desk.use(connection)
        self.window.show_rail(visible=connection is not None)
        self.window.open_page("accounts" if connection else "first")

    def tell(self, notice: Notice) -> None:
        """Show a notice on the page that is open."""
        page = self.window.page(self.window.current)
        if isinstance(page, Page):
            page.notices.show_notice(notice)

    async def aclose(self) -> None:
        """End every screen's tasks."""
        await asyncio.gather(*(screen.aclose() for screen in self.screens))

    def _add(self, name: str, screen: Screen, page: Page) -> None:
        screen.noticed.connect(page.notices.show_notice)
        page.notices.page_wanted.connect(self.window.open_page)
        self.window.add_page(name, page, screen.shown)

    def _connect_first(self) -> None:
        self.window.show_rail(visible=True)
        self.window.open_page("connections")
        self.connections.begin_adding()

    def _connection_changed(self) -> None:
        if self.desk.connection is not None:
            self.window.show_rail(visible=True)
        self._show_status()

    def _show_change_set(self, change_set_id: int) -> None:
        self.bulk.show_change_set(change_set_id)
        self.window.open_page("bulk")

    def _resume(self, change_set_id: int) -> None:
        self.bulk.resume(change_set_id)
        self.window.open_page("bulk")

    def _prepare_undo(self, change_set_id: int, part: Choice) -> None:
        self.bulk.prepare_again(change_set_id, undo(part))
        self.window.open_page("bulk")

    def _prepare_retry(self, change_set_id: int) -> None:
        self.bulk.prepare_again(change_set_id, RETRY)
        self.window.open_page("bulk")

    def _show_status(self) -> None:
        status = self.status
        if not status.needs_a_person:
            self.tray.clear()
        self.window.rail.show_organisation(status.organisation)
        self.window.rail.show_running(status.running)
        colour = connection_colour(status.colour) if status.colour is not None else ""
        lamps = [Lamp(word, tone) for word, tone in status.lamps]
        self.window.status.show_state(status.name, colour, status.facts, lamps)
