"""Waves: a few rows of each kind first, then more while all goes well; and when it does not. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby

from zoho_console.domain.changes import Outcome
from zoho_console.domain.terms import Proof, Proven

CANARY = 1  # the batch that is tried first (store.journal)
_FEW_BATCHES = 2
_LAST = (CANARY, CANARY + 1, CANARY + 11)  # batch of each wave; another wave has the rest
_MOST_FAILED, _LEAST_ROWS = 0.2, 5
_MOST_FAILED_FIRST, _LEAST_ROWS_FIRST = 0.5, 2


def in_waves(open_batches: Sequence[int], *, is_wanted: bool) -> bool:
    """Whether these are sent in waves; of a few batches there is nothing to widen."""
    return is_wanted and bool(open_batches) and open_batches[-1] > _FEW_BATCHES


def waves_of(open_batches: Sequence[int]) -> list[list[int]]:
    """The open batches in waves. Where a run was cut off, it goes on with the wave that it had come to."""
    return [list(wave) for _number, wave in groupby(open_batches, wave_number)]


def wave_number(batch: int) -> int:
    """The wave that a batch belongs to, where there are waves; the first is 0."""
    return bisect_left(_LAST, batch)


class Watch:
    """Counts what a wave comes to, and says whether the next one may begin."""

    def __init__(self, *, is_first: bool) -> None:
        self.is_first = is_first
        self._rows = 0
        self._failed: Counter[str] = Counter()
        self._strange: Counter[Proof] = Counter()
        self._effects: Counter[str] = Counter()

    def settled(self, outcomes: Iterable[Outcome]) -> None:
        """Rows that have their outcome."""
        for one in outcomes:
            self._rows += 1
            if one.state.is_final and not one.state.is_good:
                self._failed[one.reason] += 1

    def read_back(self, proofs: Iterable[Proven]) -> None:
        """Rows that were read back."""
        self._strange.update(one.proof for one in proofs if one.proof is not Proof.VERIFIED)

    def side_effects(self, effects: Counter[str]) -> None:
        """In how many rows each field changed that the run does not set, by label."""
        self._effects += effects

    @property
    def verdict(self) -> str:
        """Why the run should wait for a person, or "" while all goes well."""
        failed, strange = self._failed.total(), self._strange.total()
        share, least = (_MOST_FAILED_FIRST, _LEAST_ROWS_FIRST) if self.is_first else (_MOST_FAILED, _LEAST_ROWS)
        wave = "the first rows" if self.is_first else "this wave"
        if failed >= least and failed > share * self._rows:
            reason, _times = self._failed.most_common(1)[0]
            return (
                f"{failed:,} of {self._rows:,} in {wave} were not applied, most often so: {reason}"
                " Correct the file, or go on."
            )
        if strange and (self.is_first or strange > _MOST_FAILED * self._rows):
            return f"Reading back shows that {self._strange_words()} in {wave}. Look at them, then go on or undo."
        if self.is_first and self._effects:
            fields = ", ".join(f"“{label}” in {rows:,}" for label, rows in self._effects.most_common(3))
            return f"Beside what was sent, automation also changed {fields} of the first rows. Go on if that is meant."
        return ""

    def _strange_words(self) -> str:
        words = {Proof.ALTERED: "hold another value than was sent", Proof.NOT_STORED: "still hold the old value"}
        return " and ".join(f"{rows:,} {words[proof]}" for proof, rows in self._strange.items())
