"""The report of a run, as a spreadsheet and the console itself read it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from bulk_journey import Journey

from zoho_console.bulk.reading import open_table
from zoho_console.bulk.reporting import summary, write_report
from zoho_console.errors import FileProblem, ZohoConfigError


def lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_report_has_one_line_for_every_row_of_the_file(journey: Journey, tmp_path: Path) -> None:
    ids = journey.ids(3)
    before = [str(journey.value(one) or "") for one in ids]
    rows = [
        (ids[0], 991, "a note"),
        ("4.15E+18", 991, "x"),
        (ids[1], "seven", 'with "quotes", and\nlines'),
        (ids[2], 991, ""),
    ]
    done = journey.apply(journey.prepare(journey.file(rows, ("id", "Health Score", "State"))))
    path = tmp_path / "report.csv"

    assert write_report(journey.journal, done.id, path) == 4

    found = lines(path)
    assert [line["Row"] for line in found] == ["2", "3", "4", "6"]
    assert [line["State (2)"] for line in found] == ["updated", "cannot be used", "cannot be used", "updated"]
    assert [line["State"] for line in found] == ["a note", "x", 'with "quotes", and\nlines', ""]
    assert [line["Before: Health Score"] for line in found] == [before[0], "", "", before[2]]
    assert [line["After: Health Score"] for line in found] == ["991", "", "", "991"]
    assert found[1]["Code"] == "id-ruined"
    assert all(line["What to do"] for line in found[1:3])
    assert summary(done) == "4 rows in file: 2 updated, 2 cannot be used."
    assert list(tmp_path.glob("*.part")) == []


def test_a_report_can_be_corrected_and_run_again_and_so_can_its_report(journey: Journey, tmp_path: Path) -> None:
    one, other = journey.ids(2)
    path = journey.file([(one, 991), (other, "x")])
    for generation in range(3):
        done = journey.apply(journey.prepare(path))
        path = tmp_path / f"report-{generation}.csv"
        write_report(journey.journal, done.id, path)
    header = open_table(path).header
    assert len(set(header)) == len(header)
    assert {"State", "State (2)", "State (3)"} < set(header)
    assert [line["State (3)"] for line in lines(path)] == ["unchanged", "cannot be used"]


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+49 30 1", "@SUM(1)", "-2+3"])
def test_what_zoho_held_is_no_formula_in_the_report_and_the_file_is_as_it_was(
    journey: Journey, tmp_path: Path, text: str
) -> None:
    one, other = journey.ids(2)
    journey.simulator.world.records("Accounts")[one]["Billing_City"] = text
    journey.simulator.world.records("Accounts")[other]["Billing_City"] = "-12.5"
    done = journey.apply(journey.prepare(journey.file([(one, "Bonn"), (other, text)], ("id", "Billing City"))))
    path = tmp_path / "report.csv"
    write_report(journey.journal, done.id, path)
    first, second = lines(path)
    assert (first["Before: Billing City"], second["Before: Billing City"]) == (f"'{text}", "-12.5")
    assert (second["Billing City"], second["After: Billing City"]) == (text, f"'{text}")


def test_a_report_is_written_whole_or_not_at_all(journey: Journey, tmp_path: Path) -> None:
    done = journey.apply(journey.scores(2, 991))
    with pytest.raises(FileProblem, match="cannot be written"):
        write_report(journey.journal, done.id, tmp_path / "nowhere" / "report.csv")
    with pytest.raises(ZohoConfigError):
        write_report(journey.journal, done.id + 1, tmp_path / "report.csv")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(FileProblem):
        write_report(journey.journal, done.id, tmp_path / "folder.csv")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["corrections.csv", "folder.csv"]


def test_the_summary_says_where_a_run_stands(journey: Journey) -> None:
    planned = journey.scores(1, 991)
    assert summary(planned) == "1 row in file: 1 will change."
    paused = journey.run(planned, on_progress=lambda progress: paused.pause("Wait for Mina."))
    assert summary(journey.call(paused.apply())) == "1 row in file: 1 will change (paused: Wait for Mina.)."
    done = journey.apply(planned)
    assert summary(journey.undo(done)) == "1 row in undo: 1 will be put back."
