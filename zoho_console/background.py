"""One asyncio loop in one daemon thread: where HTTP and database work happens, away from any window or script."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import Any, TypeVar

T = TypeVar("T")
A = TypeVar("A")


class BackgroundLoop:
    """Runs coroutines on a loop of its own; safe to call from any thread but its own."""

    def __init__(self, name: str = "engine") -> None:
        self._loop = asyncio.new_event_loop()
        self._calls = ThreadPoolExecutor(thread_name_prefix=f"{name}-call")  # as large as asyncio's own
        self._loop.set_default_executor(self._calls)
        self._thread = threading.Thread(target=self._serve, name=name, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        # asyncio's way to end them starts a thread, which Python 3.12 refuses once the program is ending.
        self._calls.shutdown()
        self._loop.close()

    def start(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Start `work` there; cancelling the future that comes out cancels the work."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def call(self, work: Coroutine[Any, Any, T]) -> T:
        """Start `work` there and wait for its value, blocking the calling thread."""
        return self.start(work).result()

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Start `work` there and await its value on the caller's own loop; cancelling passes through."""
        return await asyncio.wrap_future(self.start(work))

    def close(self) -> None:
        """Cancel what still runs, end the thread and wait for it; a second call does nothing."""
        if self._loop.is_closed():
            return
        self.call(self._cancel_all())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    async def _cancel_all(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


async def together(*works: Coroutine[Any, Any, T]) -> list[T]:
    """Run all at once; their values come out in order. The first error cancels the others and is raised as it is.

    A bare TaskGroup would wrap it in a group, and nobody above could tell what it was.
    """
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(work) for work in works]
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from errors
    return [task.result() for task in tasks]


async def by_workers(work: Callable[[A], Coroutine[Any, Any, T]], items: Iterable[A], most: int) -> AsyncIterator[T]:
    """`work` done for every item by at most `most` workers; values in the order of the items, each once it is there.

    Items are taken only as values are, so that memory does not grow with their number. At the end, an early one too,
    what still runs is cancelled.
    """
    running: deque[asyncio.Task[T]] = deque()
    coming = iter(items)
    try:
        while True:
            for item in islice(coming, most - len(running)):
                running.append(asyncio.ensure_future(work(item)))
            if not running:
                return
            yield await running.popleft()
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


class Stopped(Exception):
    """A blocking call was asked to end early."""


class Stop:
    """Asks a blocking call in another thread to end early; the call looks now and then."""

    def __init__(self) -> None:
        self._is_asked = threading.Event()

    def ask(self) -> None:
        """End as soon as you can."""
        self._is_asked.set()

    def check(self) -> None:
        """Go on, or: Errors: Stopped."""
        if self._is_asked.is_set():
            raise Stopped


async def in_thread(call: Callable[..., T], *arguments: Any, stop: Stop | None = None) -> T:
    """The value of a blocking call, made in a thread. Whoever is cancelled meanwhile first waits for its end.

    A thread cannot be stopped: without the wait the call would go on behind the back of the clean-up. A long call looks
    at `stop`.
    """
    work = asyncio.ensure_future(asyncio.to_thread(call, *arguments))
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        if stop is not None:
            stop.ask()
        await asyncio.wait([work])
        if not work.cancelled():
            work.exception()  # looked at, so that asyncio does not report it as forgotten
        raise
