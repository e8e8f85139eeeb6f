"""Numbers, times and values as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from zoho_console.domain.fields import Field, print_value
from zoho_console.domain.guards import Guard, Level
from zoho_console.workspace.times import age, clock

__all__ = [
    "GUARD_TONES",
    "STATE_MARKS",
    "age",
    "ago",
    "clock",
    "count",
    "currency_symbol",
    "duration",
    "guard_name",
    "guard_words",
    "moment",
    "number",
    "value_text",
]

# A state is told apart by its mark too, and not by its colour alone.
STATE_MARKS = {"good": "✓", "accent": "●", "warn": "!", "bad": "✕", "muted": "○"}
GUARD_TONES = {Level.OPEN: "good", Level.STAGED: "warn", Level.WATCH: "accent"}
_SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "INR": "₹", "JPY": "¥", "CNY": "¥"}
# Whole numbers that name something instead of counting it: no one writes a code or a year as 1,977.
_NAMING = ("code", "number", "year", "id")


def number(value: float, decimals: int = 0) -> str:
    """1,234 or 1,234.56: every digit there is; a broken number has at least `decimals` digits after the point."""
    exact = Decimal(repr(value))
    if exact == exact.to_integral_value():
        return f"{int(exact):,}"
    digits = max(decimals, -int(exact.normalize().as_tuple().exponent))
    return f"{exact:,.{digits}f}"


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


def guard_words(guard: Guard) -> str:
    """Such as “watch only”, or “open until 14:20” where it was lowered for a while."""
    return f"{guard.level} until {clock(guard.until)}" if guard.until else str(guard.level)


def guard_name(guard: Guard) -> str:
    """Where nothing else says what is spoken of: “Guard: watch only”."""
    return f"Guard: {guard_words(guard)}"


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


def currency_symbol(code: str) -> str:
    """What stands before an amount: “€” for EUR, the code itself with a blank where no sign is usual."""
    return _SYMBOLS.get(code, f"{code} " if code else "")


def value_text(field: Field | None, value: Any, symbol: str = "") -> str:
    """A value as a table shows it; `symbol` stands before amounts of money."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(print_value(one) for one in value)
    if field is not None and isinstance(value, int | float):
        return _amount(field, value, symbol)
    if field is not None and field.type == "datetime" and isinstance(value, str):
        try:
            return datetime.fromisoformat(value).astimezone().strftime("%Y-%m-%d %H:%M")
        except ValueError:
            return value
    return print_value(value)


def _amount(field: Field, value: float, symbol: str) -> str:
    if field.type == "currency":
        return f"{'-' if value < 0 else ''}{symbol}{number(abs(value), 2)}"
    if field.type == "percent":
        return f"{number(value)} %"
    last_word = field.label.lower().split()[-1:]
    if field.type in ("integer", "bigint") and last_word and last_word[0] in _NAMING:
        return str(value)
    return number(value)
