"""A CSV file as rows: encoding and delimiter found and shown, everything doubtful refused with its line."""

from __future__ import annotations

import codecs
import csv
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from charset_normalizer import from_bytes

from zoho_console.domain.changes import Row
from zoho_console.errors import FileProblem

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252", "iso-8859-1", "mac-roman", "cp1250", "cp1251", "shift_jis")
SAMPLE_ROWS = 20
MOST_COLUMNS = 200
LARGEST_CELL = 1_000_000
_SNIFFED_BYTES = 64 * 1024
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True, slots=True)
class Table:
    """An opened file: how it is read, its titles, its first rows. `encoding` and `delimiter` were found or given."""

    path: Path
    encoding: str
    delimiter: str
    header: tuple[str, ...]
    sample: tuple[Row, ...]

    def rows(self) -> Iterator[Row]:
        """Every row, one at a time. Errors: FileProblem naming the line that is wrong."""
        for row in itertools.islice(_records(self.path, self.encoding, self.delimiter), 1, None):
            if len(row.texts) != len(self.header):
                raise FileProblem(
                    f"Line {row.line} has {_cells(len(row.texts))}, but the header has {len(self.header)}.",
                    path=self.path,
                    line=row.line,
                    advice="Look for a missing or extra delimiter, or quote the cell that holds one.",
                )
            yield row


def open_table(path: Path, *, encoding: str = "", delimiter: str = "") -> Table:
    """Open a CSV file and look at its first rows. Errors: FileProblem."""
    head = _head(path)
    encoding = encoding or _encoding_of(path, head)
    delimiter = delimiter or _delimiter_of(_decoded(path, head, encoding))
    first = next(_records(path, encoding, delimiter), None)
    if first is None:
        raise FileProblem("The file is empty.", path=path, advice="Choose a file with a header and rows.")
    header = tuple(title.strip() for title in first.texts)
    _check_header(path, header)
    table = Table(path, encoding, delimiter, header, ())
    sample = tuple(itertools.islice(table.rows(), SAMPLE_ROWS))
    if not sample:
        raise FileProblem("The file has a header and no rows.", path=path, advice="Add at least one row below it.")
    return Table(path, encoding, delimiter, header, sample)


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            head = file.read(_SNIFFED_BYTES)
    except OSError as error:
        reason = error.strerror or str(error)
        raise FileProblem(f"The file cannot be opened: {reason}.", path=path, advice="Check its name.") from error
    if not head.strip():
        raise FileProblem("The file is empty.", path=path, advice="Choose a file with a header and rows.")
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise FileProblem("This is a spreadsheet, not a CSV file.", path=path, advice="Save it as CSV UTF-8 first.")
    return head


def _encoding_of(path: Path, head: bytes) -> str:
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    # UTF-16 without a mark: in mostly Latin text every second byte is zero.
    for name, start in (("utf-16-le", 1), ("utf-16-be", 0)):
        if len(head) >= 4 and head[start::2].count(0) > 0.4 * len(head[start::2]):
            return name
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        best = from_bytes(head).best()
        return best.encoding if best is not None else "cp1252"
    return "utf-8"


def _decoded(path: Path, head: bytes, encoding: str) -> str:
    try:
        return codecs.getincrementaldecoder(encoding)().decode(head)
    except (UnicodeDecodeError, LookupError) as error:
        raise FileProblem(
            f"The file is not written in {encoding}.", path=path, advice="Choose another encoding."
        ) from error


def _delimiter_of(text: str) -> str:
    """The delimiter that gives the first lines the same number of cells, the most cells at best."""
    best, most = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        try:
            lines = text.splitlines()[:-1] or [text]
            rows = list(itertools.islice(csv.reader(lines, delimiter=delimiter), 50))
        except csv.Error:
            continue
        counts = [len(row) for row in rows if row]
        if counts and counts[0] > 1:
            same = sum(count == counts[0] for count in counts) / len(counts)
            if (same, counts[0]) > most:
                best, most = delimiter, (same, counts[0])
    return best


def _records(path: Path, encoding: str, delimiter: str) -> Iterator[Row]:
    """Records as the csv module reads them, strictly; wholly blank lines are passed over."""
    csv.field_size_limit(LARGEST_CELL)
    number, line = 0, 1
    try:
        with path.open(encoding=encoding, newline="") as file:
            reader = csv.reader(_without_nul(file, path), delimiter=delimiter, strict=True)
            while True:
                line = reader.line_num + 1
                texts = next(reader, None)
                if texts is None:
                    return
                if texts:
                    number += 1
                    yield Row(number, line, tuple(texts))
    except csv.Error as error:
        raise _broken(path, line, str(error)) from error
    except (UnicodeDecodeError, UnicodeError, LookupError) as error:
        raise FileProblem(
            f"Near line {line} the file is not written in {encoding}.",
            path=path,
            line=line,
            advice="Choose another encoding, or save the file as CSV UTF-8.",
        ) from error


def _without_nul(lines: Iterator[str], path: Path) -> Iterator[str]:
    for number, line in enumerate(lines, start=1):
        if "\x00" in line:
            raise FileProblem(
                f"Line {number} holds a character that no text has (NUL).",
                path=path,
                line=number,
                advice="Save the file as CSV UTF-8 again.",
            )
        yield line


def _broken(path: Path, line: int, reason: str) -> FileProblem:
    if "unexpected end of data" in reason:
        return FileProblem(
            f"A quote opened in line {line} is never closed.",
            path=path,
            line=line,
            advice='Close it, or write a quote within a cell twice ("").',
        )
    if "field larger" in reason:
        return FileProblem(
            f"A cell in line {line} is longer than a million characters.",
            path=path,
            line=line,
            advice="Look for a quote that is not closed.",
        )
    return FileProblem(
        f"Line {line} has text after a closing quote.",
        path=path,
        line=line,
        advice='Write a quote within a cell twice ("").',
    )


def _check_header(path: Path, header: tuple[str, ...]) -> None:
    if len(header) > MOST_COLUMNS:
        raise FileProblem(f"The file has {len(header)} columns; at most {MOST_COLUMNS} can be read.", path=path, line=1)
    for index, title in enumerate(header):
        if not title:
            raise FileProblem(
                f"Column {index + 1} has no title.", path=path, line=1, advice="Give every column a title."
            )
        if title in header[:index]:
            raise FileProblem(
                f"Two columns are titled “{title}”.", path=path, line=1, advice="Rename or remove one of them."
            )


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count} cells"
