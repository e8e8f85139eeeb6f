"""A Zoho that says what it is told to, over real HTTP, and a vault that keeps a grant in memory."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any

from aiohttp import web

from zoho_console.domain.connections import Origins
from zoho_console.domain.grants import Grant, RefreshFailure
from zoho_console.zoho.client import AsyncZohoClient
from zoho_console.zoho.oauth import OAuthApp

TOKEN_PATH = "/oauth/v2/token"
REVOKE_PATH = "/oauth/v2/token/revoke"


@dataclass(frozen=True)
class Seen:
    """A request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Say:
    """An answer: JSON unless `body` is bytes. `drop` cuts the connection instead, `delay_s` waits first."""

    body: Any = field(default_factory=dict)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False
    delay_s: float = 0.0


DROP = Say(drop=True)
Script = Say | Callable[[Seen], Say]


def refusal(status: int, code: str, message: str = "no", **details: Any) -> Say:
    return Say({"code": code, "message": message, "details": details, "status": "error"}, status)


class ScriptedZoho:
    """One server for accounts and API. The last answer of a script repeats; access tokens are numbered."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.scripts: dict[tuple[str, str], list[Script]] = {}
        self.tokens_made = 0
        self.on("POST", TOKEN_PATH, self._token)

    def on(self, method: str, path: str, *answers: Script) -> None:
        self.scripts[method, path] = list(answers)

    def asked(self, path: str) -> list[Seen]:
        return [one for one in self.seen if one.path == path]

    async def __aenter__(self) -> ScriptedZoho:
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", self._serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self.origins = Origins(self.url, self.url, self.url)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    def _token(self, seen: Seen) -> Say:
        self.tokens_made += 1
        return Say({"access_token": f"token-{self.tokens_made}", "expires_in": 3600, "api_domain": self.url})

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        seen = Seen(
            request.method,
            request.path,
            dict(request.query),
            {name.lower(): value for name, value in request.headers.items()},
            await request.read(),
        )
        self.seen.append(seen)
        answers = self.scripts.get((request.method, request.path), [Say(b"nothing here", 404)])
        script = answers[0] if len(answers) == 1 else answers.pop(0)
        say = script(seen) if callable(script) else script
        await asyncio.sleep(say.delay_s)
        if say.drop:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        is_raw = isinstance(say.body, bytes)
        return web.Response(
            status=say.status,
            body=None if say.status == 204 else say.body if is_raw else json.dumps(say.body).encode(),
            headers={"Content-Type": "text/html" if is_raw else "application/json", **say.headers},
        )


class MemoryVault:
    """A `GrantVault` in memory, for several clients and threads at once."""

    def __init__(self, grant: Grant | None = None) -> None:
        self.grant = grant
        self.failures: list[tuple[int, str]] = []
        self.claims = self.oks = 0
        self._claimed_until = 0.0
        self._lock = threading.Lock()

    def load(self) -> Grant | None:
        with self._lock:
            return self.grant

    def save(self, grant: Grant, *, event: str = "refreshed", claim: int | None = None) -> Grant:
        with self._lock:
            generation = self.grant.generation if self.grant else 0
            self.grant = replace(grant, generation=generation + 1)
            self._claimed_until = 0.0
            return self.grant

    def claim_refresh(self, generation: int, lease: timedelta) -> int:
        with self._lock:
            is_old = self.grant is None or self.grant.generation != generation
            if is_old or time.monotonic() < self._claimed_until:
                return 0
            self._claimed_until = time.monotonic() + lease.total_seconds()
            self.claims += 1
            return self.claims

    def refresh_failed(self, generation: int, failure: RefreshFailure, claim: int) -> None:
        with self._lock:
            self.failures.append((generation, failure.sentence))
            self._claimed_until = 0.0

    def note_ok(self, calls_at_once: int = 0) -> None:
        with self._lock:
            self.oks += 1


def grant_of(life: timedelta = timedelta(hours=1), **changes: Any) -> Grant:
    expires_at = datetime.now(UTC) + life
    return replace(Grant("1000.refresh", "token-0", expires_at, ("ZohoCRM.modules.ALL",), "", 1), **changes)


def client_of(zoho: ScriptedZoho, vault: MemoryVault | None = None, **options: Any) -> AsyncZohoClient:
    app = OAuthApp("1000.ID", lambda: "s3cret")
    return AsyncZohoClient(zoho.origins, app, vault or MemoryVault(grant_of()), **{"retry_delay": 0.001, **options})


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
