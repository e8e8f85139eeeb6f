"""When a run widens, when it waits for a person, and what it will cost."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as some

from zoho_console.bulk.forecast import forecast
from zoho_console.bulk.verifying import chosen, prove, side_effects
from zoho_console.bulk.waves import Watch, in_waves, waves_of
from zoho_console.domain.changes import Outcome, RowRecord, RowState
from zoho_console.domain.fields import Field
from zoho_console.domain.terms import AUTOMATIONS, Proof, Proven, Terms

FIELDS = {"Score": Field("Score", "Score", "integer"), "Phone": Field("Phone", "Phone", "phone")}
LABELS = {"Score": "Score", "Phone": "Phone"}


def row(number: int, record_id: str = "1") -> RowRecord:
    return RowRecord(
        number, (), RowState.SENT, record_id, before={"Score": 1, "Phone": "1"}, after={"Score": 5, "Phone": "2"}
    )


def test_waves_widen() -> None:
    assert waves_of(range(1, 31)) == [[1], [2], list(range(3, 13)), list(range(13, 31))]


def test_a_run_that_was_cut_off_goes_on_with_its_wave() -> None:
    assert waves_of([5, 7, 20]) == [[5, 7], [20]]


@pytest.mark.parametrize(("open_batches", "is_wanted"), [([], True), ([1, 2], True), ([1, 2, 3, 4], False)])
def test_few_batches_and_runs_without_waves_go_at_once(open_batches: list[int], is_wanted: bool) -> None:
    assert not in_waves(open_batches, is_wanted=is_wanted)
    assert in_waves([1, 2, 3], is_wanted=True)


@given(some.sets(some.integers(1, 400)))
def test_every_batch_is_in_one_wave(batches: set[int]) -> None:
    waves = waves_of(sorted(batches))
    assert sorted(batch for wave in waves for batch in wave) == sorted(batches)
    assert all(waves)


def settled(good: int, bad: int) -> list[Outcome]:
    refused = [Outcome(number, RowState.REFUSED, "X", "It is locked.") for number in range(bad)]
    return [Outcome(number, RowState.UPDATED) for number in range(good)] + refused


@pytest.mark.parametrize(
    ("is_first", "good", "bad", "waits"),
    [(True, 5, 1, False), (True, 1, 2, True), (True, 0, 1, False),
     (False, 90, 10, False), (False, 79, 21, True), (False, 1, 4, False)],
)  # fmt: skip
def test_a_wave_in_which_too_much_fails_stops_the_run(is_first: bool, good: int, bad: int, waits: bool) -> None:
    watch = Watch(is_first=is_first)
    watch.settled(settled(good, bad))
    assert bool(watch.verdict) is waits
    assert not waits or "It is locked." in watch.verdict


def test_one_strange_row_stops_the_first_wave_and_no_other() -> None:
    for is_first in (True, False):
        watch = Watch(is_first=is_first)
        watch.settled(settled(100, 0))
        watch.read_back([Proven(1, Proof.ALTERED, "x"), Proven(2, Proof.VERIFIED)])
        assert bool(watch.verdict) is is_first


def test_side_effects_are_told_by_label() -> None:
    watch = Watch(is_first=True)
    watch.side_effects(Counter({"Phone": 2}))
    assert "“Phone” in 2" in watch.verdict


def test_reading_back_tells_verified_altered_and_not_stored_apart() -> None:
    live = {
        "1": {"Score": 5, "Phone": "2"},
        "2": {"Score": 5, "Phone": "1"},
        "3": {"Score": 5, "Phone": "9"},
    }
    proofs = prove([row(1, "1"), row(2, "2"), row(3, "3"), row(4, "4")], live, FIELDS, LABELS)
    assert [one.proof for one in proofs] == [Proof.VERIFIED, Proof.NOT_STORED, Proof.ALTERED, Proof.ALTERED]
    assert "old value of “Phone”" in proofs[1].reason
    assert "now it is “9”" in proofs[2].reason
    assert "not in Zoho any more" in proofs[3].reason


def test_only_fields_that_changed_are_side_effects() -> None:
    before = {"1": {"Score": 1, "Phone": "1"}, "2": {"Score": 1, "Phone": "1"}, "3": {"Score": 1}}
    after = {"1": {"Score": 1, "Phone": "7"}, "2": {"Score": 1, "Phone": "1"}}
    assert side_effects(before, after, FIELDS) == Counter({"Phone": 1})


def test_the_same_share_of_rows_is_chosen_each_time() -> None:
    rows = [row(number, str(777_000_000_000 + number)) for number in range(2000)]
    assert chosen(rows, 100) == rows
    assert chosen(rows, 0) == []
    tenth = chosen(rows, 10)
    assert 140 < len(tenth) < 260
    assert chosen(rows, 10) == tenth


def test_a_forecast_says_what_each_part_costs() -> None:
    told = forecast(4000, Terms(waves=False, verify=100))
    assert (told.look, told.write, told.verify, told.undo) == (40, 400, 40, 520)
    assert told.total == 480
    assert forecast(4000, Terms(verify=0)).verify > 0  # the first rows are read back always
    assert forecast(0, Terms()).total == 0


@pytest.mark.parametrize(
    ("rows", "jobs", "by_jobs", "write"),
    [
        (5_000, 0, 0, 500),
        (5_001, 1, 5_001, 500),
        (25_000, 1, 25_000, 500),
        (30_000, 1, 25_000, 1_000),  # the rest of 5,000 costs as much by records
        (30_001, 2, 30_001, 1_000),
        (1_000_000, 40, 1_000_000, 20_000),
    ],
)
def test_rows_go_by_jobs_where_that_costs_less(rows: int, jobs: int, by_jobs: int, write: int) -> None:
    told = forecast(rows, Terms((), waves=False), rows)
    assert (told.jobs, told.job_rows, told.write) == (jobs, by_jobs, write)
    assert forecast(rows, Terms((), waves=False, jobs=False), rows).jobs == 0
    assert forecast(rows, Terms(), rows).jobs == 0  # jobs run no automation
    assert told.undo == told.total + told.look  # an undo goes the same way, after a look of its own


@given(some.integers(0, 200_000), some.integers(0, 200_000))
def test_jobs_never_cost_more_than_records(planned: int, alike: int) -> None:
    terms = Terms((), waves=False)
    assert forecast(planned, terms, min(planned, alike)).write <= forecast(planned, terms).write


def test_the_first_rows_go_by_records_whatever_a_job_costs() -> None:
    assert forecast(6_000, Terms(()), 6_000).jobs == 0
    assert forecast(6_300, Terms(()), 6_300).job_rows == 5_100


def test_terms_survive_the_way_to_the_database() -> None:
    for trigger in AUTOMATIONS.values():
        terms = Terms(trigger, waves=False, verify=37, reserve=9)
        assert Terms.from_json(terms.as_json()) == terms
    assert Terms.from_json({}) == Terms(jobs=False)  # a plan of before there were jobs
    assert Terms(("approval",)).automation == "approval"
