"""Keeps the access token fresh: one refresh for every caller of this console, and of every console that shares it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

from zoho_console.domain.grants import Grant, GrantVault
from zoho_console.errors import NotReachable, SignInNeeded, ZohoError
from zoho_console.zoho.call import Answer
from zoho_console.zoho.oauth import OAuthApp, refresh_form, refreshed_grant

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
WAIT_FOR_OTHER_S = 35.0
POLL_S = 0.2

PostForm = Callable[[dict[str, str]], Awaitable[Answer]]


class Tokens:
    """Hands out the grant of one connection. `post` sends a form to its token endpoint."""

    def __init__(self, app: OAuthApp, vault: GrantVault, post: PostForm) -> None:
        self._app = app
        self._vault = vault
        self._post = post
        self._lock = asyncio.Lock()

    async def current(self) -> Grant:
        """A grant whose access token can be used now. Errors: SignInNeeded, and those of a refresh."""
        grant = await self._load()
        return grant if grant.is_fresh() else await self.renewed(grant)

    async def renewed(self, seen: Grant) -> Grant:
        """A newer grant than the one seen: of this refresh, or of whoever was first.

        Cost: 1 of the 10 tokens Zoho gives in 10 minutes. Errors: as `oauth.token_body`, NotReachable.
        """
        async with self._lock:
            deadline = time.monotonic() + WAIT_FOR_OTHER_S
            while True:
                grant = await self._load()
                if grant.generation != seen.generation:
                    return grant
                if await asyncio.to_thread(self._vault.claim_refresh, grant.generation, LEASE):
                    return await self._refresh(grant)
                if time.monotonic() > deadline:
                    raise NotReachable("Another console has been renewing the token for half a minute.", sent=False)
                await asyncio.sleep(POLL_S)

    async def _refresh(self, grant: Grant) -> Grant:
        try:
            secret = await asyncio.to_thread(self._app.secret)
            answer = await self._post(refresh_form(self._app, secret, grant))
            renewed = refreshed_grant(answer, grant)
        except ZohoError as error:
            # The tokens stay as they are: nothing is ever deleted because of an answer.
            await asyncio.to_thread(self._vault.refresh_failed, grant.generation, str(error).rstrip("."))
            raise
        logger.info("renewed the token of generation %d", grant.generation)
        return await asyncio.to_thread(self._vault.save, renewed)

    async def load(self) -> Grant | None:
        """The grant as it is stored, fresh or not."""
        return await asyncio.to_thread(self._vault.load)

    async def _load(self) -> Grant:
        grant = await self.load()
        if grant is None:
            raise SignInNeeded("This connection is not signed in.", advice="Sign in to use it.")
        return grant
