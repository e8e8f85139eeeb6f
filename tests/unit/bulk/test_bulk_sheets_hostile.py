"""Spreadsheets that are not what they seem: bombs of every kind, damaged and crafted files."""

from __future__ import annotations

import io
import random
import struct
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import pytest
from openpyxl import Workbook
from sheet_samples import packed, sheet_of, written

from zoho_console.bulk import sheet_archive
from zoho_console.bulk.reading import open_table
from zoho_console.errors import FileProblem

MEGABYTE = 1024**2
MUCH = 12 * MEGABYTE


def refused(folder: Path, content: bytes) -> FileProblem:
    path = folder / "bad.xlsx"
    path.write_bytes(content)
    with pytest.raises(FileProblem) as caught:
        list(open_table(path).rows())
    assert caught.value.advice
    return caught.value


def rows_of(folder: Path, parts: dict[str, bytes]) -> list[tuple[str, ...]]:
    path = folder / "file.xlsx"
    path.write_bytes(packed(parts))
    return [row.texts for row in open_table(path).rows()]


def test_a_bomb_is_refused_by_what_it_claims(tmp_path: Path) -> None:
    content = packed({"xl/workbook.xml": b"a", "xl/sheet.xml": b"b"})
    for name in (b"xl/workbook.xml", b"xl/sheet.xml"):
        place = content.rindex(name) - 46 + 24  # in the list of parts, where the size stands (APPNOTE 4.3.12)
        content[place : place + 4] = struct.pack("<L", sheet_archive.MOST_UNPACKED // 2 + 1)
    too_large = refused(tmp_path, content)
    assert (str(too_large), too_large.advice) == (
        "The spreadsheet holds more than 4 GB of text.",
        "Save its sheet as CSV UTF-8, which may be of any size, and open that.",
    )


def test_a_bomb_that_claims_to_be_small_is_refused_by_what_it_is(tmp_path: Path) -> None:
    bomb, small = bytes(50 * MEGABYTE), b"<small/>"
    content = packed({"xl/workbook.xml": bomb})
    for old, new in ((len(bomb), len(small)), (zlib.crc32(bomb), zlib.crc32(small))):
        while (place := content.find(struct.pack("<L", old))) >= 0:
            content[place : place + 4] = struct.pack("<L", new)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.infolist()[0].file_size == len(small)
    assert "damaged" in str(refused(tmp_path, content))


SPACE = b" " * MUCH
BOMBS = {
    "a text without end": (b'<worksheet><row><c t="str"><v>' + SPACE + b"</v></c></row></worksheet>", b""),
    "a tag without end": (b"<worksheet" + SPACE + b"/>", b""),
    "elements without end": (b"<a>" * (MUCH // 3), b""),
    "names without end": (b"<a>" + b"".join(b"<a%d/>" % number for number in range(MUCH // 12)) + b"</a>", b""),
    "rows within rows": (b"<row>" * (MUCH // 5), b""),
    "cells within cells": (b"<row>" + b"<c>" * (MUCH // 3), b""),
    "a shared text without end": (b"", b"<sst><si><t>" + SPACE + b"</t></si></sst>"),
    "shared texts within texts": (b"", b"<sst>" + b"<si>" * (MUCH // 4)),
    "a row without end": (b"<worksheet><row>" + b"<c><v>1</v></c>" * (MUCH // 15), b""),
}  # fmt: skip


@pytest.mark.parametrize("kind", BOMBS)
def test_a_bomb_of_xml_is_refused_before_it_fills_the_memory(tmp_path: Path, kind: str) -> None:
    sheet, strings = BOMBS[kind]
    shared = sheet_of('<row><c t="s"><v>0</v></c></row>')
    (tmp_path / "bad.xlsx").write_bytes(packed(written(sheet or shared, strings or b"<sst/>")))
    tracemalloc.start()
    try:
        with pytest.raises(FileProblem, match=r"damaged"):
            list(open_table(tmp_path / "bad.xlsx").rows())
        assert tracemalloc.get_traced_memory()[1] < MUCH / 2
    finally:
        tracemalloc.stop()


def test_too_many_parts_twins_and_entities_are_refused(tmp_path: Path) -> None:
    many = packed({f"{number}": b"" for number in range(sheet_archive.MOST_PARTS + 1)})
    assert "5,000 parts" in str(refused(tmp_path, many))
    longer = packed({f"xl/{number:01000}.xml": b"" for number in range(1_100)})
    assert "5,000 parts" in str(refused(tmp_path, longer))
    second = packed({"a": b""})
    assert "5,000 parts" in str(refused(tmp_path, second[:-22] + b"PK\x06\x07" + bytes(16) + second[-22:]))
    twins = packed({"xl/workbook.xml": b"1", "xl/workbook.xmk": b"2"}).replace(b".xmk", b".xml")
    assert "damaged" in str(refused(tmp_path, twins))
    for name in ("xl/workbook.xml", "xl/styles.xml", "xl/worksheets/sheet1.xml"):
        parts = written(sheet_of("<row/>"))
        parts[name] = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + parts[name]
        assert "damaged" in str(refused(tmp_path, packed(parts)))
    parts = written(sheet_of("<row/>"))
    parts["xl/workbook.xml"] = b"<workbook"
    assert "damaged" in str(refused(tmp_path, packed(parts)))
    del parts["xl/_rels/workbook.xml.rels"]
    assert "damaged" in str(refused(tmp_path, packed(parts)))
    parts = written(sheet_of("<row/>"), styles=f"<styleSheet>{' ' * sheet_archive.MOST_IN_TREE}</styleSheet>")
    assert "xl/styles.xml is of more than 16 MB" in str(refused(tmp_path, packed(parts)))


def test_a_file_larger_than_any_sheet_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "large.xlsx"
    with path.open("wb") as file:
        file.write(b"PK\x03\x04")
        file.truncate(sheet_archive.MOST_PACKED + 1)  # takes no room on the disk
    with pytest.raises(FileProblem, match="more than 1024 MB"):
        open_table(path)


NONSENSE = [
    '<row r="1"><c><v>1</v></c></row>', '<row r="x"/>', '<row r="1048577"/>', f'<row r="{"9" * 5000}"/>',
    '<row r="2"><c r="A3"><v>1</v></c></row>', '<row r="2"><c r="B2"><v>1</v></c><c r="A2"><v>1</v></c></row>',
    '<row><c r="&#97;2"><v>1</v></c></row>', '<row><c r="XFE2"><v>1</v></c></row>', '<row><c t="s"><v>7</v></c></row>',
    '<row><c t="s"><v>-1</v></c></row>', '<row><c t="s"><v>x</v></c></row>', '<row><c t="b"><v>yes</v></c></row>',
    '<row><c t="q"><v>1</v></c></row>', "<row><c><v>one</v></c></row>", "<row><c><v>nan</v></c></row>",
    '<row><c t="d"><v>today</v></c></row>', "<row><c><v><v>1</v></v></c></row>", '<row><c s="1"><v>x</v></c></row>',
]  # fmt: skip


@pytest.mark.parametrize("row", NONSENSE, ids=range(len(NONSENSE)))
def test_a_cell_that_makes_no_sense_is_refused(tmp_path: Path, row: str) -> None:
    styles = '<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
    assert "damaged" in str(refused(tmp_path, packed(written(sheet_of(row), "<sst><si><t>x</t></si></sst>", styles))))


def test_what_other_programs_write_is_read(tmp_path: Path) -> None:
    """Prefixes, no references, rich texts with reading aids, UTF-16, CDATA, a formula's text, a style that is none."""
    runs = "<x:r><x:t>Åker</x:t></x:r><x:rPh><x:t>aid</x:t></x:rPh><x:r><x:t>man</x:t></x:r>"
    strings = f"<x:sst xmlns:x='s'><x:si>{runs}</x:si></x:sst>"
    sheet = sheet_of(
        '<row><c t="s"><v>0</v></c><c t="str" s="9"><f>A1&amp;"t"</f><v><![CDATA[a <b> & c]]></v></c></row>'
        '<row r="5"><c r="B5" t="inlineStr"><is><r><t xml:space="preserve"> a</t></r>'
        "<rPh><t>aid</t></rPh><r><t>b</t></r></is></c></row>"
        '<row><c s="4"/><c t="d"><v>2026-03-04T00:00:00</v></c></row>'
        '<row><c t="s"><v/></c><c t="d"><v>2026-03-04T09:30Z</v></c></row>'
    )
    as_utf16 = ('<?xml version="1.0" encoding="UTF-16"?>' + sheet).encode("utf-16")
    for text in (sheet, as_utf16):
        assert rows_of(tmp_path, written(text, strings)) == [
            ("Åkerman", "a <b> & c"), ("", " ab"), ("", "2026-03-04"), ("", "2026-03-04T09:30:00+00:00"),
        ]  # fmt: skip
    for number in ("x", "9" * 5000):
        styles = f'<styleSheet><cellXfs><xf numFmtId="{number}"/></cellXfs></styleSheet>'
        assert "damaged" in str(refused(tmp_path, packed(written(sheet, strings, styles))))


def test_a_damaged_file_is_refused_in_words_or_read_as_it_was(tmp_path: Path) -> None:
    """300 files with a byte changed or their end cut off; a seed is named where one is not refused in words."""
    workbook = Workbook()
    workbook.active.append(["id", "Score"])
    for number in range(50):
        workbook.active.append([str(number), number])
    workbook.save(tmp_path / "whole.xlsx")
    whole = (tmp_path / "whole.xlsx").read_bytes()
    for seed in range(300):
        chance = random.Random(seed)
        content = bytearray(whole)
        place = chance.randrange(len(content))
        content[place] ^= 1 << chance.randrange(8)
        (tmp_path / "damaged.xlsx").write_bytes(content if seed % 3 else content[:place])
        try:
            rows = list(open_table(tmp_path / "damaged.xlsx").rows())
        except FileProblem as problem:
            assert problem.advice, f"seed {seed}"
        else:  # what was changed is a time, or a part that is not read
            assert [row.texts for row in rows] == [(str(number), str(number)) for number in range(50)], f"seed {seed}"


def test_xml_that_was_tampered_with_is_refused_in_words_or_read(tmp_path: Path) -> None:
    """600 files with a piece of their XML dropped, doubled or replaced; a seed is named where one ends otherwise."""
    rows = "".join(
        f'<row r="{number}"><c r="A{number}" t="s"><v>{number % 3}</v></c>'
        f'<c r="B{number}" s="1"><v>4608{number}.5</v></c><c r="C{number}" t="b"><v>1</v></c>'
        f'<c r="D{number}" t="d"><v>2026-03-04T09:30:00</v></c></row>'
        for number in range(2, 9)
    )
    strings = "<sst><si><t>a_x000A_b</t></si><si><r><t>Å</t></r><rPh><t>x</t></rPh></si><si><t/></si></sst>"
    styles = '<styleSheet><numFmts><numFmt numFmtId="164" formatCode="[h]:mm"/></numFmts>'
    styles += '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/></cellXfs></styleSheet>'
    header = '<row r="1">' + "".join(f'<c r="{one}1" t="str"><v>{one}</v></c>' for one in "ABCD") + "</row>"
    whole = written(f"<worksheet><sheetData>{header}{rows}</sheetData></worksheet>", strings, styles)
    told = 0
    for seed in range(600):
        chance = random.Random(seed)
        parts = dict(whole)
        name = chance.choice(sorted(parts))
        start = chance.randrange(len(parts[name]))
        piece = parts[name][start : start + chance.randrange(1, 30)]
        instead = chance.choice([b"", piece * 2, piece * 400, b"9" * chance.choice((1, 20, 5000)), b"-", b"<", b"&#0;"])
        parts[name] = parts[name][:start] + instead + parts[name][start + len(piece) :]
        (tmp_path / "tampered.xlsx").write_bytes(packed(parts))
        try:
            list(open_table(tmp_path / "tampered.xlsx").rows())
        except FileProblem as problem:
            told += 1
            assert problem.advice, f"seed {seed}"
        except Exception as error:
            raise AssertionError(f"seed {seed}") from error
    assert told > 300
