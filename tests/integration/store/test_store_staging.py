"""The content of files: whole or not at all, to the letter, read in pages."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from alembic import command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from journal_samples import invalid, new, planned
from sqlalchemy import text

from zoho_console.bulk.checking import ROUNDED, TWINS
from zoho_console.domain.changes import Row, RowState
from zoho_console.domain.connections import Connection
from zoho_console.errors import FileProblem, ZohoConfigError, ZohoDatabaseError
from zoho_console.store.connections import Connections
from zoho_console.store.database import Database, copy_in
from zoho_console.store.journal import Journal
from zoho_console.store.migrate import bring_to_head, configuration


def quiet(_rows: int) -> None:
    """Nobody listens."""


def files(database: Database) -> int:
    with database.begin() as connection:
        return int(connection.execute(text("select count(*) from files")).scalar_one())


CELLS = st.tuples(st.text(), st.text(alphabet="\\\t\r\n\"',;.N\x01é🙂\u2028\x00", max_size=9))


@settings(max_examples=40, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(CELLS, max_size=9))
def test_rows_come_back_to_the_letter(journal: Journal, acme: Connection, cells: list[tuple[str, str]]) -> None:
    rows = [Row(number, texts) for number, texts in enumerate(cells, start=2)]
    file_id = journal.staging.add(acme.id, "file.csv", rows, quiet)
    assert journal.staging.rows(file_id) == rows
    assert journal.staging.count(file_id) == len(rows)


def test_rows_are_read_in_pages_and_told_as_they_come(journal: Journal, acme: Connection) -> None:
    told: list[int] = []
    rows = [Row(number, (str(number),)) for number in range(2, 5_002, 2)]
    file_id = journal.staging.add(acme.id, "file.csv", iter(rows), told.append)
    assert told == [1000, 2000, 2500]
    pages = [journal.staging.rows(file_id)]
    while page := journal.staging.rows(file_id, pages[-1][-1].number):
        pages.append(page)
    assert [len(page) for page in pages] == [1000, 1000, 500]
    assert list(itertools.chain.from_iterable(pages)) == rows


def test_a_file_that_breaks_off_leaves_nothing(journal: Journal, acme: Connection, database: Database) -> None:
    def broken() -> Iterator[Row]:
        for number in range(2, 3_000):
            yield Row(number, ("x",))
        raise FileProblem("Line 3000 is wrong.", line=3_000)

    with pytest.raises(FileProblem, match="Line 3000"):
        journal.staging.add(acme.id, "file.csv", broken(), quiet)
    assert files(database) == 0


def test_a_console_that_is_gone_leaves_nothing_for_long(journal: Journal, acme: Connection, database: Database) -> None:
    used, orphan, fresh = (journal.staging.add(acme.id, "file.csv", [Row(2, ("x",))], quiet) for _ in range(3))
    journal.begin(new(acme, file_id=used))
    with database.begin() as connection:
        old = "update files set staged_at = now() - interval '2 days' where id <> :id"
        connection.execute(text(old), {"id": fresh})
    journal.staging.add(acme.id, "file.csv", [], quiet)
    assert [bool(journal.staging.rows(one)) for one in (used, orphan, fresh)] == [True, False, True]
    Connections(database).remove(acme.id)
    assert files(database) == 0


def test_cells_are_counted_by_their_form(journal: Journal, acme: Connection) -> None:
    cells = ["777000000000410000", " 777000000000410000 ", "777000000000410001", "x777000000000410000", "", "7\u00a0"]
    rows = [Row(number, ("", cell)) for number, cell in enumerate(cells, start=2)]
    file_id = journal.staging.add(acme.id, "file.csv", rows, quiet)
    assert journal.staging.count_matching(file_id, 1, ROUNDED.pattern) == 2
    assert journal.staging.count_matching(file_id, 0, ROUNDED.pattern) == 0


def test_rows_of_one_record_are_refused_and_name_each_other(journal: Journal, acme: Connection) -> None:
    job = journal.begin(new(acme))
    pairs = [planned(number, after=number) for number in range(2, 15)]
    records = "aabccc" + "d" * 7
    twins = [replace(row, record_id=record) for row, record in zip(pairs, records, strict=True)]
    journal.add_rows(job, [*twins, invalid(20), invalid(21)])
    journal.staging.refuse_twins(job, TWINS)
    found = {row.number: row for row in journal.all_rows(job)}
    assert [number for number, row in found.items() if row.state is RowState.PLANNED] == [4]
    assert found[2].reason == "The same account is in row 3 as well."
    assert found[6].reason == "The same account is in rows 5, 7 as well."
    assert found[8].reason == "The same account is in rows 9, 10, 11, 12, 13 and 1 more as well."
    assert found[14].reason == "The same account is in rows 8, 9, 10, 11, 12 and 1 more as well."
    assert {row.code for row in found.values()} == {"", "duplicate", "no-key"}
    journal.finish_plan(job)
    with pytest.raises(ZohoConfigError, match="plan already"):
        journal.staging.refuse_twins(job, TWINS)


def test_trouble_while_copying_is_said_in_our_words(database: Database) -> None:
    with pytest.raises(ZohoDatabaseError, match="cannot reach"), database.begin() as connection:
        connection.connection.driver_connection.close()  # type: ignore[union-attr]
        copy_in(connection, "files (id)", "1\n")


def test_the_rows_of_older_jobs_keep_their_cells(empty_url: str) -> None:
    database = Database(empty_url)
    config = configuration()
    with database.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")
    with database.begin() as connection:
        # In words of its own: what the program knows of the table may be of a later day.
        connection.execute(
            text(
                "insert into connections (id, name, data_centre, environment, client_id, accounts_url, api_url,"
                " upload_url, redirect_port, scopes, colour)"
                " values (1, 'Acme', 'eu', 'production', '', '', '', '', 8000, '{}', 0)"
            )
        )
        for job in (3, 7):
            connection.execute(
                text(
                    "insert into change_sets (id, connection_id, module, kind, source, header, mapping, labels, state)"
                    " values (:id, :acme, 'Accounts', 'update', 'old.csv', '[\"Id\"]',"
                    ' \'{"key_column": 0, "key_field": "id", "targets": {}}\', \'{}\', \'finished\')'
                ),
                {"id": job, "acme": 1},
            )
            connection.execute(
                text(
                    "insert into change_rows (change_set_id, number, texts, state, before, after)"
                    " values (:id, 2, :texts, 'updated', '{}', '{}')"
                ),
                {"id": job, "texts": json.dumps([f"a\x00 of {job}"])},
            )
    bring_to_head(database)
    journal = Journal(database)
    assert [row.texts for row in journal.all_rows(7)] == [("a\x00 of 7",)]
    assert journal.staging.rows(journal.change_set(3).file_id or 0) == [Row(2, ("a\x00 of 3",))]
    assert journal.staging.add(1, "new.csv", [], quiet) == 8
    database.close()
