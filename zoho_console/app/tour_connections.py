"""The tour's steps of connections: health, renewal, a new connection, a sign-in past a forged answer, preferences."""

from __future__ import annotations

import asyncio

from zoho_console.app.hands import click, free_port, type_text, until
from zoho_console.app.tour_frame import Tour
from zoho_console.ui.pages.connections import ConnectionsPage
from zoho_console.ui.pages.preferences import PreferencesPage
from zoho_console.ui.pages.token_health import TokenHealthPage


class ConnectionSteps:
    """The sign-in goes through the real redirect on this computer."""

    def __init__(self, tour: Tour) -> None:
        self._tour = tour
        self.steps = (self.health, self.form, self.sign_in, self.second_connection, self.preferences)

    async def health(self) -> None:
        self._tour.open_page("health")
        screen = self._tour.console.health
        await until(lambda: screen.health and screen.events, "the health is shown")
        former = screen.health[0].token.generation
        page = self._tour.window.page("health")
        assert isinstance(page, TokenHealthPage)
        click(page.cards[0].remedy)
        await until(lambda: screen.health[0].token.generation > former, "the token is renewed")
        self._tour.check("state in words", screen.health[0].verdict.word, "Works")

    async def form(self) -> None:
        page = self._tour.window.page("health")
        assert isinstance(page, TokenHealthPage)
        page.notices.clear()
        self._tour.open_page("connections")
        page = self._tour.window.page("connections")
        assert isinstance(page, ConnectionsPage)
        await until(lambda: page.cards, "the connection is listed")
        click(page.add)
        form = page.form
        form.centre.setCurrentIndex(form.centre.count() - 1)
        form.port.clear()  # another program may hold the usual one; the simulator takes any
        type_text(form.port, str(free_port()))
        for edit, text in (
            (form.name, "Second"), (form.client_id, self._tour.simulator.client_id),
            (form.secret, self._tour.simulator.client_secret), (form.accounts_url, self._tour.simulator.url),
            (form.api_url, self._tour.simulator.url),
        ):  # fmt: skip
            type_text(edit, text)
        self._tour.check("nothing is missing", form.draft.missing(), "")

    async def sign_in(self) -> None:
        page = self._tour.window.page("connections")
        assert isinstance(page, ConnectionsPage)
        self._tour.forge_next = True
        click(page.form.save)
        signing = self._tour.console.connections.signing
        await until(lambda: signing.rejected, "the forged answer is refused")
        self._tour.check("still waiting for the right answer", signing.is_waiting, True)

    async def second_connection(self) -> None:
        screen = self._tour.console.connections
        await until(
            lambda: screen.signing.connection is None and len(screen.health) == 2, "the second one is signed in"
        )
        await until(lambda: screen.is_current(screen.health[-1].connection), "it is in use")
        connection = self._tour.console.desk.connection
        assert connection is not None
        self._tour.check("the connection in use", connection.name, "Second")
        await asyncio.sleep(0.2)

    async def preferences(self) -> None:
        self._tour.open_page("preferences")
        page = self._tour.window.page("preferences")
        assert isinstance(page, PreferencesPage)
        await until(page.quarantine.text, "what is kept is shown")
        self._tour.check("nothing is to be saved", page.save.isEnabled(), False)
