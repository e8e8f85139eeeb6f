"""The report of a run: one line for every row of the file, made from the journal and nothing else."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from zoho_console.domain.changes import ChangeSet, ChangeSetKind, ChangeSetState, RowRecord, RowState
from zoho_console.domain.fields import print_value
from zoho_console.errors import FileProblem
from zoho_console.store.journal import Journal

STATE_WORDS: dict[RowState, str] = {
    RowState.PLANNED: "will change",
    RowState.SENT: "on its way",
    RowState.UPDATED: "updated",
    RowState.UNCHANGED: "unchanged",
    RowState.INVALID: "cannot be used",
    RowState.REFUSED: "refused by Zoho",
    RowState.CONFLICT: "changed by others",
    RowState.SKIPPED: "not sent",
    RowState.IN_DOUBT: "in doubt",
}
# Rows whose record does not hold what the file says.
PROBLEMS = (RowState.INVALID, RowState.REFUSED, RowState.CONFLICT, RowState.IN_DOUBT, RowState.SKIPPED)
_ADDED = ("Problem", "What to do")
_OWN = ("Row", "Record id", "State", "Code", "Reason", "What to do")


def write_report(journal: Journal, change_set_id: int, path: Path) -> int:
    """Write the report as CSV (UTF-8 with a mark, so that spreadsheets read it); the number of rows comes out.

    Columns: those of the file, then row, record id, state, code, reason, remedy, then before and after of each field.
    Written whole or not at all. Errors: FileProblem, ZohoConfigError.
    """
    change_set = journal.change_set(change_set_id)
    names = list(change_set.mapping.targets.values())
    labels = [change_set.labels.get(name, name) for name in names]
    own = [*_OWN, *(f"{label}: {when}" for label in labels for when in ("before", "after"))]
    lines = ([*row.texts, *_own_cells(row, names)] for row in journal.all_rows(change_set_id))
    return _write(path, _titles(change_set, own), lines)


def write_problems(journal: Journal, change_set_id: int, path: Path) -> int:
    """Write the rows in one of `PROBLEMS`, as they are in the file, each with its problem; their number comes out.

    Once mended the file can be opened as it is: the two columns added set no field. Errors: as of `write_report`.
    """
    change_set = journal.change_set(change_set_id)
    rows = (row for row in journal.all_rows(change_set_id) if row.state in PROBLEMS)
    lines = ([*row.texts, row.reason, row.advice] for row in rows)
    return _write(path, _titles(change_set, _ADDED), lines)


def _titles(change_set: ChangeSet, own: Sequence[str]) -> list[str]:
    taken = set(change_set.header)
    return [*change_set.header, *(f"{title} (console)" if title in taken else title for title in own)]


def _write(path: Path, titles: Sequence[str], lines: Iterable[Sequence[str]]) -> int:
    draft = path.with_name(f"{path.name}.part")
    count = 0
    try:
        with draft.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(titles)
            for line in lines:
                writer.writerow(line)
                count += 1
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        reason = error.strerror or str(error)
        raise FileProblem(
            f"The file cannot be written: {reason}.", path=path, advice="Choose another place."
        ) from error
    return count


def _own_cells(row: RowRecord, names: Sequence[str]) -> list[str]:
    shows_values = row.state is not RowState.INVALID
    values = [print_value(side.get(name)) if shows_values else "" for name in names for side in (row.before, row.after)]
    return [str(row.number), row.record_id, STATE_WORDS[row.state], row.code, row.reason, row.advice, *values]


def summary(change_set: ChangeSet) -> str:
    """The counts in one sentence that adds up to the rows of the file."""
    counted = [
        f"{change_set.counts[state]:,} {STATE_WORDS[state]}" for state in RowState if change_set.counts.get(state)
    ]
    what = "undo" if change_set.kind is ChangeSetKind.UNDO else "file"
    text = f"{change_set.total:,} rows in {what}"
    if counted:
        text += ": " + ", ".join(counted)
    if change_set.state in (ChangeSetState.ABANDONED, ChangeSetState.PAUSED):
        text += f" ({change_set.state}{': ' + change_set.note if change_set.note else ''})"
    return text if text.endswith(".") else f"{text}."
