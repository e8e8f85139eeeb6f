"""The one place that knows qasync: runs the window's coroutine on Qt's loop, and ends cleanly."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from zoho_console.app.garbage import collected_here

THREADS = 4


def run(application: QApplication, main: Callable[[], Coroutine[Any, Any, int]]) -> int:
    """Run `main` on the Qt loop until it ends; its value comes out."""
    # With Qt's default, closing the last message box would stop the loop under the main coroutine.
    application.setQuitOnLastWindowClosed(False)
    # qasync's own default starts ten QThreads at once; ours are four, ended before the loop is.
    with (
        collected_here(application),
        asyncio.Runner(loop_factory=lambda: QEventLoop(application)) as runner,
        ThreadPoolExecutor(THREADS, thread_name_prefix="window") as threads,
    ):
        runner.get_loop().set_default_executor(threads)
        return runner.run(main())
