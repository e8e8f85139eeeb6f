"""How far a long step has come; what is told is immutable, so that any thread may look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from zoho_console.domain.changes import Outcome, RowState


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` rows (total 0 while it is not known); counts by state; a sentence for the log or ""."""

    done: int
    total: int = 0
    counts: dict[RowState, int] = field(default_factory=dict)
    sentence: str = ""


OnProgress = Callable[[Progress], None]


class Tally:
    """Counts the rows of a run by state while outcomes come in, and tells of it."""

    def __init__(self, counts: Mapping[RowState, int], on_progress: OnProgress | None) -> None:
        self._counts = Counter(counts)
        self._on_progress = on_progress

    def move(self, former: RowState, outcomes: Sequence[Outcome]) -> None:
        """These rows had been in the state `former`."""
        self._counts[former] -= len(outcomes)
        self._counts.update(outcome.state for outcome in outcomes)

    def tell(self, sentence: str) -> None:
        """Tell how far it is, with a sentence for the log. Done are the rows whose state is final."""
        if self._on_progress is not None:
            counts = {state: count for state, count in self._counts.items() if count}
            done = sum(count for state, count in counts.items() if state.is_final)
            self._on_progress(Progress(done, sum(counts.values()), counts, sentence))
