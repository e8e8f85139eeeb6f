"""The rows of a sheet of an .xlsx file, one at a time, in memory that does not grow with the sheet."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from zoho_console.bulk.csv_rows import unreadable
from zoho_console.bulk.sheet_archive import SheetArchive, damaged
from zoho_console.bulk.sheet_cells import SheetCells, column_name
from zoho_console.bulk.sheet_strings import SharedStrings, room_for_texts
from zoho_console.bulk.sheet_values import shown_by_style
from zoho_console.bulk.sheet_xml import NotASheet
from zoho_console.domain.changes import Row
from zoho_console.errors import FileProblem

SIGNATURES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # of .xlsx; of .xls, and of any that has a password


@dataclass(frozen=True, slots=True)
class Workbook:
    """A spreadsheet that was looked at: the titles of its sheets, and which of them is read first."""

    path: Path
    sheets: tuple[str, ...]
    first: str

    def rows(self, title: str) -> Iterator[Row]:
        """Every row of the sheet with the header; blank ones are passed over. Errors: FileProblem."""
        left = width = 0
        for row in self._every_row(title):
            first, end = _filled(row.texts)
            if not end:
                continue
            if not width:
                left, width = first, end  # the table begins with its first title
            if first < left or end > width:
                far = column_name(end if end > width else first + 1)
                side = "right of the last" if end > width else "left of the first"
                what = f"has a value in column {far}, {side} title"
                raise self._bad_row(row.number, what, "Give that column a title, or empty the cell.")
            texts = row.texts[left:width]
            if any("\x00" in text for text in texts):
                raise self._bad_row(row.number, "holds a character that no text has (NUL)", "Type the cell again.")
            yield Row(row.number, texts + ("",) * (width - left - len(texts)))

    def _every_row(self, title: str) -> Iterator[Row]:
        try:
            with SheetArchive(self.path) as archive, room_for_texts() as room:
                sheets, is_from_1904 = archive.workbook()
                part = next((one.part for one in sheets if one.title == title), "")
                texts = archive.shared("sharedStrings")
                strings = SharedStrings(archive.pieces(texts) if texts else iter(()), room)
                cells = SheetCells(strings, shown_by_style(archive), is_from_1904=is_from_1904)
                yield from cells.rows(archive.pieces(part))
        except OSError as error:
            raise unreadable(self.path, error) from error
        except NotASheet as error:
            raise damaged(self.path) from error

    def _bad_row(self, number: int, what: str, advice: str) -> FileProblem:
        return FileProblem(f"Row {number} {what}.", path=self.path, line=number, advice=advice)


def open_workbook(path: Path) -> Workbook:
    """A spreadsheet file. Errors: FileProblem."""
    try:
        with SheetArchive(path) as archive:
            sheets, _ = archive.workbook()
    except OSError as error:
        raise unreadable(path, error) from error
    if not sheets:
        raise damaged(path)
    first = next((one for one in sheets if one.is_visible), sheets[0])
    return Workbook(path, tuple(one.title for one in sheets), first.title)


def _filled(texts: tuple[str, ...]) -> tuple[int, int]:
    """Where the first text is that is not blank, from 0, and how many columns there are up to the last."""
    end = len(texts) - sum(1 for _ in itertools.takewhile(_is_blank, reversed(texts)))
    return sum(1 for _ in itertools.takewhile(_is_blank, texts)) if end else 0, end


def _is_blank(text: str) -> bool:
    return not text.strip()
