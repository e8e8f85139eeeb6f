"""Credits of the rolling day and parallel calls, as the edition has them (Zoho CRM v8, API limits)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from zoho_console.simulator.answers import Refusal
from zoho_console.simulator.world import Clock

DAY = timedelta(hours=24)
LICENCES = 10
PARALLEL_HEAVY_CALLS = 10
RECORDS_PER_CREDIT = 10


@dataclass(frozen=True, slots=True)
class Edition:
    """What a customer has paid for: the credits of a day, and how many calls of a program may run at once."""

    credits: int
    parallel_calls: int


EDITIONS = {
    "free": Edition(5_000, 5),
    "standard": Edition(50_000 + 250 * LICENCES, 10),
    "professional": Edition(50_000 + 500 * LICENCES, 15),
    "enterprise": Edition(50_000 + 1_000 * LICENCES, 20),
    "ultimate": Edition(50_000 + 2_000 * LICENCES, 25),
}
_ENTERPRISE = EDITIONS["enterprise"]


class Allowance:
    """What is left to spend. Each credit comes back 24 hours after its call."""

    def __init__(
        self, clock: Clock, credits: int = _ENTERPRISE.credits, parallel_calls: int = _ENTERPRISE.parallel_calls
    ) -> None:
        self.total = credits
        self._parallel_calls = parallel_calls
        self.spent = 0
        self._clock = clock
        self._spendings: deque[tuple[datetime, int]] = deque()
        self._running = 0
        self._running_heavy = 0

    @property
    def headers(self) -> dict[str, str]:
        """The header with what is left, which Zoho sends only once half of the credits are used."""
        if self.spent * 2 < self.total:
            return {}
        return {"X-API-CREDITS-REMAINING": str(max(self.total - self.spent, 0))}

    @contextmanager
    def running(self, heavy: bool) -> Iterator[None]:
        """Count a call as running. Errors: Refusal 429 when too many run, or no credits are left."""
        self._give_back()
        too_many = self._running >= self._parallel_calls or (heavy and self._running_heavy >= PARALLEL_HEAVY_CALLS)
        if too_many or self.spent >= self.total:
            what = "concurrent calls" if too_many else "API credits"
            raise Refusal("TOO_MANY_REQUESTS", f"You have exceeded the limit of {what}", status=429)
        self._running += 1
        self._running_heavy += heavy
        try:
            yield
        finally:
            self._running -= 1
            self._running_heavy -= heavy

    def spend(self, credits: int) -> None:
        """Take credits for a call."""
        self.spent += credits
        self._spendings.append((self._clock(), credits))

    def _give_back(self) -> None:
        day_ago = self._clock() - DAY
        while self._spendings and self._spendings[0][0] <= day_ago:
            self.spent -= self._spendings.popleft()[1]


def write_cost(records: int) -> int:
    """Credits of an update of so many records: one for each ten begun."""
    return max(1, -(-records // RECORDS_PER_CREDIT))
