"""A plan made from a former run: all or a part of it put back, or its failed rows taken up again."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from zoho_console.bulk.preparing import FAILED, prepare_retry
from zoho_console.bulk.undoing import WHOLE, Choice, prepare_undo
from zoho_console.domain.changes import ChangeSet, Facet, RowRecord, RowState
from zoho_console.domain.fields import shortened
from zoho_console.screens.words import count

__all__ = ["RETRY", "WHOLE", "Again", "Choice", "may_be_undone", "undo", "undo_fields", "undo_rows"]

_UNPROVED = Choice(frozenset({RowState.UNPROVED}))


@dataclass(frozen=True, slots=True)
class Again:
    """How such a plan is made, and of rows in which states."""

    prepare: Callable[..., Coroutine[Any, Any, ChangeSet]]
    states: frozenset[RowState]


RETRY = Again(prepare_retry, FAILED)


def undo(choice: Choice = WHOLE) -> Again:
    """Put back what was chosen of a run."""
    return Again(partial(prepare_undo, choice=choice), choice.states)


def may_be_undone(run: ChangeSet) -> bool:
    """Whether any of its rows changed something, or may have."""
    return bool(run.count(*WHOLE.states, *_UNPROVED.states))


def undo_rows(run: ChangeSet, facets: Sequence[Facet], chosen: Sequence[RowRecord]) -> list[tuple[str, Choice]]:
    """Which rows of a run can be put back, in words; `chosen` are those that the person marked in a table."""
    offers = []
    if updated := run.count(*WHOLE.states):
        offers.append((f"All {updated:,} updated rows" if updated > 1 else "The updated row", WHOLE))
    if marked := [row for row in chosen if row.state in WHOLE.states]:
        name = shortened(marked[0].record_name, 32)
        words = f"Only {name}, row {marked[0].number}" if len(marked) == 1 else f"Only the {len(marked):,} marked rows"
        offers.append((words, replace(WHOLE, rows=frozenset(row.number for row in marked))))
    values = {(one.field, one.after): one.label for one in facets if one.after is not None}
    if updated and len(values) > 1:
        offers += [
            (f"Only where {label} became {f'“{shortened(after, 24)}”' if after else 'blank'}",
             replace(WHOLE, values={name: after}))
            for (name, after), label in values.items()
            if after is not None
        ]  # fmt: skip
    if unproved := run.count(*_UNPROVED.states):
        offers.append((f"{count(unproved, 'unproved row')}, where the account shows our value", _UNPROVED))
    return offers


def undo_fields(run: ChangeSet, facets: Sequence[Facet]) -> list[tuple[str, str]]:
    """The fields that a run changed, by label and API name, in the order of the file."""
    changed = {one.field for one in facets}
    return [(run.labels.get(name, name), name) for name in run.mapping.targets.values() if name in changed]
