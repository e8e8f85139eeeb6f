"""What every call passes: latency, scripted faults, the token and its scopes, credits, the limit of calls at once."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from datetime import datetime, timedelta

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from zoho_console.simulator.accounts_api import Accounts
from zoho_console.simulator.answers import answer, refusal
from zoho_console.simulator.faults import Fault, Faults
from zoho_console.simulator.options import SimulatorOptions
from zoho_console.simulator.world import World

AT_ONCE = 20  # parallel calls of an Enterprise organisation (API limits, v8)
DAY = timedelta(hours=24)
# Path pattern → the scopes of which one is enough (fact sheet 1.12).
_SCOPES = (
    (re.compile(r"/crm/v8/coql$"), ("ZohoCRM.coql.READ", "ZohoCRM.coql.ALL")),
    (re.compile(r"/crm/v8/settings/"), ("ZohoCRM.settings.ALL", "ZohoCRM.settings.fields.READ")),
    (re.compile(r"/crm/v8/org$"), ("ZohoCRM.org.READ", "ZohoCRM.org.ALL")),
    (re.compile(r"/crm/v8/users"), ("ZohoCRM.users.READ", "ZohoCRM.users.ALL")),
    (re.compile(r"/crm/v8/\w+/search$"), ("ZohoSearch.securesearch.READ",)),
    (re.compile(r"/crm/v8/"), ("ZohoCRM.modules.ALL", "ZohoCRM.modules.READ", "ZohoCRM.modules.UPDATE")),
)


class Gate:
    """The middleware in front of every route."""

    def __init__(self, world: World, accounts: Accounts, faults: Faults, options: SimulatorOptions) -> None:
        self._world = world
        self._accounts = accounts
        self._faults = faults
        self._options = options
        self._spent: deque[tuple[datetime, int]] = deque()
        self._running = 0
        self.most_at_once = 0

    def middleware(self) -> Middleware:
        """As aiohttp wants it."""

        @web.middleware
        async def through(request: web.Request, handler: Handler) -> web.StreamResponse:
            if request.path.startswith("/_simulator"):
                return await handler(request)
            await asyncio.sleep(self._options.latency_ms / 1000)
            fault = self._faults.take(request.method, request.path)
            if fault is not None:
                return await self._with_fault(fault, request, handler)
            return await self._admitted(request, handler)

        return through

    async def _admitted(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if not request.path.startswith("/crm/"):
            return await handler(request)
        refused = self._refused(request)
        if refused is not None:
            return refused
        if self._running >= AT_ONCE:
            return refusal(429, "TOO_MANY_REQUESTS", "You have exceeded the limit of concurrent calls")
        self._running += 1
        self.most_at_once = max(self.most_at_once, self._running)
        try:
            response = await handler(request)
        finally:
            self._running -= 1
        return await self._charged(request, response)

    def _refused(self, request: web.Request) -> web.Response | None:
        authorization = request.headers.get("Authorization", "")
        if not authorization:
            return refusal(401, "AUTHENTICATION_FAILURE", "Authentication failed")
        scopes = self._accounts.scopes_of(authorization)
        if scopes is None:
            return refusal(401, "INVALID_TOKEN", "invalid oauth token")
        enough = next(names for pattern, names in _SCOPES if pattern.match(request.path))
        if not set(enough) & set(scopes):
            return refusal(401, "OAUTH_SCOPE_MISMATCH", "Unauthorized")
        if self._left() <= 0:
            return refusal(429, "TOO_MANY_REQUESTS", "You have exceeded the API limit of your organization")
        return None

    async def _charged(self, request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
        self._spent.append((self._world.now(), await _price(request)))
        left = self._left()
        if left * 2 <= self._options.daily_credits:  # Zoho says it only past half
            response.headers["X-API-CREDITS-REMAINING"] = str(left)
        return response

    def _left(self) -> int:
        while self._spent and self._spent[0][0] < self._world.now() - DAY:
            self._spent.popleft()
        return self._options.daily_credits - sum(price for _at, price in self._spent)

    async def _with_fault(self, fault: Fault, request: web.Request, handler: Handler) -> web.StreamResponse:
        await asyncio.sleep(fault.delay_ms / 1000)
        if fault.status:
            if isinstance(fault.body, str):
                return web.Response(
                    text=fault.body, status=fault.status, content_type="text/html", headers=fault.headers
                )
            return answer(fault.body if fault.body is not None else {}, fault.status, fault.headers)
        if fault.drop == "before":
            _cut(request)
            return web.Response()
        response = await self._admitted(request, handler)
        if fault.drop == "after":
            _cut(request)
        elif fault.cut_at is not None and isinstance(response, web.Response):
            whole = response.body if isinstance(response.body, bytes) else b""
            head = f"HTTP/1.1 {response.status} OK\r\nContent-Type: application/json\r\n"
            head += f"Content-Length: {len(whole)}\r\n\r\n"
            if request.transport is not None:
                request.transport.write(head.encode() + whole[: fault.cut_at])
                request.transport.close()
        return response


def _cut(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


async def _price(request: web.Request) -> int:
    """Credits of a call (fact sheet 8.2)."""
    if request.method == "PUT":
        return -(-len((await request.json()).get("data", [])) // 10)
    if request.path.endswith("/coql"):
        found = re.search(r"limit\s+(\d+)", (await request.json()).get("select_query", ""), re.IGNORECASE)
        rows = int(found[1]) if found else 200
        return 1 if rows <= 200 else 2 if rows <= 1000 else 3
    return 3 if request.path.endswith("/search") or request.query.get("sort_by", "id") != "id" else 1
