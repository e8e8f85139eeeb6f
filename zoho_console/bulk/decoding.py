"""Which encoding a text file is written in, found from its bytes; and where a file does not keep to one.

A guess is never certain: whoever opens the file shows it with the first rows and lets the person correct it.
"""

from __future__ import annotations

import codecs
import locale
import unicodedata
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

from charset_normalizer import from_bytes

SNIFFED_BYTES = 64 * 1024
_CHUNK_BYTES = 1024 * 1024
_BY_CHANCE = 0.1
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# What spreadsheets on Windows write as “CSV” is the code page of the machine; elsewhere the commonest one is assumed.
_OWN_CODE_PAGE = locale.getencoding() if locale.getencoding().startswith("cp125") else "cp1252"
# Numbers, marks and currency signs within a word: the text was written in another code page.
_ODD_IN_WORDS = frozenset({"No", "Sk", "Sc", "So", "Cc"})


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file: its byte from 0, its line from 1."""

    offset: int
    line: int


def encoding_of(path: Path) -> str:
    """The name of the encoding a file is most likely written in, as Python spells it.

    A mark at the start decides; then UTF-16 without one; then UTF-8 if the whole file, or a good part of it, is valid;
    then the likeliest old code page. Reads the whole file, 1 GB in about a second. Errors: OSError.
    """
    with path.open("rb") as file:
        head = file.read(SNIFFED_BYTES)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    # UTF-16 without a mark: in mostly Latin text every second byte is zero.
    for name, start in (("utf-16-le", 1), ("utf-16-be", 0)):
        if len(head) >= 4 and head[start::2].count(0) > 0.4 * len(head[start::2]):
            return name
    place = undecodable(path, "utf-8")
    if place is None:
        return "utf-8"
    around = _lines_around(path, place.offset)
    return "utf-8" if _is_damaged_utf8(around) or _is_partly_utf8(path) else _code_page_of(around)


def undecodable(path: Path, encoding: str) -> Place | None:
    """The first byte that is not of this encoding, or None if all are. Errors: OSError, LookupError."""
    decoder = codecs.getincrementaldecoder(encoding)()
    offset, line, is_split = 0, 1, False
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK_BYTES)
            state = decoder.getstate()
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                decoder.setstate(state)
                good = max(0, error.start - len(state[0]))
                text = decoder.decode(chunk[:good])
                return Place(offset + error.start - len(state[0]), line + _line_ends(text, is_split))
            if not chunk:
                return None
            offset, line = offset + len(chunk), line + _line_ends(text, is_split)
            is_split = text.endswith("\r")


def _line_ends(text: str, is_split: bool) -> int:
    """Line ends in a text, \r\n counted once, also where the text begins with the second half of one."""
    second_half = is_split and text.startswith("\n")
    return text.count("\n") + text.count("\r") - text.count("\r\n") - second_half


def _lines_around(path: Path, place: int) -> bytes:
    """Up to 64 kB of whole lines around an offset; line feeds are single bytes in every code page."""
    start = max(0, place - SNIFFED_BYTES // 2)
    with path.open("rb") as file:
        file.seek(start)
        found = file.read(SNIFFED_BYTES)
    if start and b"\n" in found[: place - start]:
        found = found[found.index(b"\n") + 1 :]
    is_cut = start + SNIFFED_BYTES <= path.stat().st_size
    return found[: found.rfind(b"\n") + 1] or found if is_cut else found


def _is_damaged_utf8(text: bytes) -> bool:
    """Whether most of what is beyond ASCII is valid UTF-8: then a wrong byte is named, not guessed at."""
    read = text.decode("utf-8", "replace")
    beyond = sum(mark > "\x7f" for mark in read)
    return beyond > 2 * read.count("\ufffd")


def _is_partly_utf8(path: Path) -> bool:
    """Whether of the lines beyond ASCII more than a few are valid UTF-8, which none of a code page is but by chance.

    Such a file was put together from others: its first line that is not is named, and nothing reads as nonsense.
    """
    valid = others = 0
    with path.open("rb") as file:
        for line in iter(partial(file.readline, _CHUNK_BYTES), b""):
            if not line.isascii():
                is_valid = _is_utf8(line)
                valid, others = valid + is_valid, others + (not is_valid)
    return valid > _BY_CHANCE * others


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _code_page_of(text: bytes) -> str:
    """The likeliest code page. Scripts are told apart well by their bytes, Latin code pages and single letters badly.

    So the machine's own wins for what reads as Latin text, unless it makes nonsense of words.
    """
    telling = [line for line in text.splitlines(keepends=True) if not line.isascii()]
    best = from_bytes(b"".join(telling)).best()
    try:
        own = text.decode(_OWN_CODE_PAGE)
    except UnicodeDecodeError:
        own = ""
    if best is None:
        return _OWN_CODE_PAGE
    is_latin = _is_latin(str(best)) or _has_accents(own)
    return _OWN_CODE_PAGE if is_latin and own and _makes_sense(own) else best.encoding


def _is_latin(text: str) -> bool:
    return all(unicodedata.name(mark, "").startswith("LATIN") for mark in text if mark > "\x7f" and mark.isalpha())


def _has_accents(text: str) -> bool:
    """Whether most letters beyond ASCII stand beside plain ones, as in words with accents and in no other script."""
    letters = touching = 0
    for before, mark, after in zip(f" {text}", text, f"{text[1:]} ", strict=False):
        if mark > "\x7f" and mark.isalpha():
            letters += 1
            touching += any(beside.isascii() and beside.isalpha() for beside in (before, after))
    return touching > letters / 2


def _makes_sense(text: str) -> bool:
    return not any(
        one > "\x7f" and unicodedata.category(one) in _ODD_IN_WORDS and other.isalpha() for one, other in pairwise(text)
    )
