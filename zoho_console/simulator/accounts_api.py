"""OAuth: consent page, token endpoint, revocation, with Zoho's limits. Source: fact sheet section 1."""

from __future__ import annotations

import base64
import hashlib
import html
import secrets
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from zoho_console.simulator.world import World

CLIENT_ID = "1000.SIMULATOR00DEMO00CLIENT00000000"
CLIENT_SECRET = "simulator-secret-that-protects-nothing"
TOKEN_LIFE = timedelta(seconds=3600)
CODE_LIFE = timedelta(minutes=2)
WINDOW, TOKENS_PER_WINDOW, MOST_ACTIVE, MOST_REFRESH = timedelta(minutes=10), 10, 15, 20
SCOPES = (
    "ZohoCRM.modules.ALL", "ZohoCRM.settings.ALL", "ZohoCRM.users.READ", "ZohoCRM.org.READ", "ZohoCRM.coql.READ",
    "ZohoCRM.bulk.ALL", "ZohoFiles.files.ALL", "ZohoSearch.securesearch.READ",
)  # fmt: skip
_THROTTLED = {
    "error_description": "You have made too many requests continuously. Please try again after some time.",
    "error": "Access Denied",
    "status": "failure",
}


@dataclass
class Refresh:
    """A refresh token with the access tokens made from it, oldest first."""

    token: str
    scopes: tuple[str, ...]
    active: deque[tuple[str, datetime]] = field(default_factory=deque)
    made: deque[datetime] = field(default_factory=deque)


@dataclass(frozen=True)
class Code:
    """A consent waiting to be exchanged."""

    scopes: tuple[str, ...]
    redirect_uri: str
    offline: bool
    challenge: str
    expires: datetime


class Accounts:
    """The accounts server: who may call, and for how long."""

    def __init__(self, world: World, *, auto_consent: bool) -> None:
        self._world = world
        self._auto_consent = auto_consent
        self._codes: dict[str, Code] = {}
        self._refresh: dict[str, Refresh] = {}
        self._has_consented = False
        self.url = ""

    def routes(self) -> list[web.RouteDef]:
        """The routes of the accounts server."""
        return [
            web.get("/oauth/v2/auth", self._consent_page),
            web.post("/oauth/v2/auth", self._consent_given),
            web.post("/oauth/v2/token", self._token),
            web.post("/oauth/v2/token/revoke", self._revoke),
        ]

    def scopes_of(self, authorization: str) -> tuple[str, ...] | None:
        """The scopes of a valid Authorization header, else None."""
        token = authorization.removeprefix("Zoho-oauthtoken ").removeprefix("Bearer ")
        now = self._world.now()
        for refresh in self._refresh.values():
            if any(one == token and ends > now for one, ends in refresh.active):
                return refresh.scopes
        return None

    def issue(self, scopes: tuple[str, ...] = SCOPES) -> dict[str, Any]:
        """A token answer without the browser."""
        refresh = self._new_refresh(scopes)
        return {**self._access(refresh), "refresh_token": refresh.token, "scope": " ".join(scopes)}

    def expire_all(self) -> None:
        """End every access token now; refresh tokens go on."""
        for refresh in self._refresh.values():
            refresh.active.clear()

    # --- consent ---

    def _refuse_consent(self, query: Any) -> str:
        if query.get("client_id") != CLIENT_ID:
            return "invalid_client"
        redirect = urlsplit(query.get("redirect_uri", ""))
        if redirect.scheme != "http" or redirect.hostname not in ("localhost", "127.0.0.1"):
            return "invalid_redirect_uri"
        if redirect.path != "/oauth/callback":
            return "invalid_redirect_uri"
        asked = [scope for scope in query.get("scope", "").split(",") if scope]
        if not asked or any(not scope.startswith(("ZohoCRM.", "ZohoFiles.", "ZohoSearch.")) for scope in asked):
            return "invalid_scope"
        return "" if query.get("response_type") == "code" else "invalid_request"

    async def _consent_page(self, request: web.Request) -> web.Response:
        problem = self._refuse_consent(request.query)
        if problem:
            text = f"<!doctype html><title>Zoho Accounts</title><h1>Error Occurred</h1><p>{problem}</p>"
            return web.Response(text=text, content_type="text/html", status=400)
        if self._auto_consent:
            raise self._redirect(request.query, accepted=True)
        hidden = "".join(
            f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
            for name, value in request.query.items()
        )
        scopes = "".join(f"<li>{html.escape(scope)}" for scope in request.query["scope"].split(","))
        text = (
            "<!doctype html><title>Simulated Zoho Accounts</title><h1>Zoho Console would like to</h1>"
            f"<ul>{scopes}</ul><p>as Mina Vogel of Acme Ltd (simulated)</p>"
            f'<form method="post">{hidden}<button name="answer" value="accept">Accept</button> '
            '<button name="answer" value="reject">Reject</button></form>'
        )
        return web.Response(text=text, content_type="text/html")

    async def _consent_given(self, request: web.Request) -> web.Response:
        form = await request.post()
        if self._refuse_consent(form):
            return web.Response(text="invalid request", status=400)
        raise self._redirect(form, accepted=form.get("answer") == "accept")

    def _redirect(self, query: Any, *, accepted: bool) -> web.HTTPFound:
        answer = {"state": query.get("state", "")}
        if accepted:
            code = f"1000.{secrets.token_hex(16)}.{secrets.token_hex(16)}"
            offline = query.get("access_type") == "offline"
            self._codes[code] = Code(
                tuple(query["scope"].split(",")),
                query["redirect_uri"],
                # Who consented before and is not asked again gets no refresh token.
                offline and (query.get("prompt") == "consent" or not self._has_consented),
                query.get("code_challenge", ""),
                self._world.now() + CODE_LIFE,
            )
            self._has_consented = True
            answer |= {"code": code, "location": "us", "accounts-server": self.url}
        else:
            answer["error"] = "access_denied"
        return web.HTTPFound(f"{query['redirect_uri']}?{urlencode(answer)}")

    # --- tokens ---

    async def _token(self, request: web.Request) -> web.Response:
        form = {**request.query, **{key: str(value) for key, value in (await request.post()).items()}}
        if form.get("client_id") != CLIENT_ID:
            return web.json_response({"error": "invalid_client"})
        if form.get("client_secret") != CLIENT_SECRET:
            return web.json_response({"error": "invalid_client_secret"})
        if form.get("grant_type") == "authorization_code":
            return web.json_response(self._exchange(form))
        if form.get("grant_type") == "refresh_token":
            refresh = self._refresh.get(form.get("refresh_token", ""))
            return web.json_response(self._access(refresh) if refresh else {"error": "invalid_code"})
        return web.json_response({"error": "unsupported_grant_type"})

    def _exchange(self, form: dict[str, str]) -> dict[str, Any]:
        code = self._codes.pop(form.get("code", ""), None)
        if code is None or code.expires < self._world.now():
            return {"error": "invalid_code"}
        if form.get("redirect_uri") != code.redirect_uri:
            return {"error": "invalid_redirect_uri"}
        if code.challenge:
            digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
            if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != code.challenge:
                return {"error": "invalid_code"}
        refresh = self._new_refresh(code.scopes)
        answer = {**self._access(refresh), "scope": " ".join(code.scopes)}
        return {**answer, "refresh_token": refresh.token} if code.offline else answer

    async def _revoke(self, request: web.Request) -> web.Response:
        token = str((await request.post()).get("token") or request.query.get("token", ""))
        if self._refresh.pop(token, None) is None:
            return web.json_response({"status": "failure", "error": "invalid_code"}, status=400)
        return web.json_response({"status": "success"})

    def _new_refresh(self, scopes: tuple[str, ...]) -> Refresh:
        made = Refresh(f"1000.{secrets.token_hex(16)}.{secrets.token_hex(16)}", scopes)
        self._refresh[made.token] = made
        if len(self._refresh) > MOST_REFRESH:  # the oldest dies without a word
            del self._refresh[next(iter(self._refresh))]
        return made

    def _access(self, refresh: Refresh) -> dict[str, Any]:
        now = self._world.now()
        while refresh.made and refresh.made[0] <= now - WINDOW:
            refresh.made.popleft()
        if len(refresh.made) >= TOKENS_PER_WINDOW:
            return dict(_THROTTLED)
        refresh.made.append(now)
        token = f"1000.{secrets.token_hex(16)}.{secrets.token_hex(16)}"
        refresh.active.append((token, now + TOKEN_LIFE))
        while len(refresh.active) > MOST_ACTIVE:
            refresh.active.popleft()
        return {
            "access_token": token,
            "api_domain": self.url,
            "token_type": "Bearer",
            "expires_in": int(TOKEN_LIFE.total_seconds()),
        }
