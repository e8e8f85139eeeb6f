"""A look at a sheet's XML before the parser has it: how far its cells reach, and where a formula failed.

The parser makes room for every cell between the first and the last, so that one stray cell at the far end would take
half a terabyte and the process with it; and it takes a failed formula for an empty cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

MOST_CELLS = 8_000_000  # 32 bytes each, in the parser
MOST_ERRORS = 10_000  # rows
# A cell that holds something: its opening tag, with a reference or without; empty ones have no content and no end tag
# (ECMA-376, part 1, 18.3.1.4).
_CELL = re.compile(rb"""<(?:\w+:)?c(?=[\s>])(?:[^>]*?\sr=["']([A-Z]{1,3})([0-9]{1,7})["'])?[^>]*(?<!/)>""")
_ERROR_CELL = re.compile(
    rb"""<(?:\w+:)?c\s(?=[^>]*\bt=["']e["'])[^>]*?\br=["']([A-Z]{1,3})([0-9]{1,7})["'][^>]*>"""
    rb"""(?:(?!</(?:\w+:)?c>).){0,16384}?<(?:\w+:)?v>([^<]{1,40})<""",
    re.DOTALL,
)
_CARRIED = 20_000  # bytes; more than one cell with a formula takes
_LONGEST_TAG = 1_000_000


class NotASheet(ValueError):
    """The XML is none that a spreadsheet writes."""


@dataclass(slots=True)
class Extent:
    """The rectangle of cells that hold something, rows and columns from 1; and the texts of failed formulas.

    `errors` has those by row and column.
    """

    first: tuple[int, int] = (0, 0)
    last: tuple[int, int] = (0, 0)
    errors: dict[int, dict[int, str]] = field(default_factory=dict)

    @property
    def cells(self) -> int:
        """How many cells the rectangle has."""
        return (self.last[0] - self.first[0] + 1) * (self.last[1] - self.first[1] + 1)

    def include(self, rows: set[int], columns: set[int]) -> None:
        """Make the rectangle so large that it has these."""
        if self.last != (0, 0):
            rows, columns = rows | {self.first[0], self.last[0]}, columns | {self.first[1], self.last[1]}
        self.first, self.last = (min(rows), min(columns)), (max(rows), max(columns))


def extent_of(pieces: Iterable[bytes]) -> Extent:
    """How far the cells of a sheet reach; stops where it is too far, or too many formulas failed. Errors: NotASheet."""
    found, carried = Extent(), b""
    for piece in pieces:
        if b"\x00" in piece:
            raise NotASheet  # another encoding than UTF-8, in which nothing below would be found
        text = carried + piece
        if cells := set(_CELL.findall(text)):
            if (b"", b"") in cells:
                raise NotASheet
            found.include({int(row) for _, row in cells}, {column_number(name) for name in {one for one, _ in cells}})
        if b't="e"' in text or b"t='e'" in text:
            for name, row, value in _ERROR_CELL.findall(text):
                found.errors.setdefault(int(row), {})[column_number(name)] = value.decode("utf-8", "replace")
        if found.cells > MOST_CELLS or len(found.errors) > MOST_ERRORS:
            return found
        carried = text[max(0, min(len(text) - _CARRIED, text.rfind(b"<"))) :]
        if len(carried) > _LONGEST_TAG:
            raise NotASheet
    return found


def column_number(name: bytes) -> int:
    """The number of a column from 1, by its letters."""
    number = 0
    for letter in name:
        number = number * 26 + letter - ord("A") + 1
    return number


def column_name(number: int) -> str:
    """What a spreadsheet calls a column, counted from 1."""
    name = ""
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
