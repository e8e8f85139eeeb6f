"""Values that file and Zoho both changed: kept with the plan, decided while nothing was sent."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from bulk_journey import Journey

from zoho_console.background import Stopped
from zoho_console.bulk.drift import Policies
from zoho_console.bulk.exporting import USUAL, CsvExport, ExportForm, write_records
from zoho_console.bulk.mapping import is_target
from zoho_console.bulk.planning import decided
from zoho_console.domain.changes import ChangeSet, RowState
from zoho_console.domain.drifts import Drift, DriftCount, Drifted, Policy
from zoho_console.errors import ZohoConfigError
from zoho_console.workspace.accounts import AccountQuery

COLUMNS = ("id", "Account_Name", "Health_Score", "Phone")
SCORE = "Health_Score"
NOBODY = Drifted(Drift.SAME, None, None)


def returned(journey: Journey, count: int) -> ChangeSet:
    """A plan from an export of so many accounts: score and phone were changed in the file, the score in Zoho too."""
    records = journey.simulator.world.records("Accounts")
    ids = journey.ids(count)
    for one in ids:
        records[one].update(Health_Score=10, Phone="+49 30 10")
    path = journey.folder / "stamped.csv"
    with CsvExport(path, COLUMNS, ExportForm("exact", stamped=True)) as export:
        export.add([records[one] for one in ids])
    text = path.read_text("utf-8").replace(",10,+49 30 10,", ",22,+49 30 11,")
    path.write_text(text, "utf-8")
    for one in ids:
        records[one]["Health_Score"] = 33
    return journey.prepare(path)


def test_the_plan_knows_who_changed_what(journey: Journey) -> None:
    planned = returned(journey, 3)
    assert planned.counts == {RowState.CONFLICT: 3}
    assert journey.journal.drifts(planned.id) == [
        DriftCount(SCORE, "Health Score", Drift.BOTH, 3, 3), DriftCount("Phone", "Phone", Drift.MINE, 3, 0),
    ]  # fmt: skip
    (row, *_rest) = journey.journal.rows(planned.id, drift=Drift.BOTH)
    assert (row.before, row.after) == ({SCORE: 33, "Phone": "+49 30 10"}, {SCORE: 22, "Phone": "+49 30 11"})
    assert journey.journal.rows(planned.id, field="Phone", drift=Drift.BOTH) == []


def test_one_row_is_decided_and_only_what_was_taken_is_sent(journey: Journey) -> None:
    planned = returned(journey, 3)
    assert journey.journal.decide(planned.id, SCORE, Policy.THEIRS, [3]).counts == {
        RowState.CONFLICT: 2, RowState.PLANNED: 1,
    }  # fmt: skip
    assert journey.journal.decide(planned.id, SCORE, Policy.MINE, [4]).count(RowState.PLANNED) == 2

    done = journey.apply(planned)

    assert done.counts == {RowState.CONFLICT: 1, RowState.UPDATED: 2}
    ids = journey.ids(3)
    assert [journey.value(one) for one in ids] == [33, 33, 22]
    assert [journey.value(one, "Phone") for one in ids] == ["+49 30 10", "+49 30 11", "+49 30 11"]
    with journey.report(done, form="exact").open(newline="") as file:
        first = next(csv.DictReader(file))
    assert (first["Before: Health Score"], first["After: Health Score"], first["Code"]) == (
        "33",
        "22",
        "changed-in-both",
    )
    with pytest.raises(ZohoConfigError, match="stay as they are"):
        journey.journal.decide(planned.id, SCORE, Policy.MINE)


def test_a_retry_asks_again_or_takes_a_policy(journey: Journey) -> None:
    planned = returned(journey, 2)
    done = journey.apply(journey.journal.decide(planned.id, SCORE, Policy.MINE, [2]))
    assert done.counts == {RowState.CONFLICT: 1, RowState.UPDATED: 1}
    assert journey.retry(done).counts == {RowState.CONFLICT: 1}
    assert journey.retry(done, policies=Policies(Policy.MINE)).counts == {RowState.PLANNED: 1}


def test_a_retry_keeps_decisions_where_zoho_has_the_same_value_still(journey: Journey) -> None:
    planned = journey.journal.decide(returned(journey, 3).id, SCORE, Policy.MINE)
    ids = journey.ids(3)
    journey.simulator.world.locked.update(ids)
    done = journey.apply(planned)
    assert done.counts == {RowState.REFUSED: 3}
    journey.simulator.world.locked.clear()
    journey.simulator.world.records("Accounts")[ids[0]]["Health_Score"] = 34
    assert journey.retry(done).counts == {RowState.CONFLICT: 1, RowState.PLANNED: 2}
    assert journey.retry(done, policies=Policies(Policy.THEIRS)).counts == {RowState.PLANNED: 3}


def test_a_whole_column_is_decided_in_blocks_and_batches_are_numbered_anew(journey: Journey) -> None:
    planned = returned(journey, 250)
    journey.journal.decide(planned.id, SCORE, Policy.MINE)
    assert journey.journal.open_batches(planned.id) == [1, 2, 3]
    again = journey.journal.decide(planned.id, SCORE, Policy.ASK)
    assert again.counts == {RowState.CONFLICT: 250}
    assert journey.journal.open_batches(planned.id) == []


def test_two_people_who_decide_different_fields_at_once_both_have_their_way(journey: Journey) -> None:
    records = journey.simulator.world.records("Accounts")
    planned = returned(journey, 20)
    for one in journey.ids(20):
        records[one]["Phone"] = "+49 30 12"
    planned = journey.prepare(journey.folder / "stamped.csv")
    assert journey.journal.drifts(planned.id)[1].asked == 20
    for turn in range(5):
        policies = ((SCORE, Policy.MINE), ("Phone", Policy.THEIRS))
        with ThreadPoolExecutor() as people:
            list(people.map(lambda said: journey.journal.decide(planned.id, *said), policies))
        rows = journey.journal.rows(planned.id)
        assert {(row.state, *row.after) for row in rows} == {(RowState.PLANNED, SCORE)}, f"turn {turn}"
        for field, _policy in policies:
            journey.journal.decide(planned.id, field, Policy.ASK)


def test_hostile_words_survive_a_decision(journey: Journey) -> None:
    records = journey.simulator.world.records("Accounts")
    one, text = journey.ids(1)[0], "'\\\"{},\\ud800\\u0000 \U0001f600; drop table change_rows"
    path = journey.folder / "stamped.csv"
    records[one]["Description"] = "a"
    with CsvExport(path, ("id", "Description"), ExportForm("exact", stamped=True)) as export:
        export.add([records[one]])
    records[one]["Description"] = text
    path.write_text(path.read_text("utf-8").replace(",a,", f',"{text.replace(chr(34), chr(34) * 2)} mine",'), "utf-8")
    planned = journey.prepare(path)
    journey.journal.decide(planned.id, "Description", Policy.MINE)
    (row,) = journey.journal.rows(planned.id)
    assert (row.before, row.after) == ({"Description": text}, {"Description": f"{text} mine"})


@pytest.mark.parametrize("form", [USUAL, ExportForm(stamped=True)])
def test_every_account_exported_and_brought_back_untouched_changes_nothing(journey: Journey, form: ExportForm) -> None:
    records = journey.simulator.world.records("Accounts")
    hostile = ("=1+1", "'=1+1", "+49 30", "-1+1", "00123", "''x", '"q",;', "a\nb", "@x", "=cmd|' /C calc'!A0")
    for one, text in zip(journey.ids(len(hostile)), hostile, strict=True):
        records[one].update(Account_Name=text, Description=text, Health_Score=-5, Annual_Revenue=-12.5)
    path = journey.folder / "accounts.csv"

    async def export() -> None:
        fields = await journey.workspace.fields(journey.acme)
        names = tuple(one.api_name for one in fields if is_target(one))
        assert "Owner" in names
        found = AccountQuery(names).all_by_id(journey.workspace.client(journey.acme), fields)
        await write_records(path, ("id", *names), found, lambda _rows: None, form)

    journey.call(export())
    planned = journey.prepare(path, blanks="clear")
    assert planned.counts == {RowState.UNCHANGED: 300}


def test_decisions_hold_in_a_plan_made_anew_where_record_field_and_values_are_the_same(journey: Journey) -> None:
    planned, ids = returned(journey, 5), journey.ids(5)
    path, journal = journey.folder / "stamped.csv", journey.journal
    journal.decide(planned.id, SCORE, Policy.THEIRS, [2, 3])
    journal.decide(planned.id, SCORE, Policy.MINE, [4])
    journey.simulator.world.records("Accounts")[ids[1]][SCORE] = 34
    keep = Policies(decided_in=planned.id)

    again = journey.prepare(path, policies=keep)

    assert [row.drift[SCORE].policy for row in journal.rows(again.id)] == [
        Policy.THEIRS, Policy.ASK, Policy.MINE, Policy.ASK, Policy.ASK,
    ]  # fmt: skip
    assert [row.state for row in journal.rows(again.id)] == [
        RowState.PLANNED, RowState.CONFLICT, RowState.PLANNED, RowState.CONFLICT, RowState.CONFLICT,
    ]  # fmt: skip
    assert [(one.asked, one.decided) for one in journal.drifts(again.id)] == [(3, 2), (0, 0)]
    assert again.counts == journal.change_set(again.id).counts
    # Who gives the column another policy has said so later.
    other = journey.prepare(path, policies=Policies(Policy.MINE, decided_in=again.id))
    assert {row.drift[SCORE].policy for row in journal.rows(other.id)} == {Policy.MINE}
    assert journal.drifts(other.id)[0].decided == 0
    # A cell decided otherwise than its column says stays so while the column keeps its policy.
    journal.decide(other.id, SCORE, Policy.ASK, [5])
    last = journey.prepare(path, policies=Policies(Policy.MINE, decided_in=other.id))
    assert last.counts == {RowState.PLANNED: 4, RowState.CONFLICT: 1}


def test_a_stamp_of_another_export_ends_what_was_decided(journey: Journey) -> None:
    planned = returned(journey, 2)
    journey.journal.decide(planned.id, SCORE, Policy.MINE)
    records = journey.simulator.world.records("Accounts")
    for one in journey.ids(2):
        records[one].update(Health_Score=11, Phone="+49 30 11")
    path = journey.folder / "later.csv"
    with CsvExport(path, COLUMNS, ExportForm("exact", stamped=True)) as export:
        export.add([records[one] for one in journey.ids(2)])
    path.write_text(path.read_text("utf-8").replace(",11,", ",22,"), "utf-8")
    for one in journey.ids(2):
        records[one]["Health_Score"] = 33
    again = journey.prepare(path, policies=Policies(decided_in=planned.id))
    assert again.counts == {RowState.CONFLICT: 2}


def test_the_statement_decides_rows_as_they_are_decided_one_by_one(journey: Journey) -> None:
    records, ids = journey.simulator.world.records("Accounts"), journey.ids(40)
    seed = random.randrange(10**9)
    print(f"seed {seed}")
    dice, fields = random.Random(seed), (SCORE, "Phone", "Description")
    values = {SCORE: (1, 2, None), "Phone": ("1", "2", None), "Description": ("a“\\", "b'{}", None)}
    path = journey.folder / "stamped.csv"

    def turn(fold: Callable[[dict[str, Any]], None]) -> None:
        for one in ids:
            fold(records[one])

    turn(lambda record: record.update({name: dice.choice(values[name]) for name in fields}))
    with CsvExport(path, ("id", *fields), ExportForm("exact", stamped=True)) as export:
        export.add([records[one] for one in ids])
    stamps = [line[-1] for line in csv.reader(path.read_text("utf-8").splitlines())]
    turn(lambda record: record.update({name: dice.choice(values[name]) for name in fields}))
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = [[one, *(dice.choice(values[name]) for name in fields)] for one in ids]
        lines = [["id", "Health Score", "Phone", "Description"], *rows]
        csv.writer(file).writerows([*line, stamp] for line, stamp in zip(lines, stamps, strict=True))
    planned = journey.prepare(path, blanks="clear")
    expected = journey.journal.rows(planned.id)
    for _ in range(12):
        name, policy = dice.choice(fields), dice.choice(list(Policy))
        numbers = dice.sample(range(2, 42), dice.choice([1, 10])) if dice.random() < 0.7 else []
        made = journey.journal.decide(planned.id, name, policy, numbers)
        expected = [
            decided(row, {name: policy}, made.labels)
            if row.drift.get(name, NOBODY).who is Drift.BOTH and (not numbers or row.number in numbers)
            else row
            for row in expected
        ]
        found = [replace(row, batch=None) for row in journey.journal.rows(planned.id)]
        for row, other in zip(found, expected, strict=True):
            assert row == replace(other, batch=None)


def test_a_decision_that_is_cancelled_on_its_way_leaves_every_row_as_it_was(journey: Journey) -> None:
    planned = returned(journey, 3)
    before = journey.journal.rows(planned.id)
    told = []

    def tell(rows: int) -> None:
        told.append(rows)
        raise Stopped

    with pytest.raises(Stopped):
        journey.journal.decide(planned.id, SCORE, Policy.MINE, (), tell)
    assert told == [3]
    assert journey.journal.rows(planned.id) == before
