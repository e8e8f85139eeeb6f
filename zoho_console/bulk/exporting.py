"""Records to a CSV file, slice by slice."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from zoho_console.bulk.drift import TITLE, stamp_of
from zoho_console.bulk.escaping import MARK, Form, escaped
from zoho_console.bulk.whole_file import FOR_SPREADSHEETS, explained, whole_file
from zoho_console.domain.fields import print_value
from zoho_console.domain.records import Record, Slice

_FIRST_ROW = 2  # as a spreadsheet counts, below the titles


@dataclass(frozen=True, slots=True)
class ExportForm:
    """How an export is written: its cells as those of a report, and whether it is stamped.

    For spreadsheets a column with the rows' numbers follows, by whose title the escaping is taken off when the file
    comes back. Stamped, a last column holds the fingerprints of the values, which show who changed what meanwhile.
    """

    cells: Form = "spreadsheet"
    stamped: bool = False


USUAL, TO_THE_LETTER = ExportForm(), ExportForm("exact")


class CsvExport:
    """A context manager: the file appears whole at the end, or not at all.

    Columns are those given, else the keys of the first record. Errors: FileProblem where the system refuses to write.
    """

    def __init__(self, path: Path, columns: Sequence[str] = (), form: ExportForm = TO_THE_LETTER) -> None:
        self._path = path
        self._form = form
        self._is_escaped = form.cells == "spreadsheet"
        self._columns: Sequence[str] = ()
        self._wanted = list(columns)
        self._whole = whole_file(path, FOR_SPREADSHEETS if self._is_escaped else "utf-8")
        self.count = 0

    def __enter__(self) -> CsvExport:
        self._writer = csv.writer(self._whole.__enter__())
        if self._wanted:
            self._begin(self._wanted)
        return self

    def add(self, records: Iterable[Record]) -> None:
        """Write these records."""
        with explained(self._path):
            for record in records:
                if not self._columns:
                    self._begin(list(record))
                values = [print_value(record.get(name)) for name in self._columns]
                stamp = stamp_of(record, self._columns) if self._form.stamped and "id" in record else ""
                self._write(values, str(self.count + _FIRST_ROW), stamp)
                self.count += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._whole.__exit__(kind, error, trace)

    def _begin(self, columns: Sequence[str]) -> None:
        self._columns = columns
        self._write(columns, MARK, TITLE)

    def _write(self, cells: Sequence[str], row: str, stamp: str) -> None:
        line = [*cells, *([row] if self._is_escaped else []), *([stamp] if self._form.stamped else [])]
        self._writer.writerow(map(escaped, line) if self._is_escaped else line)


async def write_records(
    path: Path,
    columns: Sequence[str],
    slices: AsyncIterator[Slice],
    progress: Callable[[int], None],
    form: ExportForm = TO_THE_LETTER,
) -> int:
    """Write every record of `slices` to a CSV file; how many comes out.

    `progress` is told the number of rows so far after each slice. A cancelled or failed export leaves no file.
    Errors: FileProblem; those of reading the slices.
    """
    with CsvExport(path, columns, form) as export:
        async for part in slices:
            await asyncio.to_thread(export.add, part.records)
            progress(export.count)
    return export.count
