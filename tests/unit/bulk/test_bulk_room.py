"""How the runs of an organisation share the calls that Zoho takes at once."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from zoho_console.bulk.room import RUNS_MAY, Room, share


def test_a_run_alone_has_what_it_would_like() -> None:
    assert share(4, 1) == 4


@given(st.integers(1, 10), st.integers(1, RUNS_MAY))
def test_all_runs_together_stay_below_what_zoho_takes(parallel: int, runs: int) -> None:
    assert runs * share(parallel, runs) <= RUNS_MAY


def test_every_run_may_make_one_call_however_many_there_are() -> None:
    assert share(4, 100) == 1


def most_inside(sizes: list[int], calls: int) -> int:
    """The most calls that were inside at once while the size became one after the other of `sizes`."""
    inside = most = done = 0

    async def play() -> None:
        room = Room(lambda: sizes[min(done * len(sizes) // calls, len(sizes) - 1)])

        async def call() -> None:
            nonlocal inside, most, done
            async with room:
                inside += 1
                most = max(most, inside)
                await asyncio.sleep(0)
                inside -= 1
                done += 1

        await asyncio.gather(*(call() for _ in range(calls)))

    asyncio.run(play())
    assert done == calls
    return most


def test_a_room_lets_in_as_many_as_it_has_place_for() -> None:
    assert most_inside([3], 20) == 3


def test_a_room_that_grows_lets_in_more() -> None:
    assert most_inside([1, 5], 40) == 5


def test_a_call_cancelled_while_it_waits_keeps_nobody_out() -> None:
    async def play() -> list[str]:
        room, done = Room(lambda: 1), []
        leave = asyncio.Event()

        async def first() -> None:
            async with room:
                await leave.wait()

        async def next_one(name: str) -> None:
            async with room:
                done.append(name)

        tasks = [asyncio.ensure_future(one) for one in (first(), next_one("given up"), next_one("goes on"))]
        await asyncio.sleep(0)
        leave.set()
        await asyncio.sleep(0)
        await tasks[0]
        tasks[1].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return done

    assert "goes on" in asyncio.run(play())
