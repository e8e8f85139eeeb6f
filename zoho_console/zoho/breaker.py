"""When to stop asking: a breaker for a Zoho that does not answer, and a budget for asking again. Pure."""

from __future__ import annotations

from collections import deque

OPENS_AFTER = 5  # failures in a row
LOOKS_BACK, OPENS_ABOVE = 20, 0.5  # or more than half of the last twenty
PAUSES_S = (30.0, 60.0, 120.0, 300.0)

RETRY_COST, REGAINED = 1.0, 0.1  # in the long run one call in ten may be asked again
MOST_BUDGET = 10.0


class Breaker:
    """Closed: calls pass. Open: none until a pause is over; then one read probes, and its end decides."""

    def __init__(self) -> None:
        self._last: deque[bool] = deque(maxlen=LOOKS_BACK)
        self._in_a_row = 0
        self._opened = 0  # how often in a row
        self._until = 0.0
        self._is_probing = False

    @property
    def is_open(self) -> bool:
        """Whether calls are held back."""
        return self._opened > 0

    def wait_s(self, now_s: float) -> float:
        """Seconds until the next probe, 0 if one may go now."""
        return max(0.0, self._until - now_s) if self.is_open else 0.0

    def lets_pass(self, now_s: float, *, is_read: bool) -> bool:
        """Whether a call may go; a read that may is the probe, and the only one until its end is told."""
        if not self.is_open:
            return True
        if not is_read or self._is_probing or now_s < self._until:
            return False
        self._is_probing = True
        return True

    def worked(self) -> None:
        """Zoho answered, whatever it said."""
        self._in_a_row = self._opened = 0
        self._is_probing = False
        self._last.append(True)

    def failed(self, now_s: float) -> None:
        """No answer came."""
        self._in_a_row += 1
        self._last.append(False)
        full = len(self._last) == LOOKS_BACK
        if self._is_probing or self._in_a_row >= OPENS_AFTER or (full and self._share() > OPENS_ABOVE):
            if not self.is_open or self._is_probing:
                self._until = now_s + PAUSES_S[min(self._opened, len(PAUSES_S) - 1)]
                self._opened += 1
            self._is_probing = False

    def given_up(self) -> None:
        """The probe was cancelled before its end; another may go."""
        self._is_probing = False

    def _share(self) -> float:
        return self._last.count(False) / len(self._last)


class RetryBudget:
    """Retries are paid from what calls that worked brought in, so that an outage is not made worse."""

    def __init__(self) -> None:
        self._left = MOST_BUDGET

    def worked(self) -> None:
        """A call worked the first time."""
        self._left = min(MOST_BUDGET, self._left + REGAINED)

    def take(self) -> bool:
        """Whether one more retry can be paid; it is paid then."""
        if self._left < RETRY_COST:
            return False
        self._left -= RETRY_COST
        return True
