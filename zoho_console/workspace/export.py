"""Records to a CSV file, slice by slice."""

from __future__ import annotations

import csv
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TextIO

from zoho_console.domain.fields import print_value
from zoho_console.domain.records import Record, Slice
from zoho_console.errors import FileProblem
from zoho_console.paths import data_home


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


async def write_one_field(slices: AsyncIterator[Slice], field: str, text: str) -> Path:
    """A CSV file in the data folder that sets one field of every record to `text`: a draft for a bulk update."""
    folder = data_home() / "drafts"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{field} {datetime.now().astimezone():%Y-%m-%d %H%M%S}.csv"
    with CsvExport(path, ("id", "Account_Name", field)) as export:
        async for part in slices:
            export.add({"id": one["id"], "Account_Name": one.get("Account_Name"), field: text} for one in part.records)
    return path
