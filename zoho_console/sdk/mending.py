"""What Zoho would refuse or silently drop, put right before it is sent where that is safe, and said. Pure.

Zoho ignores unknown field names in an update without a word (fact sheet 2.5), so a misspelt name would look like a
success: it is an error here, with the names that come near. A time without an offset is refused by Zoho; since the
usual `datetime.utcnow().isoformat()` makes one, it is taken as UTC.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from zoho_console.domain.fields import Field
from zoho_console.domain.records import Record
from zoho_console.errors import ZohoAPIError

_SYSTEM = ("id",)


def mended(record: Mapping[str, Any], fields: Mapping[str, Field]) -> tuple[Record, tuple[str, ...]]:
    """A record as Zoho takes it, and in sentences what was changed. `fields` by API name.

    Errors: ZohoAPIError with code INVALID_FIELD for a name that no field has or that cannot be written.
    """
    checked_names(record, fields)
    values: Record = {}
    said: list[str] = []
    for name, value in record.items():
        values[name], sentence = _value(fields.get(name), name, value)
        said += [sentence] if sentence else []
    return values, tuple(said)


def checked_names(names: Iterable[str], fields: Mapping[str, Field]) -> None:
    """Errors: ZohoAPIError for the first name that no field has; names with `$` or a path are Zoho's own matter."""
    for name in names:
        if name not in fields and name not in _SYSTEM and not name.startswith("$") and "." not in name:
            near = difflib.get_close_matches(name, fields, n=3, cutoff=0.5) or [
                one for one in fields if name.lower() in one.lower()
            ]
            advice = (
                f"Did you mean {' or '.join(near[:3])}?" if near else "See the fields of the module in Zoho's setup."
            )
            raise ZohoAPIError(
                f"Accounts have no field “{name}”; nothing was sent.",
                code="INVALID_FIELD",
                advice=advice,
                details={"field": name, "near": near[:3]},
            )


def _value(field: Field | None, name: str, value: Any) -> tuple[Any, str]:
    if isinstance(value, Decimal):
        return (int(value) if value == value.to_integral_value() else float(value)), ""
    is_moment = field is not None and field.type == "datetime"
    if isinstance(value, datetime):
        return _moment(name, value) if is_moment else (value.date().isoformat(), "")
    if isinstance(value, date):
        return value.isoformat(), ""
    if is_moment and isinstance(value, str) and value:
        try:
            return _moment(name, datetime.fromisoformat(value))
        except ValueError:
            return value, ""
    return value, ""


def _moment(name: str, moment: datetime) -> tuple[str, str]:
    said = ""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
        said = f"“{name}” had no offset from UTC and was taken as UTC."
    return moment.replace(microsecond=0).isoformat(), said
