"""A file as rows, CSV or spreadsheet: how it is read is found and shown, what is doubtful is refused with its line."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from zoho_console.bulk.csv_rows import DELIMITERS, csv_rows, first_bytes, found_delimiter, found_encoding
from zoho_console.bulk.escaping import are_escaped, unescaped
from zoho_console.bulk.sheet_rows import SIGNATURES, open_workbook
from zoho_console.domain.changes import Row
from zoho_console.errors import FileProblem

__all__ = ["DELIMITERS", "ENCODINGS", "Table", "open_table"]

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252", "iso-8859-1", "mac-roman", "cp1250", "cp1251", "shift_jis")
SAMPLE_ROWS = 20
MOST_COLUMNS = 200


@dataclass(frozen=True, slots=True)
class Table:
    """An opened file: how it is read, its titles, its first rows.

    A CSV file has an `encoding` and a `delimiter`, found or given; a spreadsheet has the `sheet` that is read and the
    titles of all its `sheets`. `is_escaped` says that its cells are those of a file of ours for spreadsheets; they
    come out as they were before that.
    """

    path: Path
    header: tuple[str, ...]
    sample: tuple[Row, ...] = ()
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    is_escaped: bool = False

    def rows(self) -> Iterator[Row]:
        """Every row below the header, one at a time; memory does not grow with a CSV file.

        Errors: FileProblem naming the line that is wrong, also where the titles are others than when it was opened.
        """
        rows = self.every_row()
        first = next(rows, None)
        if first is None or self.plain(_titles(first)) != self.header:
            raise FileProblem(
                "The file was changed since it was opened.", path=self.path, line=1, advice="Open it again."
            )
        yield from self.below(rows)

    def below(self, rows: Iterator[Row]) -> Iterator[Row]:
        """The rows below the header, each with one cell for each title."""
        for row in rows:
            if len(row.texts) != len(self.header):
                raise FileProblem(
                    f"Line {row.number} has {_cells(len(row.texts))}, but the header has {len(self.header)}.",
                    path=self.path,
                    line=row.number,
                    advice="Look for a missing or extra delimiter, or quote the cell that holds one.",
                )
            yield Row(row.number, self.plain(row.texts)) if self.is_escaped else row

    def plain(self, cells: tuple[str, ...]) -> tuple[str, ...]:
        """Cells of the file as they were before they were escaped, if they were."""
        return tuple(map(unescaped, cells)) if self.is_escaped else cells

    def every_row(self) -> Iterator[Row]:
        """Every row as it stands, the header first."""
        if self.sheets:
            return open_workbook(self.path).rows(self.sheet)
        return csv_rows(self.path, self.encoding, self.delimiter)


def open_table(path: Path, *, encoding: str = "", delimiter: str = "", sheet: str = "") -> Table:
    """Open a CSV or .xlsx file and look at its first rows; what is not given is found.

    A found encoding, delimiter or sheet is a guess to be shown with the sample. Errors: FileProblem.
    """
    table = (
        _of_sheet(path, sheet)
        if first_bytes(path).startswith(SIGNATURES)
        else _of_text(path, encoding, delimiter, sheet)
    )
    rows = table.every_row()
    first = next(rows, None)
    if first is None:
        raise FileProblem(
            f"The sheet “{table.sheet}” is empty." if table.sheet else "The file is empty.",
            path=path,
            advice="Choose another sheet." if len(table.sheets) > 1 else "Choose a file with a header and rows.",
        )
    titles = _titles(first)
    _check_header(path, titles, first.number)
    table = replace(table, header=titles)
    sample = tuple(itertools.islice(table.below(rows), SAMPLE_ROWS))
    if not sample:
        raise FileProblem("The file has a header and no rows.", path=path, advice="Add at least one row below it.")
    table = replace(table, is_escaped=are_escaped(titles, [row.texts for row in sample]))
    return replace(
        table, header=table.plain(titles), sample=tuple(Row(row.number, table.plain(row.texts)) for row in sample)
    )


def _of_text(path: Path, encoding: str, delimiter: str, sheet: str) -> Table:
    if sheet:
        raise FileProblem("The file is no spreadsheet, so it has no sheets.", path=path, advice="Name no sheet.")
    encoding = found_encoding(path, encoding)
    return Table(path, (), encoding=encoding, delimiter=delimiter or found_delimiter(path, encoding))


def _of_sheet(path: Path, sheet: str) -> Table:
    workbook = open_workbook(path)
    if sheet and sheet not in workbook.sheets:
        raise FileProblem(
            f"The spreadsheet has no sheet “{sheet}”.", path=path, advice=f"It has {', '.join(workbook.sheets)}."
        )
    return Table(path, (), sheet=sheet or workbook.first, sheets=workbook.sheets)


def _titles(first: Row) -> tuple[str, ...]:
    return tuple(title.strip() for title in first.texts)


def _check_header(path: Path, header: tuple[str, ...], line: int) -> None:
    if len(header) > MOST_COLUMNS:
        raise FileProblem(
            f"The file has {len(header)} columns; at most {MOST_COLUMNS} can be read.",
            path=path,
            line=line,
            advice="Remove the columns that set nothing.",
        )
    for index, title in enumerate(header):
        if not title:
            raise FileProblem(
                f"Column {index + 1} has no title.", path=path, line=line, advice="Give every column a title."
            )
        if title in header[:index]:
            raise FileProblem(
                f"Two columns are titled “{title}”.", path=path, line=line, advice="Rename or remove one of them."
            )


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count} cells"
