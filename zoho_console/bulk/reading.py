"""A CSV file as rows: encoding and delimiter found and shown, everything doubtful refused with its line."""

from __future__ import annotations

import codecs
import csv
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path

from zoho_console.bulk.decoding import SNIFFED_BYTES, encoding_of, undecodable
from zoho_console.domain.changes import Row
from zoho_console.errors import FileProblem

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252", "iso-8859-1", "mac-roman", "cp1250", "cp1251", "shift_jis")
SAMPLE_ROWS = 20
MOST_COLUMNS = 200
LARGEST_CELL = 1_000_000
_SNIFFED_RECORDS = 50


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
    """Open a CSV file and look at its first rows; what is not given is found.

    A found encoding or delimiter is a guess to be shown with the sample. Errors: FileProblem.
    """
    head, encoding = _looked_at(path, encoding)
    delimiter = delimiter or _delimiter_of(_decoded(path, head, encoding), is_whole=len(head) < SNIFFED_BYTES)
    first = next(_records(path, encoding, delimiter), None)
    if first is None:
        raise _empty(path)
    header = tuple(title.strip() for title in first.texts)
    _check_header(path, header)
    table = Table(path, encoding, delimiter, header, ())
    sample = tuple(itertools.islice(table.rows(), SAMPLE_ROWS))
    if not sample:
        raise FileProblem("The file has a header and no rows.", path=path, advice="Add at least one row below it.")
    return replace(table, sample=sample)


def _looked_at(path: Path, encoding: str) -> tuple[bytes, str]:
    """The first bytes, and the encoding that was asked for or is found."""
    try:
        with path.open("rb") as file:
            head = file.read(SNIFFED_BYTES)
        encoding = _chosen(encoding, head) if encoding else encoding_of(path)
    except OSError as error:
        raise _unreadable(path, error) from error
    if not head.strip():
        raise _empty(path)
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise FileProblem("This is a spreadsheet, not a CSV file.", path=path, advice="Save it as CSV UTF-8 first.")
    return head, encoding


def _chosen(encoding: str, head: bytes) -> str:
    """The encoding that was asked for; a mark at the start is never part of the first title."""
    is_utf8 = encoding.lower().replace("_", "-") in ("utf-8", "utf8")
    return "utf-8-sig" if is_utf8 and head.startswith(codecs.BOM_UTF8) else encoding


def _decoded(path: Path, head: bytes, encoding: str) -> str:
    try:
        return codecs.getincrementaldecoder(encoding)("replace").decode(head)
    except LookupError as error:
        raise _unknown_encoding(path, encoding) from error


def _delimiter_of(text: str, *, is_whole: bool) -> str:
    """The delimiter that gives the first records the same number of cells, the most cells at best."""
    best, most = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
        records = list(itertools.islice(reader, _SNIFFED_RECORDS))
        if not is_whole and 1 < len(records) < _SNIFFED_RECORDS:
            records.pop()  # the text ends within it
        counts = [len(record) for record in records if record]
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
    except UnicodeError as error:
        raise _undecodable(path, encoding, line) from error
    except LookupError as error:
        raise _unknown_encoding(path, encoding) from error
    except OSError as error:
        raise _unreadable(path, error) from error


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
            f"A quote in the row that begins in line {line} is never closed.",
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
        f"In the row that begins in line {line} text follows a closing quote.",
        path=path,
        line=line,
        advice='Write a quote within a cell twice (""), and look for one that is not closed.',
    )


def _undecodable(path: Path, encoding: str, line: int) -> FileProblem:
    # The reader is up to a buffer ahead of the row at hand, so the place is looked up in the bytes.
    place = undecodable(path, encoding)
    line = place.line if place else line
    return FileProblem(
        f"Line {line} holds bytes that are not {encoding}.",
        path=path,
        line=line,
        advice="Choose another encoding, or save the file as CSV UTF-8.",
    )


def _unknown_encoding(path: Path, encoding: str) -> FileProblem:
    return FileProblem(f"There is no encoding “{encoding}”.", path=path, advice="Choose another encoding.")


def _unreadable(path: Path, error: OSError) -> FileProblem:
    reason = error.strerror or str(error)
    return FileProblem(
        f"The file cannot be read: {reason}.", path=path, advice="Check its name and whether it may be opened."
    )


def _empty(path: Path) -> FileProblem:
    return FileProblem("The file is empty.", path=path, advice="Choose a file with a header and rows.")


def _check_header(path: Path, header: tuple[str, ...]) -> None:
    if len(header) > MOST_COLUMNS:
        raise FileProblem(
            f"The file has {len(header)} columns; at most {MOST_COLUMNS} can be read.",
            path=path,
            line=1,
            advice="Remove the columns that set nothing.",
        )
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
