"""Fields of a module, and the way from a text in a cell to a value Zoho takes, and back."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

# Computed by Zoho; no write ever reaches them (fields metadata, v8).
COMPUTED_TYPES = frozenset({"formula", "rollup_summary", "autonumber"})
# Written in other shapes than one cell can hold.
STRUCTURED_TYPES = frozenset(
    {"subform", "multiselectlookup", "multiuserlookup", "fileupload", "imageupload", "profileimage", "layout"}
)
LOOKUP_TYPES = frozenset({"lookup", "ownerlookup", "userlookup"})
NUMBER_TYPES = frozenset({"integer", "bigint", "double", "currency", "percent", "decimal"})

RECORD_ID = re.compile(r"[0-9]{15,20}", re.ASCII)
_EMAIL = re.compile(r"[\w+-][\w.+'&-]*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,22}")
_WEBSITE = re.compile(r"((https?|ftp)://)?[^\s/@]+\.[^\s@]+")
_PHONE = re.compile(r"\+?[A-Za-z0-9 .\-(),;#/]+")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_TRUE, _FALSE = ("true", "yes", "1"), ("false", "no", "0")


class ValueProblem(ValueError):
    """A text that cannot become a value of the field; `advice` is one remedy."""

    def __init__(self, code: str, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.advice = advice


@dataclass(frozen=True, slots=True)
class Field:
    """A named value of a module's records.

    `length` counts characters, for numbers digits, None where Zoho names no limit. `pick_values` are the values to
    send, without `-None-`; the console takes no others, though Zoho itself would store an unknown one silently.
    """

    api_name: str
    label: str
    type: str
    length: int | None = None
    decimals: int | None = None
    pick_values: tuple[str, ...] = ()
    is_writable: bool = True
    is_mandatory: bool = False
    is_unique: bool = False
    is_custom: bool = False
    is_visible: bool = True

    @property
    def is_number(self) -> bool:
        """Whether its values compare and align as numbers."""
        return self.type in NUMBER_TYPES


@dataclass(frozen=True, slots=True)
class Module:
    """A kind of record in Zoho."""

    api_name: str
    label: str
    is_writable: bool = True


def parse_text(field: Field, text: str) -> Any:
    """The JSON value that `text` means for this field; None for an empty text (clears the field).

    Surrounding blanks do not count. Errors: ValueProblem, with a code in words-with-dashes.
    Source: fact sheet 10.1 (write rules by type).
    """
    text = text.strip()
    if not field.is_writable or field.type in COMPUTED_TYPES:
        raise ValueProblem("read-only", f"“{field.label}” cannot be changed.", "Leave this column out.")
    if field.type in STRUCTURED_TYPES:
        raise ValueProblem("not-a-cell", f"“{field.label}” holds more than one cell can.", "Leave this column out.")
    if not text:
        if field.is_mandatory:
            raise ValueProblem("mandatory", f"“{field.label}” must not be empty.", "Fill in the cell.")
        return False if field.type == "boolean" else None
    if field.type in ("integer", "bigint"):
        return _whole_number(field, text)
    if field.is_number:
        return _decimal_number(field, text)
    parser = _PARSERS.get(field.type, _text)
    return parser(field, text)


def print_value(value: Any) -> str:
    """A value as one cell of text: what a person reads, and what `parse_text` takes back for plain types."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f").removesuffix(".0")
    if isinstance(value, dict):
        return str(value.get("name") or value.get("id") or "")
    if isinstance(value, list):
        return ";".join(print_value(item) for item in value)
    return str(value)


def same_value(field: Field, one: Any, other: Any) -> bool:
    """Whether Zoho would hold the same after writing either: blanks around text, 5 and 5.0, order of a multi-select."""
    return bool(_canonical(field, one) == _canonical(field, other))


def _canonical(field: Field, value: Any) -> Any:
    if isinstance(value, dict):
        return value.get("id")
    if isinstance(value, list):
        return sorted(print_value(item) for item in value) or None
    if isinstance(value, str):
        text = value.strip()
        if field.type == "datetime" and text:
            return _moment(text) or text
        return text or None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value) if field.type == "bigint" else Decimal(repr(value))
    return value


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _whole_number(field: Field, text: str) -> int | str:
    if not _NUMBER.fullmatch(text) or "." in text:
        raise ValueProblem(
            "not-a-number",
            f"“{shortened(text)}” is not a whole number.",
            "Write digits only, without separators.",
        )
    if field.length and len(text.lstrip("-")) > field.length:
        raise ValueProblem("too-long", f"“{field.label}” takes at most {field.length} digits.", "Check the number.")
    return text if field.type == "bigint" else int(text)


def _decimal_number(field: Field, text: str) -> float | int:
    if not _NUMBER.fullmatch(text):
        raise ValueProblem(
            "not-a-number",
            f"“{shortened(text)}” is not a number.",
            "Write it with a point and without separators, such as 1234.56.",
        )
    try:
        number = Decimal(text)
    except InvalidOperation as error:  # pragma: no cover - the pattern lets only numbers through
        raise ValueProblem("not-a-number", f"“{shortened(text)}” is not a number.") from error
    fraction = text.partition(".")[2].rstrip("0")
    if field.decimals is not None and len(fraction) > field.decimals:
        raise ValueProblem(
            "too-precise", f"“{field.label}” takes at most {field.decimals} digits after the point.", "Round it."
        )
    if field.length and len(text.lstrip("-").partition(".")[0]) > field.length:
        raise ValueProblem("too-long", f"“{field.label}” takes at most {field.length} digits.", "Check the number.")
    return int(number) if number == number.to_integral_value() else float(number)


def _text(field: Field, text: str) -> str:
    if field.length and len(text) > field.length:
        raise ValueProblem(
            "too-long",
            f"“{field.label}” takes at most {field.length} characters; this has {len(text)}.",
            "Shorten it.",
        )
    if "\x00" in text:
        raise ValueProblem(
            "control-character",
            f"“{field.label}” holds a character that cannot be stored.",
            "Type the cell again.",
        )
    return text


def _pick_value(field: Field, text: str) -> str:
    if not field.pick_values or text in field.pick_values:
        return _text(field, text)
    near = nearest(text, field.pick_values)
    raise ValueProblem(
        "no-such-value",
        f"“{shortened(text)}” is not a value of “{field.label}”.",
        f"Did you mean “{near}”?" if near else "Choose one of its values.",
    )


def _pick_values(field: Field, text: str) -> list[str]:
    return [_pick_value(field, part.strip()) for part in text.split(";") if part.strip()]


def _boolean(field: Field, text: str) -> bool:
    if text.lower() in _TRUE:
        return True
    if text.lower() in _FALSE:
        return False
    raise ValueProblem("not-yes-or-no", f"“{shortened(text)}” is neither true nor false.", "Write true or false.")


def _date(field: Field, text: str) -> str:
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text).isoformat()
    except ValueError:
        pass
    raise ValueProblem("not-a-date", f"“{shortened(text)}” is not a date.", "Write it as 2026-03-04 (year-month-day).")


def _datetime(field: Field, text: str) -> str:
    moment = _moment(text)
    if moment is None or not _DATE.match(text) or len(text) <= 10:
        raise ValueProblem(
            "not-a-time",
            f"“{shortened(text)}” is not a date with a time.",
            "Write it as 2026-03-04T09:30:00+01:00.",
        )
    if moment.tzinfo is None:
        raise ValueProblem(
            "no-time-zone",
            f"“{shortened(text)}” does not say its time zone.",
            "Add the offset, such as +01:00.",
        )
    return moment.isoformat(timespec="seconds")


def _lookup(field: Field, text: str) -> dict[str, str]:
    if not RECORD_ID.fullmatch(text):
        raise ValueProblem(
            "not-an-id",
            f"“{field.label}” needs the id of the other record.",
            "Give its 15 to 20 digit id, kept as text.",
        )
    return {"id": text}


def _pattern(pattern: re.Pattern[str], code: str, what: str) -> Any:
    def parse(field: Field, text: str) -> str:
        if not pattern.fullmatch(text):
            raise ValueProblem(code, f"“{shortened(text)}” is not {what}.", "Correct it.")
        return _text(field, text)

    return parse


_PARSERS: dict[str, Any] = {
    "picklist": _pick_value,
    "multiselectpicklist": _pick_values,
    "boolean": _boolean,
    "date": _date,
    "datetime": _datetime,
    "email": _pattern(_EMAIL, "not-an-email", "an e-mail address"),
    "website": _pattern(_WEBSITE, "not-a-website", "a web address"),
    "phone": _pattern(_PHONE, "not-a-phone", "a phone number"),
    **dict.fromkeys(LOOKUP_TYPES, _lookup),
}


def nearest(text: str, candidates: tuple[str, ...] | list[str]) -> str:
    """The candidate most like `text`, or "" if none is near; case does not count."""
    by_lower = {candidate.lower(): candidate for candidate in candidates}
    found = difflib.get_close_matches(text.lower(), list(by_lower), n=1, cutoff=0.6)
    return by_lower[found[0]] if found else ""


def shortened(text: str, limit: int = 60) -> str:
    """`text` on one line with control characters made visible, at most `limit` characters."""
    visible = "".join(mark if mark.isprintable() else "·" for mark in text)
    return visible if len(visible) <= limit else visible[: limit - 1] + "…"
