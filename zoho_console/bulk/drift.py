"""What changed since a file was exported, cell by cell: in the file, in Zoho, in both. Pure.

An export may carry a stamp for each record: a fingerprint of every value as it was. When the file comes back, a cell
that only a colleague changed is left alone, and one that both changed is for a person to decide.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from zoho_console.domain.drifts import Drift, Policy
from zoho_console.domain.fields import Field, print_value, same_value
from zoho_console.errors import ZohoConfigError

TITLE = "Zoho Console stamp"  # the title of the column
_MARK = "1."
_NAME, _VALUE = 4, 6  # bytes of a fingerprint


@dataclass(frozen=True, slots=True)
class Policies:
    """The policy of every field, and those of some by API name.

    `decided_in` is a former plan, in which somebody decided by cell or column: that holds where record, field and
    values are the same still, and the column has no other policy since.
    """

    usual: Policy = Policy.ASK
    by_field: Mapping[str, Policy] | None = None
    decided_in: int | None = None

    def of(self, name: str) -> Policy:
        """The policy of a field."""
        return (self.by_field or {}).get(name, self.usual)


def policies_from(words: Iterable[str], names: Iterable[str]) -> Policies:
    """The policies that a command line asks for: `mine` for all, `FIELD=mine` for one of the fields of these names.

    Errors: ZohoConfigError.
    """
    usual, by_field, known = Policy.ASK, {}, set(names)
    for one in words:
        name, _, policy = one.rpartition("=")
        if policy not in list(Policy) or (name and name not in known):
            raise ZohoConfigError(
                f"“{one}” is no policy for values that were changed in Zoho too.",
                advice="Write mine, theirs or ask, or such a word for one field: Industry=mine.",
            )
        if name:
            by_field[name] = Policy(policy)
        else:
            usual = Policy(policy)
    return Policies(usual, by_field)


def stamp_of(record: Mapping[str, Any], columns: Iterable[str]) -> str:
    """The fingerprints of these values of a record, as one cell: 10 bytes for each column, in base64."""
    record_id = str(record["id"])
    prints = (_name(name) + _value(record_id, name, print_value(record.get(name))) for name in columns if name != "id")
    return _MARK + base64.urlsafe_b64encode(b"".join(prints)).decode("ascii")


def read_stamp(text: str) -> dict[bytes, bytes]:
    """The fingerprints of a cell by field; none of what is no stamp, or was damaged."""
    if not text.startswith(_MARK):
        return {}
    try:
        data = base64.urlsafe_b64decode(text.removeprefix(_MARK))
    except (binascii.Error, ValueError):
        return {}
    size = _NAME + _VALUE
    parts = [data[start : start + size] for start in range(0, len(data), size)]
    return {part[:_NAME]: part[_NAME:] for part in parts if len(part) == size}


def drift_of(field: Field, mine: Any, record: Mapping[str, Any], stamp: Mapping[bytes, bytes]) -> Drift:
    """Who changed this field: `mine` is the file's value, `record` what Zoho holds now."""
    name, record_id = field.api_name, str(record["id"])
    theirs = record.get(name)
    if same_value(field, mine, theirs):
        return Drift.SAME
    before = stamp.get(_name(name))
    if before is None:
        return Drift.UNKNOWN
    is_theirs = _value(record_id, name, print_value(theirs)) != before
    is_mine = _value(record_id, name, print_value(mine)) != before
    if is_mine and is_theirs:
        return Drift.BOTH
    return Drift.THEIRS if is_theirs else Drift.MINE


def fingerprint(stamp: Mapping[bytes, bytes], name: str) -> str:
    """What a stamp says of this field, in hex; "" where it says nothing."""
    return stamp.get(_name(name), b"").hex()


def _name(name: str) -> bytes:
    return hashlib.blake2b(name.encode(), digest_size=_NAME).digest()


def _value(record_id: str, name: str, text: str) -> bytes:
    # Bound to record and field: a stamp that was copied to another row fits none of its values.
    words = "\x00".join((record_id, name, text.strip()))
    return hashlib.blake2b(words.encode("utf-8", "surrogatepass"), digest_size=_VALUE).digest()
