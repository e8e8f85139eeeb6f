"""Change sets and rows that the journal's tests share."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from zoho_console.domain.changes import ChangeSetKind, Mapping, NewChangeSet, RowRecord, RowState
from zoho_console.domain.connections import Connection

Begin = Callable[[Sequence[RowRecord]], int]


def new(acme: Connection, **other: object) -> NewChangeSet:
    mapping = Mapping(0, "id", {1: "Status", 3: "Rating"})
    values: dict[str, object] = {
        "connection_id": acme.id,
        "module": "Accounts",
        "kind": ChangeSetKind.UPDATE,
        "source": "accounts.csv",
        "header": ("Id", "Status", "", "Rating"),
        "mapping": mapping,
        "labels": {"Status": "Account Status"},
        "created_by": "Anna",
    }
    return NewChangeSet(**{**values, **other})  # type: ignore[arg-type]


def planned(number: int, before: object = "Old", after: object = "New", field: str = "Status") -> RowRecord:
    return RowRecord(
        number, (str(number), "text"), RowState.PLANNED, f"{number:018}", f"Account {number}",
        {field: before}, {field: after},
    )  # fmt: skip


def invalid(number: int) -> RowRecord:
    return RowRecord(number, ("", ""), RowState.INVALID, code="no-key", reason="No id.", advice="Fill it in.")
