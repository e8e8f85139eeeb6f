"""Records to a CSV file, slice by slice."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from pathlib import Path
from types import TracebackType

from zoho_console.bulk.drift import TITLE, stamp_of
from zoho_console.bulk.whole_file import explained, whole_file
from zoho_console.domain.fields import print_value
from zoho_console.domain.records import Record, Slice


class CsvExport:
    """A context manager: the file appears whole at the end, or not at all.

    Columns are those given, else the keys of the first record. With `stamped` a last one holds the fingerprints of
    their values, by which a file that comes back shows who changed what. UTF-8 with a mark, for spreadsheets.
    Errors: FileProblem where the system refuses to write.
    """

    def __init__(self, path: Path, columns: Sequence[str] = (), *, stamped: bool = False) -> None:
        self._stamped = stamped
        self._path = path
        self._columns: Sequence[str] = ()
        self._wanted = list(columns)
        self._whole = whole_file(path)
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
                stamp = [stamp_of(record, self._columns) if "id" in record else ""] if self._stamped else []
                self._writer.writerow([*(print_value(record.get(name)) for name in self._columns), *stamp])
                self.count += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._whole.__exit__(kind, error, trace)

    def _begin(self, columns: Sequence[str]) -> None:
        self._columns = columns
        self._writer.writerow([*columns, TITLE] if self._stamped else columns)


async def write_records(
    path: Path,
    columns: Sequence[str],
    slices: AsyncIterator[Slice],
    progress: Callable[[int], None],
    *,
    stamped: bool = False,
) -> int:
    """Write every record of `slices` to a CSV file; how many comes out.

    `progress` is told the number of rows so far after each slice. A cancelled or failed export leaves no file.
    Errors: FileProblem; those of reading the slices.
    """
    with CsvExport(path, columns, stamped=stamped) as export:
        async for part in slices:
            await asyncio.to_thread(export.add, part.records)
            progress(export.count)
    return export.count
