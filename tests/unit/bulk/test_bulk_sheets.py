"""Spreadsheets as people have them: types, ids, sheets, failed formulas."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path

import pytest
from bulk_samples import BY_NAME, first_problem
from openpyxl import Workbook
from openpyxl.styles import Font

from zoho_console.bulk.checking import check_row
from zoho_console.bulk.reading import open_table
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


def test_a_character_that_no_text_has_is_refused_with_its_row(tmp_path: Path) -> None:
    path = book(tmp_path, [["id", "name"], [], ["1", "x_x0000_y"]])
    with pytest.raises(FileProblem, match="Row 3 holds a character"):
        open_table(path)


def test_a_value_left_of_the_table_is_not_lost(tmp_path: Path) -> None:
    workbook = Workbook()
    workbook.active["B1"], workbook.active["B2"], workbook.active["A3"] = "id", "1", "lost"
    workbook.save(tmp_path / "file.xlsx")
    with pytest.raises(FileProblem, match="Row 3 has a value in column A, left of the first title"):
        open_table(tmp_path / "file.xlsx")


def test_a_spreadsheet_that_changes_under_the_eyes_is_not_read_as_another(tmp_path: Path) -> None:
    table = open_table(book(tmp_path, [["id", "name"], ["1", "x"]]))
    book(tmp_path, [["name", "id"], ["1", "x"]])
    with pytest.raises(FileProblem, match="changed since"):
        list(table.rows())
    (tmp_path / "file.xlsx").write_bytes(b"PK\x03\x04")
    with pytest.raises(FileProblem, match="cannot be read"):
        list(table.rows())


@pytest.mark.parametrize("cell", ["XFD1048576", "Z1048576", "XFD600"])
def test_a_stray_cell_far_away_is_named(tmp_path: Path, cell: str) -> None:
    workbook = Workbook()
    workbook.active.append(["id"])
    workbook.active[cell] = "x"
    workbook.save(tmp_path / "file.xlsx")
    column, row = cell.rstrip("0123456789"), int(cell.lstrip("XFDZ"))
    with pytest.raises(FileProblem, match=f"Row {row} has a value in column {column}, right of") as caught:
        open_table(tmp_path / "file.xlsx")
    assert caught.value.line == row


def test_cells_that_are_only_coloured_do_not_count(tmp_path: Path) -> None:
    workbook = Workbook()
    workbook.active.append(["id"])
    workbook.active.append(["1"])
    workbook.active["XFD1048576"].font = Font(bold=True)
    workbook.save(tmp_path / "file.xlsx")
    assert texts(tmp_path / "file.xlsx") == [("1",)]
