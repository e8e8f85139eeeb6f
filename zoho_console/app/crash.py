"""What nobody foresaw: logged whole, said in one sentence, never a silent loss."""

from __future__ import annotations

import asyncio
import faulthandler
import logging
import sys
from collections.abc import Callable
from types import TracebackType
from typing import Any

from zoho_console.screens.notices import Notice, notice_for

logger = logging.getLogger(__name__)


def watch(loop: asyncio.AbstractEventLoop, tell: Callable[[Notice], None]) -> None:
    """Send errors that reach the interpreter or the loop to the log and, in words, to the person."""
    if sys.stderr is not None and sys.stderr.fileno() >= 0:
        faulthandler.enable()

    def from_interpreter(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if isinstance(error, Exception):
            tell(notice_for(error))
        else:
            sys.__excepthook__(kind, error, trace)

    def from_loop(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, Exception):
            tell(notice_for(error))
        else:
            logger.error("the loop reports: %s", context.get("message"))

    sys.excepthook = from_interpreter
    loop.set_exception_handler(from_loop)
