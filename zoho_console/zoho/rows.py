"""All rows of a query by id: several slices at once, none skipped and none twice while records come and go.

Zoho reads a query by offset, and an offset moves when a record before it is deleted. So each slice begins with the last
row of the one before: where that row is not found at its place, reading goes on behind the last certain id. The same
way leads beyond the 100,000 rows that offsets reach (fact sheet 3.5).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from zoho_console.coql import Order, Query, all_of, compared
from zoho_console.domain.records import Record, Slice
from zoho_console.zoho.search import MOST_ROWS, MOST_ROWS_IN_ALL

STRIDE = MOST_ROWS - 1
MOST_AHEAD = 8  # slices that are read before they are asked for; what bounds the memory

T = TypeVar("T")
Ask = Callable[[Query], Coroutine[Any, Any, Slice]]


@dataclass(slots=True)
class _Run:
    """One reading by offset behind an id; `ended` when Zoho said that there is no more."""

    last_id: str = ""
    ended: bool = False


async def rows_by_id(
    ask: Ask, query: Query, *, limit: int | None = None, expected: int | None = None
) -> AsyncIterator[list[Record]]:
    """Slices of the query's rows, its own order and limit aside; `limit` cuts them off.

    The select list must hold the id. `expected`: how many rows there were the last time; without it they are counted
    beside the first slice. Cost: up to 3 credits for 1,999 rows, 1 for the count, 3 for each slice asked in vain.
    """
    left = limit
    run = _Run()
    while not run.ended and (left is None or left > 0):
        behind = all_of(query.where, compared("id", ">", run.last_id)) if run.last_id else query.where
        base = replace(query, where=behind, order_by=(Order("id"),), limit=None, offset=None)
        async for rows in _by_offset(ask, base, run, left, expected):
            if left is not None:
                left -= len(rows)
            yield rows
        expected = None


async def _by_offset(
    ask: Ask, base: Query, run: _Run, limit: int | None, expected: int | None
) -> AsyncIterator[list[Record]]:
    """Rows until the end, the reach of offsets, `limit`, or a seam that does not fit; `run` tells which."""
    pending: deque[tuple[int, asyncio.Task[Slice]]] = deque()
    most = MOST_ROWS_IN_ALL if limit is None else min(limit, MOST_ROWS_IN_ALL)
    counting = _start(_count(ask, base)) if expected is None and most > MOST_ROWS else None
    reach = expected if expected is not None else MOST_ROWS
    offset = 0
    try:
        while True:
            while offset < min(max(reach - 1, 1), most) and len(pending) < MOST_AHEAD:
                rows = min(MOST_ROWS, most - offset)
                pending.append((offset, _start(ask(base.limited(rows, offset)))))
                offset += STRIDE
            if not pending:
                return
            begins, task = pending.popleft()
            part = await task
            rows_here = list(part.records)
            if begins:
                if not rows_here or str(rows_here[0]["id"]) != run.last_id:
                    return
                del rows_here[0]
            if rows_here:
                run.last_id = str(rows_here[-1]["id"])
                yield rows_here
            if not part.more:
                run.ended = True
                return
            if counting is not None:
                reach, counting = await counting, None
            # More than was expected: one slice further at a time.
            reach = max(reach, offset + 2) if not pending else reach
    finally:
        late: list[asyncio.Task[Any]] = [task for _begins, task in pending]
        late += [counting] if counting is not None else []
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)


async def _count(ask: Ask, base: Query) -> int:
    counting = replace(base, order_by=()).counting
    assert counting is not None
    return int((await ask(counting)).records[0]["Total"])


def _start(work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """A task of the reading itself, which cancels it at its end."""
    return asyncio.ensure_future(work)
