"""Result files are opened without trust: bombs, paths, links, false checksums and cut files give nothing."""

from __future__ import annotations

import io
import stat
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoho_console.errors import UnreadableAnswer
from zoho_console.zoho.archives import packed, rows_of

CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r"), max_size=30)


@given(st.lists(st.lists(CELL, min_size=3, max_size=3), max_size=8))
def test_what_is_packed_is_read_again(rows: list[list[str]]) -> None:
    header = ["id", "Name", "Note"]
    assert list(rows_of(packed("rows.csv", header, iter(rows)))) == [header, *rows]


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return whole.getvalue()


def link() -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("a.csv")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


GOOD = zipped(("a.csv", b"id\n1\n" * 2000))


def flipped(content: bytes) -> bytes:
    """One byte of the packed data is another one."""
    place = 45
    return content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :]


def false_checksum() -> bytes:
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.csv", b"id\n1\n")
    return stored.getvalue().replace(b"id\n1\n", b"id\n2\n", 1)


UNTRUSTED = {
    "nothing": b"",
    "a mark only": b"PK",
    "a page": b"<html>no zip</html>",
    "an empty zip": zipped(),
    "two files": zipped(("a.csv", b"id\n"), ("b.csv", b"id\n")),
    "too many files": zipped(*((f"{number}.csv", b"") for number in range(10_000))),
    "a name that climbs": zipped(("../a.csv", b"id\n")),
    "a name from the root": zipped(("/etc/a.csv", b"id\n")),
    "a name with a backslash": zipped(("a\\b.csv", b"id\n")),
    "a name with a drive": zipped(("c:a.csv", b"id\n")),
    "a link": zipped((link(), b"/etc/passwd")),
    "half": GOOD[: len(GOOD) // 2],
    "a changed byte": flipped(GOOD),
    "a wrong sum": false_checksum(),
    "no Unicode": zipped(("a.csv", b"id\n\xff\xfe\n")),
    "an open quote": zipped(("a.csv", b'id\n"never closed\n')),
}


@pytest.mark.parametrize("kind", UNTRUSTED)
def test_a_file_that_cannot_be_trusted_is_refused(kind: str) -> None:
    with pytest.raises(UnreadableAnswer, match="cannot be used"):
        list(rows_of(UNTRUSTED[kind]))


def test_a_bomb_is_refused_before_and_while_it_is_unpacked() -> None:
    bomb = zipped(("a.csv", b"0" * (65 * 1024 * 1024)))
    assert len(bomb) < 100_000
    with pytest.raises(UnreadableAnswer):
        next(rows_of(bomb))
    with pytest.raises(UnreadableAnswer):
        list(rows_of(zipped(("a.csv", b"id\n" * 1000)), most_bytes=500))
