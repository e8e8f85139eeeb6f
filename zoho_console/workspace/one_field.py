"""One field set to one value in many records, as a file: the draft of a bulk update."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path

from zoho_console.bulk.exporting import write_records
from zoho_console.domain.records import Record, Slice
from zoho_console.paths import data_home

NAME_FIELD = "Account_Name"


async def write_one_field(slices: AsyncIterator[Slice], field: str, text: str, progress: Callable[[int], None]) -> Path:
    """A CSV file in the data folder that sets `field` of every record to `text`.

    Columns are id, the account's name where the records hold it, and the field by its API name; a record that comes
    twice is written once. `progress` is told the number of rows so far. Errors: FileProblem; those of reading.
    """
    folder = data_home() / "drafts"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{field} {datetime.now().astimezone():%Y-%m-%d %H%M%S}.csv"
    first = await anext(slices, Slice(()))
    has_names = any(NAME_FIELD in record for record in first.records)
    columns = dict.fromkeys(("id", NAME_FIELD, field) if has_names else ("id", field))
    await write_records(path, tuple(columns), _changed(first, slices, field, text), progress)
    return path


async def _changed(first: Slice, rest: AsyncIterator[Slice], field: str, text: str) -> AsyncIterator[Slice]:
    seen: set[str] = set()
    part: Slice | None = first
    while part is not None:
        rows: list[Record] = []
        for record in part.records:
            if record["id"] not in seen:
                seen.add(record["id"])
                rows.append({"id": record["id"], NAME_FIELD: record.get(NAME_FIELD), field: text})
        yield Slice(tuple(rows), part.more)
        part = await anext(rest, None)
