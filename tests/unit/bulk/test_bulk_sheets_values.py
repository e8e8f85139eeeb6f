"""Values of cells as texts: every format of dates, large and odd numbers, texts; beside calamine reading the same."""

from __future__ import annotations

import random
import tracemalloc
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from python_calamine import CalamineWorkbook
from sheet_samples import packed, sheet_of, written

from zoho_console.bulk.reading import open_table
from zoho_console.bulk.sheet_cells import ColumnNumbers, column_name
from zoho_console.bulk.sheet_rows import open_workbook
from zoho_console.bulk.sheet_strings import SharedStrings, room_for_texts
from zoho_console.bulk.sheet_values import Shown, day_text, number_text, shown_as
from zoho_console.bulk.sheet_xml import NotASheet

FORMATS = [
    "General", "0.00", "#,##0.00 €", '0 "days"', "0.00E+00", "[Red]0.0", "@", "# ?/?", '_-* #,##0.00\\ "d"_-',
    "yyyy-mm-dd", "dd.mm.yyyy hh:mm", "m/d/yy", "[$-409]d-mmm-yy;@", "h:mm AM/PM", "hh:mm:ss", "mmm yyyy",
    "[h]:mm", "[mm]:ss", "[s]",
]  # fmt: skip
NUMBERS = [0.5, 0, 12, -3, 0.1 + 0.2, 1e15, 1e-7, 12345.678]
TEXTS = [
    "=1+1",
    " spaced ",
    "two\nlines",
    "Åkerman & <Söhne>",
    "_x0041_",
    "it_x",
    "a_x005F_x0042_",
    "日本",
    "😀",
    "0012",
]


def calamine_text(value: object) -> str:
    """A value of calamine's as we write it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return format(value, ".15G") if abs(value) >= 10**15 else format(Decimal(format(value, ".15g")), "f")
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date | time) else str(value)


@pytest.mark.parametrize("seed", range(4))
def test_every_value_is_what_another_reader_makes_of_it(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    workbook = Workbook()
    if seed % 2:
        workbook.epoch = CALENDAR_MAC_1904
    sheet = workbook.active
    sheet.append(["a", *(str(number) for number in range(9))])
    for row in range(2, 200):
        sheet.cell(row, 1, "x")
        for column in range(2, 11):
            kind = chance.randrange(6)
            if kind == 0:
                continue
            value: object = chance.choice(TEXTS) if kind == 1 else chance.random() < 0.5
            if kind >= 3:
                seconds = chance.randrange(100 * 86_400, 60_000 * 86_400, 1 if kind == 3 else 86_400)
                value = (
                    seconds / 86_400 if kind < 5 else chance.choice([0.5, 0, 12, -3, 0.1 + 0.2, 1e15, 1e-7, 12345.678])
                )
            cell = sheet.cell(row, column, value)
            if kind == 1:
                cell.data_type = "s"
            elif kind > 2:
                cell.number_format = chance.choice(FORMATS[: 9 if kind == 5 else None])
    workbook.save(tmp_path / "file.xlsx")
    theirs = CalamineWorkbook.from_path(tmp_path / "file.xlsx").get_sheet_by_index(0).to_python()
    ours = [row.texts for row in open_workbook(tmp_path / "file.xlsx").rows("Sheet")]
    different = [
        (one, other, cell)
        for mine, cells in zip(ours, theirs, strict=True)
        for one, other, cell in zip(mine, map(calamine_text, cells), cells, strict=True)
        if one != other
    ]
    assert different == [], f"seed {seed}"


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("yyyy", Shown.DATE), ('"day" 0', Shown.NUMBER), ("\\d0", Shown.NUMBER), ("_d0*y", Shown.NUMBER),
        ("[Red]0", Shown.NUMBER),
        ("[$-F800]dddd", Shown.DATE), ("[HH]:MM", Shown.SPAN), ('0"unclosed d', Shown.NUMBER), ("0.0E+0", Shown.NUMBER),
    ],
)  # fmt: skip
def test_a_format_says_what_a_number_is_shown_as(code: str, shown: Shown) -> None:
    assert shown_as(164, code) is shown


def test_formats_that_have_a_number_only() -> None:
    assert [shown_as(number, "") for number in (0, 9, 14, 22, 30, 45, 46, 47, 49)] == [
        Shown.NUMBER, Shown.NUMBER, Shown.DATE, Shown.DATE, Shown.DATE, Shown.DATE, Shown.SPAN, Shown.DATE,
        Shown.NUMBER,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("days", "text"),
    [
        ("1", "1900-01-01"), ("59", "1900-02-28"), ("61", "1900-03-01"), ("46085", "2026-03-04"),
        ("46085.3958333333", "2026-03-04T09:30:00"), ("46085.99999999", "2026-03-05"), ("0.39583333", "09:30:00"),
        ("2958465", "9999-12-31"), ("2958466", "2958466"), ("-1", "-1"), ("0", "00:00:00"),
        ("2958465.9999999", "2958465.9999999"),
    ],
)  # fmt: skip
def test_a_day_is_the_one_that_spreadsheets_show(days: str, text: str) -> None:
    assert day_text(days, Shown.DATE) == text


def test_days_are_counted_from_where_the_file_says() -> None:
    assert day_text("44623", Shown.DATE, is_from_1904=True) == "2026-03-04"
    assert day_text("2957003", Shown.DATE, is_from_1904=True) == "9999-12-31"
    assert day_text("2957004", Shown.DATE, is_from_1904=True) == "2957004"
    assert day_text("1.125", Shown.SPAN) == "1 day, 3:00:00"
    assert day_text("1e300", Shown.SPAN) == "1E+300"


@pytest.mark.parametrize(
    ("number", "text"), [("007", "7"), ("1E3", "1000"), ("123456789012345", "123456789012345"), ("٣", "3")]
)
def test_a_number_is_written_plainly(number: str, text: str) -> None:
    assert number_text(number) == text


def test_columns_have_the_names_that_spreadsheets_give_them() -> None:
    names = {1: "A", 26: "Z", 27: "AA", 52: "AZ", 703: "AAA", 16384: "XFD"}
    assert {number: column_name(number) for number in names} == names
    columns = ColumnNumbers()
    assert {columns[name]: name for name in names.values()} == names


def test_shared_texts_are_read_as_far_as_they_are_asked_for_and_found_again() -> None:
    """Whatever order cells name them in, wherever a piece of XML ends, and once they lie on the disk."""
    texts = [f"Åkerman {number} {'x' * (number % 3000)}" for number in range(20_000)]
    xml = f"<sst>{''.join(f'<si><t>{text}</t></si>' for text in texts)}</sst>".encode()
    read = 0

    def pieces() -> Iterator[bytes]:
        nonlocal read
        for start in range(0, len(xml), 65_536):
            read += 1
            yield xml[start : start + 65_536]

    with room_for_texts() as room:
        shared = SharedStrings(pieces(), room)
        assert shared.text("3") == texts[3]
        assert read == 1
        chance = random.Random(5)
        for number in (*range(0, 20_000, 7), *(chance.randrange(20_000) for _ in range(2_000))):
            assert shared.text(str(number)) == texts[number]
        with pytest.raises(NotASheet):
            shared.text("20000")


def test_a_sheet_is_read_in_less_memory_than_its_texts_take(tmp_path: Path) -> None:
    count, length = 40_000, 600
    rows = "".join(f'<row><c t="s"><v>{number}</v></c><c t="str"><v>n</v></c></row>' for number in range(count))
    strings = "".join(f"<si><t>{number:{length}}</t></si>" for number in range(count))
    (tmp_path / "file.xlsx").write_bytes(packed(written(sheet_of(rows), f"<sst>{strings}</sst>")))
    tracemalloc.start()
    try:
        assert sum(len(row.texts[0]) for row in open_table(tmp_path / "file.xlsx").rows()) == count * length
        assert tracemalloc.get_traced_memory()[1] < count * length
    finally:
        tracemalloc.stop()
