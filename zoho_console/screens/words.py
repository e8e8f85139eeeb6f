"""Numbers, times and values as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from zoho_console.domain.fields import Field, print_value
from zoho_console.workspace.health import age, clock

__all__ = ["age", "ago", "clock", "count", "duration", "moment", "number", "value_text"]


def number(value: float) -> str:
    """1,234 or 1,234.56."""
    if isinstance(value, float) and not value.is_integer():
        return f"{value:,.2f}"
    return f"{int(value):,}"


def count(amount: int, noun: str) -> str:
    """Such as “1 row” and “2 rows”."""
    return f"{amount:,} {noun}{'' if amount == 1 else 's'}"


def ago(when: datetime | None, now: datetime | None = None) -> str:
    """Such as “2 minutes ago”, or “never”."""
    if when is None:
        return "never"
    return f"{age((now or datetime.now(UTC)) - when)} ago"


def moment(when: datetime | None) -> str:
    """Day and time on the person's clock; today's without the day."""
    if when is None:
        return ""
    local = when.astimezone()
    if local.date() == datetime.now().astimezone().date():
        return local.strftime("today %H:%M")
    return local.strftime("%d %b %Y %H:%M").lstrip("0")


def duration(span: timedelta) -> str:
    """Such as “4 s”, “2 min 5 s”, “1 h 4 min”."""
    seconds = max(0, round(span.total_seconds()))
    if seconds < 60:
        return f"{seconds} s" if seconds else "under a second"
    minutes, rest = divmod(seconds, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min"


def value_text(field: Field | None, value: Any, currency: str = "") -> str:
    """A value as a table shows it."""
    if value is None:
        return ""
    if field is not None and isinstance(value, int | float) and not isinstance(value, bool):
        if field.type == "currency":
            return f"{currency}{number(value)}"
        if field.type == "percent":
            return f"{number(value)} %"
        return number(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if field is not None and field.type == "datetime" and isinstance(value, str):
        try:
            return datetime.fromisoformat(value).astimezone().strftime("%Y-%m-%d %H:%M")
        except ValueError:
            return value
    return print_value(value)
