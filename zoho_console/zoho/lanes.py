"""Room for calls: each waits its turn until fewer run than the window allows."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from zoho_console.errors import ZohoRateLimitError
from zoho_console.zoho.window import MOST, Window

MOST_HEAVY = 10  # of every edition: queries, searches, writes of more than 10 records (fact sheet 8.3)


class Lane:
    """Calls of one kind. Whoever waits longest goes first."""

    def __init__(self, window: Window, clock: Callable[[], float] = time.monotonic) -> None:
        self.window = window
        self._clock = clock
        self._running = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def room(self) -> AsyncIterator[None]:
        """Run one call inside; how it ends teaches the window."""
        await self._enter()
        begun_in = self.window.round
        try:
            yield
        except ZohoRateLimitError:
            self.window.refused(begun_in, self._clock())
            raise
        else:
            self.window.passed(self._running, self._clock())
        finally:
            self._running -= 1
            self._let_in()

    async def _enter(self) -> None:
        if self._running < self.window.size and not self._waiting:
            self._running += 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._running -= 1  # the turn came with the cancellation: pass it on
                self._let_in()
            raise

    def _let_in(self) -> None:
        while self._waiting and self._running < self.window.size:
            turn = self._waiting.popleft()
            if not turn.done():
                self._running += 1
                turn.set_result(None)


class Lanes:
    """Room for the calls of one connection: a number for all, and a smaller one for heavy calls."""

    def __init__(self, known: int = 0, most: int = MOST) -> None:
        self._most = most
        self.all = Lane(Window(known, most))
        self.heavy = Lane(Window(min(known, MOST_HEAVY), min(most, MOST_HEAVY)))

    def begin_at(self, known: int) -> None:
        """Begin with a number that held before, unless this connection has learnt its own already."""
        if known and not self.held:
            self.all.window = Window(known, self._most)
            self.heavy.window = Window(min(known, MOST_HEAVY), min(self._most, MOST_HEAVY))

    @property
    def held(self) -> int:
        """The number of calls last seen to run at once without a refusal, 0 before any."""
        return max(self.all.window.held, self.heavy.window.held)

    @asynccontextmanager
    async def room(self, *, heavy: bool) -> AsyncIterator[None]:
        """Run one call inside. Heavy calls count among all calls too."""
        if heavy:
            async with self.heavy.room(), self.all.room():
                yield
        else:
            async with self.all.room():
                yield
