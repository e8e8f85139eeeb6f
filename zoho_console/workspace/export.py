"""Records to a CSV file, slice by slice."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import TextIO

from zoho_console.domain.fields import print_value
from zoho_console.domain.records import Record
from zoho_console.errors import FileProblem


class CsvExport:
    """A context manager: the file appears whole at the end, or not at all.

    Columns are those given, else the keys of the first record. UTF-8 with a mark, so that spreadsheets read it.
    """

    def __init__(self, path: Path, columns: Sequence[str] = ()) -> None:
        self._path = path
        self._draft = path.with_name(f"{path.name}.part")
        self._columns = list(columns)
        self._file: TextIO | None = None
        self._wrote_header = False
        self.count = 0

    def __enter__(self) -> CsvExport:
        try:
            self._file = self._draft.open("w", encoding="utf-8-sig", newline="")
        except OSError as error:
            reason = error.strerror or str(error)
            raise FileProblem(f"The file cannot be written: {reason}.", path=self._path) from error
        self._writer = csv.writer(self._file)
        return self

    def add(self, records: Iterable[Record]) -> None:
        """Write these records."""
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
        if kind is None and not self._wrote_header and self._columns:
            self._writer.writerow(self._columns)
        self._file.close()
        if kind is None:
            self._draft.replace(self._path)
        else:
            self._draft.unlink(missing_ok=True)
