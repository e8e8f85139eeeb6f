"""The only place that touches the wire: time limits, waits, counts, one log line for each call.

Nothing is asked again that Zoho may have acted on (`Call.is_repeatable`, `limits.next_wait`); httpx itself never
retries and never follows a redirect, so a token goes to the server it was meant for and to no other.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import secrets
import ssl
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from random import Random
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

import httpx
import truststore

from zoho_console.errors import (
    NotReachable,
    UnreadableAnswer,
    ZohoAPIError,
    ZohoConfigError,
    ZohoRateLimitError,
)
from zoho_console.logs import hide
from zoho_console.version import __version__
from zoho_console.zoho.breaker import Breaker, RetryBudget
from zoho_console.zoho.call import Answer, Call
from zoho_console.zoho.certificates import is_untrusted, untrusted
from zoho_console.zoho.lanes import Lanes
from zoho_console.zoho.limits import RetryPolicy, next_wait
from zoho_console.zoho.usage import ApiUsage
from zoho_console.zoho.window import MOST

T = TypeVar("T")
log = logging.getLogger(__name__)

# httpx limits each read; the last figure limits the whole exchange, so that a dripping answer ends too.
TIME_LIMITS = httpx.Timeout(60, connect=10)
EXCHANGE_LIMIT_S = 120.0
# Errors that come before the first byte of the request leaves (httpx, "Exceptions").
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
# As many as may ever run at once; an idle one is closed before the server does it.
CONNECTIONS = httpx.Limits(max_connections=MOST, max_keepalive_connections=MOST, keepalive_expiry=5)
HELD_BACK = "held back"
CA_VARIABLE = "ZOHO_CONSOLE_CA_FILE"
_SECRET_FIELDS = frozenset({"client_secret", "code", "code_verifier", "refresh_token", "token"})
_THIS_COMPUTER = ("localhost", "127.0.0.1", "[::1]")


class Transport:
    """Sends calls; one for each connection, used on one loop."""

    def __init__(
        self,
        policy: RetryPolicy | None = None,
        lanes: Lanes | None = None,
        *,
        limit_s: float = EXCHANGE_LIMIT_S,
        random: Random | None = None,
    ) -> None:
        self._policy = policy or RetryPolicy()
        self._limit_s = limit_s
        self._random = random or Random()
        self.lanes = lanes or Lanes()
        self._budget = RetryBudget()
        self._breakers: defaultdict[str, Breaker] = defaultdict(Breaker)
        self._opening = asyncio.Lock()
        self._http: httpx.AsyncClient | None = None
        self._usage = ApiUsage()

    @property
    def usage(self) -> ApiUsage:
        """What was used so far; safe to read from any thread."""
        return self._usage

    async def send(self, call: Call[T], origin: str, access_token: str = "") -> T:
        """The decoded answer of `origin` to `call`, asked again after a wait where that does no harm.

        Errors: what `call.decode` raises; NotReachable where no answer came; ZohoConfigError for a body that is not
        JSON. Cost: one exchange, and at most `max_retries` more.
        """
        failures = 0
        while True:
            try:
                value = await self._attempt(call, origin, access_token)
            except (NotReachable, UnreadableAnswer, ZohoRateLimitError) as error:
                failures += 1
                wait_s = self._wait_s(call, error, failures)
                if wait_s is None:
                    if not error.advice and not call.is_write:
                        error.advice = "Check the network and try again; nothing was changed."
                    raise
                log.info("%s %s: %s; again in %.1f s", call.method, call.path, type(error).__name__, wait_s)
            else:
                if not failures:
                    self._budget.worked()
                return value
            await asyncio.sleep(wait_s)

    async def aclose(self) -> None:
        """Close the connections; a later call opens new ones."""
        http, self._http = self._http, None
        if http is not None:
            await http.aclose()

    def _wait_s(self, call: Call[T], error: ZohoAPIError, failures: int) -> float | None:
        wait_s = next_wait(error, failures, is_repeatable=call.is_repeatable, policy=self._policy, random=self._random)
        is_paid = wait_s is not None and (isinstance(error, ZohoRateLimitError) or self._budget.take())
        return wait_s if is_paid and error.details.get("reason") != HELD_BACK else None

    async def _attempt(self, call: Call[T], origin: str, access_token: str) -> T:
        """One exchange, in its turn, if the breaker lets it."""
        if not access_token:  # the accounts server has limits of its own
            return await self._watched(call, origin, access_token)
        async with self.lanes.room(heavy=call.is_heavy):
            return await self._watched(call, origin, access_token)

    async def _watched(self, call: Call[T], origin: str, access_token: str) -> T:
        breaker = self._breakers[origin]
        now_s = time.monotonic()
        if not breaker.lets_pass(now_s, is_read=call.is_repeatable):
            host = origin.partition("://")[2]
            held = NotReachable(f"{host} has not answered for a while, so nothing is sent to it.", sent=False)
            held.advice = f"It is asked again in {max(1, round(breaker.wait_s(now_s)))} seconds."
            held.details = {"host": host, "reason": HELD_BACK, "retry_after": breaker.wait_s(now_s)}
            raise held
        try:
            value = call.decode(await self._exchange(call, origin, access_token))
        except NotReachable:
            breaker.failed(time.monotonic())
            raise
        except asyncio.CancelledError:
            breaker.given_up()
            raise
        except Exception:
            breaker.worked()  # an answer, if not the one that was hoped for
            raise
        breaker.worked()
        return value

    async def _exchange(self, call: Call[T], origin: str, access_token: str) -> Answer:
        request = _request(call, origin, access_token)
        http = await self._opened()
        began = time.monotonic()
        try:
            async with asyncio.timeout(self._limit_s):
                response = await http.send(request)
        except httpx.DecodingError as error:
            raise UnreadableAnswer("The answer was damaged on its way.", advice="Try again.") from error
        except (httpx.TransportError, TimeoutError) as error:
            log.info("%s %s: %s after %d ms", call.method, call.path, type(error).__name__, _ms_since(began))
            raise (await untrusted(origin) if is_untrusted(error) else _not_reachable(error, origin)) from error
        headers = {name.lower(): value for name, value in response.headers.items()}
        remaining = headers.get("x-api-credits-remaining", "")
        log.info(
            "%s %s: %d in %d ms%s",
            call.method,
            call.path,
            response.status_code,
            _ms_since(began),
            f", {remaining} credits left" if remaining.isdigit() else "",
        )
        if access_token:
            now, date = datetime.now(UTC), headers.get("date", "")
            self._usage = self._usage.after(call.credits, response.status_code, remaining, now, date)
        return Answer(response.status_code, headers, response.content, call.scope)

    async def _opened(self) -> httpx.AsyncClient:
        async with self._opening:
            if self._http is None:
                trust = await asyncio.to_thread(_trust, os.environ.get(CA_VARIABLE, ""))
                self._http = httpx.AsyncClient(
                    verify=trust,
                    timeout=TIME_LIMITS,
                    limits=CONNECTIONS,
                    follow_redirects=False,
                    headers={"User-Agent": f"zoho-console/{__version__}", "Accept": "application/json"},
                    # A proxy of the environment is for the world outside, never for this computer itself.
                    mounts={f"all://{host}": None for host in _THIS_COMPUTER},
                )
            return self._http


def _trust(extra_file: str) -> ssl.SSLContext:
    """Whom to believe: what the system trusts, and the certificates of a file, such as those of a company's proxy.

    Errors: ZohoConfigError for a file that holds none. There is no way to believe everybody.
    """
    trust = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if extra_file:
        try:
            trust.load_verify_locations(cafile=extra_file)
        except OSError as error:  # of which ssl.SSLError is one
            raise ZohoConfigError(
                f"The certificates of {CA_VARIABLE} cannot be read.",
                advice="It names a file of certificates in PEM form.",
                details={"reason": type(error).__name__},
            ) from error
    return trust


def _request(call: Call[T], origin: str, access_token: str) -> httpx.Request:
    query = f"?{urlencode(call.query, quote_via=quote)}" if call.query else ""
    headers, content = dict(call.headers), b""
    if call.file is not None:
        headers["Content-Type"], content = _multipart(*call.file)
    elif call.body is not None:
        headers["Content-Type"] = "application/json"
        content = _json(call)
    elif call.form is not None:
        for name in _SECRET_FIELDS & call.form.keys():
            hide(call.form[name])
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        content = urlencode(call.form).encode("ascii")
    if access_token:
        hide(access_token)
        headers["Authorization"] = f"Zoho-oauthtoken {access_token}"
    return httpx.Request(
        call.method,
        f"{origin}{call.path}{query}",
        headers=headers,
        content=content or None,
        extensions={"trace": partial(_guarded, call.guard)} if call.guard else {},
    )


async def _guarded(guard: Callable[[], None], event: str, _details: Any) -> None:
    """httpcore tells of each step of an exchange. The last before a server has a whole request: its body leaves."""
    if event.endswith((".send_request_headers.started", ".send_request_body.started")):
        guard()


def _multipart(name: str, file: bytes) -> tuple[str, bytes]:
    """Content type and body of a form with one file."""
    boundary = secrets.token_hex(16)
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
    head += "Content-Type: application/zip\r\n\r\n"
    return f"multipart/form-data; boundary={boundary}", head.encode() + file + f"\r\n--{boundary}--\r\n".encode()


def _json(call: Call[T]) -> bytes:
    try:
        return json.dumps(call.body, ensure_ascii=False, allow_nan=False).encode("utf-8")
    except (TypeError, ValueError) as error:
        raise ZohoConfigError(
            "A value cannot be sent to Zoho: it is not text, a number, true or false, a list or a mapping.",
            advice="Write dates as text, such as 2026-03-04.",
            details={"reason": type(error).__name__},
        ) from error


def _not_reachable(error: Exception, origin: str) -> NotReachable:
    host = origin.partition("://")[2]
    sent = not isinstance(error, _UNSENT)
    details = {"host": host, "reason": type(error).__name__}
    if isinstance(error, httpx.TimeoutException | TimeoutError):
        return NotReachable(f"{host} did not answer in time.", sent=sent, details=details)
    if sent:
        return NotReachable(f"The connection to {host} broke off before the answer.", sent=True, details=details)
    return NotReachable(f"{host} cannot be reached.", sent=False, details=details)


def _ms_since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
