"""How many calls may run at once, learnt from Zoho's refusals. Pure: the caller tells what happened and when.

Zoho takes 5 to 25 calls at once, by edition, from all programs of an organisation together, and says neither the figure
nor when it changes (fact sheet 8.3, 8.4). The window doubles each round until the first refusal, halves, and grows by
one. A size that was refused is a wall: it is tried again only after a while, so that a steady run is hardly refused.
"""

from __future__ import annotations

FIRST = 4
MOST = 25  # of the largest edition
FIRST_PATIENCE_S, LONGEST_PATIENCE_S = 4.0, 60.0


class Window:
    """`size` is how many calls may run now; `held` the last size at which a whole round passed, 0 before the first."""

    def __init__(self, known: int = 0, most: int = MOST) -> None:
        self._most = most
        self.size = max(1, min(known or FIRST, most))
        self.held = 0
        self._is_doubling = not known
        self._wall = 0  # the size that was refused last, 0 for none
        self._just_grew = False
        self._passed = 0
        self._round = 0
        self._patience_s = FIRST_PATIENCE_S
        self._try_again_at = 0.0

    @property
    def round(self) -> int:
        """The number of the present round of refusals; a call remembers the one it began in."""
        return self._round

    def passed(self, running: int, now_s: float) -> None:
        """A call ended well while `running`, itself among them, were under way."""
        if running < self.size:
            return  # a window that is not full proves nothing
        self._passed += 1
        if self._passed < self.size:
            return
        self._passed = 0
        self.held = self.size
        if self.size == self._wall:
            self._wall, self._patience_s = 0, FIRST_PATIENCE_S
        self._grow(now_s)

    def refused(self, begun_in: int, now_s: float) -> None:
        """A call that began in this round was refused, for too many ran at once; of earlier rounds it is no news."""
        if begun_in < self._round:
            return
        is_wall_again = self.size == self._wall
        self._patience_s = min(self._patience_s * 2, LONGEST_PATIENCE_S) if is_wall_again else FIRST_PATIENCE_S
        self._try_again_at = now_s + self._patience_s
        self._wall = self.size
        # One step too far is taken back; any other refusal is news of unknown size.
        self.size = max(1, self.size - 1 if self._just_grew and not self._is_doubling else self.size // 2)
        self._is_doubling = self._just_grew = False
        self._passed = 0
        self._round += 1

    def _grow(self, now_s: float) -> None:
        wanted = self.size * 2 if self._is_doubling else self.size + 1
        if wanted == self._wall and now_s < self._try_again_at:
            return
        if wanted <= self._most or self._is_doubling:
            self.size = min(wanted, self._most)
            self._just_grew = True
