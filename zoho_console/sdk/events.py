"""What the library tells a script's log: one event for each operation, by structlog where the script configured it.

A script that never configured structlog gets the same through `logging`: structlog left alone prints everything to
standard output, which may be where the script's own result goes. Calls, retries and answers are told by the engine's
loggers (`zoho_console.zoho`) either way, without tokens and without values.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import structlog

from zoho_console.errors import ZohoError

P = ParamSpec("P")
T = TypeVar("T")
LOGGER = "zoho_console.sdk"


def tell(level: int, event: str, **facts: Any) -> None:
    """Log an event with its facts."""
    if structlog.is_configured():
        structlog.get_logger(LOGGER).log(level, event, **facts)
    else:
        words = " ".join(f"{name}={value}" for name, value in facts.items())
        logging.getLogger(LOGGER).log(level, "%s %s", event, words)


def told(operation: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """Tell how an operation went: its name, its seconds, how many records came, or the error's kind."""

    @wraps(operation)
    async def telling(*arguments: P.args, **named: P.kwargs) -> T:
        began = time.monotonic()
        name = operation.__name__
        try:
            value = await operation(*arguments, **named)
        except ZohoError as error:
            seconds = round(time.monotonic() - began, 3)
            tell(logging.WARNING, "zoho_operation_failed", operation=name, seconds=seconds, error=type(error).__name__)
            raise
        facts: dict[str, Any] = {"records": len(value)} if isinstance(value, list) else {}
        tell(logging.DEBUG, "zoho_operation", operation=name, seconds=round(time.monotonic() - began, 3), **facts)
        return value

    return telling
