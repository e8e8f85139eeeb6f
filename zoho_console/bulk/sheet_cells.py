"""The cells of a sheet's XML as rows of texts, one row at a time (ECMA-376, part 1, 18.3.1)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from zoho_console.bulk.csv_rows import LARGEST_CELL
from zoho_console.bulk.sheet_strings import SharedStrings, plain_text
from zoho_console.bulk.sheet_values import Shown, day_text, iso_text, number_text
from zoho_console.bulk.sheet_xml import Depth, LocalNames, NotASheet, fed, parser
from zoho_console.domain.changes import Row

_MOST_ROWS, _MOST_COLUMNS = 1_048_576, 16_384
_TEXTS = {"v", "t"}
_COLUMN = re.compile("[A-Z]{1,3}")


class SheetCells:
    """A reader of one sheet, made with what the cells refer to. Errors: NotASheet."""

    def __init__(self, strings: SharedStrings, styles: list[Shown], *, is_from_1904: bool) -> None:
        self._names, self._depth, self._columns = LocalNames(), Depth(), ColumnNumbers()
        self._styles = {str(number): shown for number, shown in enumerate(styles) if shown is not Shown.NUMBER}
        self._is_from_1904 = is_from_1904
        self._kinds: dict[str, Callable[[str], str]] = {
            "s": strings.text,
            "str": plain_text,
            "inlineStr": plain_text,
            "b": _truth,
            "e": str,  # a formula that failed, which the check of the row names
            "d": iso_text,
        }
        self._rows: list[Row] = []
        self._number, self._digits, self._column = 0, "", 0
        self._row: list[str] | None = None
        self._cell: dict[str, str] | None = None
        self._texts: list[str] = []
        self._is_in_text = self._is_reading_aid = False
        self._parser = parser()
        self._parser.StartElementHandler, self._parser.EndElementHandler = self._start, self._end

    def rows(self, pieces: Iterable[bytes]) -> Iterator[Row]:
        """Every row that has a cell, with the texts from column A to its last cell."""
        for _ in fed(pieces, self._parser):
            yield from self._rows
            self._rows.clear()
            if sum(map(len, self._texts)) > LARGEST_CELL:
                raise NotASheet

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        kind = self._names[name]
        if self._is_in_text or (kind == "c" and self._cell is not None):
            raise NotASheet
        if kind == "c" and self._row is not None:
            self._cell = attributes
            self._texts.clear()
        elif self._cell is not None and kind in _TEXTS and not self._is_reading_aid:
            self._is_in_text = True
            self._parser.CharacterDataHandler = self._texts.append
        else:
            self._depth.enter()
            self._is_reading_aid = self._is_reading_aid or kind == "rPh"
            if kind == "row":
                self._begin_row(attributes)

    def _end(self, name: str) -> None:
        kind = self._names[name]
        if self._is_in_text:
            self._is_in_text = False
            self._parser.CharacterDataHandler = None
        elif kind == "c" and self._cell is not None:
            self._end_cell(self._cell)
            self._cell = None
        else:
            self._depth.leave()
            self._is_reading_aid = self._is_reading_aid and kind != "rPh"
            if kind == "row" and self._row is not None:
                if self._row:
                    self._rows.append(Row(self._number, tuple(self._row)))
                self._row = None

    def _begin_row(self, attributes: dict[str, str]) -> None:
        number = _row_number(attributes["r"]) if "r" in attributes else self._number + 1
        if not self._number < number <= _MOST_ROWS or self._row is not None:
            raise NotASheet
        self._number, self._digits, self._row, self._column = number, str(number), [], 0

    def _end_cell(self, cell: dict[str, str]) -> None:
        column = self._columns[cell["r"].removesuffix(self._digits)] if "r" in cell else self._column + 1
        if not self._column < column <= _MOST_COLUMNS:
            raise NotASheet
        self._column = column
        if self._row is not None and self._texts:  # else only its looks are kept
            self._row.extend([""] * (column - len(self._row) - 1))
            self._row.append(self._text("".join(self._texts), cell))

    def _text(self, text: str, cell: dict[str, str]) -> str:
        kind = cell.get("t", "n")
        if kind == "n":
            shown = self._styles.get(cell.get("s", ""))
            return day_text(text, shown, is_from_1904=self._is_from_1904) if shown else number_text(text)
        if kind not in self._kinds:
            raise NotASheet
        return self._kinds[kind](text)


class ColumnNumbers(dict[str, int]):
    """The numbers of columns from 1 by their letters; each is reckoned once."""

    def __missing__(self, letters: str) -> int:
        if not _COLUMN.fullmatch(letters):
            raise NotASheet
        number = 0
        for letter in letters:
            number = number * 26 + ord(letter) - ord("A") + 1
        self[letters] = number
        return number


def column_name(number: int) -> str:
    """What a spreadsheet calls a column, counted from 1."""
    name = ""
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def _row_number(text: str) -> int:
    if not text.isdecimal() or len(text) > len(str(_MOST_ROWS)):
        raise NotASheet
    return int(text)


def _truth(text: str) -> str:
    if text not in {"0", "1"}:
        raise NotASheet
    return "true" if text == "1" else "false"
