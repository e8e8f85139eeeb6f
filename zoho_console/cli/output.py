"""What commands print: tables and sentences for people, one JSON value for scripts."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from zoho_console.bulk.forecast import forecast
from zoho_console.domain.changes import ChangeSet, RowState
from zoho_console.domain.fields import shortened
from zoho_console.errors import ZohoError

WIDEST = 48


@dataclass(frozen=True, slots=True)
class Output:
    """Where a command's words go: with `as_json` only the one value reaches standard output."""

    as_json: bool

    def value(self, value: Any) -> None:
        """Print the command's one JSON value; nothing without `--json`."""
        if self.as_json:
            print(json.dumps(value, ensure_ascii=False, indent=2, default=str))

    def say(self, text: str) -> None:
        """A line for people; on standard error when standard output belongs to JSON."""
        print(text, file=sys.stderr if self.as_json else sys.stdout, flush=True)

    def table(self, titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """An aligned table for people; long cells are shortened, control characters made visible."""
        if self.as_json:
            return
        cells = [[shortened(cell, WIDEST) for cell in row] for row in [titles, *rows]]
        widths = [max(len(row[column]) for row in cells) for column in range(len(titles))]
        for row in cells:
            print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())

    def progress(self, text: str) -> None:
        """One line that is written over, on a terminal only."""
        if sys.stderr.isatty():
            print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)

    def progress_done(self) -> None:
        """Take the progress line away."""
        if sys.stderr.isatty():
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def error(self, error: ZohoError) -> None:
        """An error as its sentence and its remedy."""
        self.value({"error": str(error), "advice": error.advice, "details": error.details})
        print(f"{error} {error.advice}".strip(), file=sys.stderr)


def job_value(change_set: ChangeSet) -> dict[str, Any]:
    """A run as JSON: id, state, where it came from, and counts by state."""
    planned = change_set.count(RowState.PLANNED)
    return {
        "id": change_set.id,
        "state": str(change_set.state),
        "kind": str(change_set.kind),
        "source": change_set.source,
        "undo_of": change_set.undo_of,
        "retries": change_set.retries,
        "created_at": change_set.created_at.isoformat(),
        "finished_at": change_set.finished_at.isoformat() if change_set.finished_at else None,
        "total": change_set.total,
        "counts": {str(state): count for state, count in change_set.counts.items()},
        "note": change_set.note,
        "automation": change_set.terms.automation,
        "yes_by": change_set.yes_by,
        "credits": asdict(forecast(planned, change_set.terms, change_set.job_rows)) if planned else None,
    }
