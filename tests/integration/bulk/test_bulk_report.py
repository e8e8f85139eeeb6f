"""The report of a run, as a spreadsheet and the console itself read it."""

from __future__ import annotations

import asyncio
import csv
import threading
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from bulk_journey import Journey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zoho_console.bulk.escaping import MARK
from zoho_console.bulk.progress import Progress
from zoho_console.bulk.reading import open_table
from zoho_console.bulk.reporting import save_report, summary
from zoho_console.domain.changes import RowState
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
    found = lines(journey.report(done))
    assert list(found[0])[3:] == [
        MARK, "Record id", "Before: Health Score", "After: Health Score", "State (2)", "Code", "Reason", "What to do",
    ]  # fmt: skip
    assert [line[MARK] for line in found] == ["2", "3", "4", "6"]
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
        path = journey.report(done, f"report-{generation}.csv")
    header = open_table(path).header
    assert len(set(header)) == len(header)
    assert {"State", "State (2)", "State (3)"} < set(header)
    assert [line["State (3)"] for line in lines(path)] == ["unchanged", "cannot be used"]


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+49 30 1", "@SUM(1)", "-2+3", "'=1", "00123", "123456789012"])
def test_no_cell_is_a_formula_or_a_rounded_number_in_the_report(journey: Journey, text: str) -> None:
    one, other = journey.ids(2)
    journey.simulator.world.records("Accounts")[one]["Billing_City"] = text
    journey.simulator.world.records("Accounts")[other]["Billing_City"] = "-12.5"
    done = journey.apply(journey.prepare(journey.file([(one, "Bonn"), (other, text)], ("id", "Billing City"))))
    first, second = lines(journey.report(done))
    assert (first["Before: Billing City"], second["Before: Billing City"]) == (f"'{text}", "-12.5")
    assert (second["Billing City"], second["After: Billing City"]) == (f"'{text}", f"'{text}")
    assert (first["id"], first["Record id"]) == (f"'{one}", f"'{one}")
    exact = lines(journey.report(done, "exact.csv", "exact"))
    assert (exact[1]["Billing City"], exact[0]["Before: Billing City"], exact[0]["id"]) == (text, text, one)
    # What comes back is what was there: the console takes the ' off again.
    back = open_table(journey.folder / "report.csv")
    assert [row.texts[:2] for row in back.rows()] == [(one, "Bonn"), (other, text)]
    again = journey.apply(journey.prepare(back.path))
    assert again.counts == {RowState.UNCHANGED: 2}


CELL = st.text(alphabet=st.sampled_from("=+-@'\t\r\n\",; 0123456789aé＝🙂"), max_size=14)


@settings(max_examples=15, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=8))
def test_a_report_read_back_is_the_file_to_the_letter(journey: Journey, cells: list[tuple[str, str]]) -> None:
    """Three generations, in both forms by turns; states always add up to the file."""
    path = journey.file([("x", *row) for row in cells], ("id", "=Note", "Industry"))
    for form in ("spreadsheet", "exact", "spreadsheet"):
        planned = journey.prepare(path)
        assert sum(planned.counts.values()) == planned.total == len(cells)
        path = journey.report(planned, f"{form}-{planned.id}.csv", form)
        table = open_table(path)
        assert table.header[:3] == ("id", "=Note", "Industry")
        assert [row.texts[:3] for row in table.rows()] == [("x", *row) for row in cells]


def test_a_report_is_written_whole_or_not_at_all(journey: Journey, tmp_path: Path) -> None:
    done = journey.apply(journey.scores(2, 991))
    with pytest.raises(FileProblem, match="cannot be written"):
        journey.report(done, "nowhere/report.csv")
    with pytest.raises(ZohoConfigError):
        journey.report(replace(done, id=done.id + 1))
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(FileProblem):
        journey.report(done, "folder.csv")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["corrections.csv", "folder.csv"]


def test_a_report_that_is_cancelled_leaves_no_file(journey: Journey, tmp_path: Path) -> None:
    done = journey.apply(journey.scores(2, 991))

    async def work() -> None:
        def cancel(_progress: Progress) -> None:
            loop.call_soon_threadsafe(writing.cancel)
            with suppress(TimeoutError):
                cancelled.wait(0.2)

        loop, cancelled = asyncio.get_running_loop(), threading.Event()
        saving = save_report(journey.journal, done.id, tmp_path / "report.csv", on_progress=cancel)
        writing = asyncio.ensure_future(saving)
        await asyncio.wait([writing])
        assert writing.cancelled()

    journey.call(work())
    assert [one.name for one in tmp_path.iterdir()] == ["corrections.csv"]


def test_the_summary_says_where_a_run_stands(journey: Journey) -> None:
    planned = journey.scores(1, 991)
    assert summary(planned) == "1 row in file: 1 will change."
    paused = journey.run(planned, on_progress=lambda progress: paused.pause("Wait for Mina."))
    assert summary(journey.call(paused.apply())) == "1 row in file: 1 will change (paused: Wait for Mina)."
    done = journey.apply(planned)
    assert summary(journey.undo(done)) == "1 row in undo: 1 will be put back."
