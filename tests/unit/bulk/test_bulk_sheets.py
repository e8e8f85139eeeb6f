"""Spreadsheets as people have them: types, ids, sheets, failed formulas; bombs and damaged files."""

from __future__ import annotations

import datetime
import io
import random
import struct
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

import pytest
from bulk_samples import BY_NAME, first_problem
from openpyxl import Workbook
from openpyxl.styles import Font

from zoho_console.bulk import sheet_archive, sheet_scan
from zoho_console.bulk.checking import check_row
from zoho_console.bulk.reading import open_table
from zoho_console.bulk.sheet_rows import cell_text
from zoho_console.bulk.sheet_scan import NotASheet, column_name, column_number, extent_of
from zoho_console.domain.changes import Change, Mapping, Problem
from zoho_console.errors import FileProblem


def book(folder: Path, rows: Sequence[Sequence[object]], title: str = "Data", *others: str) -> Path:
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    for name in others:
        workbook.create_sheet(name).append(["other", name])
    path = folder / "file.xlsx"
    workbook.save(path)
    workbook.close()
    return path


def texts(path: Path, sheet: str = "") -> list[tuple[str, ...]]:
    return [row.texts for row in open_table(path, sheet=sheet).rows()]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("777000000000410001", "777000000000410001"),
        (" 00123 ", " 00123 "),
        (5, "5"),
        (-12.5, "-12.5"),
        (0.1 + 0.2, "0.3"),
        (1e-7, "0.0000001"),
        (999_999_999_999_999, "999999999999999"),
        (True, "true"),
        (datetime.date(2026, 3, 4), "2026-03-04"),
        (datetime.datetime(2026, 3, 4), "2026-03-04"),
        (datetime.datetime(2026, 3, 4, 9, 30), "2026-03-04T09:30:00"),
        (datetime.time(9, 30), "09:30:00"),
        ("=1+1 is text", "=1+1 is text"),
        ("two\nlines", "two\nlines"),
    ],
)
def test_a_cell_is_what_it_was(tmp_path: Path, value: object, text: str) -> None:
    workbook = Workbook()
    workbook.active.append(["a", "b"])
    cell = workbook.active["A2"]
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"
    workbook.active["B2"] = "x"
    workbook.save(tmp_path / "file.xlsx")
    assert texts(tmp_path / "file.xlsx") == [(text, "x")]


@pytest.mark.parametrize("number", [777000000000410001, 4150868000000370000, 2**53 + 1, 1e20, -(10**15)])
def test_an_id_that_a_spreadsheet_kept_as_a_number_is_refused_in_its_row(tmp_path: Path, number: float) -> None:
    table = open_table(book(tmp_path, [["id", "Score"], ["777000000000410001", 1], [], [number, 2]]))
    good, bad = table.rows()
    assert bad.number == 4
    for name, code in (("id", "id-ruined"), ("Customer_Code", "number-ruined")):
        mapping = Mapping(0, name, {1: "Health_Score"})
        assert isinstance(check_row(good, mapping, BY_NAME, table.header), Change)
        problem = check_row(bad, mapping, BY_NAME, table.header)
        assert isinstance(problem, Problem)
        # A negative number was never an id, and is none now.
        assert problem.code == (code if number > 0 or name != "id" else "not-an-id")


def test_rows_are_numbered_as_the_sheet_does_wherever_the_table_begins(tmp_path: Path) -> None:
    workbook = Workbook()
    sheet = workbook.active
    for place, value in {"C3": "id", "D3": "name", "C4": "1", "D6": "x", "C9": "2", "E9": "  "}.items():
        sheet[place] = value
    workbook.save(tmp_path / "file.xlsx")
    table = open_table(tmp_path / "file.xlsx")
    assert table.header == ("id", "name")
    assert [(row.number, row.texts) for row in table.rows()] == [(4, ("1", "")), (6, ("", "x")), (9, ("2", ""))]
    sheet["E12"] = "lost"
    workbook.save(tmp_path / "file.xlsx")
    with pytest.raises(FileProblem, match="Row 12 has a value in column E") as caught:
        list(open_table(tmp_path / "file.xlsx").rows())
    assert caught.value.line == 12


def test_a_formula_that_failed_is_no_empty_cell(tmp_path: Path) -> None:
    workbook = Workbook()
    sheet = workbook.active
    sheet.append(["id", "Industry", "Score"])
    sheet.append(["777000000000410001", "#N/A", 1])
    sheet["B2"].data_type = "e"
    workbook.save(tmp_path / "file.xlsx")
    table = open_table(tmp_path / "file.xlsx")
    (row,) = table.rows()
    assert row.texts == ("777000000000410001", "#N/A", "1")
    problem = first_problem(check_row(row, Mapping(0, "id", {1: "Industry"}), BY_NAME, table.header, blanks="clear"))
    assert problem.code == "failed-formula"


def test_the_first_sheet_in_sight_is_read_unless_another_is_named(tmp_path: Path) -> None:
    workbook = Workbook()
    workbook.active.title = "Notes"
    workbook.active.sheet_state = "hidden"
    workbook.create_sheet("Data & more").append(["id"])
    workbook["Data & more"].append(["1"])
    workbook.create_sheet("Third").append(["name"])
    workbook["Third"].append(["x"])
    workbook.create_sheet("Empty")
    workbook.active = 1
    path = tmp_path / "file.xlsx"
    workbook.save(path)
    table = open_table(path)
    assert (table.sheet, table.sheets) == ("Data & more", ("Notes", "Data & more", "Third", "Empty"))
    assert texts(path, "Third") == [("x",)]
    with pytest.raises(FileProblem, match="“Empty” is empty"):
        open_table(path, sheet="Empty")
    with pytest.raises(FileProblem, match="no sheet “Fourth”") as caught:
        open_table(path, sheet="Fourth")
    assert "Third" in caught.value.advice
    text = tmp_path / "file.csv"
    text.write_text("a\n1\n")
    with pytest.raises(FileProblem, match="no spreadsheet"):
        open_table(text, sheet="Data")


def test_a_sheet_of_failed_formulas_and_a_character_that_no_text_has_are_refused(tmp_path: Path) -> None:
    workbook = Workbook()
    workbook.active.append(["id", "Industry"])
    for number in range(2, sheet_scan.MOST_ERRORS + 3):
        workbook.active.cell(number, 2, "#N/A").data_type = "e"
    workbook.save(tmp_path / "file.xlsx")
    with pytest.raises(FileProblem, match="More than 10,000 rows of the sheet “Sheet”"):
        open_table(tmp_path / "file.xlsx")
    path = book(tmp_path, [["id", "name"], [], ["1", "x_x0000_y"]])
    with pytest.raises(FileProblem, match="Row 3 holds a character"):
        open_table(path)


def test_a_spreadsheet_that_changes_under_the_eyes_is_not_read_as_another(tmp_path: Path) -> None:
    table = open_table(book(tmp_path, [["id", "name"], ["1", "x"]]))
    book(tmp_path, [["name", "id"], ["1", "x"]])
    with pytest.raises(FileProblem, match="changed since"):
        list(table.rows())
    (tmp_path / "file.xlsx").write_bytes(b"PK\x03\x04")
    with pytest.raises(FileProblem, match="cannot be read"):
        list(table.rows())


@pytest.mark.parametrize(("cell", "line"), [("XFD1048576", 1_048_576), ("Z1048576", 1_048_576), ("XFD600", 600)])
def test_a_stray_cell_far_away_is_named_and_takes_no_memory(tmp_path: Path, cell: str, line: int) -> None:
    workbook = Workbook()
    workbook.active.append(["id"])
    workbook.active[cell] = "x"
    workbook.save(tmp_path / "file.xlsx")
    with pytest.raises(FileProblem, match=f"reaches to cell {cell}") as caught:
        open_table(tmp_path / "file.xlsx")
    assert caught.value.line == line


def test_cells_that_are_only_coloured_do_not_count(tmp_path: Path) -> None:
    workbook = Workbook()
    workbook.active.append(["id"])
    workbook.active.append(["1"])
    workbook.active["XFD1048576"].font = Font(bold=True)
    workbook.save(tmp_path / "file.xlsx")
    assert texts(tmp_path / "file.xlsx") == [("1",)]


CELLS = (
    b'<row r="1"><c r="B2" t="s"><v>0</v></c><c r="D1" s="3"/><x:c t=\'e\' r=\'C9\'><f>1/0</f><v>#REF!</v></x:c></row>'
)


@pytest.mark.parametrize("size", [1, 7, 40, 10**6])
def test_cells_are_found_wherever_a_piece_ends(size: int) -> None:
    found = extent_of(CELLS[start : start + size] for start in range(0, len(CELLS), size))
    assert (found.first, found.last, found.cells) == ((2, 2), (9, 3), 16)
    assert found.errors == {9: {3: "#REF!"}}


@pytest.mark.parametrize(
    "text",
    [
        b"<c><v>1</v></c>", b'<c t="n"><v>1</v></c>', b'<c foo=">" r="XFD1048576"><v>1</v></c>',
        b'<c r="A12345678"><v/></c>',
        b'<c r="&#65;1"><v>1</v></c>', '<c r="A1">'.encode("utf-16"), b"<c" + b" " * 2_000_000 + b'r="A1">',
    ],
)  # fmt: skip
def test_cells_that_hide_where_they_are_are_not_parsed(text: bytes) -> None:
    with pytest.raises(NotASheet):
        extent_of(text[start : start + 100_000] for start in range(0, len(text), 100_000))


def test_columns_have_the_names_that_spreadsheets_give_them() -> None:
    names = {1: "A", 26: "Z", 27: "AA", 52: "AZ", 703: "AAA", 16384: "XFD"}
    assert {number: column_name(number) for number in names} == names
    assert {column_number(name.encode()): name for name in names.values()} == names
    assert cell_text(datetime.timedelta(hours=3)) == "3:00:00"


# --- files that are not what they seem ---


def packed(parts: dict[str, bytes]) -> bytearray:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return bytearray(whole.getvalue())


def refused(folder: Path, content: bytes) -> FileProblem:
    path = folder / "bad.xlsx"
    path.write_bytes(content)
    with pytest.raises(FileProblem) as caught:
        list(open_table(path).rows())
    assert caught.value.advice
    return caught.value


def test_a_bomb_is_refused_by_what_it_claims(tmp_path: Path) -> None:
    half = bytes(sheet_archive.MOST_UNPACKED // 2)
    content = packed({"xl/workbook.xml": half, "xl/sheet.xml": half + b"x"})
    assert len(content) < 1024**2
    too_large = refused(tmp_path, content)
    assert (str(too_large), too_large.advice) == (
        "The spreadsheet holds more than 200 MB of text.",
        "Save its sheet as CSV UTF-8, which may be of any size, and open that.",
    )


def test_a_bomb_that_claims_to_be_small_is_refused_by_what_it_is(tmp_path: Path) -> None:
    bomb, small = bytes(50 * 1024**2), b"<small/>"
    content = packed({"xl/workbook.xml": bomb})
    for old, new in ((len(bomb), len(small)), (zlib.crc32(bomb), zlib.crc32(small))):
        while (place := content.find(struct.pack("<L", old))) >= 0:
            content[place : place + 4] = struct.pack("<L", new)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.infolist()[0].file_size == len(small)
    assert "damaged" in str(refused(tmp_path, content))


def test_too_many_parts_twins_and_entities_are_refused(tmp_path: Path) -> None:
    many = packed({f"xl/{number}.xml": b"" for number in range(sheet_archive.MOST_PARTS + 1)})
    assert "5,000 parts" in str(refused(tmp_path, many))
    assert "64 MB" in str(refused(tmp_path, b"PK\x03\x04" + bytes(sheet_archive.MOST_PACKED)))
    twins = packed({"xl/workbook.xml": b"1", "xl/workbook.xmk": b"2"}).replace(b".xmk", b".xml")
    assert "damaged" in str(refused(tmp_path, twins))
    good = book(tmp_path, [["id"], ["1"]])
    with zipfile.ZipFile(good) as archive:
        parts = {one.filename: archive.read(one) for one in archive.infolist()}
    parts["xl/workbook.xml"] = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + parts["xl/workbook.xml"]
    assert "damaged" in str(refused(tmp_path, packed(parts)))
    parts["xl/workbook.xml"] = b"<workbook"
    assert "damaged" in str(refused(tmp_path, packed(parts)))
    del parts["xl/_rels/workbook.xml.rels"]
    assert "damaged" in str(refused(tmp_path, packed(parts)))


def test_a_damaged_file_is_refused_in_words_or_read_as_far_as_it_is_whole(tmp_path: Path) -> None:
    """300 files with a byte changed or their end cut off; a seed is named where one is not refused in words."""
    whole = book(tmp_path, [["id", "Score"], *([str(number), number] for number in range(50))]).read_bytes()
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
        else:
            assert len(rows) <= 50, f"seed {seed}"
