"""The rows of a sheet of an .xlsx file: ids and texts as they stand, dates as dates, nothing rounded unseen."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from zoho_console.bulk.csv_rows import unreadable
from zoho_console.bulk.sheet_archive import SheetArchive, damaged
from zoho_console.bulk.sheet_scan import MOST_CELLS, MOST_ERRORS, Extent, NotASheet, column_name, extent_of
from zoho_console.domain.changes import Row
from zoho_console.errors import FileProblem

SIGNATURES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # of .xlsx; of .xls, and of any that has a password
# A spreadsheet keeps 15 digits of a number; what is longer was another number once.
_EXACT = 10**15
Value = int | float | str | bool | time | date | datetime | timedelta


@dataclass(frozen=True, slots=True)
class Workbook:
    """An opened spreadsheet: the titles of its sheets, and which of them is looked at first."""

    path: Path
    archive: SheetArchive
    sheets: tuple[str, ...]
    first: str

    def rows(self, sheet: str) -> Iterator[Row]:
        """Every row of the sheet with the header; blank ones are passed over. Errors: FileProblem."""
        errors = self._extent(sheet).errors
        try:
            opened = _calamine(self.archive).get_sheet_by_name(sheet)
        except CalamineError as error:
            raise damaged(self.path) from error
        left = opened.start[1] if opened.start else 0  # columns left of the first that is used
        width = 0
        for number, texts in enumerate(_texts(opened), start=1):
            for column, text in errors.pop(number, {}).items():
                texts[column - left - 1] = text
            filled = _filled(texts)
            width = width or filled
            if not filled:
                continue
            if filled > width:
                where = f"has a value in column {column_name(left + filled)}, right of the last title"
                raise self._bad_row(number, where, "Give that column a title, or empty the cell.")
            if any("\x00" in text for text in texts):
                raise self._bad_row(number, "holds a character that no text has (NUL)", "Type the cell again.")
            yield Row(number, tuple(texts[:width]))

    def _extent(self, sheet: str) -> Extent:
        """How far the sheet reaches, which is not too far."""
        try:
            found = extent_of(self.archive.pieces(self.archive.sheet_parts().get(sheet, "")))
        except NotASheet as error:
            raise damaged(self.path) from error
        if len(found.errors) > MOST_ERRORS:
            raise FileProblem(
                f"More than {MOST_ERRORS:,} rows of the sheet “{sheet}” have formulas that failed.",
                path=self.path,
                line=min(found.errors),
                advice="Mend the formulas first.",
            )
        if found.cells > MOST_CELLS:
            row, column = found.last
            raise FileProblem(
                f"The sheet “{sheet}” reaches to cell {column_name(column)}{row}, which is too far to be read.",
                path=self.path,
                line=row,
                advice="Delete what stands far away from the table, or save the sheet as CSV UTF-8.",
            )
        return found

    def _bad_row(self, number: int, what: str, advice: str) -> FileProblem:
        return FileProblem(f"Row {number} {what}.", path=self.path, line=number, advice=advice)


def open_workbook(path: Path) -> Workbook:
    """A spreadsheet file. Errors: FileProblem."""
    try:
        archive = SheetArchive(path)
        sheets = [one for one in _calamine(archive).sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
    except OSError as error:
        raise unreadable(path, error) from error
    except CalamineError as error:
        raise damaged(path) from error
    if not sheets:
        raise damaged(path)
    first = next((one for one in sheets if one.visible == SheetVisibleEnum.Visible), sheets[0])
    return Workbook(path, archive, tuple(one.name for one in sheets), first.name)


def cell_text(value: Value) -> str:
    """A value of a cell as text, as `domain.fields.parse_text` takes it.

    A whole number beyond 15 digits comes out as spreadsheets show it, such as 7.77E+17: no field takes that.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        if abs(value) >= _EXACT:
            return format(value, ".15G")
        # Spreadsheets reckon with 15 digits: 0.1 + 0.2 is 0.3 to who looks at it.
        return format(Decimal(format(value, ".15g")), "f")
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return str(value) if isinstance(value, timedelta) else value.isoformat()


def _calamine(archive: SheetArchive) -> CalamineWorkbook:
    return CalamineWorkbook.from_filelike(io.BytesIO(archive.content))


def _texts(sheet: CalamineSheet) -> Iterator[list[str]]:
    """Each row from the first of the sheet, from the first column that is used."""
    return ([cell_text(value) for value in row] for row in sheet.iter_rows())


def _filled(texts: list[str]) -> int:
    """How many columns there are up to the last that is not blank."""
    blank = itertools.takewhile(lambda text: not text.strip(), reversed(texts))
    return len(texts) - sum(1 for _ in blank)
