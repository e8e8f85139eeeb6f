"""What the bulk update page says of counts, prices, rows and drafts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from zoho_console.bulk.forecast import price
from zoho_console.domain.changes import ChangeSet, ChangeSetKind, ChangeSetState, Facet, Mapping, RowRecord, RowState
from zoho_console.domain.terms import Terms
from zoho_console.screens.bulk_words import (
    account_of,
    by_field,
    confirmation,
    draft_words,
    kept_decisions,
    left_out_sentence,
    pace,
    row_words,
    running_sentence,
    sent_of,
)
from zoho_console.screens.run_watch import LOG_LINES, RunWatch

NOW = datetime(2026, 3, 4, tzinfo=UTC)


def change_set(state: ChangeSetState = ChangeSetState.PLANNED, **counts: int) -> ChangeSet:
    return ChangeSet(
        1, 1, "Accounts", ChangeSetKind.UPDATE, "q4.csv", ("Name", "Score"), Mapping(0, "Account_Name", {1: "Score"}),
        {"Score": "Health Score"}, "", None, state, "", NOW, None, None,
        {RowState(name): rows for name, rows in counts.items()},
    )  # fmt: skip


def test_the_running_sentence_adds_up_to_the_file() -> None:
    one = change_set(planned=487, unchanged=6, invalid=10)
    words = running_sentence(one, one.counts, 612, is_planned=True)
    assert words == "503 rows in file · 487 will change 612 values · 6 unchanged · 10 cannot be used"


def test_rows_left_out_do_not_count_as_done() -> None:
    counts = {RowState.UPDATED: 30, RowState.SENT: 5, RowState.PLANNED: 65, RowState.INVALID: 10}
    assert sent_of(counts) == (30, 100)
    assert left_out_sentence(counts) == "Left out: 10 cannot be used."
    assert pace(counts, 0) == "30 of 100 rows"
    assert pace(counts, 7) == "30 of 100 rows · 7 rows a second · about 10 s left"


def plan(planned: int, terms: Terms, job_rows: int = 0) -> ChangeSet:
    return replace(change_set(planned=planned), terms=terms, job_rows=job_rows)


def test_the_price_says_what_is_left_where_it_is_known() -> None:
    plain = Terms(waves=False, verify=0)
    assert price(plan(487, plain), 41_200) == (
        "About 54 credits of 41,200 left: 49 to write, 5 to look again just before, 0 to read back."
        " An undo would take 59."
    )
    assert price(plan(1, Terms()), None) == (
        "About 3 credits: 1 to write, 1 to look again just before, 1 to read back. An undo would take 4."
    )
    assert "less 5,000 kept for others: the run will pause" in price(plan(487, Terms(reserve=5_000)), 5_040)


def test_the_price_says_by_which_way_rows_go_and_why() -> None:
    told = price(plan(40_000, Terms((), waves=False), 40_000), None)
    assert "40,000 rows go by 2 bulk jobs of Zoho, for that saves 3,000 credits" in told
    assert "but they run no automation" in price(plan(8_000, Terms(), 8_000), None)
    assert "bulk job" not in price(plan(8_000, Terms(jobs=False), 8_000), None).lower()
    assert "bulk job" not in price(plan(8_000, Terms(()), 0), None).lower()


def test_the_confirmation_names_fields_and_numbers() -> None:
    facets = [Facet("Score", "Health Score", None, "65", 2), Facet("Industry", "Industry", None, None, 1)]
    assert confirmation(change_set(planned=2), facets, "Acme").startswith(
        "3 values of 2 accounts of Acme will be written: Health Score and Industry."
    )


def test_the_kinds_of_one_field_stand_together_and_add_up() -> None:
    facets = [
        Facet("Industry", "Industry", "", "Retail", 93),
        Facet("Score", "Health Score", None, None, 7),
        Facet("Industry", "Industry", None, None, 2),
    ]
    industry, score = by_field(facets)
    assert (industry.rows, industry.kinds) == (95, (("(blank) → Retail", 93), ("other changes", 2)))
    assert score.kinds == (("a value of its own in each row", 7),)


def test_a_row_tells_its_reason_or_else_its_changes() -> None:
    changed = RowRecord(5, ("3M", "7"), RowState.PLANNED, "1", "3M Co.", {"Score": None}, {"Score": 7})
    refused = RowRecord(6, ("3M", "x"), RowState.INVALID, reason="“x” is no number.", advice="Write digits.")
    same = RowRecord(7, ("", "7"), RowState.UNCHANGED)
    assert row_words(change_set(), changed) == ("Row 5 · 3M Co.", "Health Score: (blank) → 7")
    assert row_words(change_set(), refused) == ("Row 6 · 3M", "“x” is no number. Write digits.")
    assert row_words(change_set(), same) == ("Row 7 · (blank)", "Nothing changes.")


def test_an_account_is_called_by_its_name_in_zoho_first() -> None:
    assert account_of(change_set(), RowRecord(5, ("3m",), RowState.PLANNED, "1", "3M")) == "3M"
    assert account_of(change_set(), RowRecord(5, ("3m",), RowState.INVALID)) == "3m"


def test_a_draft_says_where_it_stands() -> None:
    assert draft_words(change_set(planned=1))[0] == "Bulk update: q4.csv"
    assert draft_words(change_set(planned=1))[1].endswith("1 row will change, nothing was sent")
    assert draft_words(change_set(ChangeSetState.PAUSED, planned=2, updated=3))[1].endswith("paused, 2 rows to go")


def test_the_log_keeps_the_last_lines_in_order() -> None:
    watch = RunWatch({RowState.PLANNED: 10})
    for number in range(LOG_LINES + 3):
        watch.hear(f"line {number}")
    assert [line.text for line in watch.log] == [f"line {number}" for number in range(3, LOG_LINES + 3)]


@pytest.mark.parametrize(
    ("kept", "decided", "words"),
    [
        (1, 1, "Your decision still holds."),
        (1_200, 1_200, "Your 1,200 decisions still hold."),
        (0, 1, "Your decision no longer fits and was dropped."),
        (0, 2, "Your 2 decisions no longer fit and were dropped."),
        (1, 3, "1 of your 3 decisions still holds; 2 no longer fit and were dropped."),
        (2, 3, "2 of your 3 decisions still hold; 1 no longer fits and was dropped."),
    ],
)
def test_what_became_of_decisions_is_said_in_one_sentence(kept: int, decided: int, words: str) -> None:
    assert kept_decisions(kept, decided) == words
