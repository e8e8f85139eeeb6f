"""The rows of a CSV file, strictly read in memory that does not grow with it; what is doubtful is refused by line."""

from __future__ import annotations

import codecs
import csv
import itertools
from collections.abc import Iterator
from functools import partial
from io import StringIO
from pathlib import Path
from typing import TextIO

from zoho_console.bulk.decoding import SNIFFED_BYTES, encoding_of, undecodable
from zoho_console.domain.changes import Row
from zoho_console.errors import FileProblem

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
LARGEST_CELL = 1_000_000  # characters
LONGEST_LINE = 16_000_000
_SNIFFED_RECORDS = 50


def found_encoding(path: Path, encoding: str = "") -> str:
    """The encoding that was asked for, or is found. A mark at the start is never part of the first title.

    Errors: FileProblem, also for an empty file.
    """
    head = first_bytes(path)
    if not head.strip():
        raise FileProblem("The file is empty.", path=path, advice="Choose a file with a header and rows.")
    if not encoding:
        try:
            return encoding_of(path)
        except OSError as error:
            raise unreadable(path, error) from error
    is_utf8 = encoding.lower().replace("_", "-") in ("utf-8", "utf8")
    return "utf-8-sig" if is_utf8 and head.startswith(codecs.BOM_UTF8) else encoding


def found_delimiter(path: Path, encoding: str) -> str:
    """The delimiter that gives the first records the same number of cells, the most cells at best.

    Errors: FileProblem.
    """
    head = first_bytes(path)
    try:
        text = codecs.getincrementaldecoder(encoding)("replace").decode(head)
    except LookupError as error:
        raise _unknown_encoding(path, encoding) from error
    best, most = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
        records = list(itertools.islice(reader, _SNIFFED_RECORDS))
        if len(head) == SNIFFED_BYTES and 1 < len(records) < _SNIFFED_RECORDS:
            records.pop()  # the text ends within it
        counts = [len(record) for record in records if record]
        if counts and counts[0] > 1:
            same = sum(count == counts[0] for count in counts) / len(counts)
            if (same, counts[0]) > most:
                best, most = delimiter, (same, counts[0])
    return best


def csv_rows(path: Path, encoding: str, delimiter: str) -> Iterator[Row]:
    """Every row with the header, one at a time; wholly blank lines are passed over. Errors: FileProblem."""
    # The limit is the whole program's, and others may need more.
    csv.field_size_limit(max(LARGEST_CELL, csv.field_size_limit()))
    number = 1
    try:
        with path.open(encoding=encoding, newline="") as file:
            reader = csv.reader(_lines(file, path), delimiter=delimiter, strict=True)
            for texts in reader:
                if texts:
                    yield Row(number, tuple(texts))
                number = reader.line_num + 1
    except csv.Error as error:
        raise _broken(path, number, str(error)) from error
    except UnicodeError as error:
        raise _undecodable(path, encoding, number) from error
    except LookupError as error:
        raise _unknown_encoding(path, encoding) from error
    except OSError as error:
        raise unreadable(path, error) from error


def unreadable(path: Path, error: OSError) -> FileProblem:
    """What is said of a file that the system does not let us read."""
    reason = error.strerror or str(error)
    return FileProblem(
        f"The file cannot be read: {reason}.", path=path, advice="Check its name and whether it may be opened."
    )


def first_bytes(path: Path) -> bytes:
    """What a look at a file begins with. Errors: FileProblem."""
    try:
        with path.open("rb") as file:
            return file.read(SNIFFED_BYTES)
    except OSError as error:
        raise unreadable(path, error) from error


def _lines(file: TextIO, path: Path) -> Iterator[str]:
    """The lines with their ends; never more of one than a line may have."""
    for number, line in enumerate(iter(partial(file.readline, LONGEST_LINE), ""), start=1):
        if "\x00" in line:
            raise FileProblem(
                f"Line {number} holds a character that no text has (NUL).",
                path=path,
                line=number,
                advice="Save the file as CSV UTF-8 again.",
            )
        if len(line) == LONGEST_LINE:
            raise FileProblem(
                f"Line {number} is longer than {LONGEST_LINE // 10**6} million characters.",
                path=path,
                line=number,
                advice="Check that the file is a CSV file with one line for each row.",
            )
        yield line


def _broken(path: Path, number: int, reason: str) -> FileProblem:
    if "unexpected end of data" in reason:
        return FileProblem(
            f"A quote in the row that begins in line {number} is never closed.",
            path=path,
            line=number,
            advice='Close it, or write a quote within a cell twice ("").',
        )
    if "field larger" in reason:
        return FileProblem(
            f"A cell in the row that begins in line {number} is longer than a million characters.",
            path=path,
            line=number,
            advice="Look for a quote that is not closed.",
        )
    return FileProblem(
        f"In the row that begins in line {number} text follows a closing quote.",
        path=path,
        line=number,
        advice='Write a quote within a cell twice (""), and look for one that is not closed.',
    )


def _undecodable(path: Path, encoding: str, number: int) -> FileProblem:
    # The reader is up to a buffer ahead of the row at hand, so the place is looked up in the bytes.
    place = undecodable(path, encoding)
    line = place.line if place else number
    return FileProblem(
        f"Line {line} holds bytes that are not {encoding}.",
        path=path,
        line=line,
        advice="Choose another encoding, or save the file as CSV UTF-8.",
    )


def _unknown_encoding(path: Path, encoding: str) -> FileProblem:
    return FileProblem(f"There is no encoding “{encoding}”.", path=path, advice="Choose another encoding.")
