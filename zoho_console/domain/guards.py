"""The guard of a connection: how much stands between a person and a change in Zoho."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Level(StrEnum):
    """From the least to the most careful."""

    OPEN = "open"
    STAGED = "staged"
    WATCH = "watch only"

    @property
    def care(self) -> int:
        """How careful it is, from 0."""
        return list(Level).index(self)

    @property
    def meaning(self) -> str:
        """What may be sent, in a sentence."""
        return _MEANINGS[self]


_MEANINGS = {
    Level.OPEN: "A plan may be made and sent with one command.",
    Level.STAGED: "A plan is sent only after a yes to that very plan.",
    Level.WATCH: "The console reads, and sends no change.",
}


@dataclass(frozen=True, slots=True)
class Guard:
    """The level that holds now. `until`: it was lowered for a while, after which `rests_at` holds again."""

    level: Level = Level.OPEN
    rests_at: Level = Level.OPEN
    until: datetime | None = None


OPEN = Guard()
