"""One attempt to sign in: from the address for the browser to the grant.

Only an answer bound to this attempt by `state`, a cancel or the deadline ends it; a forged or stray callback is
refused, counted and told, and the waiting goes on (RFC 9700, 4.4 and 4.7; reliability of public loopback clients).
Where no answer can arrive, the address that the browser ended on is pasted and judged alike, or a self client's code
takes the browser's place.
"""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import parse_qsl

from zoho_console.domain.connections import DATA_CENTRES, REDIRECT_PATH, Origins, redirect_uri
from zoho_console.domain.fields import shortened
from zoho_console.domain.grants import Grant
from zoho_console.errors import SignInCancelled, SignInNeeded, ZohoAuthError, ZohoConfigError
from zoho_console.zoho import oauth
from zoho_console.zoho.callback import CallbackServer
from zoho_console.zoho.oauth import Consent, OAuthApp
from zoho_console.zoho.transport import Transport

log = logging.getLogger(__name__)

DEADLINE_S = 300.0
_CODE = re.compile(r"[\x21-\x7e]{8,500}")


class Rejected(ValueError):
    """A callback that does not end the attempt; the text says why, without anything out of the callback."""


class SignIn:
    """One attempt: `listen`, open `consent_url` in the browser, `wait_for_code`, `exchange`; `aclose` in any case.

    Without `listen`, `paste` brings the answer; without a browser, `self_client` does in place of `wait_for_code`.
    `consent_url` holds a state of 256 bits and a PKCE challenge made for this attempt. `rejected` counts callbacks
    refused so far; `on_rejected` is told why, in words. `is_custom`: the connection names its own servers, so that no
    other accounts server is believed.
    """

    def __init__(
        self, origins: Origins, app: OAuthApp, scopes: Sequence[str], port: int, *, is_custom: bool = False
    ) -> None:
        self._origins = origins
        self._app = app
        self._scopes = tuple(scopes)
        self._port = port
        self._is_custom = is_custom
        self._state, self._verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
        self._server = CallbackServer(port, REDIRECT_PATH, self._judge)
        self._transport = Transport()
        self._outcomes: asyncio.Queue[Consent | ZohoAuthError] = asyncio.Queue()
        self._is_answered = False
        self._is_pkce = True
        self.rejected = 0
        self.on_rejected: Callable[[str], None] | None = None
        self.consent_url = oauth.consent_url(
            origins.accounts, app.client_id, self._scopes, port, state=self._state, verifier=self._verifier
        )

    async def listen(self) -> None:
        """Hold the port and prove that it is ours, before any browser opens. Errors: PortTaken."""
        await self._server.open()

    def paste(self, address: str) -> None:
        """Take the address that the browser ended on as its visit. Errors: ZohoConfigError; the waiting goes on."""
        if self._is_answered:
            return
        try:
            self._take(query_of(address, self._port))
        except Rejected as error:
            begins = f"http://localhost:{self._port}{REDIRECT_PATH}?"
            raise ZohoConfigError(
                f"This address cannot be used. {error}",
                advice=f"Copy the whole address of the page the browser ended on; it begins with {begins}",
            ) from None

    def self_client(self, code: str) -> Consent:
        """The consent in a code that a person made in Zoho's API console. Errors: ZohoConfigError."""
        if not _CODE.fullmatch(code.strip()):
            raise ZohoConfigError(
                "This is not a code of Zoho's API console.", advice="Generate a new one there and copy it whole."
            )
        self._is_pkce = False
        return Consent(code.strip(), self._origins.accounts)

    async def wait_for_code(self, timeout_s: float = DEADLINE_S) -> Consent:
        """The person's yes. Errors: SignInCancelled (declined, or no answer in time), ZohoAuthError."""
        try:
            async with asyncio.timeout(timeout_s):
                outcome = await self._outcomes.get()
        except TimeoutError:
            raise SignInCancelled(
                "No answer came from the browser in time.", advice="Start the sign-in again."
            ) from None
        if isinstance(outcome, ZohoAuthError):
            raise outcome
        return outcome

    async def exchange(self, consent: Consent) -> Grant:
        """The grant for a consent, to be done at once and once; generation 0.

        Errors: see `oauth.read_grant`; SecretError. Cost: one token call.
        """
        secret = await asyncio.to_thread(self._app.secret)
        call = oauth.exchange(
            consent,
            self._origins,
            self._app.client_id,
            secret,
            scopes=self._scopes,
            asked_at=datetime.now(UTC),
            port=self._port,
            verifier=self._verifier if self._is_pkce else "",
        )
        return await self._transport.send(call, consent.accounts_url)

    async def aclose(self) -> None:
        """Let go of the port; safe at any point, and more than once."""
        await self._server.aclose()
        await self._transport.aclose()

    def _judge(self, query: str) -> HTTPStatus:
        if self._is_answered:
            return HTTPStatus.GONE
        try:
            self._take(query)
        except Rejected as error:
            self.rejected += 1
            log.warning("a callback was refused: %s", error)
            if self.on_rejected is not None:
                self.on_rejected(str(error))
            return HTTPStatus.BAD_REQUEST
        return HTTPStatus.OK

    def _take(self, query: str) -> None:
        outcome = read_callback(query, self._state, self._origins, is_custom=self._is_custom)
        self._is_answered = True
        self._outcomes.put_nowait(outcome)


def query_of(address: str, port: int) -> str:
    """The query of an address that is the registered one, letter by letter. Errors: Rejected."""
    head, _, rest = address.strip().partition("?")
    own = redirect_uri(port)
    # Some browsers show the address without its scheme.
    if head not in (own, own.removeprefix("http://")):
        raise Rejected("It is not the address that Zoho's answer comes back to.")
    return rest.partition("#")[0]


def read_callback(query: str, state: str, origins: Origins, *, is_custom: bool) -> Consent | ZohoAuthError:
    """What a callback's query says: a consent, or the error that ends the attempt.

    Errors: Rejected for a query that Zoho did not make for this attempt.
    """
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=20)
    except ValueError:
        raise Rejected("It was not a readable answer.") from None
    values = dict(pairs)
    if len(values) != len(pairs):
        raise Rejected("It said the same thing twice.")
    if not secrets.compare_digest(values.get("state", "").encode(), state.encode()):
        raise Rejected("It did not belong to this sign-in.")
    if bool(values.get("code")) == bool(values.get("error")):
        raise Rejected("It held no code.")
    if error := values.get("error"):
        return _refusal(error)
    accounts = values.get("accounts-server", origins.accounts)
    homes = {} if is_custom else {code: centre.origins.accounts for code, centre in DATA_CENTRES.items()}
    # Letter by letter a known server, and that of the data centre named: the code and the secret go there.
    is_known = accounts in {origins.accounts, *homes.values()}
    if not is_known or ("accounts-server" in values and homes.get(values.get("location", ""), accounts) != accounts):
        return SignInNeeded(
            "The answer named an accounts server that is not Zoho's, so nothing was sent there.",
            advice="Sign in again; if it stays so, tell your administrator.",
        )
    return Consent(values["code"], accounts)


def _refusal(code: str) -> ZohoAuthError:
    if code == "access_denied":
        return SignInCancelled("The permission was declined in the browser.", advice="Sign in again and accept it.")
    return ZohoAuthError(
        f"Zoho refused the sign-in: {shortened(code)}.",
        advice="Check the client's settings in Zoho's API console.",
        details={"code": code},
    )
