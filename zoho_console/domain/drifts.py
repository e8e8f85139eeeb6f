"""What changed since a file was exported: in the file, in Zoho, in both, and what is done about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from zoho_console.domain.fields import print_value, shortened

# What the journal says of a row that waits for a decision, and of one of which all is left to others.
CHANGED_IN_BOTH, LEFT_TO_OTHERS = "changed-in-both", "theirs"


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

    `policy` decides where both changed it; elsewhere it says nothing. `usual` is the policy that its column had when
    the plan was made: where the two differ, somebody decided. `was` is the fingerprint of the value as exported.
    """

    who: Drift
    mine: Any
    theirs: Any
    policy: Policy = Policy.ASK
    usual: Policy = Policy.ASK
    was: str = ""

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
        return cls(
            Drift(value["who"]), value["mine"], value["theirs"], Policy(value["policy"]),
            Policy(value.get("usual") or Policy.ASK), value.get("was") or "",
        )  # fmt: skip

    def as_json(self) -> dict[str, Any]:
        """For the journal."""
        return {
            "who": str(self.who), "mine": self.mine, "theirs": self.theirs, "was": self.was,
            "usual": str(self.usual), "policy": str(self.policy),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class DriftCount:
    """So many rows of a plan in which this field was changed by these.

    `asked` of them wait for a decision, in `decided` somebody decided otherwise than the column's policy says.
    """

    field: str
    label: str
    who: Drift
    rows: int
    asked: int
    decided: int = 0


def explained(code: str, drift: Mapping[str, Drifted], labels: Mapping[str, str]) -> tuple[str, str]:
    """Why a row of this code is not sent, and what to do, by its cells in which file and Zoho differ."""
    if code == CHANGED_IN_BOTH:
        names = [name for name, one in drift.items() if one.is_asked]
        values = ", ".join(shown(drift[name].theirs) for name in names)
        reason = f"You changed {listed(names, labels)} in the file, and somebody in Zoho; now it is {values} there."
        return reason, "Decide which value is right; until then nothing of the row is sent."
    names = [name for name, one in drift.items() if one.is_left]
    return f"Others changed {listed(names, labels)} since the export; that is left as it is.", ""


def listed(names: Iterable[str], labels: Mapping[str, str]) -> str:
    """Fields as people call them."""
    return ", ".join(f"“{labels.get(name, name)}”" for name in names)


def shown(value: Any) -> str:
    """A value within a sentence."""
    text = shortened(print_value(value))
    return f"“{text}”" if text else "blank"
