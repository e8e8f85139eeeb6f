"""The way of every call: token and permission, parallel calls and credits, latency, then the handler."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from aiohttp import web

from zoho_console.simulator.answers import Answer, Refusal, json_response, response
from zoho_console.simulator.credits import Allowance
from zoho_console.simulator.grants import Access, Grants
from zoho_console.simulator.world import World


@dataclass(frozen=True)
class Call:
    """One authorised call: its path parts, query, headers, raw body, and who calls."""

    parts: dict[str, str]
    query: dict[str, str]
    headers: dict[str, str]
    raw: bytes
    access: Access

    @cached_property
    def body(self) -> dict[str, Any]:
        """The body as a JSON object. Errors: Refusal."""
        try:
            body = json.loads(self.raw)
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise Refusal("INVALID_DATA", "body", {"expected_data_type": "jsonobject"})
        return body


Handler = Callable[[Call], Answer]


def _never(_: Call) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A place of the API. `scopes` are all needed; `{module}` in them is the module of the path.

    `heavy` says whether a call counts among the ten heavy ones that may run at once. A `slow` handler runs beside the
    loop, so that other calls are answered meanwhile.
    """

    method: str
    path: str
    scopes: tuple[str, ...]
    handler: Handler
    heavy: Callable[[Call], bool] = _never
    slow: bool = False


class Gate:
    """Turns endpoints into what the web server serves."""

    def __init__(self, world: World, grants: Grants, allowance: Allowance, latency_ms: int = 0) -> None:
        self._world = world
        self._grants = grants
        self._allowance = allowance
        self._latency_s = latency_ms / 1000

    def route(self, endpoint: Endpoint) -> web.RouteDef:
        """The endpoint behind the gate."""

        async def serve(request: web.Request) -> web.StreamResponse:
            raw = await request.read()
            try:
                return await self._answered(endpoint, request, raw)
            except Refusal as refusal:
                return json_response(refusal.body, refusal.status, self._allowance.headers)

        return web.route(endpoint.method, endpoint.path, serve, **_options(endpoint.method))

    async def _answered(self, endpoint: Endpoint, request: web.Request, raw: bytes) -> web.Response:
        access = self._admitted(request, endpoint)
        call = Call(dict(request.match_info), dict(request.query), dict(request.headers), raw, access)
        with self._allowance.running(endpoint.heavy(call)):
            await asyncio.sleep(self._latency_s)
            try:
                answer = await asyncio.to_thread(endpoint.handler, call) if endpoint.slow else endpoint.handler(call)
            except Refusal:
                self._allowance.spend(1)
                raise
            self._allowance.spend(answer.credits)
        until = {"X-ACCESSTOKEN-RESET": self._world.moment(access.ends_at)}
        return response(answer.body, answer.status, {**answer.headers, **until, **self._allowance.headers})

    def _admitted(self, request: web.Request, endpoint: Endpoint) -> Access:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind not in ("Zoho-oauthtoken", "Bearer") or not token:
            raise Refusal("AUTHENTICATION_FAILURE", "Authentication failed", status=401)
        access = self._grants.access(token)
        if access is None:
            raise Refusal("INVALID_TOKEN", "invalid oauth token", status=401)
        if not all(access.allows(scope.format(**request.match_info)) for scope in endpoint.scopes):
            raise Refusal("OAUTH_SCOPE_MISMATCH", "invalid oauth scope to access this URL", status=401)
        return access


def _options(method: str) -> dict[str, Any]:
    """A GET place does not answer HEAD by itself."""
    return {"allow_head": False} if method == "GET" else {}
