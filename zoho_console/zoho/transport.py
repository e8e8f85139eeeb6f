"""The only place that touches the wire: time limits, repeats, one log line a call, and what it all cost."""

from __future__ import annotations

import asyncio
import logging
import random
import ssl
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

import httpx
import truststore

from zoho_console import __version__
from zoho_console.domain.connections import Origins
from zoho_console.domain.grants import Grant, GrantVault
from zoho_console.errors import NotReachable, ZohoAPIError
from zoho_console.zoho.auth import Tokens
from zoho_console.zoho.call import Answer, Call
from zoho_console.zoho.decode import TokenRefused
from zoho_console.zoho.limits import next_wait
from zoho_console.zoho.oauth import TOKEN_PATH, OAuthApp
from zoho_console.zoho.usage import ApiUsage

logger = logging.getLogger(__name__)

T = TypeVar("T")

TIME_LIMITS = httpx.Timeout(connect=10, read=60, write=60, pool=120)
CONNECTIONS = httpx.Limits(max_connections=8, max_keepalive_connections=8, keepalive_expiry=5)
NOTE_OK_EVERY_S = 30.0
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class Wire:
    """Sends single requests and says, when none comes back, whether the request may have arrived."""

    def __init__(self) -> None:
        self._client: httpx.AsyncClient | None = None
        self._opening = asyncio.Lock()

    async def send(
        self,
        method: str,
        url: str,
        *,
        query: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One exchange. Errors: NotReachable, with `sent`."""
        client = await self._open()
        started = time.monotonic()
        path = httpx.URL(url).path
        try:
            answer = await client.request(
                method, url, params=dict(query or {}), data=dict(form) if form else None, json=body, headers=headers
            )
        except httpx.TransportError as error:
            kind = type(error).__name__
            logger.warning("%s %s: %s after %d ms", method, path, kind, (time.monotonic() - started) * 1000)
            sent = not isinstance(error, _NOT_SENT)
            raise NotReachable(_words(error), sent=sent, details={"kind": kind}) from error
        left = answer.headers.get("x-api-credits-remaining", "-")
        elapsed_ms = (time.monotonic() - started) * 1000
        logger.info("%s %s %d %d ms credits left %s", method, path, answer.status_code, elapsed_ms, left)
        return Answer(answer.status_code, answer.headers, answer.content)

    async def aclose(self) -> None:
        """Close all connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _open(self) -> httpx.AsyncClient:
        async with self._opening:
            if self._client is None:
                # Loading the certificates takes 50 to 100 ms, which no loop should wait for.
                context = await asyncio.to_thread(truststore.SSLContext, ssl.PROTOCOL_TLS_CLIENT)
                self._client = httpx.AsyncClient(
                    verify=context,
                    timeout=TIME_LIMITS,
                    limits=CONNECTIONS,
                    follow_redirects=False,
                    headers={"User-Agent": f"zoho-console/{__version__}", "Accept": "application/json"},
                )
            return self._client


class Transport:
    """Sends calls of one connection: with its token, its waits and its counters."""

    def __init__(
        self, origins: Origins, app: OAuthApp, vault: GrantVault, *, max_retries: int = 3, retry_delay: float = 1.0
    ) -> None:
        self._origins = origins
        self._vault = vault
        self._max_retries = max_retries
        self._retry_delay = retry_delay
        self._wire = Wire()
        self._noted_ok = 0.0
        self.tokens = Tokens(app, vault, self._post_token_form)
        self.usage = ApiUsage()

    async def send(self, call: Call[T]) -> T:
        """The decoded answer to a call.

        A refused token is renewed once; a refused, lost or broken call is repeated as `limits.next_wait` allows.
        """
        attempt = 0
        while True:
            try:
                return await self._send_signed_in(call)
            except ZohoAPIError as error:
                wait_s = next_wait(
                    error, attempt, repeatable=call.repeatable, delay_s=self._retry_delay, draw=random.random()
                )
                if wait_s is None or attempt >= self._max_retries:
                    raise
                logger.info("%s %s again in %.1f s: %s", call.method, call.path, wait_s, error)
                await asyncio.sleep(wait_s)
                attempt += 1

    async def post_accounts_form(self, path: str, form: Mapping[str, str], accounts: str = "") -> Answer:
        """Post a form to the accounts server."""
        return await self._wire.send("POST", (accounts or self._origins.accounts) + path, form=form)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._wire.aclose()

    async def _send_signed_in(self, call: Call[T]) -> T:
        grant = await self.tokens.current()
        try:
            return await self._exchange(call, grant)
        except TokenRefused:
            renewed = await self.tokens.renewed(grant)
        return await self._exchange(call, renewed)

    async def _exchange(self, call: Call[T], grant: Grant) -> T:
        answer = await self._wire.send(
            call.method,
            (grant.api_domain or self._origins.api) + call.path,
            query=call.query,
            body=call.body,
            headers={"Authorization": f"Zoho-oauthtoken {grant.access_token}"},
        )
        left = answer.headers.get("x-api-credits-remaining", "")
        self.usage = replace(
            self.usage,
            calls=self.usage.calls + 1,
            credits_used=self.usage.credits_used + call.credits,
            credits_left=int(left) if left.isdigit() else self.usage.credits_left,
        )
        value = call.decode(answer)
        await self._note_ok()
        return value

    async def _note_ok(self) -> None:
        self.usage = replace(self.usage, last_ok_at=datetime.now(UTC))
        if time.monotonic() - self._noted_ok > NOTE_OK_EVERY_S or not self._noted_ok:
            self._noted_ok = time.monotonic()
            await asyncio.to_thread(self._vault.note_ok)

    async def _post_token_form(self, form: dict[str, str]) -> Answer:
        return await self.post_accounts_form(TOKEN_PATH, form)


def _words(error: httpx.TransportError) -> str:
    if isinstance(error, _NOT_SENT):
        return "Zoho could not be reached."
    if isinstance(error, httpx.TimeoutException):
        return "Zoho did not answer in time."
    return "The connection to Zoho was cut before the answer came."
