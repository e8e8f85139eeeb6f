"""Signing in, from the open port to stored tokens, with a live account of each step."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum

from zoho_console.domain.connections import CUSTOM, Connection
from zoho_console.domain.grants import Grant, RefreshFailure
from zoho_console.errors import ZohoConfigError
from zoho_console.workspace.workspace import Identity, Workspace
from zoho_console.zoho.client import AsyncZohoClient
from zoho_console.zoho.oauth import OAuthApp
from zoho_console.zoho.signin import SignIn

TIME_LIMIT_S = 300.0


class Step(StrEnum):
    """The steps of a sign-in, in order; each is reported when it has been reached."""

    LISTENING = "listening"
    WAITING = "waiting for you in the browser"
    CODE = "code arrived"
    EXCHANGED = "exchanged for tokens"
    STORED = "stored"


async def sign_in(
    workspace: Workspace,
    connection: Connection,
    *,
    open_browser: Callable[[str], None],
    on_step: Callable[[Step], None] = lambda step: None,
    on_rejected: Callable[[str], None] | None = None,
    time_limit_s: float = TIME_LIMIT_S,
) -> Identity:
    """Sign in through the browser; who it turned out to be comes out. Runs on the engine's loop.

    `open_browser` gets the address to open, on the engine's thread. Nothing is stored unless Zoho says who we are and
    it is the organisation this connection belonged to before. Cost: 1 token, 2 calls.
    Errors: PortTaken, SignInCancelled, WrongClient, SignInNeeded, ZohoConfigError (another organisation).
    """
    attempt = SignIn(
        connection.origins,
        workspace.app(connection),
        connection.scopes,
        connection.redirect_port,
        is_custom=connection.data_centre == CUSTOM,
    )
    attempt.on_rejected = on_rejected
    try:
        await attempt.listen()
        on_step(Step.LISTENING)
        open_browser(attempt.consent_url)
        on_step(Step.WAITING)
        consent = await attempt.wait_for_code(time_limit_s)
        on_step(Step.CODE)
        grant = await attempt.exchange(consent)
        on_step(Step.EXCHANGED)
    finally:
        await attempt.aclose()
    identity = await _identity_of(connection, workspace.app(connection), grant)
    known = connection.organisation
    if known is not None and known.id != identity.organisation.id:
        raise ZohoConfigError(
            f"You signed in to “{identity.organisation.name}”, but this connection belongs to “{known.name}”.",
            advice="Sign in with the right organisation chosen, or add a new connection for this one.",
        )
    await asyncio.to_thread(workspace.vault(connection.id).save, grant, event="signed_in")
    await asyncio.to_thread(workspace.connections.identified, connection.id, identity.organisation, identity.user)
    await workspace.forget_client(connection.id)
    on_step(Step.STORED)
    return identity


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


async def _identity_of(connection: Connection, app: OAuthApp, grant: Grant) -> Identity:
    client = AsyncZohoClient(connection.origins, app, _UnsavedGrant(grant))
    try:
        return Identity(await client.organisation(), await client.current_user())
    finally:
        await client.aclose()
