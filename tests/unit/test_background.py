"""The engine's loop in its own thread."""

from __future__ import annotations

import asyncio
import threading

import pytest

from zoho_console.background import BackgroundLoop, in_thread, together


async def thread_name() -> str:
    return threading.current_thread().name


def test_work_runs_in_the_engines_thread() -> None:
    engine = BackgroundLoop()
    try:
        assert engine.call(thread_name()) == "engine"
        assert asyncio.run(engine.run(thread_name())) == "engine"
    finally:
        engine.close()


def test_errors_come_back_to_the_caller() -> None:
    async def fail() -> None:
        raise ValueError("no")

    engine = BackgroundLoop()
    try:
        with pytest.raises(ValueError, match="no"):
            engine.call(fail())
    finally:
        engine.close()


def test_cancelling_here_cancels_there() -> None:
    ended = threading.Event()

    async def wait() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    async def cancel(engine: BackgroundLoop) -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(engine.run(wait()), 0.05)

    engine = BackgroundLoop()
    try:
        asyncio.run(cancel(engine))
        assert ended.wait(5)
    finally:
        engine.close()


def test_closing_cancels_what_still_runs_and_may_be_repeated() -> None:
    engine = BackgroundLoop()
    pending = engine.start(asyncio.sleep(60))
    engine.close()
    engine.close()
    assert pending.cancelled()


def test_the_first_error_of_several_is_raised_as_it_is() -> None:
    ended: list[str] = []

    async def fail() -> None:
        raise ValueError("the reason")

    async def wait() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("cancelled")

    with pytest.raises(ValueError, match="the reason"):
        asyncio.run(together(wait(), fail()))
    assert ended == ["cancelled"]


def test_a_call_in_a_thread_gives_its_value_and_its_error() -> None:
    assert asyncio.run(in_thread(max, 1, 2)) == 2
    with pytest.raises(ValueError, match="invalid literal"):
        asyncio.run(in_thread(int, "x"))


@pytest.mark.parametrize("fails", [False, True])
def test_a_call_in_a_thread_ends_before_whoever_waits_is_cancelled(fails: bool) -> None:
    begun, released, ended = threading.Event(), threading.Event(), threading.Event()

    def block() -> None:
        begun.set()
        released.wait(5)
        ended.set()
        if fails:
            raise ValueError("too late")

    async def work() -> None:
        waiting = asyncio.ensure_future(in_thread(block))
        await asyncio.to_thread(begun.wait, 5)
        waiting.cancel()
        await asyncio.sleep(0.02)
        assert not waiting.done()
        released.set()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert ended.is_set()

    asyncio.run(work())
