"""What the columns of a change set's rows look like."""

from __future__ import annotations

from datetime import UTC, datetime

from zoho_console.domain.changes import ChangeSet, ChangeSetKind, ChangeSetState, Mapping, RowRecord, RowState
from zoho_console.screens.rows import row_columns

NOW = datetime(2026, 3, 4, tzinfo=UTC)


def change_set() -> ChangeSet:
    return ChangeSet(
        1, 1, "Accounts", ChangeSetKind.UNDO, "x.csv", ("id",), Mapping(0, "id", {1: "Last_Reviewed"}), {}, "", None,
        ChangeSetState.PLANNED, "", NOW, None, None, {RowState.PLANNED: 1},
    )  # fmt: skip


def row(before: str | None, after: str | None) -> RowRecord:
    return RowRecord(2, ("1",), RowState.PLANNED, "1", "3M", {"Last_Reviewed": before}, {"Last_Reviewed": after})


def width(*rows: RowRecord) -> int:
    return row_columns(change_set(), (RowState.PLANNED,), rows)[-1].width


def test_a_value_that_becomes_blank_has_room_for_both_words() -> None:
    assert width(row("2026-11-20", None)) > width(row(None, "2026-11-20"))


def test_the_widest_change_decides_within_reason() -> None:
    assert (
        width(row("a", "b")) < width(row("a", "b"), row("2026-11-20", "2026-11-21")) <= width(row("x" * 99, "y" * 99))
    )
