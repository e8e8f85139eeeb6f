"""The result file of a bulk write job: rows by id, in whatever order, and nothing believed that stands there twice."""

from __future__ import annotations

import pytest

from zoho_console.errors import UnreadableAnswer
from zoho_console.zoho.archives import packed
from zoho_console.zoho.bulk import read_results

HEADER = ["id", "Score", "STATUS", "RECORD_ID", "ERRORS"]


def results(*rows: tuple[str, str, str], header: list[str] = HEADER) -> dict[str, tuple[str, str]]:
    return read_results(
        packed("Accounts-rows.csv", header, ([one, "5", status, one, why] for one, status, why in rows))
    )


def test_rows_come_out_by_id_in_any_order() -> None:
    told = results(("2", "SKIPPED", "RECORD_LOCKED-"), ("1", "UPDATED", ""))
    assert told == {"1": ("UPDATED", ""), "2": ("SKIPPED", "RECORD_LOCKED-")}


def test_a_record_that_is_named_twice_is_not_believed() -> None:
    assert results(("1", "UPDATED", ""), ("2", "UPDATED", ""), ("1", "SKIPPED", "X")) == {"2": ("UPDATED", "")}


def test_an_update_under_the_id_of_another_record_says_nothing_of_either() -> None:
    rows = (["1", "5", "UPDATED", "2", ""], ["2", "5", "UPDATED", "2", ""], ["3", "5", "UPDATED", "", ""])
    assert read_results(packed("Accounts-rows.csv", HEADER, iter(map(list, rows)))) == {"3": ("UPDATED", "")}


def test_a_row_that_was_left_out_for_its_twin_keeps_its_reason() -> None:
    rows = iter([["1", "5", "SKIPPED", "2", "DUPLICATE_DATA-Name"], ["2", "5", "UPDATED", "2", ""]])
    told = read_results(packed("Accounts-rows.csv", HEADER, rows))
    assert told == {"1": ("SKIPPED", "DUPLICATE_DATA-Name"), "2": ("UPDATED", "")}


@pytest.mark.parametrize("header", [["id", "Score"], [], ["STATUS", "ERRORS"]])
def test_a_file_without_the_columns_that_tell_is_not_used(header: list[str]) -> None:
    with pytest.raises(UnreadableAnswer):
        read_results(packed("Accounts-rows.csv", header, iter([["1"]])))


@pytest.mark.parametrize("content", [b"", b"PK no zip", packed("../rows.csv", HEADER, iter([]))])
def test_what_is_no_result_file_is_not_used(content: bytes) -> None:
    with pytest.raises(UnreadableAnswer):
        read_results(content)
