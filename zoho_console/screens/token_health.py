"""How every connection is: what works, since when, what happens next, what to do."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from zoho_console.domain.connections import Connection
from zoho_console.domain.grants import TokenEvent
from zoho_console.errors import ZohoError
from zoho_console.screens.day_words import console_words
from zoho_console.screens.days import Days
from zoho_console.screens.screen import Desk, Screen
from zoho_console.screens.support import Support
from zoho_console.screens.team import TeamScreen
from zoho_console.screens.words import moment
from zoho_console.store.desktops import KEY_VARIABLE
from zoho_console.store.secrets import VARIABLE as SECRET_VARIABLE
from zoho_console.workspace.health import Health, HealthState, Remedy
from zoho_console.workspace.lights import Light

__all__ = ["Health", "Light", "Remedy", "TokenHealthScreen", "how_to_get_a_store", "time_left"]

EVENTS = 12
TOKEN_LIFE = timedelta(hours=1)
_STORE = "secrets"
_OF_THE_STORE = (HealthState.NO_KEYRING, HealthState.KEYRING_LOCKED, HealthState.NOT_ENROLLED)


def how_to_get_a_store() -> str:
    """What to install or start, and the way without; only Linux has desktops that come without a store."""
    return (
        "On GNOME, Xfce and most other desktops install the package “gnome-keyring” and sign out and in again, so that "
        "it starts with your session. On KDE switch on KWallet in the system settings.\n\n"
        "To work in this session only, close the console, put the client secret into the variable "
        f"{SECRET_VARIABLE} and a desktop's key, made with “zoho-console desktops key”, into {KEY_VARIABLE}, and start "
        "it again. Neither is written anywhere."
    )


def time_left(health: Health, now: datetime | None = None) -> tuple[float, str]:
    """The share of a token's hour that is left, from 0 to 1, and the time in words ("" without a token)."""
    if health.expires_at is None:
        return 0.0, ""
    left = max(timedelta(0), health.expires_at - (now or datetime.now(UTC)))
    seconds = int(left.total_seconds())
    words = f"{seconds // 60} min" if seconds >= 60 else f"{seconds} s"
    return min(1.0, left / TOKEN_LIFE), words


class TokenHealthScreen(Screen):
    """State: `is_loaded` once it was read, `health` by connection, `events` newest first, `days` as plotted,
    `team` is the screen of the desktops that share the sign-ins,
    `support` writes the file for whoever helps."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._loading = asyncio.Lock()
        self.is_loaded = False
        self.health: list[Health] = []
        self.events: list[TokenEvent] = []
        self.days = Days()
        self.team = TeamScreen(desk)
        self.support = Support(self)
        desk.connection_changed.connect(self.shown)

    @property
    def sentence(self) -> str:
        """How many there are, and how many need a person."""
        needing = sum(one.needs_a_person for one in self.health)
        connections = f"{len(self.health)} connection{'' if len(self.health) == 1 else 's'}"
        return f"{connections} · {needing or 'none'} need{'s' if needing < 2 else ''} you"

    @property
    def lights(self) -> tuple[Light, ...]:
        """Of what all connections stand on, once they were looked at."""
        return self.desk.checkup.lights(is_store_asked=self.tasks.is_running(_STORE)) if self.is_loaded else ()

    @property
    def problem(self) -> str:
        """Why this desktop reads nothing, "" where a card says so already."""
        return "" if any(one.state in _OF_THE_STORE for one in self.health) else self.team.problem

    @property
    def is_checking(self) -> bool:
        """Whether Zoho is being asked about every connection."""
        return self.tasks.is_running("check")

    def event_words(self, event: TokenEvent) -> tuple[str, str, str]:
        """When, what happened, to which connection ("" once it is removed)."""
        names = {one.connection.id: one.connection.name for one in self.health}
        return moment(event.at), event.text + console_words(event.console), names.get(event.connection_id, "")

    # --- intents ---

    def shown(self) -> None:
        self.look_again()
        # Beside the rest: a locked password store may keep its answer for a while. It is asked once at a time, for
        # each question may bring up one of its own.
        if not self.tasks.is_running(_STORE):
            self.tasks.start(self._look_at_secrets(), name=_STORE)
        self.team.look()

    def hear_from_the_store(self) -> None:
        """Look anew once the password store answers late: who unlocked it at last need not press anything."""
        if self.workspace.secrets.answers_late():
            self.shown()

    def look_again(self) -> None:
        """Read the health anew; asks the database only."""
        self.tasks.start(self._load(), name="load")

    def check_all(self) -> None:
        """Ask Zoho once for every connection that is signed in."""
        self.tasks.start(self._check_all(), name="check")

    def stop_checking(self) -> None:
        """Ask no further; what was learnt so far stays."""
        self.tasks.cancel("check")
        self.changed.emit()

    def press(self, health: Health) -> None:
        """Do what the button of a card says; what is to be typed or read is the page's part."""
        remedy, connection = health.verdict.remedy, health.connection
        if remedy.signs_in:
            self.desk.page_wanted.emit("connections")
            self.desk.sign_in_wanted.emit(connection)
        elif remedy is Remedy.RENEW:
            self.renew(connection)
        elif remedy in (Remedy.RETRY, Remedy.CHECK):
            self.tasks.start(self._check(connection), name=f"renew {connection.id}")
        else:
            self.shown()

    def give_secret(self, connection: Connection, secret: str) -> None:
        """Keep a client secret and try it."""
        self.tasks.start(self._give_secret(connection, secret), name=f"renew {connection.id}")

    def renew(self, connection: Connection) -> None:
        """Get a new access token now."""
        self.tasks.start(self._renew(connection), name=f"renew {connection.id}")

    def revoke(self, connection: Connection) -> None:
        """End the sign-in at Zoho and here."""
        self.tasks.start(self._revoke(connection), name=f"revoke {connection.id}")

    def is_busy(self, health: Health) -> bool:
        """Whether something is being done about this connection."""
        names = [f"renew {health.connection.id}", f"revoke {health.connection.id}"]
        if health.state in _OF_THE_STORE:
            names.append(_STORE)
        return any(self.tasks.is_running(name) for name in names)

    # --- work ---

    async def _load(self) -> None:
        async with self._loading:  # an older look must not end after a newer one and stand
            health = await self.blocking(self.desk.checkup.look)
            if not any(one.state is HealthState.DATABASE_DOWN for one in health):
                self.events = await self.blocking(self.workspace.events, None, EVENTS)
                self.days.take(await self.blocking(self.desk.checkup.overviews), self.desk.connection)
            self.health, self.is_loaded = health, True

    async def _look_at_secrets(self) -> None:
        await self.blocking(self.desk.checkup.look_at_secrets)
        await self._load()

    async def _check_all(self) -> None:
        for one in self.health:
            if one.state is not HealthState.NOT_SIGNED_IN:
                try:
                    await self.engine(self.workspace.identify(one.connection))
                except ZohoError as error:
                    self.fail(error)
        await self._load()

    async def _check(self, connection: Connection) -> None:
        try:
            await self.engine(self.workspace.identify(connection))
            self.notice(f"“{connection.name}” works.")
        finally:
            await self._load()

    async def _give_secret(self, connection: Connection, secret: str) -> None:
        await self.blocking(self.workspace.client_secrets.set, connection, secret)
        await self.blocking(self.desk.checkup.look_at_secrets)
        try:
            if (await self.blocking(self.workspace.vault(connection.id).health)).has_grant:
                await self.engine(self.workspace.refresh(connection))
                self.notice(f"“{connection.name}” works with this secret.")
        finally:
            await self._load()

    async def _renew(self, connection: Connection) -> None:
        try:
            await self.engine(self.workspace.refresh(connection))
            self.notice(f"“{connection.name}” has a new token.")
        finally:
            await self._load()

    async def _revoke(self, connection: Connection) -> None:
        await self.engine(self.workspace.revoke(connection))
        self.notice(f"“{connection.name}” is signed out.", "Sign in again on the Connections page.")
        await self._load()
