"""The schema: made from nothing, adopted from the guide, refused where it is not ours to change."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import JSON, text
from sqlalchemy.dialects.postgresql import JSONB

from zoho_console.errors import ZohoDatabaseError
from zoho_console.store.database import Database
from zoho_console.store.migrate import VERSION_TABLE, bring_to_head
from zoho_console.store.tables import metadata

GUIDE = """
CREATE TABLE zoho_tokens (
    id SERIAL PRIMARY KEY,
    token_type VARCHAR(50) NOT NULL DEFAULT 'oauth',
    access_token TEXT NOT NULL,
    refresh_token TEXT NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT unique_token_type UNIQUE (token_type)
)"""


@pytest.fixture
def empty(empty_url: str) -> Iterator[Database]:
    opened = Database(empty_url)
    yield opened
    opened.close()


def run(database: Database, *statements: str) -> None:
    with database.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def differences(database: Database) -> list[object]:
    with database.begin() as connection:
        options = {"version_table": VERSION_TABLE, "compare_server_default": _other_default}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


def _other_default(*told: object) -> bool | None:
    """Whether a column's default is another; Postgres cannot compare JSON, so that of JSON is compared by its text."""
    _context, _inspected, column, inspected, _default, rendered = told
    if isinstance(column.type, JSON) and not isinstance(column.type, JSONB):
        plain = [str(one or "").removesuffix("::json").strip("'") for one in (inspected, rendered)]
        return plain[0] != plain[1]
    return None


def test_the_migrations_make_exactly_the_tables_the_program_knows(empty: Database) -> None:
    bring_to_head(empty)

    assert differences(empty) == []


def test_a_second_run_changes_nothing(empty: Database) -> None:
    bring_to_head(empty)
    bring_to_head(empty)

    assert differences(empty) == []


def test_two_consoles_that_start_at_once_do_not_collide(empty: Database) -> None:
    problems: list[BaseException] = []

    def migrate() -> None:
        try:
            bring_to_head(empty)
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=migrate) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert differences(empty) == []


def test_a_newer_schema_is_refused_and_left_alone(database: Database) -> None:
    run(database, f"update {VERSION_TABLE} set version_num = '9999'")

    with pytest.raises(ZohoDatabaseError, match="newer version") as caught:
        bring_to_head(database)
    assert caught.value.details == {"revision": "9999"}


def test_the_table_of_the_guide_is_adopted_with_its_tokens(empty: Database) -> None:
    run(
        empty,
        GUIDE,
        "insert into zoho_tokens (access_token, refresh_token, expires_at, created_at)"
        " values ('access', 'refresh', '2026-03-04 09:30:00', null)",
    )
    bring_to_head(empty)

    assert differences(empty) == []
    with empty.begin() as connection:
        row = connection.execute(text("select * from zoho_tokens")).mappings().one()
    assert (row["access_token"], row["refresh_token"], row["connection_id"]) == ("access", "refresh", None)
    assert row["expires_at"].isoformat().startswith("2026-03-04T09:30:00")
    assert row["created_at"] is not None


def test_tables_of_another_program_are_not_touched(empty: Database) -> None:
    run(empty, "create table connections (theirs integer)")

    with pytest.raises(ZohoDatabaseError, match="another program") as caught:
        bring_to_head(empty)
    assert "database of its own" in caught.value.advice
    with empty.begin() as connection:
        assert connection.execute(text(f"select to_regclass('{VERSION_TABLE}')")).scalar_one() is None


def test_another_program_that_uses_alembic_does_not_confuse_us(empty: Database) -> None:
    run(empty, "create table alembic_version (version_num varchar(32))", "insert into alembic_version values ('abc')")

    bring_to_head(empty)
    assert [change for change in differences(empty) if "alembic_version" not in str(change)] == []
