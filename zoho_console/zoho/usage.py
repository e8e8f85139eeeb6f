"""What the console spent at Zoho since it started."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ApiUsage:
    """Calls and credits counted by us; `credits_left` as Zoho last said (it says so only past half of them)."""

    calls: int = 0
    credits_used: int = 0
    credits_left: int | None = None
    last_ok_at: datetime | None = None
