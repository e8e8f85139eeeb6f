"""OAuth with Zoho: the consent address, exchange, refresh and revoke; what came back is judged by its body.

Source: fact sheet section 1. Secrets travel in the form body only: addresses end up in logs.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from zoho_console.domain.connections import DATA_CENTRES, Environment, Origins, origins_for
from zoho_console.domain.grants import Grant
from zoho_console.errors import SignInNeeded, TokenThrottled, UnreadableAnswer, WrongClient, ZohoAuthError
from zoho_console.zoho.call import Answer

AUTHORISE_PATH = "/oauth/v2/auth"
TOKEN_PATH = "/oauth/v2/token"
REVOKE_PATH = "/oauth/v2/token/revoke"
THROTTLE_S = 600.0  # ten tokens in ten minutes (API limits, v8)
_SHORTEST_S, _LONGEST_S, _USUAL_S = 60, 86_400, 3600


@dataclass(frozen=True, slots=True)
class OAuthApp:
    """What the customer registered in Zoho's API console. `secret` blocks and may raise SecretError."""

    client_id: str
    secret: Callable[[], str] = field(repr=False)


def consent_url(
    accounts: str, client_id: str, scopes: Sequence[str], redirect_uri: str, *, state: str, verifier: str
) -> str:
    """The page where the person accepts. `prompt=consent`, else a second consent gives no refresh token."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    query = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "scope": ",".join(scopes),
        "access_type": "offline",
        "prompt": "consent",
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    return f"{accounts}{AUTHORISE_PATH}?{urlencode(query)}"


def exchange_form(app: OAuthApp, secret: str, code: str, redirect_uri: str, verifier: str) -> dict[str, str]:
    """The form that turns a code into tokens."""
    return {
        "grant_type": "authorization_code",
        "client_id": app.client_id,
        "client_secret": secret,
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
    }


def refresh_form(app: OAuthApp, secret: str, grant: Grant) -> dict[str, str]:
    """The form that makes a new access token; the refresh token stays the same."""
    return {
        "grant_type": "refresh_token",
        "client_id": app.client_id,
        "client_secret": secret,
        "refresh_token": grant.refresh_token,
    }


def accepted_accounts_server(offered: str, origins: Origins, *, is_custom: bool) -> str:
    """The accounts server that gets the secret: the one offered if it is exactly a known one.

    Only equality is safe: of sixteen hostile spellings a comparison of endings lets nine through.
    Errors: SignInNeeded.
    """
    if not offered:
        return origins.accounts
    known = {origins.accounts} if is_custom else {centre.origins.accounts for centre in DATA_CENTRES.values()}
    if offered not in known:
        raise SignInNeeded(
            "The answer named an accounts server that is not Zoho's, so nothing was sent to it.",
            advice="Start the sign-in again from here; if it repeats, tell your administrator.",
        )
    return offered


def accepted_api_domain(offered: str, accounts: str, origins: Origins) -> str:
    """The API host to use with the token: the one offered if it belongs to the accounts server, exactly.

    Errors: SignInNeeded.
    """
    if not offered or offered == origins.api:
        return offered or origins.api
    pairs = {
        origins_for(code, environment).api
        for code, centre in DATA_CENTRES.items()
        if centre.origins.accounts == accounts
        for environment in Environment
    }
    if offered not in pairs:
        raise SignInNeeded(
            "The answer named an API server that is not Zoho's, so the sign-in was not used.",
            advice="Start the sign-in again; if it repeats, tell your administrator.",
        )
    return offered


def new_grant(answer: Answer, accounts: str, origins: Origins, scopes: Sequence[str]) -> Grant:
    """The grant of a code exchange. Errors: as `token_body`; SignInNeeded without a refresh token."""
    body = token_body(answer)
    refresh_token = body.get("refresh_token")
    if not isinstance(refresh_token, str) or not refresh_token:
        raise SignInNeeded(
            "Zoho gave no lasting sign-in.", advice="Sign in again and accept the permissions when Zoho asks."
        )
    given = str(body.get("scope") or "").replace(",", " ").split()
    return Grant(
        refresh_token=refresh_token,
        access_token=body["access_token"],
        expires_at=expiry(body),
        scopes=tuple(given or scopes),
        api_domain=accepted_api_domain(str(body.get("api_domain") or ""), accounts, origins),
    )


def refreshed_grant(answer: Answer, former: Grant) -> Grant:
    """The same grant with a new access token. Errors: as `token_body`."""
    body = token_body(answer)
    return Grant(
        refresh_token=former.refresh_token,
        access_token=body["access_token"],
        expires_at=expiry(body),
        scopes=former.scopes,
        api_domain=former.api_domain,
        generation=former.generation,
    )


def token_body(answer: Answer) -> dict[str, Any]:
    """A token answer with an access token in it; Zoho sends errors with HTTP 200 here, so only the body counts.

    Errors: WrongClient, TokenThrottled, SignInNeeded, UnreadableAnswer.
    """
    try:
        body = json.loads(answer.body)
    except ValueError:
        body = None
    if isinstance(body, dict):
        token = body.get("access_token")
        if isinstance(token, str) and token:
            return body
        if error := body.get("error"):
            raise _token_error(str(error), answer.status)
    raise UnreadableAnswer(
        "Instead of Zoho's answer to the sign-in came something else.",
        status=answer.status,
        advice="A network that asks for its own sign-in does this; check it in a browser, then try again.",
    )


def _token_error(error: str, status: int) -> ZohoAuthError | UnreadableAnswer:
    facts = {"error": error, "status": status}
    if error == "Access Denied":
        return TokenThrottled("Zoho gives no more tokens for some minutes.", retry_after=THROTTLE_S, details=facts)
    if error in ("invalid_client", "invalid_client_secret"):
        return WrongClient(
            "Zoho does not know this client id and secret in this data centre.",
            advice="Check both in Zoho's API console, and that the client is enabled for this data centre.",
            details=facts,
        )
    if error == "invalid_redirect_uri":
        return WrongClient(
            "The redirect address is not registered for this client.",
            advice="Register it in Zoho's API console exactly as it is shown here.",
            details=facts,
        )
    if error in ("invalid_code", "invalid_grant"):
        return SignInNeeded("Zoho no longer accepts this sign-in.", advice="Sign in again.", details=facts)
    return UnreadableAnswer(
        f"Zoho refused the sign-in: {error}.", status=status, advice="Sign in again.", details=facts
    )


def expiry(body: dict[str, Any], now: datetime | None = None) -> datetime:
    """When the access token ends; old answers had milliseconds in `expires_in`, and seconds beside it."""
    given = body.get("expires_in_sec", body.get("expires_in", _USUAL_S))
    try:
        seconds = int(given)
    except (TypeError, ValueError):
        seconds = _USUAL_S
    seconds = min(max(seconds, _SHORTEST_S), _LONGEST_S)
    return (now or datetime.now(UTC)) + timedelta(seconds=seconds)
