"""This computer's clock, moved for one process: every module imported after this one sees the moved one."""

from __future__ import annotations

import datetime
import time
from typing import Any

_true_time = time.time


class Moved(datetime.datetime):
    """The usual kind of moment; only the present one is another."""

    ahead = datetime.timedelta(0)

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> Any:
        return super().now(tz) + cls.ahead


def move(seconds: float) -> None:
    """Put the clock so far ahead of the true one, or behind it."""
    Moved.ahead = datetime.timedelta(seconds=seconds)


datetime.datetime = Moved  # type: ignore[misc]
time.time = lambda: _true_time() + Moved.ahead.total_seconds()
