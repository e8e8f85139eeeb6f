"""Records to a CSV file, slice by slice."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TextIO

from zoho_console.domain.fields import print_value
from zoho_console.domain.records import Record, Slice
from zoho_console.errors import FileProblem


class CsvExport:
    """A context manager: the file appears whole at the end, or not at all.

    Columns are those given, else the keys of the first record. UTF-8 with a mark, so that spreadsheets read it.
    Errors: FileProblem where the system refuses to write.
    """

    def __init__(self, path: Path, columns: Sequence[str] = ()) -> None:
        self._path = path
        self._draft = path.with_name(f"{path.name}.part")
        self._columns = list(columns)
        self._file: TextIO | None = None
        self._wrote_header = False
        self.count = 0

    def __enter__(self) -> CsvExport:
        with self._explained():
            self._file = self._draft.open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file)
        return self

    def add(self, records: Iterable[Record]) -> None:
        """Write these records."""
        with self._explained():
            for record in records:
                if not self._wrote_header:
                    self._columns = self._columns or list(record)
                    self._writer.writerow(self._columns)
                    self._wrote_header = True
                self._writer.writerow([print_value(record.get(name)) for name in self._columns])
                self.count += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._file is not None
        is_whole = False
        try:
            with self._explained():
                if kind is None and not self._wrote_header and self._columns:
                    self._writer.writerow(self._columns)
                self._file.close()
                if kind is None:
                    self._draft.replace(self._path)
                    is_whole = True
        finally:
            if not is_whole:
                self._draft.unlink(missing_ok=True)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = error.strerror or str(error)
            raise FileProblem(
                f"The file cannot be written: {reason}.",
                path=self._path,
                advice="Close it in other programs, or choose another place.",
            ) from error


async def write_records(
    path: Path, columns: Sequence[str], slices: AsyncIterator[Slice], progress: Callable[[int], None]
) -> int:
    """Write every record of `slices` to a CSV file; how many comes out.

    `progress` is told the number of rows so far after each slice. A cancelled or failed export leaves no file.
    Errors: FileProblem; those of reading the slices.
    """
    with CsvExport(path, columns) as export:
        async for part in slices:
            await asyncio.to_thread(export.add, part.records)
            progress(export.count)
    return export.count
