"""Who changed what since an export, counted, and the decisions of a person about what both changed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from zoho_console.background import Stop, in_thread
from zoho_console.bulk.drift import TITLE
from zoho_console.domain.changes import ChangeSet, ChangeSetState, RowRecord
from zoho_console.domain.drifts import Drift, DriftCount, Policy
from zoho_console.screens.screen import Screen

_DECIDE = "decide"
SHOWN = (Drift.BOTH, Drift.MINE, Drift.THEIRS)


class Deciding:
    """State: `counts`, by field and by who changed it; empty where the file is no stamped export. While a whole column
    is decided `done` of its `total` rows are.

    `on_decided` is awaited with the plan as it is after a decision.
    """

    def __init__(self, screen: Screen, on_decided: Callable[[ChangeSet], Coroutine[Any, Any, None]]) -> None:
        self._screen = screen
        self._on_decided = on_decided
        self.counts: Sequence[DriftCount] = ()
        self.done = self.total = 0

    @property
    def asked(self) -> int:
        """Values that wait for a decision."""
        return sum(one.asked for one in self.counts)

    @property
    def decided(self) -> int:
        """Values that somebody decided otherwise than the policy of their column says."""
        return sum(one.decided for one in self.counts)

    @property
    def is_deciding(self) -> bool:
        """Whether a decision is being written down."""
        return self._screen.tasks.is_running(_DECIDE)

    @property
    def fields(self) -> frozenset[str]:
        """The fields in which file and Zoho differ."""
        return frozenset(one.field for one in self.counts)

    def of(self, who: Drift) -> list[DriftCount]:
        """The fields that these changed, with their rows."""
        return [one for one in self.counts if one.who is who]

    def both(self, field: str) -> int:
        """In how many rows both changed a field."""
        return sum(one.rows for one in self.of(Drift.BOTH) if one.field == field)

    @staticmethod
    def open_cells(change_set: ChangeSet, row: RowRecord) -> list[str]:
        """The fields of a row that can be decided now, decided or not."""
        if change_set.state is not ChangeSetState.PLANNED:
            return []
        return [name for name, one in row.drift.items() if one.who is Drift.BOTH]

    async def load(self, change_set: ChangeSet) -> None:
        """Count anew."""
        is_stamped = TITLE in change_set.header
        journal = self._screen.workspace.journal
        self.counts = await self._screen.blocking(journal.drifts, change_set.id) if is_stamped else ()

    def decide(self, change_set: ChangeSet, field: str, policy: Policy, rows: Sequence[int] = ()) -> None:
        """Decide a field in these rows, or in the whole column; one after the other."""
        if self.is_deciding:
            return
        self.done, self.total = 0, len(rows) or self.both(field)
        self._screen.tasks.start(self._decide(change_set, field, policy, rows), name=_DECIDE)

    def cancel(self) -> None:
        """Stop deciding; every row is as it was."""
        self._screen.tasks.cancel(_DECIDE)

    def _tell(self, done: int) -> None:
        self.done = done
        self._screen.changed.emit()

    async def _decide(self, change_set: ChangeSet, field: str, policy: Policy, rows: Sequence[int]) -> None:
        loop, stop = asyncio.get_running_loop(), Stop()

        def tell(done: int) -> None:
            stop.check()
            loop.call_soon_threadsafe(self._tell, done)

        decide = self._screen.workspace.journal.decide
        made = await in_thread(decide, change_set.id, field, policy, rows, tell, stop=stop)
        await self._on_decided(made)
