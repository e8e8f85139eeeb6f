"""One opened workspace: its database, its connections, one client for each, and the engine's loop they run on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from zoho_console.background import BackgroundLoop
from zoho_console.bulk.pace import Pace
from zoho_console.domain.connections import Connection, NewConnection, Organisation, User
from zoho_console.domain.fields import Field
from zoho_console.domain.grants import Grant, TokenEvent
from zoho_console.errors import ZohoError
from zoho_console.store import field_cache
from zoho_console.store.connections import Connections
from zoho_console.store.data_keys import DataKeys
from zoho_console.store.database import Database
from zoho_console.store.desktops import Desktops
from zoho_console.store.embedded import EmbeddedPostgres
from zoho_console.store.journal import Journal
from zoho_console.store.marks import Marks
from zoho_console.store.migrate import bring_to_head
from zoho_console.store.secrets import MemorySecrets, Secrets
from zoho_console.store.team_database import TeamDatabase
from zoho_console.store.token_history import token_events
from zoho_console.store.tokens import ConnectionVault
from zoho_console.workspace.client_secrets import ClientSecrets
from zoho_console.workspace.credit_log import CreditLog
from zoho_console.zoho.client import AsyncZohoClient
from zoho_console.zoho.oauth import OAuthApp
from zoho_console.zoho.usage import ApiUsage

ACCOUNTS = "Accounts"
MARKS = "seen.json"  # in the data folder: how far tokens had come when this desktop last saw them


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a sign-in belongs to."""

    organisation: Organisation
    user: User


class Workspace:
    """What window and command line share. Coroutines run on `engine`; everything else blocks briefly."""

    def __init__(
        self,
        database: Database,
        secrets: Secrets | MemorySecrets,
        *,
        pace: Pace | None = None,
        marks: Marks | None = None,
        on_close: Callable[[], None] | None = None,
    ) -> None:
        self.engine = BackgroundLoop()
        self.database = database
        self.secrets = secrets
        self.client_secrets = ClientSecrets(secrets)
        self.connections = Connections(database)
        self.journal = Journal(database)
        self.pace = pace or Pace()
        self.keys = DataKeys(database, Desktops(database, secrets, marks=marks))
        self._clients: dict[int, AsyncZohoClient] = {}
        self.credit_log = CreditLog(database, lambda: dict(self._clients))
        self.engine.start(self.credit_log.write_now_and_then())
        self._on_close = on_close or (lambda: None)

    @classmethod
    def open(
        cls,
        home: Path,
        database_url: str = "",
        secrets: Secrets | MemorySecrets | None = None,
        *,
        pace: Pace | None = None,
    ) -> Workspace:
        """Open the database (our own, or the server of `database_url`), bring its schema up to date.

        Blocks: about 1 s the first time, 0.2 s later. Errors: ZohoDatabaseError, SecretError.
        """
        secrets = secrets or Secrets()
        postgres = None if database_url else EmbeddedPostgres(home)
        database = Database(postgres.start() if postgres else TeamDatabase(secrets).whole(database_url))
        try:
            bring_to_head(database)
        except BaseException:
            database.close()
            if postgres:
                postgres.stop()
            raise
        on_close, marks = postgres.stop if postgres else None, Marks(home / MARKS)
        return cls(database, secrets, pace=pace, marks=marks, on_close=on_close)

    def close(self) -> None:
        """Close clients, the engine and the database; our own Postgres stops with its last user."""
        self.credit_log.write()
        self.engine.call(self._close_clients())
        self.engine.close()
        self.database.close()
        self._on_close()

    async def _close_clients(self) -> None:
        clients, self._clients = list(self._clients.values()), {}
        for client in clients:
            await client.aclose()

    # --- connections ---

    def add_connection(self, new: NewConnection, secret: str) -> Connection:
        """Save a connection and its client secret; without a place for the secret nothing is saved.

        Errors: ZohoConfigError (name taken), SecretError (no usable keyring).
        """
        connection = self.connections.add(new)
        try:
            self.client_secrets.set(connection, secret)
        except BaseException:
            self.connections.remove(connection.id)
            raise
        return connection

    async def remove_connection(self, connection: Connection) -> None:
        """Forget a connection, its tokens and its secret here; jobs stay readable until then only."""
        await self.forget_client(connection.id)
        await asyncio.to_thread(self.connections.remove, connection.id)
        await asyncio.to_thread(self.client_secrets.delete, connection)

    def client(self, connection: Connection) -> AsyncZohoClient:
        """The one client of this connection; call on the engine's loop."""
        client = self._clients.get(connection.id)
        if client is None:
            client = AsyncZohoClient(connection.origins, self.app(connection), self.vault(connection.id))
            self._clients[connection.id] = client
        return client

    async def forget_client(self, connection_id: int) -> None:
        """Close the client of a connection, so that the next call begins with what is stored."""
        if client := self._clients.pop(connection_id, None):
            await client.aclose()
            await asyncio.to_thread(self.credit_log.write_of, connection_id, client)

    def vault(self, connection_id: int) -> ConnectionVault:
        """Where the connection's tokens are."""
        return ConnectionVault(self.database, connection_id, self.keys)

    def app(self, connection: Connection) -> OAuthApp:
        """Client id and the way to the secret, which is fetched only when needed."""
        return OAuthApp(connection.client_id, partial(self.client_secrets.get, connection))

    async def identify(self, connection: Connection) -> Identity:
        """Ask Zoho whom the sign-in belongs to. Cost: 2 calls, 2 credits."""
        client = self.client(connection)
        identity = Identity(await client.organisation(), await client.current_user())
        await asyncio.to_thread(self.connections.identified, connection.id, identity.organisation, identity.user)
        return identity

    # --- tokens ---

    async def refresh(self, connection: Connection) -> Grant:
        """Get a new access token now. Cost: 1 of the 10 tokens that Zoho gives in 10 minutes."""
        return await self.client(connection).refresh()

    async def revoke(self, connection: Connection) -> None:
        """Withdraw the sign-in at Zoho and forget it here; only a person can sign in again."""
        await self.client(connection).revoke()
        await asyncio.to_thread(self.vault(connection.id).delete)
        await self.forget_client(connection.id)

    def usage(self, connection_id: int) -> ApiUsage | None:
        """What this console spent on a connection since it started, if anything."""
        client = self._clients.get(connection_id)
        return client.usage if client else None

    def trouble(self, connection_id: int) -> ZohoError | None:
        """What stands in the way of this console's calls just now, if anything."""
        client = self._clients.get(connection_id)
        return client.trouble if client else None

    def events(self, connection_id: int | None = None, limit: int = 50) -> list[TokenEvent]:
        """What happened to tokens, newest first."""
        return token_events(self.database, connection_id, limit)

    # --- metadata ---

    async def fields(self, connection: Connection, *, reload: bool = False, module: str = ACCOUNTS) -> list[Field]:
        """The fields of a module, from our database unless `reload`. Cost: 1 call the first time."""
        known = None if reload else await asyncio.to_thread(field_cache.load, self.database, connection.id, module)
        if known is not None:
            return known
        fields = await self.client(connection).fields(module)
        await asyncio.to_thread(field_cache.save, self.database, connection.id, module, fields)
        return fields
