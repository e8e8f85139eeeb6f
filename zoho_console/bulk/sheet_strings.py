"""The texts that a spreadsheet keeps apart from its cells, which name them by number.

Spreadsheets list them in the order in which cells first use them, so that they are read only as far as a cell needs;
what was read lies on the disk once it is much, for a sheet of 1,000,000 rows may have 20,000,000 of them.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from functools import lru_cache
from tempfile import SpooledTemporaryFile

from zoho_console.bulk.csv_rows import LARGEST_CELL
from zoho_console.bulk.sheet_xml import Depth, LocalNames, NotASheet, fed, parser

_IN_MEMORY = 4 * 1024**2  # bytes
_KEPT = 10_000  # texts that many cells share
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


def room_for_texts() -> SpooledTemporaryFile[bytes]:
    """A file without a name, on the disk only once it is large; to be closed."""
    return SpooledTemporaryFile(_IN_MEMORY)


class SharedStrings:
    """The texts by their numbers, from `pieces` of XML; those that were read before are kept in `file`."""

    def __init__(self, pieces: Iterator[bytes], file: SpooledTemporaryFile[bytes]) -> None:
        self._file = file
        self._names, self._depth, self._parser = LocalNames(), Depth(), parser()
        self._parser.StartElementHandler, self._parser.EndElementHandler = self._start, self._end
        self._steps = fed(pieces, self._parser)
        self._texts: list[str] = []
        self._is_in_item = self._is_in_text = self._is_reading_aid = False
        self._first, self._fresh = 0, list[str]()  # what the last piece brought, and the number of its first
        self._ends = array("I", [0])
        self._older = lru_cache(_KEPT)(self._read)

    def text(self, index: str) -> str:
        """The text that a cell names. Errors: NotASheet, and those of the pieces."""
        try:
            number = int(index)
        except ValueError as error:
            raise NotASheet from error
        while number >= self._first + len(self._fresh):
            self._read_on()
        return self._fresh[number - self._first] if number >= self._first else self._older(number)

    def _read_on(self) -> None:
        """Put by what is there, and read the next piece."""
        self._first += len(self._fresh)
        self._fresh.clear()
        for _ in self._steps:
            break
        else:
            raise NotASheet  # a cell names a text that is none
        if sum(map(len, self._texts)) > LARGEST_CELL:
            raise NotASheet
        self._file.seek(0, 2)
        packed = [text.encode() for text in self._fresh]
        self._file.write(b"".join(packed))
        end = self._ends[-1]
        for text in packed:
            end += len(text)
            self._ends.append(end)

    def _read(self, number: int) -> str:
        if number < 0:
            raise NotASheet
        start, end = self._ends[number], self._ends[number + 1]
        self._file.seek(start)
        return self._file.read(end - start).decode()

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        kind = self._names[name]
        if self._is_in_text or (self._is_in_item and kind == "si"):
            raise NotASheet
        if kind == "t" and not self._is_reading_aid:
            self._is_in_text = True
            self._parser.CharacterDataHandler = self._texts.append
        elif kind == "si":
            self._is_in_item = True
        else:
            self._depth.enter()
            self._is_reading_aid = self._is_reading_aid or kind == "rPh"

    def _end(self, name: str) -> None:
        kind = self._names[name]
        if self._is_in_text:
            self._is_in_text = False
            self._parser.CharacterDataHandler = None
        elif kind == "si":
            self._is_in_item = False
            self._fresh.append(plain_text("".join(self._texts)))
            self._texts.clear()
        else:
            self._depth.leave()
            self._is_reading_aid = self._is_reading_aid and kind != "rPh"


def plain_text(text: str) -> str:
    """A text with the characters that XML cannot hold, written as _x000D_ (ECMA-376, part 1, 22.4.2.4)."""
    if "_x" not in text:
        return text
    units = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
