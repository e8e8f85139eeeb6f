"""What one client has used of the organisation's allowance. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from zoho_console.zoho.limits import moment_of


@dataclass(frozen=True, slots=True)
class ApiUsage:
    """What this client has used since it was made.

    `calls` counts CRM calls that Zoho answered, `credits_used` what they cost by Zoho's table, `credits_left` is
    Zoho's own figure (None until half the day's allowance is used up: it says nothing before), `last_ok_at` is UTC.
    `ahead` is how far this computer's clock was ahead of Zoho's at the last answer, to some seconds; None if Zoho's
    answers have no date.
    """

    calls: int = 0
    credits_used: int = 0
    credits_left: int | None = None
    last_ok_at: datetime | None = None
    ahead: timedelta | None = None

    def after(self, cost: int, status: int, remaining: str, now: datetime, date: str = "") -> ApiUsage:
        """The usage after one more answer; a refused 429 costs nothing. `date` is the header of that name."""
        served_at = moment_of(date)
        return replace(
            self,
            calls=self.calls + 1,
            credits_used=self.credits_used + (0 if status == 429 else cost),
            credits_left=int(remaining) if remaining.isascii() and remaining.isdigit() else self.credits_left,
            last_ok_at=now if status < 400 else self.last_ok_at,
            ahead=now - served_at if served_at else self.ahead,
        )
