"""Connections: listed, added, signed in, tested, removed."""

from __future__ import annotations

from zoho_console.domain.connections import CUSTOM, Connection, Environment, NewConnection, custom_origins, origins_for
from zoho_console.screens.connection_draft import Draft
from zoho_console.screens.guarding import Guarding
from zoho_console.screens.screen import Desk, Screen
from zoho_console.screens.sign_in import SignInScreen
from zoho_console.workspace.health import Health

__all__ = ["ConnectionsScreen", "Health"]


class ConnectionsScreen(Screen):
    """State: `is_loaded`, `health` of each connection, `is_adding`, `problem` (keyring); `signing` is the screen of a
    sign-in.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.is_loaded = False
        self.health: list[Health] = []
        self.is_adding = False
        self.problem = ""
        self.guarding = Guarding(self)
        self.signing = SignInScreen(desk)
        self.signing.changed.connect(self.changed)
        self.signing.noticed.connect(self.noticed)
        self.signing.signed_in.connect(self._signed_in)
        desk.connection_changed.connect(self.shown)
        desk.sign_in_wanted.connect(self.signing.begin)

    def is_current(self, connection: Connection) -> bool:
        """Whether the window works with this connection."""
        return self.desk.connection is not None and self.desk.connection.id == connection.id

    @property
    def is_saving(self) -> bool:
        """Whether a new connection is being saved; the password store may want to be unlocked first."""
        return self.tasks.is_running("add")

    def is_testing(self, connection: Connection) -> bool:
        """Whether Zoho is being asked who we are."""
        return self.tasks.is_running(f"test {connection.id}")

    @property
    def names(self) -> list[str]:
        """The names that are taken."""
        return [one.connection.name for one in self.health]

    # --- intents ---

    def shown(self) -> None:
        self.tasks.start(self._load(), name="load")
        # Beside the rest: a locked password store may keep its answer for a while.
        self.tasks.start(self._look_at_secrets(), name="secrets")

    def begin_adding(self) -> None:
        """Show the form."""
        self.is_adding = True
        self.changed.emit()

    def stop_adding(self) -> None:
        """Put the form away."""
        self.is_adding = False
        self.changed.emit()

    def add(self, draft: Draft) -> None:
        """Save the connection and begin to sign in."""
        self.tasks.start(self._add(draft), name="add")

    def use(self, connection: Connection) -> None:
        """Work with this connection."""
        self.desk.use(connection)

    def test(self, connection: Connection) -> None:
        """Ask Zoho who we are."""
        self.tasks.start(self._test(connection), name=f"test {connection.id}")

    def remove(self, connection: Connection) -> None:
        """Forget a connection with its tokens, secret and jobs."""
        if self.signing.connection is not None and self.signing.connection.id == connection.id:
            self.signing.cancel()
        self.tasks.start(self._remove(connection), name="remove")

    # --- work ---

    async def _load(self) -> None:
        self.health = await self.blocking(self.desk.checkup.look)
        self.is_loaded = True

    async def _look_at_secrets(self) -> None:
        problem = await self.blocking(self.workspace.secrets.problem)
        self.problem = f"{problem} {problem.advice}" if problem else ""

    async def _add(self, draft: Draft) -> None:
        if draft.data_centre == CUSTOM:
            origins = custom_origins(draft.accounts_url, draft.api_url, draft.upload_url)
        else:
            origins = origins_for(draft.data_centre, Environment(draft.environment))
        new = NewConnection(
            draft.name, draft.data_centre, draft.client_id, origins, Environment(draft.environment), draft.port
        )
        connection = await self.blocking(self.workspace.add_connection, new, draft.secret)
        self.is_adding = False
        await self._load()
        self.signing.begin(connection)

    def _signed_in(self, connection: Connection) -> None:
        self.desk.use(connection)  # which has everything loaded anew

    async def _test(self, connection: Connection) -> None:
        identity = await self.engine(self.workspace.identify(connection))
        await self._load()
        self.notice(f"“{connection.name}” works: {identity.user.name} at {identity.organisation.name}.")

    async def _remove(self, connection: Connection) -> None:
        await self.engine(self.workspace.remove_connection(connection))
        await self._load()
        if self.is_current(connection):
            self.desk.use(self.health[0].connection if self.health else None)
        self.notice(f"“{connection.name}” is forgotten here. Its sign-in can also be removed in Zoho.")

    async def aclose(self) -> None:
        await self.signing.aclose()
        await super().aclose()
