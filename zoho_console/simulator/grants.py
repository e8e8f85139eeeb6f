"""Who may call: registered programs, one-time codes, refresh and access tokens with Zoho's limits (fact sheets of
Zoho Accounts: codes 2 minutes, access tokens an hour, 10 in 10 minutes and 15 alive, 20 refresh tokens a person)."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from zoho_console.simulator.world import Clock

CODE_LIFE = timedelta(minutes=2)
ACCESS_LIFE = timedelta(seconds=3600)
REFRESH_WINDOW = timedelta(minutes=10)
REFRESHES_IN_WINDOW = 10
LIVE_ACCESS_TOKENS = 15
REFRESH_TOKENS = 20
TOKEN_MARK = "5ec4e75ec4e75ec4"  # in every code and token, so that one is known wherever it turns up
THROTTLED = "You have made too many requests continuously. Please try again after some time."


class TokenError(Exception):
    """Zoho Accounts refuses; `body` is what it writes, with HTTP 200."""

    def __init__(self, error: str, description: str = "") -> None:
        super().__init__(error)
        more = {"error_description": description, "status": "failure"} if description else {}
        self.body: dict[str, Any] = {**more, "error": error}


@dataclass(frozen=True, slots=True)
class RegisteredApp:
    """A program registered with Zoho; `redirect` is the pattern its redirect addresses match in full."""

    client_id: str
    secret: str
    name: str
    redirect: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person agrees to: who asks, what for, where the browser goes back to, and the PKCE challenge."""

    client_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    offline: bool = True
    prompted: bool = True
    challenge: str = ""
    method: str = "plain"


@dataclass(frozen=True, slots=True)
class Access:
    """An access token: its user, its permissions, and when it ends."""

    token: str
    user_id: str
    scopes: tuple[str, ...]
    ends_at: datetime

    def allows(self, needed: str) -> bool:
        """Whether a permission such as `modules.Accounts.READ` is included; capitals do not matter."""
        group, _, operation = needed.lower().rpartition(".")
        enough = {operation, "all"} | ({"write"} if operation in ("create", "update", "delete") else set())
        parts = group.split(".")
        groups = {".".join(parts[: depth + 1]) for depth in range(len(parts))}
        granted = (scope.lower().removeprefix("zohocrm.").rpartition(".") for scope in self.scopes)
        return any(part in groups and right in enough for part, _, right in granted)


@dataclass(slots=True)
class _Refresh:
    token: str
    client_id: str
    user_id: str
    scopes: tuple[str, ...]
    given: deque[datetime] = field(default_factory=deque)
    alive: deque[str] = field(default_factory=deque)


class Grants:
    """Codes and tokens of the one person of the stand-in; safe to use from several threads."""

    def __init__(self, clock: Clock, user_id: str, api_domain: str = "") -> None:
        self.api_domain = api_domain
        self._clock = clock
        self._user_id = user_id
        self._lock = threading.RLock()
        self._apps: dict[str, RegisteredApp] = {}
        self._codes: dict[str, tuple[Consent, datetime]] = {}
        self._refresh: dict[str, _Refresh] = {}
        self._access: dict[str, Access] = {}
        self._consented: set[str] = set()

    def register(self, app: RegisteredApp) -> None:
        """Make a program known, as its owner does in the API console."""
        self._apps[app.client_id] = app

    def app(self, client_id: str) -> RegisteredApp | None:
        """The program with this client id."""
        return self._apps.get(client_id)

    def issue_code(self, consent: Consent) -> str:
        """A code that works once, for two minutes."""
        code = _token()
        with self._lock:
            self._codes[code] = (consent, self._clock() + CODE_LIFE)
        return code

    def exchange(self, form: dict[str, str]) -> dict[str, Any]:
        """The token answer for a code. Errors: TokenError."""
        with self._lock:
            self._checked_app(form)
            consent, ends_at = self._codes.pop(form.get("code", ""), (None, self._clock()))
            if consent is None or ends_at <= self._clock() or consent.client_id != form["client_id"]:
                raise TokenError("invalid_code")
            if consent.redirect_uri and form.get("redirect_uri") != consent.redirect_uri:
                raise TokenError("invalid_redirect_uri")
            if not _verified(consent, form.get("code_verifier", "")):
                raise TokenError("invalid_code")
            refresh = _Refresh(_token(), consent.client_id, self._user_id, consent.scopes)
            answer = self._answer(refresh)
            # A second consent without prompt=consent brings no refresh token.
            if consent.offline and (consent.prompted or consent.client_id not in self._consented):
                self._keep(refresh)
                answer["refresh_token"] = refresh.token
            self._consented.add(consent.client_id)
            return answer

    def refresh(self, form: dict[str, str]) -> dict[str, Any]:
        """The token answer for a refresh token, which stays the same. Errors: TokenError."""
        with self._lock:
            self._checked_app(form)
            refresh = self._refresh.get(form.get("refresh_token", ""))
            if refresh is None or refresh.client_id != form["client_id"]:
                raise TokenError("invalid_code")
            now = self._clock()
            while refresh.given and refresh.given[0] <= now - REFRESH_WINDOW:
                refresh.given.popleft()
            if len(refresh.given) >= REFRESHES_IN_WINDOW:
                raise TokenError("Access Denied", THROTTLED)
            refresh.given.append(now)
            return self._answer(refresh)

    def revoke(self, token: str) -> bool:
        """Kill a refresh token with its access tokens, or one access token; False for an unknown one."""
        with self._lock:
            refresh = self._refresh.pop(token, None)
            if refresh is None:
                return self._access.pop(token, None) is not None
            for access in refresh.alive:
                self._access.pop(access, None)
            return True

    def access(self, token: str) -> Access | None:
        """The living access token of this text."""
        with self._lock:
            access = self._access.get(token)
            return access if access and access.ends_at > self._clock() else None

    @property
    def living(self) -> int:
        """How many refresh tokens live."""
        with self._lock:
            return len(self._refresh)

    def end_access(self) -> None:
        """Let every access token end now, as an hour would; refresh tokens go on."""
        with self._lock:
            self._access.clear()

    def revoke_all(self) -> None:
        """Kill every token, as a person does on the page of connected apps."""
        with self._lock:
            self._access.clear()
            self._refresh.clear()

    def _checked_app(self, form: dict[str, str]) -> None:
        app = self._apps.get(form.get("client_id", ""))
        if app is None:
            raise TokenError("invalid_client")
        if not secrets.compare_digest(app.secret.encode(), form.get("client_secret", "").encode()):
            raise TokenError("invalid_client_secret")

    def _keep(self, refresh: _Refresh) -> None:
        """Keep a refresh token; the 21st of a person and program silently ends the oldest."""
        self._refresh[refresh.token] = refresh
        same = [kept.token for kept in self._refresh.values() if kept.client_id == refresh.client_id]
        for token in same[:-REFRESH_TOKENS]:
            self.revoke(token)

    def _answer(self, refresh: _Refresh) -> dict[str, Any]:
        access = Access(_token(), refresh.user_id, refresh.scopes, self._clock() + ACCESS_LIFE)
        self._access[access.token] = access
        refresh.alive.append(access.token)
        if len(refresh.alive) > LIVE_ACCESS_TOKENS:
            self._access.pop(refresh.alive.popleft(), None)
        return {
            "access_token": access.token,
            "scope": " ".join(refresh.scopes),
            "api_domain": self.api_domain,
            "token_type": "Bearer",
            "expires_in": int(ACCESS_LIFE.total_seconds()),
        }


def _token() -> str:
    return f"1000.{TOKEN_MARK}{secrets.token_hex(8)}.{TOKEN_MARK}{secrets.token_hex(8)}"


def _verified(consent: Consent, verifier: str) -> bool:
    """Whether the verifier belongs to the challenge, where one was sent (RFC 7636)."""
    if not consent.challenge:
        return True
    if consent.method.upper() == "S256":
        digest = hashlib.sha256(verifier.encode()).digest()
        verifier = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return secrets.compare_digest(verifier.encode(), consent.challenge.encode())
