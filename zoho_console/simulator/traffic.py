"""What came in: how often each place was called and, where it is wanted, every request with its answer."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass
from typing import Any

from aiohttp import web


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its answer. `route` is the pattern of the path, `status` 0 where the connection was cut."""

    method: str
    route: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    status: int
    answer_type: str
    answer: bytes


class Traffic:
    """`counts` by “method route”; `exchanges` in the order of the answers, if they are recorded."""

    def __init__(self, *, records: bool = False) -> None:
        self.counts: Counter[str] = Counter()
        self.exchanges: list[Exchange] = []
        self._records = records
        self._lock = threading.Lock()

    @property
    def total(self) -> int:
        """How many requests came in."""
        with self._lock:
            return self.counts.total()

    def arrived(self, request: web.Request) -> None:
        """Count a request."""
        with self._lock:
            self.counts[f"{request.method} {_route(request)}"] += 1

    async def answered(self, request: web.Request, response: web.StreamResponse, *, cut: bool) -> None:
        """Keep a request with its answer."""
        if not self._records:
            return
        body: Any = response.body if isinstance(response, web.Response) else b""
        self.exchanges.append(
            Exchange(
                request.method,
                _route(request),
                request.path,
                dict(request.query),
                dict(request.headers),
                await request.read(),
                0 if cut else response.status,
                response.content_type,
                bytes(body or b""),
            )
        )


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource else request.path
