"""Signing in, from the open port to stored tokens, with a live account of each step."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from enum import StrEnum

from zoho_console.domain.connections import CUSTOM, Connection, User
from zoho_console.domain.grants import Grant, RefreshFailure
from zoho_console.errors import ZohoConfigError, ZohoError
from zoho_console.workspace.sign_in_checks import other_data_centre, unexpected
from zoho_console.workspace.workspace import Identity, Workspace
from zoho_console.zoho.client import AsyncZohoClient
from zoho_console.zoho.oauth import Consent
from zoho_console.zoho.signin import SignIn

TIME_LIMIT_S = 300.0


class Step(StrEnum):
    """The steps of a sign-in, in order; each is reported when it has been reached."""

    LISTENING = "listening"
    WAITING = "waiting for you in the browser"
    CODE = "code arrived"
    EXCHANGED = "exchanged for tokens"
    STORED = "stored"


class SignInAttempt:
    """One attempt to sign in to a connection: through the browser, by a pasted address, or by a self client's code.

    Coroutines run on the engine's loop. Nothing is stored before Zoho said who we are and it is who the connection is
    for. What is of no use is withdrawn at Zoho again, unless a person may keep it: then `keep` or `drop` decides.
    Cost: 1 token, 2 calls.

    Errors of each way: UnexpectedSignIn, SignInCancelled, WrongClient, SignInNeeded; ZohoConfigError (an address or
    code that is none, a redirect address that is not registered); SecretError, ZohoDatabaseError.
    """

    def __init__(
        self,
        workspace: Workspace,
        connection: Connection,
        *,
        port: int = 0,
        on_step: Callable[[Step], None] = lambda step: None,
        on_rejected: Callable[[str], None] | None = None,
    ) -> None:
        self._workspace = workspace
        self._connection = connection
        self._port = port or connection.redirect_port
        self._on_step = on_step
        self._found: tuple[Grant, Identity] | None = None
        self._is_port_registered = False  # an answer came back to it
        self._signin = SignIn(
            connection.origins,
            workspace.app(connection),
            connection.scopes,
            self._port,
            is_custom=connection.data_centre == CUSTOM,
        )
        self._signin.on_rejected = on_rejected

    @property
    def consent_url(self) -> str:
        """The address to open in a browser."""
        return self._signin.consent_url

    async def through_browser(
        self, open_browser: Callable[[str], None], *, time_limit_s: float = TIME_LIMIT_S
    ) -> Identity:
        """Open the browser, wait for Zoho's answer and store the tokens; who it turned out to be comes out.

        `open_browser` gets the address, on the engine's thread, once the port is held. Errors besides: PortTaken.
        """
        try:
            await self._signin.listen()
            self._on_step(Step.LISTENING)
            open_browser(self._signin.consent_url)
            self._on_step(Step.WAITING)
            consent = await self._signin.wait_for_code(time_limit_s)
            self._is_port_registered = True
            return await self._finish(consent)
        finally:
            await self._signin.aclose()

    async def by_address(self, address: str) -> Identity:
        """Go on with the address that a browser elsewhere ended on; after a wrong one, another may be tried."""
        self._signin.paste(address)
        try:
            return await self._finish(await self._signin.wait_for_code())
        finally:
            await self._signin.aclose()

    async def by_code(self, code: str) -> Identity:
        """Go on with a code that a person made in Zoho's API console, under “Self Client”."""
        try:
            return await self._finish(self._signin.self_client(code))
        finally:
            await self._signin.aclose()

    async def paste(self, address: str) -> None:
        """Bring the answer that `through_browser` waits for. Errors: ZohoConfigError; the waiting goes on."""
        self._signin.paste(address)

    async def keep(self) -> Identity:
        """Store the tokens, although something is unexpected about them. Errors: ZohoConfigError (nothing to keep)."""
        if self._found is None:
            raise ZohoConfigError("There is no sign-in to keep.", advice="Sign in again.")
        grant, identity = self._found
        number, workspace = self._connection.id, self._workspace
        await asyncio.to_thread(workspace.vault(number).save, grant, event="signed_in")
        await asyncio.to_thread(workspace.connections.identified, number, identity.organisation, identity.user)
        if self._is_port_registered:
            await asyncio.to_thread(workspace.connections.remember_port, number, self._port)
        await workspace.forget_client(number)
        self._found = None
        self._on_step(Step.STORED)
        return identity

    async def drop(self) -> None:
        """Withdraw at Zoho what was not stored, so that it takes no place among the 20 sign-ins of the user.

        A sign-in of the connection's own user is left alone: Zoho does not say that the stored one would outlive it.
        """
        found, self._found = self._found, None
        if found is not None:
            await self._withdraw(found[0], found[1].user)

    async def _finish(self, consent: Consent) -> Identity:
        self._on_step(Step.CODE)
        if problem := other_data_centre(self._connection, consent.accounts_url):
            raise problem
        grant = await self._signin.exchange(consent)
        self._on_step(Step.EXCHANGED)
        try:
            identity = await self._identity_of(grant)
        except BaseException:
            await self._withdraw(grant, self._connection.user)
            raise
        self._found = grant, identity
        if problem := unexpected(self._connection, grant, identity.organisation, identity.user):
            if not problem.may_keep:
                await self.drop()
            raise problem
        return await self.keep()

    async def _identity_of(self, grant: Grant) -> Identity:
        client = self._client(grant)
        try:
            return Identity(await client.organisation(), await client.current_user())
        finally:
            await client.aclose()

    async def _withdraw(self, grant: Grant, user: User | None) -> None:
        own = self._connection.user
        if own is not None and user is not None and own.id == user.id:
            return
        client = self._client(grant)
        try:
            with suppress(ZohoError):  # nobody has the tokens but this attempt, and it forgets them
                await client.revoke()
        finally:
            await client.aclose()

    def _client(self, grant: Grant) -> AsyncZohoClient:
        return AsyncZohoClient(self._connection.origins, self._workspace.app(self._connection), _UnsavedGrant(grant))


class _UnsavedGrant:
    """Holds a grant in memory until we know whom it belongs to; satisfies `GrantVault`."""

    def __init__(self, grant: Grant) -> None:
        self._grant = grant

    def load(self) -> Grant:
        return self._grant

    def save(self, grant: Grant, *, event: str = "refreshed", claim: int | None = None) -> Grant:
        self._grant = grant
        return grant

    def claim_refresh(self, generation: int, lease: timedelta) -> int:
        return 1

    def refresh_failed(self, generation: int, failure: RefreshFailure, claim: int) -> None:
        """Nothing is kept, so there is nothing to note."""

    def note_ok(self, calls_at_once: int = 0) -> None:
        """Nothing is kept."""
