"""The terms of a run: what is agreed to with a plan, kept with it, and carried into its undo."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

WAVES_FROM = 200  # rows; of fewer there is nothing to widen
# A bulk write job costs as much as 5,000 records, whatever it writes, and takes 25,000 rows (fact sheet 5, 8.2).
JOB_FROM, JOB_TAKES, JOB_CREDITS = 5_001, 25_000, 500
# What Zoho lets a write choose (Update Records, v8): None runs every automation, an empty list none.
AUTOMATIONS: dict[str, tuple[str, ...] | None] = {"all": None, "workflow": ("workflow",), "none": ()}


class Proof(StrEnum):
    """What reading back showed of a row that Zoho confirmed."""

    NONE = ""  # not read back
    VERIFIED = "verified"
    ALTERED = "altered"  # another value than the one written: automation, or somebody
    NOT_STORED = "not stored"  # the value of before


@dataclass(frozen=True, slots=True)
class Proven:
    """What reading one row back showed; `reason` is "" for one that is VERIFIED."""

    number: int
    proof: Proof
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """How a plan is carried out.

    `trigger` names the automations that Zoho runs for each record, None all. With `waves` a run of more than 200 rows
    begins with a few rows of each kind of change and widens while all goes well. `verify` is the share of the updated
    rows that are read back, in per cent; those of the first wave always are. `reserve` are credits of the day that are
    left for the company's other programs. With `jobs` rows go by bulk write jobs of Zoho where that costs less.
    """

    trigger: tuple[str, ...] | None = None
    waves: bool = True
    verify: int = 10
    reserve: int = 0
    jobs: bool = True

    @property
    def may_use_jobs(self) -> bool:
        """Whether bulk write jobs do what is agreed to: they run no automation."""
        return self.jobs and self.trigger == ()

    @property
    def automation(self) -> str:
        """The trigger in a word: all, workflow, none, or the names that were chosen."""
        known = (word for word, names in AUTOMATIONS.items() if names == self.trigger)
        return next(known, None) or ", ".join(self.trigger or ())

    def as_json(self) -> dict[str, Any]:
        """The terms as they are stored."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Terms:
        """The terms that were stored; what is missing is as it is by default."""
        trigger = value.get("trigger")
        return cls(**{"jobs": False, **value, "trigger": None if trigger is None else tuple(trigger)})


USUAL = Terms()
