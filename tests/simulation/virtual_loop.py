"""An event loop whose time passes only when nothing is left to do, and whose threads are not threads."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any


class _Clock:
    now_s = 1000.0


class _Selector(selectors.SelectSelector):
    """Waiting is jumping: the clock goes on by the time that the loop wants to wait."""

    def __init__(self, clock: _Clock) -> None:
        super().__init__()
        self._clock = clock

    def select(self, timeout: float | None = None) -> list[Any]:
        found = super().select(0)
        if not found and timeout:
            self._clock.now_s += timeout
        elif timeout is None and not found:
            raise RuntimeError("nothing can ever happen again: the history hangs")
        return found


class _AtOnce(ThreadPoolExecutor):
    """Calls at once, in the caller's thread, so that histories repeat."""

    def submit(self, call: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(call(*arguments, **named))
        except Exception as error:
            done.set_exception(error)
        return done


class VirtualLoop(asyncio.SelectorEventLoop):
    """`time()` is simulated; an hour of waiting takes no time."""

    def __init__(self) -> None:
        self._virtual = _Clock()
        super().__init__(_Selector(self._virtual))
        self.set_default_executor(_AtOnce(max_workers=1))

    def time(self) -> float:
        return self._virtual.now_s
