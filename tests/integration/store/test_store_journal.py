"""The journal: what is written comes back to the letter, and nothing is sent or settled out of order."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from zoho_console.domain.changes import (
    ChangeSetKind,
    ChangeSetState,
    Facet,
    Mapping,
    NewChangeSet,
    Outcome,
    RowRecord,
    RowState,
)
from zoho_console.domain.connections import Connection
from zoho_console.errors import ZohoConfigError, ZohoDatabaseError
from zoho_console.store.database import Database
from zoho_console.store.journal import Journal
from zoho_console.store.tables import attempts

Begin = Callable[[Sequence[RowRecord]], int]


def new(acme: Connection, **other: object) -> NewChangeSet:
    mapping = Mapping(0, "id", {1: "Status", 3: "Rating"})
    values: dict[str, object] = {
        "connection_id": acme.id,
        "module": "Accounts",
        "kind": ChangeSetKind.UPDATE,
        "source": "accounts.csv",
        "header": ("Id", "Status", "", "Rating"),
        "mapping": mapping,
        "labels": {"Status": "Account Status"},
        "created_by": "Anna",
    }
    return NewChangeSet(**{**values, **other})  # type: ignore[arg-type]


def planned(number: int, before: object = "Old", after: object = "New", field: str = "Status") -> RowRecord:
    return RowRecord(
        number, (str(number), "text"), RowState.PLANNED, f"{number:018}", f"Account {number}",
        {field: before}, {field: after},
    )  # fmt: skip


def invalid(number: int) -> RowRecord:
    return RowRecord(number, ("", ""), RowState.INVALID, code="no-key", reason="No id.", advice="Fill it in.")


@pytest.fixture
def ready(journal: Journal, acme: Connection) -> Begin:
    def make(rows: Sequence[RowRecord]) -> int:
        change_set_id = journal.begin(new(acme))
        journal.add_rows(change_set_id, rows)
        journal.finish_plan(change_set_id, batch_size=2)
        return change_set_id

    return make


def attempt_rows(database: Database) -> list[tuple[object, ...]]:
    query = select(
        attempts.c.batch, attempts.c.attempt, attempts.c.row_numbers, attempts.c.note, attempts.c.answered_at
    )
    with database.begin() as connection:
        return [
            (row.batch, row.attempt, row.row_numbers, row.note, row.answered_at is not None)
            for row in connection.execute(query.order_by(attempts.c.batch, attempts.c.attempt))
        ]


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
    change_set_id = journal.begin(new(acme))
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


# --- sending ---


def test_an_attempt_is_on_record_before_its_answer(journal: Journal, database: Database, ready: Begin) -> None:
    change_set_id = ready([planned(2), planned(3), planned(4)])
    journal.record_attempt(change_set_id, 1, [2, 3])

    assert attempt_rows(database) == [(1, 1, [2, 3], "", False)]
    assert [row.number for row in journal.sent_rows(change_set_id)] == [2, 3]
    assert journal.open_batches(change_set_id) == [2]
    assert journal.batch_rows(change_set_id, 1) == []


@pytest.mark.parametrize("numbers", [[2, 4], [2, 99], [2, 2]])
def test_rows_that_are_not_planned_in_the_batch_are_not_sent(
    journal: Journal, database: Database, ready: Begin, numbers: list[int]
) -> None:
    change_set_id = ready([planned(2), planned(3), planned(4)])

    with pytest.raises(ZohoDatabaseError, match="nothing was sent"):
        journal.record_attempt(change_set_id, 1, numbers)
    assert attempt_rows(database) == []
    assert journal.sent_rows(change_set_id) == []


def test_a_batch_is_taken_by_one_of_two_consoles(journal: Journal, database: Database, ready: Begin) -> None:
    change_set_id = ready([planned(2), planned(3)])
    refused: list[ZohoDatabaseError] = []

    def send() -> None:
        try:
            journal.record_attempt(change_set_id, 1, [2, 3])
        except ZohoDatabaseError as error:
            refused.append(error)

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 5
    assert len(attempt_rows(database)) == 1


def test_outcomes_settle_the_rows_and_answer_the_attempt(journal: Journal, database: Database, ready: Begin) -> None:
    change_set_id = ready([planned(2), planned(3)])
    journal.record_attempt(change_set_id, 1, [2, 3])
    outcomes = [
        Outcome(2, RowState.UPDATED),
        Outcome(3, RowState.REFUSED, "INVALID_DATA", "Zoho refused\x00 “Größe”.", "Correct it."),
    ]
    journal.record_outcomes(change_set_id, 1, outcomes, "answered in 1 s")
    journal.record_outcomes(change_set_id, 1, outcomes, "said twice")

    updated, refused = journal.all_rows(change_set_id)
    assert (updated.state, updated.reason) == (RowState.UPDATED, "")
    assert (refused.state, refused.code, refused.advice) == (RowState.REFUSED, "INVALID_DATA", "Correct it.")
    assert refused.reason == "Zoho refused\ufffd “Größe”."
    assert attempt_rows(database) == [(1, 1, [2, 3], "answered in 1 s", True)]
    assert journal.change_set(change_set_id).counts == {RowState.UPDATED: 1, RowState.REFUSED: 1}


def test_a_conflict_is_written_down_without_an_attempt(journal: Journal, database: Database, ready: Begin) -> None:
    change_set_id = ready([planned(2), planned(3)])
    journal.record_outcomes(change_set_id, 1, [Outcome(2, RowState.CONFLICT, "changed", "Changed meanwhile.")])
    journal.record_outcomes(change_set_id, 1, [])

    assert [row.number for row in journal.batch_rows(change_set_id, 1)] == [3]
    assert attempt_rows(database) == []


def test_outcomes_of_unknown_rows_are_refused_whole(journal: Journal, database: Database, ready: Begin) -> None:
    change_set_id = ready([planned(2)])
    journal.record_attempt(change_set_id, 1, [2])

    with pytest.raises(ZohoDatabaseError, match="does not have all rows"):
        journal.record_outcomes(change_set_id, 1, [Outcome(2, RowState.UPDATED), Outcome(9, RowState.UPDATED)])
    assert [row.number for row in journal.sent_rows(change_set_id)] == [2]
    assert attempt_rows(database)[0][-1] is False


def test_a_withdrawn_batch_can_be_sent_again(journal: Journal, database: Database, ready: Begin) -> None:
    change_set_id = ready([planned(2), planned(3), planned(4)])
    journal.record_attempt(change_set_id, 1, [2, 3])
    journal.record_attempt(change_set_id, 2, [4])
    journal.withdraw_attempt(change_set_id, 1)
    journal.record_attempt(change_set_id, 1, [3])

    assert [row.number for row in journal.batch_rows(change_set_id, 1)] == [2]
    assert [row.number for row in journal.sent_rows(change_set_id)] == [3, 4]
    assert attempt_rows(database) == [
        (1, 1, [2, 3], "withdrawn: nothing was sent", True),
        (1, 2, [3], "", False),
        (2, 1, [4], "", False),
    ]


def test_withdrawing_leaves_rows_alone_that_have_an_outcome(journal: Journal, ready: Begin) -> None:
    change_set_id = ready([planned(2), planned(3)])
    journal.record_attempt(change_set_id, 1, [2, 3])
    journal.record_outcomes(change_set_id, 1, [Outcome(2, RowState.UPDATED)])
    journal.withdraw_attempt(change_set_id, 1)

    assert [row.state for row in journal.all_rows(change_set_id)] == [RowState.UPDATED, RowState.PLANNED]


def test_the_rest_is_skipped_with_a_reason(journal: Journal, ready: Begin) -> None:
    change_set_id = ready([planned(2), planned(3), planned(4), invalid(5)])
    journal.record_attempt(change_set_id, 1, [2, 3])

    assert journal.skip_rest(change_set_id) == 1
    states = [row.state for row in journal.all_rows(change_set_id)]
    assert states == [RowState.SENT, RowState.SENT, RowState.SKIPPED, RowState.INVALID]
    (skipped,) = journal.rows(change_set_id, states=[RowState.SKIPPED])
    assert skipped.reason
    assert journal.open_batches(change_set_id) == []


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
    journal.set_state(change_set_id, ChangeSetState.APPLYING)
    journal.set_state(change_set_id, ChangeSetState.FINISHED)

    change_set = journal.change_set(change_set_id)
    assert started is not None
    assert change_set.finished_at is not None
    assert change_set.started_at == started
    assert change_set.finished_at > started
    assert change_set.note == ""


def test_one_console_at_a_time_applies_a_job(journal: Journal, database_url: str, ready: Begin) -> None:
    first, second = ready([planned(2)]), ready([planned(2)])
    elsewhere = Database(database_url)
    other = Journal(elsewhere)

    with journal.applying(first):
        for console in (journal, other):
            with pytest.raises(ZohoConfigError, match="another console"), console.applying(first):
                raise AssertionError
        with other.applying(second):
            pass
    with other.applying(first):
        pass
    elsewhere.close()


def test_an_error_while_applying_gives_the_right_back(journal: Journal, ready: Begin) -> None:
    change_set_id = ready([planned(2)])
    with pytest.raises(KeyError), journal.applying(change_set_id):
        raise KeyError

    with journal.applying(change_set_id):
        pass


def test_a_console_that_dies_gives_the_right_back(journal: Journal, database_url: str, ready: Begin) -> None:
    change_set_id = ready([planned(2)])
    code = (
        "import sys; from zoho_console.store.database import Database; from zoho_console.store.journal import Journal\n"
        "with Journal(Database(sys.argv[1])).applying(int(sys.argv[2])):\n"
        "    print('applying', flush=True); input()"
    )
    command = [sys.executable, "-c", code, database_url, str(change_set_id)]
    console = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert console.stdout is not None
    assert console.stdout.readline() == "applying\n"
    with pytest.raises(ZohoConfigError), journal.applying(change_set_id):
        raise AssertionError
    console.kill()
    console.communicate()

    taken = threading.Event()
    while not taken.wait(0.05):
        try:
            with journal.applying(change_set_id):
                taken.set()
        except ZohoConfigError:
            continue  # the server notices within moments


def test_a_session_that_was_cut_does_not_hide_what_went_wrong(
    journal: Journal, database: Database, ready: Begin
) -> None:
    cut = (
        "select pg_terminate_backend(pid, 5000) from pg_locks join pg_database on pg_database.oid = database"
        " where locktype = 'advisory' and datname = current_database()"
    )
    with pytest.raises(KeyError), journal.applying(ready([planned(2)])):
        with database.begin() as connection:
            assert connection.execute(text(cut)).scalar_one()
        raise KeyError
