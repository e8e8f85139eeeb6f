"""How every connection is: what works, since when, what happens next, what to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from zoho_console.domain.connections import Connection
from zoho_console.domain.grants import TokenEvent
from zoho_console.errors import NotEnrolled, SecretError, ZohoError
from zoho_console.screens.screen import Desk, Screen
from zoho_console.screens.words import moment
from zoho_console.store.desktops import Desktop
from zoho_console.workspace.health import Health, HealthState

__all__ = ["Desktop", "Health", "Spending", "TokenHealthScreen"]

EVENTS = 12
TOKEN_LIFE = timedelta(hours=1)
_NEEDS_A_PERSON = (HealthState.NOT_SIGNED_IN, HealthState.FAILED)


@dataclass(frozen=True, slots=True)
class Spending:
    """What this console spent on a connection since it started; `left` in words, as Zoho tells it."""

    name: str
    spent: str
    left: str = ""


class TokenHealthScreen(Screen):
    """State: `is_loaded` once it was read, `health` by connection, `events` newest first, `desktops` that may read the
    sign-ins or ask to, `problem` (why this one cannot: the password store, or nobody has approved it yet)."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.is_loaded = False
        self.health: list[Health] = []
        self.events: list[TokenEvent] = []
        self.desktops: list[Desktop] = []
        self.problem = ""
        desk.connection_changed.connect(self.shown)

    @property
    def sentence(self) -> str:
        """How many there are, and how many need a person."""
        needing = sum(self.needs_a_person(one) for one in self.health)
        connections = f"{len(self.health)} connection{'' if len(self.health) == 1 else 's'}"
        return f"{connections} · {needing or 'none'} need{'s' if needing < 2 else ''} you"

    @property
    def is_checking(self) -> bool:
        """Whether Zoho is being asked about every connection."""
        return self.tasks.is_running("check")

    @property
    def credits(self) -> list[Spending]:
        """What was spent on each connection."""
        lines = []
        for one in self.health:
            usage, name = one.usage, one.connection.name
            if usage is None or not usage.calls:
                lines.append(Spending(name, "no call since this console started"))
                continue
            left = "over half of the day's are left" if usage.credits_left is None else f"{usage.credits_left:,} left"
            calls = f"{usage.calls:,} call{'' if usage.calls == 1 else 's'}"
            lines.append(Spending(name, f"{usage.credits_used:,} in {calls}", left))
        return lines

    def event_words(self, event: TokenEvent) -> tuple[str, str, str]:
        """When, what happened, to which connection ("" once it is removed)."""
        names = {one.connection.id: one.connection.name for one in self.health}
        return moment(event.at), event.text, names.get(event.connection_id, "")

    @staticmethod
    def needs_a_person(health: Health) -> bool:
        """Whether nothing works until somebody signs in."""
        return health.state in _NEEDS_A_PERSON

    @staticmethod
    def time_left(health: Health, now: datetime | None = None) -> tuple[float, str]:
        """The share of a token's hour that is left, from 0 to 1, and the time in words ("" without a token)."""
        if health.expires_at is None:
            return 0.0, ""
        left = max(timedelta(0), health.expires_at - (now or datetime.now(UTC)))
        seconds = int(left.total_seconds())
        words = f"{seconds // 60} min" if seconds >= 60 else f"{seconds} s"
        return min(1.0, left / TOKEN_LIFE), words

    # --- intents ---

    def shown(self) -> None:
        self.look_again()
        # Beside the rest: a locked password store may keep its answer for a while.
        self.tasks.start(self._look_at_secrets(), name="secrets")

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

    def renew(self, connection: Connection) -> None:
        """Get a new access token now."""
        self.tasks.start(self._renew(connection), name=f"renew {connection.id}")

    def revoke(self, connection: Connection) -> None:
        """End the sign-in at Zoho and here."""
        self.tasks.start(self._revoke(connection), name=f"revoke {connection.id}")

    def approve(self, desktop: Desktop) -> None:
        """Let a desktop read the sign-ins."""
        self.tasks.start(self._approve(desktop), name="desktops")

    def remove(self, desktop: Desktop) -> None:
        """Take a desktop off; every key is renewed."""
        self.tasks.start(self._remove(desktop), name="desktops")

    def is_busy(self, connection: Connection) -> bool:
        """Whether something is being done with this connection."""
        names = (f"renew {connection.id}", f"revoke {connection.id}")
        return any(self.tasks.is_running(name) for name in names)

    # --- work ---

    async def _load(self) -> None:
        health = await self.blocking(self.workspace.health)
        events = await self.blocking(self.workspace.events, None, EVENTS)
        self.health, self.events, self.is_loaded = health, events, True

    async def _look_at_secrets(self) -> None:
        problem = await self.blocking(self.workspace.secrets.problem)
        try:
            self.desktops = await self.blocking(self.workspace.keys.desktops.all)
        except SecretError as error:
            self.desktops, problem = [], str(error)
        waiting = next((NotEnrolled(one.code) for one in self.desktops if one.is_this and not one.is_approved), None)
        self.problem = f"{waiting} {waiting.advice}" if waiting else problem

    async def _approve(self, desktop: Desktop) -> None:
        approved = await self.blocking(self.workspace.keys.desktops.approve, desktop.code)
        self.notice(f"“{approved.name}” may read the sign-ins now.")
        await self._look_at_secrets()

    async def _remove(self, desktop: Desktop) -> None:
        await self.blocking(self.workspace.keys.remove_desktop, desktop.id)
        self.notice(
            f"“{desktop.name}” is removed and every key is new.",
            "It may have copied tokens: revoke each sign-in and sign in again.",
            "warn",
        )
        await self._look_at_secrets()

    async def _check_all(self) -> None:
        for one in self.health:
            if one.state is not HealthState.NOT_SIGNED_IN:
                try:
                    await self.engine(self.workspace.identify(one.connection))
                except ZohoError as error:
                    self.fail(error)
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
