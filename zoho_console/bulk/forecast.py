"""What a run will cost in calls and credits, before it begins. Pure.

Source: fact sheet 8.2: a query of up to 200 rows is 1 credit, a write 1 credit for 10 records.
"""

from __future__ import annotations

from dataclasses import dataclass

from zoho_console.domain.changes import BATCH_SIZE
from zoho_console.domain.terms import WAVES_FROM, Terms

_WRITTEN_PER_CREDIT = 10
_OTHER_FIELDS = 3  # calls that read all other fields of the first rows


@dataclass(frozen=True, slots=True)
class Forecast:
    """Credits by what they are for. `undo` is what taking all of it back would cost besides."""

    look: int
    write: int
    verify: int
    undo: int

    @property
    def total(self) -> int:
        """Credits of the run itself."""
        return self.look + self.write + self.verify


def forecast(planned: int, terms: Terms) -> Forecast:
    """What sending so many rows costs on these terms."""
    batches = -(-planned // BATCH_SIZE)
    write = -(-planned // _WRITTEN_PER_CREDIT)
    is_in_waves = terms.waves and planned > WAVES_FROM
    verify = min(batches, -(-planned * terms.verify // 100)) + (2 * _OTHER_FIELDS + 1 if is_in_waves else 0)
    return Forecast(batches, write, verify, undo=2 * batches + write)


def price(planned: int, terms: Terms, credits_left: int | None) -> str:
    """What sending so many rows costs, what taking it back would, and whether the credits will do; in words."""
    cost = forecast(planned, terms)
    left = f" of {credits_left:,} left" if credits_left is not None else ""
    parts = f"{cost.write:,} to write, {cost.look:,} to look again just before, {cost.verify:,} to read back"
    words = f"About {cost.total:,} credits{left}: {parts}. An undo would take {cost.undo:,}."
    return f"{words} {_shortage(cost.total, credits_left, terms.reserve)}".rstrip()


def _shortage(needed: int, left: int | None, reserve: int) -> str:
    """That the credits will not do, in a sentence; "" if they will, or if Zoho does not say how many are left."""
    if left is None or left - reserve >= needed:
        return ""
    kept = f" less {reserve:,} kept for others" if reserve else ""
    return f"{left:,} credits are left{kept}: the run will pause and go on when there are more."
