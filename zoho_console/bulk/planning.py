"""A change and the record it means become one planned row: what changes from what to what. Pure."""

from __future__ import annotations

from collections.abc import Mapping as Named
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from zoho_console.domain.changes import Change, Problem, Row, RowRecord, RowState
from zoho_console.domain.fields import Field, print_value, same_value, shortened
from zoho_console.domain.records import Record

_LISTED = 5


def plan_row(change: Change, matches: Sequence[Record], fields: Named[str, Field], name_field: str) -> RowRecord:
    """The row's plan: PLANNED with before and after of what differs, UNCHANGED, or INVALID without one match."""
    if len(matches) != 1:
        return invalid_row(change.row, _match_problem(change, matches))
    record = matches[0]
    planned = RowRecord(
        number=change.row.number,
        texts=change.row.texts,
        state=RowState.PLANNED,
        record_id=str(record["id"]),
        record_name=print_value(record.get(name_field)),
    )
    differing = [name for name, value in change.values.items() if not same_value(fields[name], record.get(name), value)]
    if not differing:
        return replace(
            planned,
            state=RowState.UNCHANGED,
            code="unchanged",
            reason="Zoho holds these values already." if change.values else "The row has no value to set.",
        )
    return replace(
        planned,
        before={name: record.get(name) for name in differing},
        after={name: change.values[name] for name in differing},
    )


def invalid_row(row: Row, problem: Problem) -> RowRecord:
    """A row that cannot be used."""
    reason = f"{problem.column}: {problem.sentence}" if problem.column else problem.sentence
    return RowRecord(row.number, row.texts, RowState.INVALID, code=problem.code, reason=reason, advice=problem.advice)


def conflicts(row: RowRecord, live: Record | None, fields: Named[str, Field]) -> dict[str, Any]:
    """The fields, with their live values, that are no longer what the before-image says."""
    if live is None:
        return dict.fromkeys(row.before)
    return {
        name: live.get(name)
        for name, before in row.before.items()
        if not same_value(fields[name], live.get(name), before)
    }


def holds_already(row: RowRecord, live: Record | None, fields: Named[str, Field]) -> bool:
    """Whether the record holds every new value of the row."""
    return live is not None and all(same_value(fields[name], live.get(name), row.after[name]) for name in row.after)


def conflict_words(names: Sequence[str], labels: Named[str, str], live: Record | None) -> str:
    """What happened to the record, in a sentence."""
    if live is None:
        return "The account is not in Zoho any more."
    which = ", ".join(f"“{labels.get(name, name)}”" for name in names)
    values = ", ".join(shortened(print_value(live.get(name))) or "(blank)" for name in names)
    return f"Somebody changed {which} meanwhile; it is now {values}."


def _match_problem(change: Change, matches: Sequence[Record]) -> Problem:
    key = shortened(change.key)
    if not matches:
        return Problem("no-match", f"No account is “{key}”.", "Check the spelling, or use the record's id.")
    ids = ", ".join(str(record["id"]) for record in matches[:_LISTED])
    more = f" and {len(matches) - _LISTED} more" if len(matches) > _LISTED else ""
    return Problem(
        "several-matches", f"{len(matches)} accounts are “{key}”.", f"Use the id of the one you mean: {ids}{more}."
    )
