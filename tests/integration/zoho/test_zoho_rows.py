"""All rows of a query, several slices at once: whole, each once, whatever happens to the records meanwhile."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from zoho_console.coql import EVERY, Query, select
from zoho_console.domain.records import Slice
from zoho_console.zoho.rows import STRIDE, rows_by_id
from zoho_console.zoho.search import MOST_ROWS

Meanwhile = Callable[[int], Awaitable[None]]


class Table:
    """Records by id, read as Zoho reads them: by offset, behind an id."""

    def __init__(self, size: int) -> None:
        self.ids = [f"{number:06}" for number in range(1, size * 2, 2)]
        self.calls: list[tuple[int, int]] = []
        self.counts = 0
        self.meanwhile: Meanwhile | None = None
        self.running = self.most_running = 0

    async def ask(self, query: Query) -> Slice:
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        await asyncio.sleep(0)
        if self.meanwhile is not None:
            await self.meanwhile(len(self.calls))
        self.running -= 1
        behind = max((getattr(part, "value", "") for part in getattr(query.where, "parts", ())), default="")
        behind = behind or getattr(query.where, "value", "")
        found = [one for one in self.ids if one > behind]
        if query.is_total:
            self.counts += 1
            return Slice(({"Total": len(found)},))
        offset, limit = query.offset or 0, query.limit or 200
        self.calls.append((offset, limit))
        part = found[offset : offset + limit]
        return Slice(tuple({"id": one} for one in part), more=len(found) > offset + limit)


def read(table: Table, **options: Any) -> list[str]:
    async def work() -> list[str]:
        return [row["id"] async for part in rows_by_id(table.ask, QUERY, **options) for row in part]

    return asyncio.run(work())


QUERY = select(["id", "Account_Name"], "Accounts", EVERY)


@pytest.mark.parametrize("size", [0, 1, 1998, 1999, 2000, 2001, 3998, 3999, 4000, 9000, 30_000])
def test_every_row_comes_once_in_order(size: int) -> None:
    table = Table(size)
    assert read(table) == table.ids
    assert len(table.calls) <= -(-size // STRIDE) + 2


@pytest.mark.parametrize("size", [1, 2000, 2001, 5000, 30_000])
def test_with_the_count_of_the_last_time_nothing_is_asked_in_vain(size: int) -> None:
    table = Table(size)
    assert read(table, expected=size) == table.ids
    assert table.counts == 0
    assert len(table.calls) == max(1, -(-(size - 1) // STRIDE))


def test_slices_are_read_side_by_side() -> None:
    table = Table(20_000)
    read(table, expected=20_000)
    assert table.most_running == 8


@pytest.mark.parametrize("limit", [1, 200, 1999, 2000, 2001, 5000])
def test_a_limit_is_kept(limit: int) -> None:
    table = Table(9000)
    assert read(table, limit=limit) == table.ids[:limit]


def test_a_wrong_expectation_costs_calls_and_no_rows() -> None:
    for expected in (0, 1, 100, 50_000):
        table = Table(7000)
        assert read(table, expected=expected) == table.ids


def test_beyond_the_reach_of_offsets_it_goes_on_behind_the_last_id() -> None:
    table = Table(210_000)
    assert read(table) == table.ids
    assert all(offset + limit <= 100_000 for offset, limit in table.calls)


def test_records_that_come_and_go_neither_skip_nor_double_a_row() -> None:
    for seed in range(20):
        chance = random.Random(seed)
        table = Table(12_000)
        always = set(table.ids)

        async def change(
            _call: int, table: Table = table, chance: random.Random = chance, always: set[str] = always
        ) -> None:
            for _ in range(chance.randrange(30)):
                gone = chance.choice(table.ids)
                table.ids.remove(gone)
                always.discard(gone)
                new = f"{chance.randrange(0, 24_000, 2):06}"
                if new not in table.ids:
                    table.ids = sorted([*table.ids, new])

        table.meanwhile = change
        found = read(table)
        assert len(found) == len(set(found)), f"seed {seed}"
        assert found == sorted(found), f"seed {seed}"
        assert always <= set(found), f"seed {seed}: {len(always - set(found))} lost"


def test_whoever_stops_early_leaves_nothing_running() -> None:
    table = Table(30_000)

    async def work() -> int:
        rows = rows_by_id(table.ask, QUERY, expected=30_000)
        first = await anext(rows)
        await rows.aclose()
        assert len(asyncio.all_tasks()) == 1
        return len(first)

    assert asyncio.run(work()) == MOST_ROWS
