"""What changed since a file was exported: in the file, in Zoho, in both, and what is done about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Drift(StrEnum):
    """Who changed a value since the export."""

    SAME = "same"  # file and Zoho agree now
    MINE = "only mine"
    THEIRS = "only theirs"
    BOTH = "both"
    UNKNOWN = "unknown"  # the stamp says nothing of this field


class Policy(StrEnum):
    """What is done with a value that was changed in the file and in Zoho."""

    ASK = "ask"  # the row is a conflict, and nothing of it is sent
    MINE = "mine"
    THEIRS = "theirs"


@dataclass(frozen=True, slots=True)
class Drifted:
    """A cell in which file and Zoho differ: who changed it (MINE, THEIRS or BOTH), and both values.

    `policy` decides where both changed it; elsewhere it says nothing.
    """

    who: Drift
    mine: Any
    theirs: Any
    policy: Policy = Policy.ASK

    @property
    def is_asked(self) -> bool:
        """Whether a person has to decide."""
        return self.who is Drift.BOTH and self.policy is Policy.ASK

    @property
    def is_left(self) -> bool:
        """Whether Zoho's value stays."""
        return self.who is Drift.THEIRS or (self.who is Drift.BOTH and self.policy is Policy.THEIRS)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Drifted:
        """As the journal keeps it."""
        return cls(Drift(value["who"]), value["mine"], value["theirs"], Policy(value["policy"]))

    def as_json(self) -> dict[str, Any]:
        """For the journal."""
        return {"who": str(self.who), "mine": self.mine, "theirs": self.theirs, "policy": str(self.policy)}


@dataclass(frozen=True, slots=True)
class DriftCount:
    """So many rows of a plan in which this field was changed by these, and how many of them are still asked."""

    field: str
    label: str
    who: Drift
    rows: int
    asked: int
