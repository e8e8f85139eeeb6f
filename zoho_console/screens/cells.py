"""Cells made from records: names strong, states with a dot, numbers to the right."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from zoho_console.bulk.reporting import STATE_WORDS, state_words
from zoho_console.domain.changes import ChangeSet, ChangeSetState, RowState
from zoho_console.domain.drifts import Drift, Drifted
from zoho_console.domain.fields import Field, shortened
from zoho_console.domain.records import Record
from zoho_console.screens.table import Cell, CellKind, Column
from zoho_console.screens.words import currency_symbol, value_text

__all__ = [
    "STATE_TONES",
    "STATE_WORDS",
    "change_cell",
    "drift_cell",
    "field_cell",
    "job_state",
    "plain",
    "record_column",
    "state_words",
]

LONGEST = 300
_TONES = {
    "active": "good", "good": "good", "excellent": "good", "completed": "good", "at risk": "warn",
    "in progress": "warn", "prospect": "accent", "inactive": "muted", "not started": "muted",
}  # fmt: skip
_WIDTHS = {
    "textarea": 220,
    "boolean": 90,
    "date": 120,
    "datetime": 150,
    "integer": 118,
    "percent": 118,
    "currency": 156,
}

STATE_TONES: dict[RowState, str] = {
    RowState.UPDATED: "good",
    RowState.UNCHANGED: "muted",
    RowState.PLANNED: "accent",
    RowState.SENT: "accent",
    RowState.INVALID: "bad",
    RowState.REFUSED: "bad",
    RowState.CONFLICT: "warn",
    RowState.SKIPPED: "muted",
    RowState.UNPROVED: "warn",
}
_DRIFT_MARKS = {Drift.MINE: "yours", Drift.THEIRS: "Zoho’s", Drift.BOTH: "both"}
_JOB_TONES: dict[ChangeSetState, str] = {
    ChangeSetState.DRAFT: "muted",
    ChangeSetState.PLANNED: "accent",
    ChangeSetState.APPLYING: "accent",
    ChangeSetState.PAUSED: "warn",
    ChangeSetState.FINISHED: "good",
    ChangeSetState.ABANDONED: "muted",
}
_JOB_WORDS: dict[ChangeSetState, str] = {
    ChangeSetState.DRAFT: "being compared",
    ChangeSetState.PLANNED: "ready to apply",
    ChangeSetState.APPLYING: "running",
    ChangeSetState.PAUSED: "paused",
    ChangeSetState.FINISHED: "finished",
    ChangeSetState.ABANDONED: "given up",
}


def job_state(job: ChangeSet) -> tuple[str, str]:
    """What the state of a run is called, and its tone."""
    if job.is_interrupted:
        return "interrupted", "warn"
    return _JOB_WORDS[job.state], _JOB_TONES[job.state]


def record_column(field: Field, *, currency: str = "") -> Column:
    """The column that shows a field of records; numbers are never cut, so their columns keep their width."""
    symbol = currency_symbol(currency)

    def cell(record: Record) -> Cell:
        return field_cell(field, record.get(field.api_name), symbol)

    name = field.api_name
    width = 250 if name == "Account_Name" else _WIDTHS.get(field.type, 150)
    is_number = field.is_number and field.type != "bigint"
    return Column(name, field.label, cell, width, is_number=is_number, is_sortable=True, can_shrink=not is_number)


def field_cell(field: Field, value: Any, symbol: str = "") -> Cell:
    """One value of a field."""
    text = shortened(value_text(field, value, symbol), LONGEST)
    if field.api_name == "Account_Name":
        return Cell(text, CellKind.STRONG)
    if field.type == "picklist" and text.lower() in _TONES:
        return Cell(text, CellKind.DOT, _TONES[text.lower()])
    return Cell(text)


def plain(text: str) -> Cell:
    """Text from outside, on one line."""
    return Cell(shortened(text, LONGEST))


def change_cell(before: Any, after: Any) -> Cell:
    """Old and new value."""
    return Cell(
        shortened(value_text(None, after), LONGEST),
        CellKind.CHANGE,
        before=shortened(value_text(None, before), LONGEST),
    )


def drift_cell(drifted: Drifted) -> Cell:
    """A value that file or Zoho changed since the export: what becomes of it, and by whom it was changed."""
    mark = _DRIFT_MARKS[drifted.who]
    if drifted.is_left:
        kept = shortened(value_text(None, drifted.theirs), LONGEST) or "(blank)"
        return Cell(kept, CellKind.MUTED, mark=mark)
    tone = "warn" if drifted.is_asked else "muted"
    return replace(change_cell(drifted.theirs, drifted.mine), mark=mark, mark_tone=tone)
