"""The journal: what is written comes back to the letter, and nothing is sent or settled out of order."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from journal_samples import Begin, invalid, new, planned
from sqlalchemy import text

from zoho_console.domain.changes import (
    ChangeSetKind,
    ChangeSetState,
    Facet,
    Mapping,
    Row,
    RowRecord,
    RowState,
)
from zoho_console.domain.connections import Connection
from zoho_console.errors import ZohoConfigError
from zoho_console.store.database import Database
from zoho_console.store.journal import Journal

# --- planning ---


def test_a_new_change_set_is_an_empty_draft(journal: Journal, acme: Connection) -> None:
    change_set = journal.change_set(journal.begin(new(acme, source="a\x00\ud800.csv")))

    assert change_set.state is ChangeSetState.DRAFT
    assert change_set.kind is ChangeSetKind.UPDATE
    assert change_set.header == ("Id", "Status", "", "Rating")
    assert change_set.mapping == Mapping(0, "id", {1: "Status", 3: "Rating"})
    assert change_set.labels == {"Status": "Account Status"}
    assert change_set.source == "a\ufffd?.csv"
    assert (change_set.counts, change_set.total) == ({}, 0)
    assert change_set.created_at.tzinfo is not None
    assert (change_set.started_at, change_set.finished_at) == (None, None)


def test_planned_rows_are_numbered_into_batches_in_the_order_of_the_file(journal: Journal, acme: Connection) -> None:
    change_set_id = journal.begin(new(acme))
    journal.add_rows(change_set_id, [planned(9), invalid(3)])
    journal.add_rows(change_set_id, [])
    journal.add_rows(change_set_id, [planned(4), planned(2)])
    change_set = journal.finish_plan(change_set_id, batch_size=2)

    assert change_set.state is ChangeSetState.PLANNED
    assert change_set.counts == {RowState.PLANNED: 3, RowState.INVALID: 1}
    assert [(row.number, row.batch) for row in journal.all_rows(change_set_id)] == [(2, 1), (3, None), (4, 1), (9, 2)]
    assert journal.open_batches(change_set_id) == [1, 2]
    assert [row.number for row in journal.batch_rows(change_set_id, 1)] == [2, 4]


def test_rows_are_added_to_a_draft_only(journal: Journal, ready: Begin) -> None:
    change_set_id = ready([planned(2)])

    with pytest.raises(ZohoConfigError, match="draft only"):
        journal.add_rows(change_set_id, [planned(3)])


def test_a_plan_that_runs_is_not_numbered_again(journal: Journal, ready: Begin) -> None:
    change_set_id = ready([planned(2), planned(3), planned(4)])
    journal.set_state(change_set_id, ChangeSetState.APPLYING)

    with pytest.raises(ZohoConfigError, match="cannot become"):
        journal.finish_plan(change_set_id, batch_size=1)
    assert [row.batch for row in journal.all_rows(change_set_id)] == [1, 1, 2]


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abcé€😀", max_size=3), inner, max_size=3),
    max_leaves=5,
)
CELLS = st.lists(st.text(st.characters()), max_size=4)


@settings(max_examples=60, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.dictionaries(st.sampled_from("ABC"), JSON_VALUES), after=JSON_VALUES, cells=CELLS)
def test_a_row_comes_back_to_the_letter(
    journal: Journal, acme: Connection, before: dict[str, object], after: object, cells: list[str]
) -> None:
    file_id = journal.staging.add(acme.id, "accounts.csv", [Row(2, tuple(cells))], lambda _rows: None)
    change_set_id = journal.begin(new(acme, file_id=file_id))
    row = RowRecord(2, tuple(cells), RowState.PLANNED, "1" * 18, "Zoë 😀", before, {"A": after}, "c", "r", "a", 7)
    journal.add_rows(change_set_id, [row])

    (stored,) = journal.all_rows(change_set_id)
    assert stored == row
    assert repr(stored.before) == repr(row.before)
    assert repr(stored.after) == repr(row.after)


# --- reading ---


def test_rows_are_read_by_state_by_field_and_in_pages(journal: Journal, ready: Begin) -> None:
    rating = [planned(number, None, number, field="Rating") for number in (5, 6)]
    change_set_id = ready([planned(2), planned(3), invalid(4), *rating])

    assert [row.number for row in journal.rows(change_set_id, limit=2)] == [2, 3]
    assert [row.number for row in journal.rows(change_set_id, after=3, limit=2)] == [4, 5]
    assert [row.number for row in journal.rows(change_set_id, states={RowState.INVALID})] == [4]
    assert [row.number for row in journal.rows(change_set_id, field="Rating")] == [5, 6]
    assert [row.number for row in journal.rows(change_set_id, field="Rating", states=[RowState.INVALID])] == []


def test_a_field_that_is_cleared_counts_as_changed(journal: Journal, ready: Begin) -> None:
    change_set_id = ready([planned(2, "x", None), planned(3, "x", False, field="Active")])

    assert [row.number for row in journal.rows(change_set_id, field="Status")] == [2]


def test_every_row_of_a_long_file_comes_once_and_in_order(journal: Journal, ready: Begin) -> None:
    change_set_id = ready([planned(number) for number in range(2, 2503)])

    assert [row.number for row in journal.all_rows(change_set_id)] == list(range(2, 2503))


def test_change_sets_come_newest_first_with_their_counts(journal: Journal, ready: Begin, acme: Connection) -> None:
    older, newer = ready([planned(2), invalid(3)]), ready([planned(2)])

    assert [one.id for one in journal.change_sets()] == [newer, older]
    assert [one.total for one in journal.change_sets(acme.id)] == [1, 2]
    assert [one.id for one in journal.change_sets(limit=1)] == [newer]
    assert journal.change_sets(acme.id + 1) == []


def test_a_job_that_is_not_there_is_said_so(journal: Journal) -> None:
    for ask in (journal.change_set, lambda one: journal.set_state(one, ChangeSetState.APPLYING)):
        with pytest.raises(ZohoConfigError, match=r"^There is no job 41\.$"):
            ask(41)
    assert journal.facets(41) == []


# --- facets ---


def test_facets_count_each_kind_of_change(journal: Journal, ready: Begin) -> None:
    rows = [planned(2), planned(3), planned(4, "", "New"), planned(5, None, 5, field="Rating"), invalid(6)]
    change_set_id = ready(rows)

    assert journal.facets(change_set_id) == [
        Facet("Rating", "Rating", "", "5", 1),
        Facet("Status", "Account Status", "Old", "New", 2),
        Facet("Status", "Account Status", "", "New", 1),
    ]


def test_a_field_of_many_changes_is_told_by_what_they_come_to(journal: Journal, ready: Begin) -> None:
    hot = [planned(number, f"was {number}", "Hot") for number in range(2, 62)]
    cold = [planned(100 + number, f"was {number}", "Cold") for number in range(37)]
    rare = [planned(200 + number, "", f"rare {number}") for number in range(3)]

    assert journal.facets(ready([*hot, *cold, *rare])) == [
        Facet("Status", "Account Status", None, "Hot", 60),
        Facet("Status", "Account Status", None, "Cold", 37),
        Facet("Status", "Account Status", None, None, 3),
    ]


def test_no_more_than_four_outcomes_of_a_field_are_told(journal: Journal, ready: Begin) -> None:
    facets = journal.facets(ready([planned(number, "", f"{number % 6}") for number in range(6, 66)]))

    assert [(facet.before, facet.after, facet.rows) for facet in facets] == [
        (None, "0", 10), (None, "1", 10), (None, "2", 10), (None, "3", 10), (None, None, 20),
    ]  # fmt: skip


def test_four_kinds_of_change_are_all_shown(journal: Journal, ready: Begin) -> None:
    facets = journal.facets(ready([planned(number, f"was {number}") for number in range(2, 6)]))

    assert [(facet.before, facet.rows) for facet in facets] == [(f"was {number}", 1) for number in range(2, 6)]


def test_changes_that_all_differ_are_one_facet(journal: Journal, ready: Begin) -> None:
    facets = journal.facets(ready([planned(number, "", f"Name {number}") for number in range(2, 30)]))

    assert facets == [Facet("Status", "Account Status", None, None, 28)]


def test_a_facet_shows_structured_values_as_a_person_reads_them(journal: Journal, ready: Begin) -> None:
    row = planned(2, {"name": "Anna", "id": "1"}, ["a", "b"])

    assert journal.facets(ready([row])) == [Facet("Status", "Account Status", "Anna", "a;b", 1)]


def test_facets_add_up_to_the_rows_that_are_sent(journal: Journal, ready: Begin) -> None:
    seed = random.randrange(10_000)
    print(f"seed {seed}")
    dice = random.Random(seed)
    rows = [planned(number, dice.randrange(6), dice.randrange(3)) for number in range(2, 200)]

    facets = journal.facets(ready(rows))
    assert sum(facet.rows for facet in facets) == 198
    assert [facet.before for facet in facets] == [None] * 3


# --- states ---

WAYS = {
    (ChangeSetState.DRAFT, ChangeSetState.PLANNED),
    (ChangeSetState.DRAFT, ChangeSetState.ABANDONED),
    (ChangeSetState.PLANNED, ChangeSetState.APPLYING),
    (ChangeSetState.PLANNED, ChangeSetState.FINISHED),
    (ChangeSetState.PLANNED, ChangeSetState.ABANDONED),
    (ChangeSetState.APPLYING, ChangeSetState.APPLYING),
    (ChangeSetState.APPLYING, ChangeSetState.PAUSED),
    (ChangeSetState.APPLYING, ChangeSetState.FINISHED),
    (ChangeSetState.PAUSED, ChangeSetState.APPLYING),
    (ChangeSetState.PAUSED, ChangeSetState.FINISHED),
}


def test_a_change_set_goes_the_ways_there_are_and_no_others(
    journal: Journal, database: Database, acme: Connection
) -> None:
    change_set_id = journal.begin(new(acme))
    went = set()
    for one in ChangeSetState:
        for other in ChangeSetState:
            with database.begin() as connection:
                connection.execute(text("update change_sets set state = :state"), {"state": str(one)})
            try:
                journal.set_state(change_set_id, other, "why")
            except ZohoConfigError:
                assert journal.change_set(change_set_id).state is one
            else:
                went.add((one, other))
    assert went == WAYS


def test_a_run_remembers_when_it_first_started_and_when_it_ended(journal: Journal, ready: Begin) -> None:
    change_set_id = ready([planned(2)])
    journal.set_state(change_set_id, ChangeSetState.APPLYING)
    started = journal.change_set(change_set_id).started_at
    journal.set_state(change_set_id, ChangeSetState.PAUSED, "No network.")
    assert journal.change_set(change_set_id).note == "No network."
    lease = journal.runs.take(change_set_id, "", 60)
    journal.runs.skip_rest(lease)
    journal.runs.release(lease, ChangeSetState.FINISHED)

    change_set = journal.change_set(change_set_id)
    assert started is not None
    assert change_set.finished_at is not None
    assert change_set.started_at == started
    assert change_set.finished_at > started
    assert change_set.note == ""
