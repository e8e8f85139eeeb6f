"""How names and values are spelled in COQL: the one place where a value becomes text. Source: fact sheet 3.2, 3.3."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias

from zoho_console.errors import BadQuery

Scalar: TypeAlias = str | bool | int | float | Decimal | date | datetime

KEYWORDS = (
    "select", "from", "where", "as", "and", "or", "not", "like", "in", "between", "is", "null", "group", "order", "by",
    "limit", "offset", "asc", "desc",
)  # fmt: skip
# Without quotes these are never names; the last two are words of SQL that COQL lacks.
RESERVED = (*KEYWORDS, "distinct", "having")
# Words of SQL that Zoho wants in quotes as well when a field bears them.
_QUOTED_NAMES = frozenset((*RESERVED, "external", "join", "on", "union", "case", "exists", "any", "all", "table"))
_PLAIN_NAME = re.compile(r"!?[a-z_$][\w$]*(\.[a-z_$][\w$]*)*", re.IGNORECASE | re.ASCII)

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
_MOST_DIGITS = 40


def quoted(text: str) -> str:
    """A text in quotes, quotes within it doubled: O'Hara becomes 'O''Hara'. Nothing can end it early."""
    return "'" + text.replace("'", "''") + "'"


def unquoted(literal: str) -> str:
    """The text that a literal in single or double quotes stands for."""
    mark = literal[0]
    return literal[1:-1].replace(mark * 2, mark)


def spelled_name(path: str) -> str:
    """The name of a field, a module or an alias; in quotes where it is a word of SQL or not a plain name."""
    is_plain = _PLAIN_NAME.fullmatch(path) and path.lower() not in _QUOTED_NAMES
    return path if is_plain else quoted(path)


def spelled(value: Scalar) -> str:
    """A value as COQL spells it: numbers bare; texts, days, moments and true or false in quotes.

    Errors: BadQuery as in `plain_text`.
    """
    text = plain_text(value)
    return text if isinstance(value, int | float | Decimal) and not isinstance(value, bool) else quoted(text)


def plain_text(value: Scalar) -> str:
    """A value as Zoho reads it, without quotes; moments are cut to whole seconds, for Zoho refuses fractions.

    Errors: BadQuery for a moment without an offset and for a number that is none.
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str) else _digits(value)


def moment_text(moment: datetime) -> str:
    """A moment as Zoho reads it: whole seconds and an offset. Errors: BadQuery without an offset."""
    if moment.utcoffset() is None:
        raise BadQuery(
            f"The moment {moment.isoformat()} does not say in which time zone it is.",
            advice="Give it an offset, such as +01:00.",
        )
    return moment.isoformat(timespec="seconds")


def typed(text: str) -> Scalar:
    """What a text in quotes means: a day, a moment, true or false if it is spelled exactly as those are."""
    if text in ("true", "false"):
        return text == "true"
    kind = datetime if "T" in text else date
    try:
        value = kind.fromisoformat(text)
        return value if plain_text(value) == text else text
    except (ValueError, BadQuery):
        return text


def number_of(text: str) -> int | Decimal | None:
    """The number that digits without quotes mean; None for what is rather a text, such as 01234."""
    if not _NUMBER.fullmatch(text):
        return None
    return int(text) if text.lstrip("-").isdecimal() and len(text) <= _MOST_DIGITS else Decimal(text)


def _digits(number: int | float | Decimal) -> str:
    exact = number if isinstance(number, Decimal) else Decimal(repr(number))
    if not exact.is_finite():
        raise BadQuery(f"“{number}” is not a number that Zoho can compare.", advice="Write digits.")
    return format(exact, "f")
