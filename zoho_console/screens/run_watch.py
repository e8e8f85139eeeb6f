"""What is seen of a run while it is on its way: its last words with their times, and how fast it goes."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from zoho_console.domain.changes import RowState
from zoho_console.screens.bulk_words import sent_of

LOG_LINES = 8


@dataclass(frozen=True, slots=True)
class LogLine:
    """Something a run told, with the clock time."""

    at: str
    text: str


class RunWatch:
    """State: `log`, the last `LOG_LINES` lines, newest last. One for each run."""

    def __init__(self, counts: Mapping[RowState, int]) -> None:
        self.log: list[LogLine] = []
        self._began_at = time.monotonic()
        self._began_with = sent_of(counts)[0]

    def hear(self, sentence: str) -> None:
        """Keep what the run tells."""
        self.log = [*self.log, LogLine(f"{datetime.now().astimezone():%H:%M:%S}", sentence)][-LOG_LINES:]

    def rate(self, counts: Mapping[RowState, int]) -> float:
        """Rows settled a second since the run began."""
        elapsed = time.monotonic() - self._began_at
        return (sent_of(counts)[0] - self._began_with) / elapsed if elapsed > 0 else 0.0
