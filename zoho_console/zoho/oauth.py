"""OAuth 2.0 with Zoho: the consent address, the calls for tokens, and the check of what came back.

Facts: fact sheet 1.3–1.9. The token endpoint answers errors with HTTP 200, so the presence of `access_token` decides.
Secrets travel in the form body, never in an address. No servers but the built-in pairs and the connection's own are
ever given a code, a secret or a token.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from zoho_console.domain.connections import DATA_CENTRES, Environment, Origins, origins_for, redirect_uri
from zoho_console.domain.fields import shortened
from zoho_console.domain.grants import Grant
from zoho_console.errors import (
    SignInNeeded,
    TokenThrottled,
    WrongClient,
    ZohoAuthError,
    ZohoConfigError,
    ZohoError,
    ZohoRateLimitError,
)
from zoho_console.logs import hide
from zoho_console.zoho import decode
from zoho_console.zoho.call import Answer, Call

AUTH_PATH = "/oauth/v2/auth"
TOKEN_PATH = "/oauth/v2/token"
REVOKE_PATH = "/oauth/v2/token/revoke"

THROTTLE_S = 600.0  # ten access tokens in ten minutes
SHORTEST_LIFE_S, LONGEST_LIFE_S, USUAL_LIFE_S = 60, 86_400, 3_600
_TOKEN = re.compile(r"[\x21-\x7e]{1,2000}")  # it must fit in a header


@dataclass(frozen=True, slots=True)
class OAuthApp:
    """What the customer registered in Zoho's API console.

    `secret` blocks (it asks the keyring) and may raise SecretError; it is called in a worker thread.
    """

    client_id: str
    secret: Callable[[], str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Consent:
    """A person's yes: a code to be used once within two minutes, at this accounts server."""

    code: str = field(repr=False)
    accounts_url: str


def consent_url(accounts: str, client_id: str, scopes: Iterable[str], port: int, *, state: str, verifier: str) -> str:
    """The address to open in the browser; `state` and the PKCE `verifier` bind the answer to this attempt."""
    query = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect_uri(port),
        "scope": ",".join(scopes),
        "access_type": "offline",
        "prompt": "consent",  # without it a second consent brings no refresh token
        "state": state,
        "code_challenge": challenge(verifier),
        "code_challenge_method": "S256",
    }
    return f"{accounts}{AUTH_PATH}?{urlencode(query, quote_via=quote)}"


def challenge(verifier: str) -> str:
    """The S256 code challenge of a verifier (RFC 7636, 4.2)."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def exchange(
    consent: Consent,
    origins: Origins,
    client_id: str,
    secret: str,
    *,
    scopes: tuple[str, ...],
    asked_at: datetime,
    port: int = 0,
    verifier: str = "",
) -> Call[Grant]:
    """The call that turns a consent into a grant (generation 0); to be sent to `consent.accounts_url`, once.

    `port` and the PKCE `verifier` are those of the address for the browser; a self client's code was made without
    (fact sheet 1.10). `scopes` are those asked for, and count as given where the answer names none.
    Errors: see `read_grant`.
    """
    form = {
        "grant_type": "authorization_code",
        "client_id": client_id,
        "client_secret": secret,
        "code": consent.code,
    }
    if verifier:
        form |= {"redirect_uri": redirect_uri(port), "code_verifier": verifier}
    before = Grant("", "", asked_at, scopes, home_of(consent.accounts_url, origins).api)
    read = partial(read_grant, before=before, accounts=consent.accounts_url, port=port)
    return Call("POST", TOKEN_PATH, read, form=form, is_repeatable=False, credits=0)


def refresh(grant: Grant, origins: Origins, client_id: str, secret: str, *, asked_at: datetime) -> Call[Grant]:
    """The call for a new access token; the refresh token stays the same and comes out again.

    Not repeatable: each asking counts against ten in ten minutes, answered or not. Errors: see `read_grant`.
    """
    form = {
        "grant_type": "refresh_token",
        "client_id": client_id,
        "client_secret": secret,
        "refresh_token": grant.refresh_token,
    }
    home = servers_of(grant, origins)
    before = replace(grant, expires_at=asked_at, api_domain=home.api)
    read = partial(read_grant, before=before, accounts=home.accounts)
    return Call("POST", TOKEN_PATH, read, form=form, is_repeatable=False, credits=0)


def revoke(refresh_token: str) -> Call[None]:
    """The call that ends a grant at Zoho, with all its access tokens; an already dead one (HTTP 400) is fine."""
    return Call("POST", REVOKE_PATH, _read_revoked, form={"token": refresh_token}, credits=0)


def home_of(accounts: str, own: Origins) -> Origins:
    """The servers that belong to an accounts server, in the environment of the connection's own.

    Errors: SignInNeeded for an accounts server that is neither built in nor the connection's own.
    """
    if accounts == own.accounts:
        return own
    environment = _environment_of(own)
    for centre in DATA_CENTRES.values():
        if environment and centre.origins.accounts == accounts:
            return origins_for(centre.code, environment)
    raise SignInNeeded("The sign-in came from a server that is not Zoho's.", advice="Sign in again.")


def servers_of(grant: Grant, own: Origins) -> Origins:
    """The servers a grant works at: its home data centre, in the environment of the connection's own servers.

    A person may sign in at another data centre than the connection names; the grant remembers it by its API server.
    An API server that is neither built in nor the connection's own is not believed.
    """
    environment = _environment_of(own)
    if grant.api_domain in ("", own.api) or environment is None:
        return own
    homes = (origins_for(code, environment) for code in DATA_CENTRES)
    return next((home for home in homes if home.api == grant.api_domain), own)


def download_origin(servers: Origins) -> str:
    """Where results of bulk write may lie, beside the API and the upload server (fact sheet 5.3)."""
    return servers.accounts.replace("https://accounts.", "https://download-accl.", 1)


def read_grant(answer: Answer, *, before: Grant, accounts: str, port: int = 0) -> Grant:
    """The grant in a token answer; what the answer leaves out comes from `before`.

    `before.expires_at` is the moment before the request, from which the life of the access token counts.

    Errors: SignInNeeded, WrongClient, TokenThrottled, ZohoConfigError (address not registered), ZohoAuthError
    (another refusal), NotReachable (5xx), UnreadableAnswer (not Zoho's, or a foreign API server).
    """
    try:
        body = decode.opened(answer)
    except ZohoRateLimitError as error:
        raise _throttled(max(error.retry_after, THROTTLE_S)) from error
    token = body.get("access_token")
    if token is None:
        raise _token_error(answer, body, is_exchange=not before.refresh_token, port=port)
    refresh_token = body.get("refresh_token") or before.refresh_token
    if not refresh_token:
        raise SignInNeeded(
            "Zoho gave no lasting sign-in with the consent.",
            advice="Sign in again; if it stays so, remove the app under Zoho Accounts → Sessions first.",
        )
    for one in (token, refresh_token):
        if not isinstance(one, str) or not _TOKEN.fullmatch(one):
            raise decode.unreadable(answer, "a token that fits in no header")
        hide(one)
    _check_api_domain(answer, body.get("api_domain"), {before.api_domain, *_apis_of(accounts)})
    return replace(
        before,
        refresh_token=refresh_token,
        access_token=token,
        expires_at=before.expires_at + timedelta(seconds=_life_s(body)),
        scopes=tuple(re.findall(r"[^\s,]+", str(body.get("scope") or ""))) or before.scopes,
    )


def _environment_of(own: Origins) -> Environment | None:
    """The environment of a built-in data centre's servers, or None for custom ones."""
    for code in DATA_CENTRES:
        for environment in Environment:
            known = origins_for(code, environment)
            if (known.accounts, known.api) == (own.accounts, own.api):
                return environment
    return None


def _apis_of(accounts: str) -> set[str]:
    """The production API server that belongs to a built-in accounts server.

    Zoho may name it with a sandbox's token; the calls go to the sandbox all the same.
    """
    return {centre.origins.api for centre in DATA_CENTRES.values() if centre.origins.accounts == accounts}


def _check_api_domain(answer: Answer, named: Any, allowed: set[str]) -> None:
    if named and str(named) not in allowed:
        error = decode.unreadable(answer, "foreign api_domain")
        error.details["api_domain"] = shortened(str(named))
        raise error


def _life_s(body: dict[str, Any]) -> float:
    """Seconds that the access token lives; `expires_in_sec` goes first, for `expires_in` was once in milliseconds."""
    for key in ("expires_in_sec", "expires_in"):
        try:
            return max(SHORTEST_LIFE_S, min(float(body[key]), LONGEST_LIFE_S))
        except (KeyError, TypeError, ValueError):
            continue
    return USUAL_LIFE_S


def _token_error(answer: Answer, body: dict[str, Any], *, is_exchange: bool, port: int) -> ZohoError:
    code = str(body.get("error") or "")
    details = {"code": code}
    if code == "Access Denied":
        return _throttled(THROTTLE_S)
    if code in ("invalid_client", "invalid_client_secret"):
        return WrongClient(
            "Zoho does not know this client id and secret in this data centre.",
            advice="Check both in Zoho's API console, and that this data centre is enabled for the client.",
            details=details,
        )
    if code == "invalid_redirect_uri":
        return ZohoConfigError(
            "The address for Zoho's answer is not registered for this client.",
            advice=f"Add {redirect_uri(port)} as redirect URI in Zoho's API console.",
            details=details,
        )
    if code in ("invalid_code", "invalid_grant", "invalid_token"):
        return _dead_sign_in(details, is_exchange=is_exchange)
    if not code:
        return decode.unreadable(answer, "neither a token nor an error")
    return ZohoAuthError(
        f"Zoho gave no access token: {shortened(code)}.", advice="Try again in a minute.", details=details
    )


def _dead_sign_in(details: dict[str, Any], *, is_exchange: bool) -> SignInNeeded:
    if is_exchange:
        return SignInNeeded(
            "Zoho did not accept the code of this sign-in; it lives for two minutes only.",
            advice="Sign in again.",
            details=details,
        )
    return SignInNeeded(
        "Zoho no longer accepts this sign-in: it was revoked, or newer sign-ins replaced it.",
        advice="Sign in again.",
        details=details,
    )


def _throttled(wait_s: float) -> TokenThrottled:
    return TokenThrottled(
        "Zoho gives ten access tokens in ten minutes, and they were all asked for.",
        retry_after=wait_s,
        details={"code": "Access Denied"},
    )


def _read_revoked(answer: Answer) -> None:
    if answer.status != 400 and (body := decode.opened(answer)).get("status") != "success":
        raise _token_error(answer, body, is_exchange=False, port=0)
