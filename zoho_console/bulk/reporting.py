"""The report of a run: one line for every row of the file, made from the journal and nothing else."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
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
    RowState.UNPROVED: "unproved",
}
_UNDO_WORDS = {**STATE_WORDS, RowState.PLANNED: "will be put back", RowState.UPDATED: "put back"}
_OWN_TITLES = ("Row", "Record id", "State", "Code", "Reason", "What to do")
# A cell that begins so is a formula to a spreadsheet (OWASP ASVS 1.2.10); numbers are not meant.
_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?", re.ASCII)


def state_words(kind: ChangeSetKind) -> dict[RowState, str]:
    """What the states of a row are called: an undo puts back what an update updates."""
    return _UNDO_WORDS if kind is ChangeSetKind.UNDO else STATE_WORDS


def write_report(journal: Journal, change_set_id: int, path: Path) -> int:
    """Write the report as CSV (UTF-8 with a mark, so that spreadsheets read it); the number of rows comes out.

    Columns: those of the file as they were, so that rows can be corrected and run again; then row, record id, state,
    code, reason, remedy, and before and after of each field. In those, texts that a spreadsheet would take for a
    formula have a ' before them. Written whole or not at all. Errors: FileProblem, ZohoConfigError, ZohoDatabaseError.
    """
    change_set = journal.change_set(change_set_id)
    names = list(change_set.mapping.targets.values())
    words = state_words(change_set.kind)
    draft = path.with_name(f"{path.name}.part")
    count = 0
    try:
        with draft.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(_titles(change_set, names))
            for row in journal.all_rows(change_set_id):
                writer.writerow([*row.texts, *map(_inert, _own_cells(row, names, words))])
                count += 1
        draft.replace(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise FileProblem(
            f"The report cannot be written: {reason}.", path=path, advice="Choose another place."
        ) from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
    return count


def _titles(change_set: ChangeSet, names: Sequence[str]) -> list[str]:
    """Titles of which no two are the same, also for the report of a report: a table needs that to be opened again."""
    labels = [change_set.labels.get(name, name) for name in names]
    titles = list(change_set.header)
    for title in (*_OWN_TITLES, *(f"{when}: {label}" for label in labels for when in ("Before", "After"))):
        own, number = title, 1
        while own in titles:
            own, number = f"{title} ({number + 1})", number + 1
        titles.append(own)
    return titles


def _own_cells(row: RowRecord, names: Sequence[str], words: Mapping[RowState, str]) -> list[str]:
    shows_values = row.state is not RowState.INVALID
    values = [print_value(side.get(name)) if shows_values else "" for name in names for side in (row.before, row.after)]
    return [str(row.number), row.record_id, words[row.state], row.code, row.reason, row.advice, *values]


def _inert(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def summary(change_set: ChangeSet) -> str:
    """The counts in one sentence that adds up to the rows of the file."""
    words = state_words(change_set.kind)
    counted = [f"{change_set.counts[state]:,} {words[state]}" for state in RowState if change_set.counts.get(state)]
    what = "undo" if change_set.kind is ChangeSetKind.UNDO else "file"
    text = f"{change_set.total:,} row{'' if change_set.total == 1 else 's'} in {what}"
    if counted:
        text += ": " + ", ".join(counted)
    if change_set.state in (ChangeSetState.ABANDONED, ChangeSetState.PAUSED):
        text += f" ({change_set.state}{': ' + change_set.note if change_set.note else ''})"
    return text if text.endswith(".") else f"{text}."
