"""The report of a run: one line for every row of the file, made from the journal and nothing else."""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path

from zoho_console.background import Stop, in_thread
from zoho_console.bulk.escaping import EXACT_MARK, MARK, Form, escaped
from zoho_console.bulk.progress import OnProgress, Progress
from zoho_console.bulk.whole_file import FOR_SPREADSHEETS, explained, whole_file
from zoho_console.domain.changes import ChangeSet, ChangeSetKind, ChangeSetState, RowRecord, RowState
from zoho_console.domain.fields import print_value
from zoho_console.store.journal import Journal

TOLD_EVERY = 1000  # rows
PROBLEMS = (RowState.INVALID, RowState.REFUSED, RowState.CONFLICT, RowState.UNPROVED, RowState.SKIPPED)

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


def state_words(kind: ChangeSetKind) -> dict[RowState, str]:
    """What the states of a row are called: an undo puts back what an update updates."""
    return _UNDO_WORDS if kind is ChangeSetKind.UNDO else STATE_WORDS


async def save_report(
    journal: Journal,
    change_set_id: int,
    path: Path,
    *,
    form: Form = "spreadsheet",
    states: Collection[RowState] = (),
    on_progress: OnProgress | None = None,
) -> int:
    """Write the report as CSV; the number of rows comes out. Cancelled or failed, there is no file.

    One line for every row of the run, in the file's order: the columns of the file; then its row number, record id,
    before and after of each field, state, code, reason, what to do. In the form for spreadsheets (UTF-8 with a mark)
    cells that a spreadsheet would run, round or strip have a ' before them, which `reading` takes off again; in the
    exact one (UTF-8) every cell is to the letter. With `states` only rows in one of them are
    written. Errors: FileProblem, ZohoConfigError, ZohoDatabaseError.
    """
    change_set = await in_thread(journal.change_set, change_set_id)
    stop = Stop()

    def tell(rows: int) -> None:
        stop.check()
        if on_progress is not None and rows % TOLD_EVERY == 0:
            on_progress(Progress(rows, change_set.total))

    return await in_thread(_write, journal, change_set, path, (form, states), tell, stop=stop)


def _write(
    journal: Journal,
    change_set: ChangeSet,
    path: Path,
    what: tuple[Form, Collection[RowState]],
    tell: Callable[[int], None],
) -> int:
    count, (form, states) = 0, what
    with whole_file(path, FOR_SPREADSHEETS if form == "spreadsheet" else "utf-8") as file:
        writer = csv.writer(file)
        for count, cells in enumerate(_lines(journal, change_set, form, states)):
            with explained(path):
                writer.writerow(map(escaped, cells) if form == "spreadsheet" else cells)
            tell(count)
    return count


def _lines(journal: Journal, change_set: ChangeSet, form: Form, states: Collection[RowState]) -> Iterator[list[str]]:
    """The titles, then the cells of each row."""
    names, words = list(change_set.mapping.targets.values()), state_words(change_set.kind)
    yield _titles(change_set, names, MARK if form == "spreadsheet" else EXACT_MARK)
    for row in journal.all_rows(change_set.id, states):
        yield [*row.texts, *_own_cells(row, names, words)]


def _titles(change_set: ChangeSet, names: Sequence[str], mark: str) -> list[str]:
    """Titles of which no two are the same, also for the report of a report: a table needs that to be opened again."""
    labels = [change_set.labels.get(name, name) for name in names]
    values = [f"{when}: {label}" for label in labels for when in ("Before", "After")]
    titles = list(change_set.header)
    for title in (mark, "Record id", *values, "State", "Code", "Reason", "What to do"):
        own, number = title, 1
        while own in titles:
            own, number = f"{title} ({number + 1})", number + 1
        titles.append(own)
    return titles


def _own_cells(row: RowRecord, names: Sequence[str], words: Mapping[RowState, str]) -> list[str]:
    shows_values = row.state is not RowState.INVALID
    values = [print_value(side.get(name)) if shows_values else "" for name in names for side in (row.before, row.after)]
    return [str(row.number), row.record_id, *values, words[row.state], row.code, row.reason, row.advice]


def not_retried(former: ChangeSet, states: Collection[RowState]) -> str:
    """What a retry of rows in these states leaves alone, in words; "" if that is nothing."""
    parts = []
    if doubted := former.count(RowState.SENT):
        parts.append(f"{doubted:,} in doubt (resume run {former.id}, and they are read back)")
    if open_rows := former.count(RowState.PLANNED):
        parts.append(f"{open_rows:,} not sent yet")
    if RowState.UNPROVED not in states and (unproved := former.count(RowState.UNPROVED)):
        parts.append(f"{unproved:,} unproved (look at them in Zoho)")
    return f"Not retried, for they have not surely failed: {', '.join(parts)}." if parts else ""


def summary(change_set: ChangeSet) -> str:
    """The counts in one sentence that adds up to the rows of the file."""
    words = state_words(change_set.kind)
    counted = [f"{change_set.counts[state]:,} {words[state]}" for state in RowState if change_set.counts.get(state)]
    what = "undo" if change_set.kind is ChangeSetKind.UNDO else "retry" if change_set.retries else "file"
    text = f"{change_set.total:,} row{'' if change_set.total == 1 else 's'} in {what}"
    if counted:
        text += ": " + ", ".join(counted)
    if change_set.state in (ChangeSetState.ABANDONED, ChangeSetState.PAUSED):
        text += f" ({change_set.state}{': ' + change_set.note.rstrip('.') if change_set.note else ''})"
    return text if text.endswith(".") else f"{text}."
