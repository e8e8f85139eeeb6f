"""What calls cost, by the quarter hour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class CreditUse:
    """The calls of all consoles of a workspace in the quarter hour that began `at`, and the credits they cost.

    `left` is what Zoho last said was left of the organisation's day; None where it said nothing.
    """

    connection_id: int
    at: datetime
    calls: int
    used: int
    left: int | None
