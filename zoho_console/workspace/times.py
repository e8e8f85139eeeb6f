"""Times and ages as people say them."""

from __future__ import annotations

from datetime import datetime, timedelta


def clock(moment: datetime, *, seconds: bool = False) -> str:
    """A time of day as the person's clock shows it."""
    return moment.astimezone().strftime("%H:%M:%S" if seconds else "%H:%M")


_UNITS = (  # name, seconds, the least that is said in this unit
    ("year", 365 * 86400, 2),
    ("month", 30 * 86400, 2),
    ("day", 86400, 1),
    ("hour", 3600, 1),
    ("minute", 60, 1),
)


def age(span: timedelta) -> str:
    """How long ago, in words; months and years only from two on, since one of them says too little."""
    seconds = max(0, int(span.total_seconds()))
    for unit, size, least in _UNITS:
        if seconds >= size * least:
            count = seconds // size
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return f"{seconds} s" if seconds >= 5 else "a moment"
