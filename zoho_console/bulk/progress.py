"""How far a long step has come; immutable, so that any thread may look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from zoho_console.domain.changes import RowState


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` rows (total 0 while it is not known); counts by state; a sentence for the log or ""."""

    done: int
    total: int = 0
    counts: dict[RowState, int] = field(default_factory=dict)
    sentence: str = ""


OnProgress = Callable[[Progress], None]
