"""The access token of every call: kept in the vault, renewed once for all who need it, never thrown away.

One refresh at a time: within this program by sharing one task, between programs by the vault's claim (a lease of
30 seconds on the database clock). Zoho gives ten access tokens in ten minutes, so a refusal is not tried in a loop.
Nothing is ever deleted because of an answer: only a person ends a sign-in.
"""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TypeVar

from zoho_console.domain.connections import Origins
from zoho_console.domain.grants import FailureKind, Grant, GrantVault, RefreshFailure
from zoho_console.errors import (
    NotReachable,
    SecretError,
    SignInNeeded,
    TokenThrottled,
    UnreadableAnswer,
    WrongClient,
    ZohoError,
)
from zoho_console.zoho import oauth
from zoho_console.zoho.call import Call
from zoho_console.zoho.transport import Transport
from zoho_console.zoho.troubles import Troubles

T = TypeVar("T")
log = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
POLL_S = 0.2
PATIENCE_S = 35.0  # a lease and a little: then the holder is dead or asleep
HOLD_S = 30.0  # after a failed refresh the present access token serves this long before the next try
SPREAD_S = 60.0  # consoles that share a token begin to renew it at moments of their own
NOTE_OK_EVERY_S = 30.0  # so that the proof costs a database write now and then, not one for each call
KNOWN_S = 5.0  # a grant that was just read is not read again for each of many calls
_TEMPORARY = (NotReachable, UnreadableAnswer, TokenThrottled)


class Access:
    """Sends calls with the connection's access token."""

    def __init__(self, origins: Origins, app: oauth.OAuthApp, vault: GrantVault, transport: Transport) -> None:
        self._origins = origins
        self._app = app
        self._vault = vault
        self._transport = transport
        self._refreshing: asyncio.Task[Grant] | None = None
        self._spread = timedelta(seconds=Random().uniform(0, SPREAD_S))
        self._hold_until = 0.0
        self._throttled_until = 0.0
        self._note_ok_at = 0.0
        self._known: Grant | None = None
        self._known_until = 0.0
        self.troubles = Troubles()

    async def send(self, call: Call[T]) -> T:
        """The value of a CRM call; a refused token is renewed once and the call asked once more.

        A refusal of the token (401) means that Zoho did nothing, so this holds for writes too.
        Errors: SignInNeeded before the first sign-in, after a dead one, and after a second 401; what the refresh
        raises where no usable token is left; what the call raises.
        """
        try:
            value = await self._sent(call)
        except ZohoError as error:
            self.troubles.met(call.path, error)
            raise
        self.troubles.passed(call.path)
        return value

    async def refresh(self) -> Grant:
        """A grant with a new access token, made now. Errors: as the token endpoint's. Cost: one token call."""
        return await self._newer_than((await self._loaded()).generation)

    async def revoke(self) -> None:
        """End the sign-in at Zoho; what the vault holds stays. Cost: one token call, none before a sign-in."""
        grant = await asyncio.to_thread(self._vault.load)
        if grant is not None:
            accounts = oauth.servers_of(grant, self._origins).accounts
            await self._transport.send(oauth.revoke(grant.refresh_token), accounts)

    async def aclose(self) -> None:
        """Let a refresh under way come to its end, for five seconds at most; keep what was learnt."""
        if self._transport.lanes.held:
            # A help for the next time, nothing more; threads take no work once the interpreter is ending.
            with suppress(ZohoError, RuntimeError):
                await asyncio.to_thread(self._vault.note_ok, self._transport.lanes.held)
        if self._refreshing is not None:
            await asyncio.wait({self._refreshing}, timeout=5)
            self._refreshing.cancel()

    async def _sent(self, call: Call[T]) -> T:
        grant = await self._usable()
        try:
            return await self._send_with(grant, call)
        except SignInNeeded:
            log.info("the access token of generation %d was refused", grant.generation)
        return await self._send_with(await self._newer_than(grant.generation), call)

    async def _send_with(self, grant: Grant, call: Call[T]) -> T:
        servers = oauth.servers_of(grant, self._origins)
        if call.origin not in ("", servers.api, servers.upload, oauth.download_origin(servers)):
            raise UnreadableAnswer(
                "Zoho named a server for a file that is not one of its own, so it was not asked.", advice="Try again."
            )
        value = await self._transport.send(call, call.origin or servers.api, grant.access_token)
        if time.monotonic() >= self._note_ok_at:
            self._note_ok_at = time.monotonic() + NOTE_OK_EVERY_S
            await asyncio.to_thread(self._vault.note_ok, self._transport.lanes.held)
        return value

    async def _loaded(self) -> Grant:
        grant = await asyncio.to_thread(self._vault.load)
        if grant is None:
            raise SignInNeeded("Nobody has signed in to Zoho with this connection yet.", advice="Sign in.")
        if self._known is None:
            self._transport.lanes.begin_at(grant.calls_at_once)
        self._known, self._known_until = grant, time.monotonic() + KNOWN_S
        return grant

    async def _usable(self) -> Grant:
        """A grant whose access token can be sent now, the present one as long as it lives if renewing fails."""
        known = self._known if time.monotonic() < self._known_until else None
        # One that looks old may only be so because somebody put this computer's clock forward since it was read.
        grant = known if known is not None and known.is_fresh(spread=self._spread) else await self._loaded()
        left_s = (grant.expires_at - datetime.now(UTC)).total_seconds()
        log.debug("access token of generation %d: %d s left", grant.generation, left_s)
        if grant.is_fresh(spread=self._spread):
            return grant
        is_alive = grant.expires_at > datetime.now(UTC)
        if is_alive and time.monotonic() < self._hold_until:
            return grant
        try:
            return await self._newer_than(grant.generation)
        except _TEMPORARY as error:
            if not is_alive:
                raise
            self._hold_until = time.monotonic() + HOLD_S
            log.warning("renewing failed (%s); the present access token goes on", type(error).__name__)
            return grant

    async def _newer_than(self, generation: int) -> Grant:
        """A grant of a later generation, by the one refresh that everybody here shares.

        The refresh goes on if a caller is cancelled, for its answer counts against the limit either way.
        """
        under_way = self._refreshing
        if under_way is not None and not under_way.done():
            grant = await asyncio.shield(under_way)
            if grant.generation > generation:
                return grant
        if self._refreshing is None or self._refreshing.done():
            # Owned here, shared by all callers, ended in `aclose`.
            self._refreshing = asyncio.ensure_future(self._renewed(generation))
            self._refreshing.add_done_callback(_retrieve)
        return await asyncio.shield(self._refreshing)

    async def _renewed(self, generation: int) -> Grant:
        """A later generation: another program's if there is one, else ours, else what the holder of the claim makes.

        The claim is asked for again at each look, so that a holder's failure is noticed at once.
        """
        give_up_at = time.monotonic() + PATIENCE_S
        while time.monotonic() < give_up_at:
            grant = await self._loaded()
            if grant.generation > generation:
                return grant
            if claim := await asyncio.to_thread(self._vault.claim_refresh, grant.generation, LEASE):
                renewed = await self._refreshed(grant, claim)
                if renewed.access_token != grant.access_token:
                    return renewed
            await asyncio.sleep(POLL_S)
        raise NotReachable("Another console is renewing this sign-in and does not come to an end.", sent=False)

    async def _refreshed(self, grant: Grant, claim: int) -> Grant:
        """What is stored after a refresh: ours, or another console's if ours took longer than the claim."""
        try:
            renewed = await self._ask(grant)
        except ZohoError as error:
            await asyncio.to_thread(self._vault.refresh_failed, grant.generation, failure_of(error), claim)
            raise
        self._known = await asyncio.to_thread(self._vault.save, renewed, claim=claim)
        return self._known

    async def _ask(self, grant: Grant) -> Grant:
        quiet_s = self._throttled_until - time.monotonic()
        if quiet_s > 0:
            raise TokenThrottled("Zoho gives ten access tokens in ten minutes.", retry_after=quiet_s)
        secret = await asyncio.to_thread(self._app.secret)
        call = oauth.refresh(grant, self._origins, self._app.client_id, secret, asked_at=datetime.now(UTC))
        try:
            return await self._transport.send(call, oauth.servers_of(grant, self._origins).accounts)
        except TokenThrottled as error:
            self._throttled_until = time.monotonic() + error.retry_after
            raise


def failure_of(error: ZohoError) -> RefreshFailure:
    """What an error of a refresh means for the sign-in."""
    sentence = str(error).rstrip(".")
    if isinstance(error, TokenThrottled):
        return RefreshFailure(FailureKind.THROTTLED, sentence, error.retry_after)
    kinds: tuple[tuple[type[ZohoError], FailureKind], ...] = (
        (SignInNeeded, FailureKind.REVOKED),
        (WrongClient, FailureKind.WRONG_CLIENT),
        (SecretError, FailureKind.NO_SECRET),
        (NotReachable, FailureKind.NOT_REACHABLE),
        (UnreadableAnswer, FailureKind.NOT_REACHABLE),
    )
    kind = next((kind for one, kind in kinds if isinstance(error, one)), FailureKind.REFUSED)
    return RefreshFailure(kind, sentence)


def _retrieve(task: asyncio.Task[Grant]) -> None:
    """Look at the failure, so that asyncio does not report it where every caller was cancelled."""
    if not task.cancelled():
        task.exception()
