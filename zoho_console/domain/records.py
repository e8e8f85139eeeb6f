"""Records as Zoho spells them, and what comes back from reading and writing them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

# Zoho's own names and JSON types: {"id": "…", "Account_Name": "…", "Owner": {"name": …, "id": …}, …}
Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Slice:
    """Part of a listing. `more` says whether there is a next; `page_token` fetches it where the call has one."""

    records: tuple[Record, ...]
    more: bool = False
    page_token: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """Zoho's answer about one record of a write. `id` is "" where Zoho names none."""

    ok: bool
    id: str
    code: str
    message: str
    details: dict[str, Any] = field(default_factory=dict)
