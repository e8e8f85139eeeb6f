"""Owns the tasks of one screen: keeps them alive, reports their errors, cancels them at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any


class TaskScope:
    """Starts tasks on the running loop by name.

    `on_error` receives every exception that is not a cancellation, once, on the loop's own thread; `on_change` is
    called whenever a task begins or ends.
    """

    def __init__(self, on_error: Callable[[Exception], None], on_change: Callable[[], None] | None = None) -> None:
        self._on_error = on_error
        self._on_change = on_change or (lambda: None)
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def start(self, work: Coroutine[Any, Any, None], *, name: str) -> None:
        """Start `work`, cancelling a running task of the same name first: what search-as-you-type wants."""
        self.cancel(name)
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks[name] = task
        task.add_done_callback(self._ended)
        self._on_change()

    def is_running(self, name: str) -> bool:
        """Whether a task of this name has not ended."""
        return name in self._tasks

    def cancel(self, name: str) -> None:
        """Cancel the task of this name, if there is one."""
        if task := self._tasks.pop(name, None):
            task.cancel()

    async def aclose(self) -> None:
        """Cancel all and wait for them."""
        tasks = list(self._tasks.values())
        self._tasks.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if self._tasks.get(task.get_name()) is task:
            del self._tasks[task.get_name()]
        self._on_change()
        if not task.cancelled() and (error := task.exception()) is not None:
            if not isinstance(error, Exception):
                raise error
            self._on_error(error)
