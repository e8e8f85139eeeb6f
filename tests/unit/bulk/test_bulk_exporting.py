"""An export that comes back as it left changes nothing, whatever its cells hold."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from zoho_console.bulk.checking import check_row
from zoho_console.bulk.drift import TITLE
from zoho_console.bulk.escaping import EXACT_MARK, MARK
from zoho_console.bulk.exporting import TO_THE_LETTER, USUAL, CsvExport, ExportForm
from zoho_console.bulk.mapping import mapping_from
from zoho_console.bulk.planning import plan_row
from zoho_console.bulk.reading import open_table
from zoho_console.domain.changes import Change, RowState
from zoho_console.domain.fields import Field

FORMS = (USUAL, TO_THE_LETTER, ExportForm(stamped=True), ExportForm("exact", stamped=True))
COLUMNS = ("id", "Account_Name", "Description", "Revenue", "Score")
FIELDS = {
    one.api_name: one
    for one in (
        Field("id", "Record Id", "bigint", is_writable=False),
        Field("Account_Name", "Account Name", "text"),
        Field("Description", "Description", "textarea"),
        Field("Revenue", "Revenue", "currency", decimals=2),
        Field("Score", "Score", "integer"),
    )
}
# Zoho trims texts; what cannot be stored in it (a NUL, half a character) never comes out of it.
hostile = st.text(alphabet="'=+-@\t\r\n 0123456789.,;\"＝a\u00a0ü日", max_size=12) | st.text(
    st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20
)
texts = hostile.map(str.strip)
records = st.fixed_dictionaries(
    {
        "id": st.integers(10**17, 10**18 - 1).map(str),
        "Account_Name": texts.filter(bool),
        "Description": texts.map(lambda text: text or None),
        "Revenue": st.none() | st.integers(-(10**14), 10**14).map(lambda cents: cents / 100),
        "Score": st.none() | st.integers(-(10**9), 10**9),
    }
)


def exported(folder: Path, record: dict[str, Any], form: ExportForm) -> Path:
    path = folder / "out.csv"
    with CsvExport(path, COLUMNS, form) as export:
        export.add([record])
    return path


@given(records, st.sampled_from(FORMS))
@example({**dict.fromkeys(COLUMNS), "id": "777000000000410001", "Account_Name": "'=1+1", "Score": -5}, USUAL)
@example({**dict.fromkeys(COLUMNS), "id": "777000000000410001", "Account_Name": "'00123"}, FORMS[2])
def test_an_export_that_nobody_edited_changes_nothing(record: dict[str, Any], form: ExportForm) -> None:
    with tempfile.TemporaryDirectory() as folder:
        table = open_table(exported(Path(folder), record, form))
        (row,) = table.rows()
    mapping = mapping_from(table.header, list(FIELDS.values()))
    assert set(mapping.targets.values()) == set(COLUMNS[1:])
    change = check_row(row, mapping, FIELDS, table.header, blanks="clear")
    assert isinstance(change, Change), change
    planned = plan_row(change, [record], FIELDS, key_field="id", name_field="Account_Name")
    assert planned.state is RowState.UNCHANGED, planned


@pytest.mark.parametrize("text", ["=1+1", "+49 30 1", "@x", "-1+1", "00123", "123456789012345"])
def test_for_spreadsheets_cells_at_risk_have_a_mark_and_to_the_letter_none(tmp_path: Path, text: str) -> None:
    record = {**dict.fromkeys(COLUMNS), "id": "777000000000410001", "Account_Name": text, "Revenue": -12.5}
    with exported(tmp_path, record, USUAL).open(encoding="utf-8-sig", newline="") as file:
        (line,) = csv.DictReader(file)
    assert (line["id"], line["Account_Name"], line["Revenue"]) == ("'777000000000410001", f"'{text}", "-12.5")
    assert line[MARK] == "2"
    exact = exported(tmp_path, record, TO_THE_LETTER).read_bytes()
    assert exact == f"{','.join(COLUMNS)}\r\n777000000000410001,{text},,-12.5,\r\n".encode()


def test_the_stamp_stays_the_last_column(tmp_path: Path) -> None:
    record = {**dict.fromkeys(COLUMNS), "id": "777000000000410001", "Account_Name": "Acme"}
    header = open_table(exported(tmp_path, record, ExportForm(stamped=True))).header
    assert header == (*COLUMNS, MARK, TITLE)


@pytest.mark.parametrize("form", [USUAL, ExportForm(stamped=True)])
def test_cells_are_as_they_were_though_the_column_that_says_so_was_taken_away(tmp_path: Path, form: ExportForm) -> None:
    record = {**dict.fromkeys(COLUMNS), "id": "777000000000410001", "Account_Name": "=1+1", "Description": "'=x"}
    path = exported(tmp_path, record, form)
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = [[*line[:5], *line[6:]] for line in csv.reader(file)]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(lines)
    table = open_table(path)
    (row,) = table.rows()
    assert table.is_escaped
    assert row.texts[:3] == table.sample[0].texts[:3] == ("777000000000410001", "=1+1", "'=x")


def test_a_file_that_only_has_some_such_cells_is_read_to_the_letter(tmp_path: Path) -> None:
    path = tmp_path / "by hand.csv"
    path.write_text("id,Account Name\n'777000000000410001,x\n777000000000410002,'=1\n", "utf-8")
    assert [row.texts for row in open_table(path).rows()] == [
        ("'777000000000410001", "x"), ("777000000000410002", "'=1"),
    ]  # fmt: skip


def test_to_the_letter_stays_so_whatever_the_ids_look_like(tmp_path: Path) -> None:
    path = tmp_path / "exact.csv"
    path.write_text(f"id,{EXACT_MARK}\n'777000000000410001,2\n", "utf-8")
    assert not open_table(path).is_escaped
