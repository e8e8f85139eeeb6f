"""Rows of a bulk write job are what its result file surely says of them; everything else stays in doubt."""

from __future__ import annotations

import pytest

from zoho_console.bulk.settling import settle_by_file
from zoho_console.domain.changes import RowRecord, RowState

ROWS = [RowRecord(number, (), RowState.SENT, record_id=str(number)) for number in (1, 2, 3)]
LABELS = {"Health_Score": "Health Score"}


def states(told: dict[str, tuple[str, str]]) -> dict[int, RowState]:
    return {one.number: one.state for one in settle_by_file(ROWS, told, LABELS)}


def test_rows_are_found_by_id_in_any_order_and_strangers_are_left_alone() -> None:
    told = {"9": ("UPDATED", ""), "3": ("SKIPPED", "INVALID_DATA-Health_Score"), "1": ("UPDATED", "")}
    assert states(told) == {1: RowState.UPDATED, 3: RowState.REFUSED}


@pytest.mark.parametrize("said", [("UPDATED", "INVALID_DATA-Health_Score"), ("ADDED", ""), ("", ""), ("DONE", "")])
def test_an_update_with_errors_and_an_unknown_status_settle_nothing(said: tuple[str, str]) -> None:
    assert states({"1": said}) == {}


@pytest.mark.parametrize(
    ("said", "code", "reason"),
    [
        (("SKIPPED", "RECORD_LOCKED-"), "RECORD_LOCKED", "The account is locked in Zoho."),
        (("SKIPPED", "RESOURCE_NOT_FOUND-id"), "RESOURCE_NOT_FOUND", "Zoho has no account with this id."),
        (("UNPROCESSED", ""), "UNPROCESSED", "The bulk job did not come to this row."),
        (("SKIPPED", ""), "SKIPPED", "The bulk job left this row out, and Zoho does not say why."),
        (
            ("SKIPPED", "MANDATORY_NOT_FOUND-Health_Score,Industry:X-Y"),
            "MANDATORY_NOT_FOUND",
            "“Health Score” must not be empty.",
        ),
    ],
)
def test_a_row_that_was_left_out_says_why(said: tuple[str, str], code: str, reason: str) -> None:
    (outcome,) = settle_by_file(ROWS[:1], {"1": said}, LABELS)
    assert (outcome.code, outcome.reason) == (code, reason)
    assert outcome.advice
