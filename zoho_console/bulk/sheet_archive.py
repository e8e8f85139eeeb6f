"""A spreadsheet file as the zip it is, opened without trust in what it says of itself, and what it holds where."""

from __future__ import annotations

import posixpath
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self
from xml.etree.ElementTree import Element

from zoho_console.bulk.sheet_xml import NotASheet, tree_of
from zoho_console.errors import FileProblem

MOST_PACKED = 1024**3
MOST_UNPACKED = 4 * 1024**3 - 1  # of all parts together; a sheet of 1,000,000 rows by 20 columns takes a third of it
MOST_IN_TREE = 16 * 1024**2  # of a part that is held whole; those have no rows
MOST_PARTS = 5_000
_MOST_INDEX = 1024**2  # bytes of the zip's list of parts
_END = struct.Struct("<4s8xL6x")  # mark, bytes of the list of parts (APPNOTE 4.3.16)
_LONGEST_NOTE = 65_535
_LOCATOR = b"PK\x06\x07", 20  # a second, larger list of parts, and how far before the end record it is said to be
_PIECE = 256 * 1024
_BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError, EOFError, OSError)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of rows: its title and the part that holds it."""

    title: str
    part: str
    is_visible: bool


class SheetArchive:
    """The parts of an .xlsx file, each read piece by piece; to be closed. Errors: FileProblem, OSError at opening."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("rb")
        try:
            self._zip = self._checked()
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()
        self._file.close()

    def pieces(self, name: str) -> Iterator[bytes]:
        """A part, unpacked piece by piece, never more of it than it claims to hold; its sum is checked at its end."""
        try:
            with self._zip.open(name) as part:
                while piece := part.read(_PIECE):
                    yield piece
        except (KeyError, *_BROKEN) as error:
            raise damaged(self._path) from error

    def workbook(self) -> tuple[list[Sheet], bool]:
        """The sheets of rows in their order, and whether days are counted from 1904 (ECMA-376, part 1, 18.2)."""
        relations = {one.get("Id", ""): one.attrib for one in self._relations()}
        workbook = self.tree("xl/workbook.xml")
        sheets = []
        for one in workbook.iter("sheet"):
            relation = relations.get(next((value for name, value in one.items() if name.endswith(":id")), ""), {})
            if relation.get("Type", "").endswith("/worksheet"):
                is_visible = one.get("state", "visible") == "visible"
                sheets.append(Sheet(one.get("name", ""), _part(relation.get("Target", "")), is_visible))
        counting = workbook.find("workbookPr")
        return sheets, counting is not None and counting.get("date1904") in ("1", "true")

    def shared(self, kind: str) -> str:
        """The name of the part of a kind that all sheets share, such as "styles"; empty if there is none."""
        return next(
            (_part(one.get("Target", "")) for one in self._relations() if one.get("Type", "").endswith(f"/{kind}")), ""
        )

    def tree(self, name: str) -> Element:
        """A small part whole; names of elements are without their prefixes."""
        if self._zip.NameToInfo.get(name) and self._zip.NameToInfo[name].file_size > MOST_IN_TREE:
            raise self._too_large(f"The spreadsheet's {name} is of more than {MOST_IN_TREE // 1024**2} MB.")
        try:
            return tree_of(self.pieces(name))
        except NotASheet as error:
            raise damaged(self._path) from error

    def _relations(self) -> list[Element]:
        return list(self.tree("xl/_rels/workbook.xml.rels").iter("Relationship"))

    def _checked(self) -> zipfile.ZipFile:
        if (size := self._path.stat().st_size) > MOST_PACKED:
            raise self._too_large(f"The spreadsheet is a file of more than {MOST_PACKED // 1024**2} MB.")
        if _index_size(self._file, size) > _MOST_INDEX:
            raise self._too_large(f"The spreadsheet has more than {MOST_PARTS:,} parts.")
        try:
            archive = zipfile.ZipFile(self._file)
        except _BROKEN as error:
            raise damaged(self._path) from error
        parts = archive.infolist()
        if len(parts) > MOST_PARTS:
            raise self._too_large(f"The spreadsheet has more than {MOST_PARTS:,} parts.")
        if sum(part.file_size for part in parts) > MOST_UNPACKED:
            raise self._too_large(f"The spreadsheet holds more than {(MOST_UNPACKED + 1) // 1024**3} GB of text.")
        if len({part.filename for part in parts}) < len(parts):
            raise damaged(self._path)
        return archive

    def _too_large(self, sentence: str) -> FileProblem:
        return FileProblem(
            sentence, path=self._path, advice="Save its sheet as CSV UTF-8, which may be of any size, and open that."
        )


def damaged(path: Path) -> FileProblem:
    """What is said of a spreadsheet that cannot be read."""
    return FileProblem(
        "The spreadsheet cannot be read: it is damaged, protected or of another kind.",
        path=path,
        advice="Save it as .xlsx or as CSV UTF-8 without a password.",
    )


def _part(target: str) -> str:
    """The name of a part that the workbook speaks of (ECMA-376, part 2, 9.3)."""
    return posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")


def _index_size(file: BinaryIO, size: int) -> int:
    """How long the list of parts is, which would be held in memory whole."""
    file.seek(max(0, size - _END.size - _LONGEST_NOTE - _LOCATOR[1]))
    tail = file.read()
    place = tail.rfind(b"PK\x05\x06")
    if place < 0 or len(tail) < place + _END.size:
        return 0  # no zip, which is found out next
    if tail[: place - _LOCATOR[1] + 4].endswith(_LOCATOR[0]):
        return _MOST_INDEX + 1  # only a zip of more than 65,535 parts or 4 GB has a second list
    return int(_END.unpack_from(tail, place)[1])
