"""Room for a run's calls, among those of other runs in the same organisation."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

RUNS_MAY = 9  # heavy calls at once, all runs together: Zoho takes 10 (fact sheet 8.3), one of them is left for people


def share(parallel: int, runs: int) -> int:
    """How many calls at once are one run's, that would like `parallel`, where so many runs are on their way."""
    return max(1, min(parallel, RUNS_MAY // max(1, runs)))


class Room:
    """Lets as many in at once as `size` says now; it may say another number each time."""

    def __init__(self, size: Callable[[], int]) -> None:
        self._size = size
        self._inside = 0
        self._waiting: list[asyncio.Future[None]] = []

    async def __aenter__(self) -> None:
        while self._inside >= self._size():
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            await turn
        self._inside += 1

    async def __aexit__(self, *_: object) -> None:
        self._inside -= 1
        # All are woken and look for themselves, so that no turn is lost with one who was cancelled meanwhile.
        waiting, self._waiting = self._waiting, []
        for turn in waiting:
            if not turn.done():
                turn.set_result(None)
