"""A sign-in as a check list: which step is done, which one is on its way."""

from __future__ import annotations

from collections.abc import Collection
from enum import Enum, auto

from zoho_console.workspace.sign_in import Step

__all__ = ["Progress", "Step", "progress_of"]


class Progress(Enum):
    """Where one step of a sign-in stands."""

    DONE = auto()
    NOW = auto()
    AHEAD = auto()


def progress_of(step: Step, reached: Collection[Step]) -> Progress:
    """Where `step` stands; waiting for the person is done once the answer came."""
    done = set(reached) - (set() if Step.CODE in reached else {Step.WAITING})
    if step in done:
        return Progress.DONE
    return Progress.NOW if step is next(one for one in Step if one not in done) else Progress.AHEAD
