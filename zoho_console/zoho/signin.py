"""One attempt to sign in: a server on both loopback addresses, one true callback, then tokens.

Source: reliability hazards A1 to A8: `localhost` is two addresses, and whoever holds one of them gets the code.
"""

from __future__ import annotations

import asyncio
import errno
import hmac
import secrets
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from aiohttp import ClientError, ClientSession, ClientTimeout, web

from zoho_console.domain.connections import REDIRECT_PATH, Origins, redirect_uri
from zoho_console.domain.grants import Grant
from zoho_console.errors import PortTaken, SignInCancelled
from zoho_console.zoho.oauth import (
    TOKEN_PATH,
    OAuthApp,
    accepted_accounts_server,
    consent_url,
    exchange_form,
    new_grant,
)
from zoho_console.zoho.transport import Wire

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_PAGE = (
    "<!doctype html><meta charset=utf-8><title>Zoho Console</title>"
    "<body style='font:16px system-ui;margin:15vh auto;max-width:30em;line-height:1.5'>"
    "<h1 style='font-size:20px'>{}</h1><p>{}</p>"
)  # fmt: skip
ARRIVED = _PAGE.format("You can close this page", "Zoho Console has what it needs and goes on by itself.")
REJECTED = _PAGE.format("This answer was not expected", "Zoho Console is still waiting for the right one.")
LONGEST_QUERY = 4096


@dataclass(frozen=True, slots=True)
class Consent:
    """The person's yes: a code that works once, and the accounts server that takes it."""

    code: str = field(repr=False)
    accounts: str


class SignIn:
    """One attempt. `listen`, open `consent_url` in a browser, `wait_for_code`, `exchange`, `aclose`.

    `rejected` counts callbacks that were refused; `on_rejected` is told why, on the loop's thread.
    """

    def __init__(
        self, origins: Origins, app: OAuthApp, scopes: Sequence[str], port: int, *, is_custom: bool = False
    ) -> None:
        self._origins = origins
        self._app = app
        self._scopes = scopes
        self._port = port
        self._is_custom = is_custom
        self._state = secrets.token_urlsafe(32)
        self._verifier = secrets.token_urlsafe(48)
        self._nonce = secrets.token_urlsafe(16)
        self._runner: web.AppRunner | None = None
        self._code: asyncio.Future[Consent] | None = None
        self._sockets: list[socket.socket] = []
        self.rejected = 0
        self.on_rejected: Callable[[str], None] | None = None

    @property
    def consent_url(self) -> str:
        """The page to open in a browser."""
        return consent_url(
            self._origins.accounts,
            self._app.client_id,
            self._scopes,
            redirect_uri(self._port),
            state=self._state,
            verifier=self._verifier,
        )

    async def listen(self) -> None:
        """Hold the port on both loopback addresses and prove that `localhost` leads here. Errors: PortTaken."""
        self._code = asyncio.get_running_loop().create_future()
        self._sockets = _both_loopbacks(self._port)
        application = web.Application()
        application.router.add_get(f"/{self._nonce}", self._probe)
        application.router.add_route("*", "/{path:.*}", self._callback)
        self._runner = web.AppRunner(application, access_log=None, handle_signals=False)
        await self._runner.setup()
        for one in self._sockets:
            await web.SockSite(self._runner, one).start()
        await self._check_that_localhost_is_us()

    async def wait_for_code(self, timeout_s: float = 300.0) -> Consent:
        """The code of the one true callback. Errors: SignInCancelled (declined, or out of time)."""
        assert self._code is not None, "listen first"
        try:
            return await asyncio.wait_for(asyncio.shield(self._code), timeout_s)
        except TimeoutError as error:
            raise SignInCancelled(
                "No answer came from the browser in time.", advice="Start the sign-in again."
            ) from error

    async def exchange(self, consent: Consent) -> Grant:
        """Turn the code into tokens at once: it lives for two minutes. Errors: as `oauth.token_body`."""
        secret = await asyncio.to_thread(self._app.secret)
        form = exchange_form(self._app, secret, consent.code, redirect_uri(self._port), self._verifier)
        wire = Wire()
        try:
            answer = await wire.send("POST", consent.accounts + TOKEN_PATH, form=form)
        finally:
            await wire.aclose()
        return new_grant(answer, consent.accounts, self._origins, self._scopes)

    async def aclose(self) -> None:
        """Give the port back."""
        if self._code is not None:
            self._code.cancel()
        if self._runner is not None:
            await self._runner.cleanup()
        for one in self._sockets:
            one.close()

    async def _check_that_localhost_is_us(self) -> None:
        answer = ""
        try:
            async with (
                ClientSession(timeout=ClientTimeout(total=5)) as session,
                session.get(f"http://localhost:{self._port}/{self._nonce}") as response,
            ):
                answer = await response.text()
        except (ClientError, TimeoutError, OSError):
            pass
        if answer != self._nonce:
            raise PortTaken(self._port, "localhost leads to another program")

    async def _probe(self, _request: web.Request) -> web.Response:
        return web.Response(text=self._nonce, headers=_HEADERS)

    async def _callback(self, request: web.Request) -> web.Response:
        reason = self._refusal(request)
        if reason:
            self.rejected += 1
            if self.on_rejected is not None:
                self.on_rejected(reason)
            status = 405 if request.method != "GET" else 400
            return web.Response(text=REJECTED, status=status, content_type="text/html", headers=_HEADERS)
        assert self._code is not None
        query = request.query
        if "code" in query:
            self._accept(query["code"], query.get("accounts-server", ""))
        else:
            self._code.set_exception(
                SignInCancelled(
                    "The permissions were not given.", advice="Sign in again and accept them in the browser."
                )
            )
        return web.Response(text=ARRIVED, content_type="text/html", headers=_HEADERS)

    def _accept(self, code: str, accounts_server: str) -> None:
        assert self._code is not None
        try:
            accounts = accepted_accounts_server(accounts_server, self._origins, is_custom=self._is_custom)
        except Exception as error:
            self._code.set_exception(error)
        else:
            self._code.set_result(Consent(code, accounts))

    def _refusal(self, request: web.Request) -> str:
        """Why this request is not the true callback; "" if it is."""
        query = request.query
        hosts = {f"{host}:{self._port}" for host in ("localhost", "127.0.0.1", "[::1]")}
        if request.method != "GET" or request.path != REDIRECT_PATH:
            return "not the callback's address"
        if request.host not in hosts or len(request.query_string) > LONGEST_QUERY:
            return "not meant for this computer"
        if len(set(query)) != len(query):
            return "a parameter came twice"
        if not hmac.compare_digest(query.get("state", "").encode(), self._state.encode()):
            return "it belongs to another sign-in"
        if ("code" in query) == ("error" in query):
            return "it holds no code"
        if self._code is None or self._code.done():
            return "the answer had come already"
        return ""


def _both_loopbacks(port: int) -> list[socket.socket]:
    """Sockets bound to 127.0.0.1 and, where there is IPv6, ::1, shared with nobody. Errors: PortTaken."""
    bound: list[socket.socket] = []
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            one = socket.socket(family, socket.SOCK_STREAM)
        except OSError:
            continue  # this computer has no such addresses at all
        try:
            if family == socket.AF_INET6:
                one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            if exclusive := getattr(socket, "SO_EXCLUSIVEADDRUSE", None):
                one.setsockopt(socket.SOL_SOCKET, exclusive, 1)
            else:
                # On Unix this only passes over connections of a sign-in that just ended; a listener still counts.
                one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            one.bind((address, port))
            one.listen(64)
        except OSError as error:
            one.close()
            if family == socket.AF_INET6 and _has_no_address(error):
                continue
            for other in bound:
                other.close()
            raise PortTaken(port, str(error)) from error
        bound.append(one)
    return bound


def _has_no_address(error: OSError) -> bool:
    return error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
