"""A spreadsheet file as the zip it is, opened without trust in what it says of itself."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from zoho_console.errors import FileProblem

MOST_PACKED = 64 * 1024**2
MOST_UNPACKED = 200 * 1024**2  # of all parts together; the parser holds a sheet whole, in twice as much memory
MOST_PARTS = 5_000
_PIECE = 256 * 1024
_LOCAL_HEADER = struct.Struct("<4s22xHH")  # mark, lengths of name and extra field (APPNOTE 4.3.7)
_IS_ENCRYPTED = 0x1


class SheetArchive:
    """The parts of an .xlsx file, read once and found to be as large as they claim to be.

    `content` are the file's bytes. Errors: FileProblem.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with path.open("rb") as file:
            self.content = file.read(MOST_PACKED + 1)
        if len(self.content) > MOST_PACKED:
            raise self._too_large(f"The spreadsheet is a file of more than {MOST_PACKED // 1024**2} MB.")
        try:
            with zipfile.ZipFile(io.BytesIO(self.content)) as archive:
                parts = archive.infolist()
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
            raise self._damaged() from error
        self._parts = {part.filename: part for part in parts}
        if len(parts) > MOST_PARTS:
            raise self._too_large(f"The spreadsheet has more than {MOST_PARTS:,} parts.")
        if sum(part.file_size for part in parts) > MOST_UNPACKED:
            raise self._too_large(f"The spreadsheet holds more than {MOST_UNPACKED // 1024**2} MB of text.")
        if len(self._parts) < len(parts):
            raise self._damaged()
        for part in parts:
            for _piece in self._pieces(part):
                pass

    def pieces(self, name: str) -> Iterator[bytes]:
        """A part, unpacked piece by piece."""
        if name not in self._parts:
            raise self._damaged()
        return self._pieces(self._parts[name])

    def sheet_parts(self) -> dict[str, str]:
        """The name of the part of each sheet, by the sheet's title (ECMA-376, part 1, 18.2 and part 2, 9.3)."""
        targets = {
            relation.get("Id", ""): relation.get("Target", "")
            for relation in self._tree("xl/_rels/workbook.xml.rels").iterfind(".//{*}Relationship")
        }
        parts = {}
        for sheet in self._tree("xl/workbook.xml").iterfind(".//{*}sheet"):
            relation = next((value for name, value in sheet.items() if name.endswith("}id")), "")
            target = targets.get(relation, "")
            parts[sheet.get("name", "")] = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
        return parts

    def _tree(self, name: str) -> ElementTree.Element:
        text = b"".join(self.pieces(name))
        if b"<!DOCTYPE" in text:
            raise self._damaged()  # entities could make it as large as they like
        try:
            return ElementTree.fromstring(text)
        except ElementTree.ParseError as error:
            raise self._damaged() from error

    def _pieces(self, part: zipfile.ZipInfo) -> Iterator[bytes]:
        """Unpacked by ourselves: a part that holds more than it claims, or less, is refused, one piece late at most."""
        size = 0
        for piece in self._inflated(part):
            size += len(piece)
            if size > part.file_size:
                raise self._damaged()
            yield piece
        if size != part.file_size:
            raise self._damaged()

    def _inflated(self, part: zipfile.ZipInfo) -> Iterator[bytes]:
        header = self.content[part.header_offset : part.header_offset + _LOCAL_HEADER.size]
        if len(header) < _LOCAL_HEADER.size or part.flag_bits & _IS_ENCRYPTED:
            raise self._damaged()
        mark, name, extra = _LOCAL_HEADER.unpack(header)
        start = part.header_offset + _LOCAL_HEADER.size + name + extra
        if mark != b"PK\x03\x04" or part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise self._damaged()
        ends = range(start, start + part.compress_size, _PIECE)
        packed = (self.content[one : min(one + _PIECE, start + part.compress_size)] for one in ends)
        if part.compress_type == zipfile.ZIP_STORED:
            yield from packed
            return
        unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            for piece in packed:
                rest = piece
                while rest:
                    yield unpacker.decompress(rest, _PIECE)
                    rest = unpacker.unconsumed_tail
            yield unpacker.flush()
        except zlib.error as error:
            raise self._damaged() from error

    def _too_large(self, sentence: str) -> FileProblem:
        return FileProblem(
            sentence, path=self._path, advice="Save its sheet as CSV UTF-8, which may be of any size, and open that."
        )

    def _damaged(self) -> FileProblem:
        return damaged(self._path)


def damaged(path: Path) -> FileProblem:
    """What is said of a spreadsheet that cannot be read."""
    return FileProblem(
        "The spreadsheet cannot be read: it is damaged, protected or of another kind.",
        path=path,
        advice="Save it as .xlsx or as CSV UTF-8 without a password.",
    )
