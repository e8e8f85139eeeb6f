"""The rows of a sheet of an .xlsx file: ids and texts as they stand, dates as dates, nothing rounded unseen."""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from zoho_console.bulk.csv_rows import unreadable
from zoho_console.bulk.sheet_archive import SheetArchive, damaged
from zoho_console.domain.changes import Row
from zoho_console.errors import FileProblem

SIGNATURES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # of .xlsx; of .xls, and of any that has a password
MOST_ERRORS = 10_000
# A spreadsheet keeps 15 digits of a number; what is longer was another number once.
_EXACT = 10**15
# A cell whose formula failed; the parser would take it for an empty one (ECMA-376, part 1, 18.18.11).
_ERROR_CELL = re.compile(
    rb"""<(?:\w+:)?c\b(?=[^>]*\bt=["']e["'])[^>]*\br=["']([A-Z]{1,3})([0-9]{1,7})["'][^>]*>(?:(?!</(?:\w+:)?c>).){0,16384}?"""
    rb"""<(?:\w+:)?v>([^<]{1,40})<""",
    re.DOTALL,
)
_CARRIED = 20_000  # bytes; more than one cell with a formula takes

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
        try:
            opened = _calamine(self.archive).get_sheet_by_name(sheet)
        except CalamineError as error:
            raise damaged(self.path) from error
        errors = self._errors(sheet)
        first_column = opened.start[1] if opened.start else 0
        width = 0
        for number, texts in enumerate(_texts(opened), start=1):
            for column, text in errors.pop(number, {}).items():
                texts[column - first_column] = text
            width = width or _filled(texts)
            if not width or not any(texts):
                continue
            if (filled := _filled(texts)) > width:
                raise FileProblem(
                    f"Row {number} has a value in column {letters(first_column + filled)}, right of the last title.",
                    path=self.path,
                    line=number,
                    advice="Give that column a title, or empty the cell.",
                )
            if any("\x00" in text for text in texts):
                raise FileProblem(
                    f"Row {number} holds a character that no text has (NUL).",
                    path=self.path,
                    line=number,
                    advice="Type the cell again.",
                )
            yield Row(number, tuple(texts[:width]))

    def _errors(self, sheet: str) -> dict[int, dict[int, str]]:
        """The texts of cells whose formula failed, by row from 1 and column from 0."""
        found: dict[int, dict[int, str]] = {}
        carried = b""
        for piece in self.archive.pieces(self.archive.sheet_parts().get(sheet, "")):
            text = carried + piece
            if b't="e"' in text or b"t='e'" in text:
                for column, row, value in _ERROR_CELL.findall(text):
                    found.setdefault(int(row), {})[_column(column)] = value.decode("utf-8", "replace")
            if len(found) > MOST_ERRORS:
                raise FileProblem(
                    f"More than {MOST_ERRORS:,} rows of the sheet “{sheet}” have formulas that failed.",
                    path=self.path,
                    line=min(found),
                    advice="Mend the formulas first.",
                )
            carried = text[-_CARRIED:]
        return found


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


def letters(column: int) -> str:
    """What a spreadsheet calls a column, counted from 1."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def _column(name: bytes) -> int:
    column = 0
    for letter in name:
        column = column * 26 + letter - ord("A") + 1
    return column - 1


def _calamine(archive: SheetArchive) -> CalamineWorkbook:
    return CalamineWorkbook.from_filelike(io.BytesIO(archive.content))


def _texts(sheet: CalamineSheet) -> Iterator[list[str]]:
    """Each row from the first of the sheet, from the first column that is used."""
    return ([cell_text(value) for value in row] for row in sheet.iter_rows())


def _filled(texts: list[str]) -> int:
    """How many columns there are up to the last that is not blank."""
    blank = itertools.takewhile(lambda text: not text.strip(), reversed(texts))
    return len(texts) - sum(1 for _ in blank)
