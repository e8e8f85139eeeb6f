"""How every connection is: what works, since when, what happens next, what to do."""

from __future__ import annotations

from zoho_console.domain.connections import Connection
from zoho_console.domain.grants import TokenEvent
from zoho_console.errors import ZohoError
from zoho_console.screens.screen import Desk, Screen
from zoho_console.screens.words import clock
from zoho_console.workspace.health import Health, HealthState

EVENTS = 12


class TokenHealthScreen(Screen):
    """State: `health` by connection, `events` newest first, `problem` (why the password store is of no use)."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.health: list[Health] = []
        self.events: list[TokenEvent] = []
        self.problem = ""
        desk.connection_changed.connect(self.shown)

    @property
    def sentence(self) -> str:
        """How many there are, and how many need a person."""
        needing = sum(one.state in (HealthState.NOT_SIGNED_IN, HealthState.FAILED) for one in self.health)
        connections = f"{len(self.health)} connection{'' if len(self.health) == 1 else 's'}"
        return f"{connections} · {needing} needs you" if needing else f"{connections} · none needs you"

    @property
    def credits(self) -> list[tuple[str, str]]:
        """For each connection, what this console spent since it started and what is left."""
        lines = []
        for one in self.health:
            usage = one.usage
            if usage is None or not usage.calls:
                lines.append((one.connection.name, "no call since this console started"))
                continue
            left = f" · {usage.credits_left:,} left" if usage.credits_left is not None else " · over half is left"
            lines.append((one.connection.name, f"{usage.credits_used:,} credits in {usage.calls:,} calls{left}"))
        return lines

    def event_words(self, event: TokenEvent) -> tuple[str, str, str]:
        """Clock time, what happened, to which connection."""
        names = {one.connection.id: one.connection.name for one in self.health}
        return clock(event.at), event.text, names.get(event.connection_id, "")

    # --- intents ---

    def shown(self) -> None:
        self.tasks.start(self._load(), name="load")

    def check_all(self) -> None:
        """Ask Zoho once for every connection that is signed in."""
        self.tasks.start(self._check_all(), name="check")

    def renew(self, connection: Connection) -> None:
        """Get a new access token now."""
        self.tasks.start(self._renew(connection), name=f"renew {connection.id}")

    def revoke(self, connection: Connection) -> None:
        """End the sign-in at Zoho and here."""
        self.tasks.start(self._revoke(connection), name=f"revoke {connection.id}")

    def is_busy(self, connection: Connection) -> bool:
        """Whether something is being done with this connection."""
        names = ("check", f"renew {connection.id}", f"revoke {connection.id}")
        return any(self.tasks.is_running(name) for name in names)

    # --- work ---

    async def _load(self) -> None:
        self.health = await self.blocking(self.workspace.health)
        self.events = await self.blocking(self.workspace.events, None, EVENTS)
        self.problem = await self.blocking(self.workspace.secrets.problem)

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
