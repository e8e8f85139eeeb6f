"""Result files of bulk jobs: a zip with one CSV file, opened without trust in what it says of itself. Pure."""

from __future__ import annotations

import csv
import io
import stat
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO

from zoho_console.errors import UnreadableAnswer

MOST_BYTES = 4 * 1024**3  # unpacked; a job reads 200,000 records
# Deflate packs 1,032 to 1 at best; a file that claims as much is no table, unless it is small.
MOST_RATIO, SMALL_BYTES = 200, 64 * 1024 * 1024
LONGEST_CELL = 16 * 1024 * 1024


def packed(name: str, header: list[str], rows: Iterator[list[str]]) -> bytes:
    """A zip with one CSV file."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, text.getvalue().encode("utf-8"))
    return whole.getvalue()


def rows_of(content: bytes, most_bytes: int = MOST_BYTES) -> Iterator[list[str]]:
    """The rows of the one CSV file in a zip, the header first, as they are unpacked.

    Errors: UnreadableAnswer for no zip, more than one member, a path, a link, a bomb, a wrong checksum or a cut file.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            member = _the_one(archive, most_bytes)
            with archive.open(member) as raw:
                csv.field_size_limit(LONGEST_CELL)
                yield from csv.reader(_lines(raw, most_bytes), strict=True)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, UnicodeDecodeError, csv.Error, RuntimeError) as error:
        raise _refused(type(error).__name__) from error
    except zlib.error as error:
        raise _refused("damaged") from error


def _lines(raw: IO[bytes], most_bytes: int) -> Iterator[str]:
    """Lines until more came than may come, whatever the archive said."""
    left = most_bytes
    for line in raw:
        left -= len(line)
        if left < 0:
            raise zipfile.BadZipFile("longer than it says")
        yield line.decode("utf-8-sig" if left + len(line) == most_bytes else "utf-8")


def _the_one(archive: zipfile.ZipFile, most_bytes: int) -> zipfile.ZipInfo:
    members = archive.infolist()
    if len(members) != 1:
        raise _refused(f"{len(members)} members")
    member = members[0]
    is_path = any(part in member.filename for part in ("/", "\\", "..", ":", "\x00"))
    if is_path or stat.S_ISLNK(member.external_attr >> 16):
        raise _refused("a path or a link")
    ratio = member.file_size / max(member.compress_size, 1)
    if member.file_size > most_bytes or (member.file_size > SMALL_BYTES and ratio > MOST_RATIO):
        raise _refused("a bomb")
    return member


def _refused(reason: str) -> UnreadableAnswer:
    return UnreadableAnswer(
        "The result file that Zoho sent cannot be used.",
        advice="Try again; nothing of it was taken.",
        details={"reason": reason},
    )
