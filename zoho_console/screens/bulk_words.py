"""What the bulk update page says: one sentence that adds up, one fact for each step, what applying costs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from zoho_console.bulk.progress import Progress
from zoho_console.bulk.reporting import PROBLEMS, STATE_WORDS, state_words
from zoho_console.domain.changes import ChangeSet, ChangeSetKind, ChangeSetState, Facet, RowRecord, RowState
from zoho_console.domain.fields import shortened
from zoho_console.screens.cells import LONGEST
from zoho_console.screens.words import count, duration, moment, value_text


class Step(StrEnum):
    """The steps of a bulk update, in order."""

    FILE = "File"
    COLUMNS = "Columns"
    DIFFERENCE = "Difference"
    RUN = "Run"
    RESULT = "Result"


# Rows that a run has to do with, and those that were left out before it.
ON_THEIR_WAY = (RowState.PLANNED, RowState.SENT)
LEFT_OUT = (RowState.INVALID, RowState.UNCHANGED)
# Rows whose record does not hold what the file says.


@dataclass(frozen=True, slots=True)
class FieldFacet:
    """All changes of one field: how many rows, and the kinds of change with their rows."""

    field: str
    label: str
    rows: int
    kinds: tuple[tuple[str, int], ...]


def title(change_set: ChangeSet) -> str:
    """What the page is about."""
    what = "Undo" if change_set.kind is ChangeSetKind.UNDO else "Retry" if change_set.retries else "Bulk update"
    return f"{what}: {change_set.source}"


def running_sentence(change_set: ChangeSet, counts: dict[RowState, int], values: int, *, is_planned: bool) -> str:
    """All rows of the file, then how many of each state; with a plan, how many values it changes."""
    where = "to undo" if change_set.undo_of else "to retry" if change_set.retries else "in file"
    parts = [f"{count(change_set.total, 'row')} {where}"]
    for state in RowState:
        if rows := counts.get(state):
            words = state_words(change_set.kind)[state]
            if is_planned and state is RowState.PLANNED:
                words = f"will change {count(values, 'value')}"
            parts.append(f"{rows:,} {words}")
    return " · ".join(parts)


def columns_fact(key: str, fields: int) -> str:
    """By which field accounts are found, and how many fields are set."""
    return f"by {key} · {count(fields, 'field')}" if key else count(fields, "field")


def change_set_facts(change_set: ChangeSet, values: int, progress: Progress | None) -> dict[Step, str]:
    """A fact for each step from the difference on."""
    facts = {Step.DIFFERENCE: count(values, "value")}
    counts = progress.counts if progress is not None and progress.counts else change_set.counts
    done, total = sent_of(counts)
    if change_set.started_at is not None or progress is not None:
        facts[Step.RUN] = f"{done:,} of {total:,}"
    if change_set.finished_at is not None:
        facts[Step.RESULT] = f"{change_set.count(RowState.UPDATED):,} {updated_words(change_set)}"
    return facts


def updated_words(change_set: ChangeSet) -> str:
    """What a run does to accounts: an undo puts them back."""
    return state_words(change_set.kind)[RowState.UPDATED]


def sent_of(counts: Mapping[RowState, int]) -> tuple[int, int]:
    """Rows that a run is through with, of all that it has to do with."""
    total = sum(rows for state, rows in counts.items() if state not in LEFT_OUT)
    return total - sum(counts.get(state, 0) for state in ON_THEIR_WAY), total


def left_out_sentence(counts: dict[RowState, int]) -> str:
    """The rows that a run leaves alone, or ""."""
    parts = [f"{counts[state]:,} {STATE_WORDS[state]}" for state in LEFT_OUT if counts.get(state)]
    return f"Left out: {', '.join(parts)}." if parts else ""


def pace(counts: dict[RowState, int], rate: float) -> str:
    """How far a run is, how fast it goes, and how long it will take."""
    done, total = sent_of(counts)
    words = f"{done:,} of {total:,} rows"
    to_go = total - done
    if rate <= 0 or not to_go:
        return words
    return f"{words} · {rate:,.0f} rows a second · about {duration(timedelta(seconds=to_go / rate))} left"


def confirmation(change_set: ChangeSet, facets: Sequence[Facet], organisation: str) -> str:
    """The change restated with its numbers, to be agreed to."""
    planned, values = change_set.count(RowState.PLANNED), sum(facet.rows for facet in facets)
    labels = list(dict.fromkeys(facet.label for facet in facets))
    which = f"{', '.join(labels[:-1])} and {labels[-1]}" if len(labels) > 1 else "".join(labels)
    accounts = f"{count(planned, 'account')} of {organisation or 'your organisation'}"
    return (
        f"{count(values, 'value')} of {accounts} will be written: {which}. "
        "The values of now are kept, so this run can be undone."
    )


def problems(change_set: ChangeSet) -> int:
    """How many rows were not applied, and are for a person to look at."""
    return change_set.count(*PROBLEMS)


def are_problems(states: Collection[RowState]) -> bool:
    """Whether only rows with a problem are meant."""
    return bool(states) and set(states) <= set(PROBLEMS)


def account_of(change_set: ChangeSet, row: RowRecord) -> str:
    """The name of the row's account, or what the file says to find it by."""
    key = change_set.mapping.key_column
    text = row.record_name or (row.texts[key] if 0 <= key < len(row.texts) else "")
    return shortened(text, LONGEST) or "(blank)"


def row_words(change_set: ChangeSet, row: RowRecord) -> tuple[str, str]:
    """Which row this is, and why it is as it is; without a reason, all that changes in it."""
    name = f"Row {row.number} · {account_of(change_set, row)}"
    if row.reason:
        return name, f"{shortened(row.reason, LONGEST)} {row.advice}".rstrip()
    changes = (
        f"{change_set.labels.get(field, field)}: {_value(row.before.get(field))} → {_value(after)}"
        for field, after in row.after.items()
    )
    return name, " · ".join(changes) or "Nothing changes."


def draft_words(draft: ChangeSet) -> tuple[str, str]:
    """What a change set is that was not finished, and where it stands."""
    planned = count(draft.count(*ON_THEIR_WAY), "row")
    where = {
        ChangeSetState.PLANNED: f"{planned} will change, nothing was sent",
        ChangeSetState.PAUSED: f"paused, {planned} to go",
    }.get(draft.state, f"cut off or going on elsewhere, {planned} to go")
    return title(draft), f"{moment(draft.created_at)} · {where}"


def by_field(facets: Sequence[Facet]) -> list[FieldFacet]:
    """The facets of each field together, so that a field's count is that of the rows it filters."""
    found: dict[str, list[Facet]] = {}
    for facet in facets:
        found.setdefault(facet.field, []).append(facet)
    return [
        FieldFacet(
            name,
            some[0].label,
            sum(one.rows for one in some),
            tuple((_kind(one, is_only=len(some) == 1), one.rows) for one in some),
        )
        for name, some in found.items()
    ]


def _value(value: object) -> str:
    return shortened(value_text(None, value)) or "(blank)"


def _kind(facet: Facet, *, is_only: bool) -> str:
    if facet.before is None and facet.after is None:
        return "a value of its own in each row" if is_only else "other changes"
    before = "any value" if facet.before is None else facet.before or "(blank)"
    return f"{before} → {facet.after or '(blank)'}"


def kept_decisions(kept: int, decided: int) -> str:
    """What became of the decisions of a former plan, in one sentence."""
    dropped = decided - kept
    every = "Your decision" if decided == 1 else f"Your {decided:,} decisions"
    holds, fits = "holds" if kept == 1 else "hold", "fits and was" if dropped == 1 else "fit and were"
    if not dropped:
        return f"{every} still {holds}."
    if not kept:
        return f"{every} no longer {fits} dropped."
    return f"{kept:,} of your {decided:,} decisions still {holds}; {dropped:,} no longer {fits} dropped."
