"""One database: transactions, and which errors are the world's and which are ours."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from zoho_console.errors import ZohoDatabaseError
from zoho_console.store.database import Database


def test_a_transaction_is_whole_or_not_at_all(database: Database) -> None:
    with database.begin() as connection:
        connection.execute(text("create table kept (number integer primary key)"))
    with pytest.raises(IntegrityError), database.begin() as connection:
        connection.execute(text("insert into kept values (1)"))
        connection.execute(text("insert into kept values (1)"))

    with database.begin() as connection:
        assert connection.execute(text("select count(*) from kept")).scalar_one() == 0
        assert connection.execute(text("show application_name")).scalar_one() == "zoho-console"


def test_a_mistake_of_ours_is_not_dressed_up(database: Database) -> None:
    with pytest.raises(ProgrammingError), database.begin() as connection:
        connection.execute(text("select nonsense"))


def test_a_server_that_is_not_there_is_said_so() -> None:
    database = Database("postgresql://nobody@127.0.0.1:1/none")

    with pytest.raises(ZohoDatabaseError, match="cannot reach") as caught, database.begin():
        raise AssertionError
    assert caught.value.advice
    assert "refused" in caught.value.details["driver"]


def test_a_connection_that_was_cut_is_said_so_and_the_next_one_works(database: Database) -> None:
    with pytest.raises(ZohoDatabaseError, match="cannot reach"), database.begin() as connection:
        cut(database, connection.execute(text("select pg_backend_pid()")).scalar_one())
        connection.execute(text("select 1"))

    with database.begin() as connection:
        assert connection.execute(text("select 1")).scalar_one() == 1


def test_an_idle_connection_that_was_cut_is_replaced_unnoticed(database: Database) -> None:
    with database.begin() as connection:
        idle = connection.execute(text("select pg_backend_pid()")).scalar_one()
    other = Database(database._engine.url.render_as_string(hide_password=False))
    cut(other, idle)
    other.close()

    with database.begin() as connection:
        assert connection.execute(text("select 1")).scalar_one() == 1


def cut(database: Database, pid: int) -> None:
    with database.begin() as connection:
        connection.execute(text("select pg_terminate_backend(:pid, 5000)"), {"pid": pid})


def test_a_read_only_server_is_said_so(database: Database) -> None:
    with pytest.raises(ZohoDatabaseError, match="read-only"), database.begin() as connection:
        connection.execute(text("set transaction read only"))
        connection.execute(text("create table refused ()"))


def test_a_user_without_rights_is_told_whom_to_ask(database: Database, database_url: str) -> None:
    with database.begin() as connection:
        connection.execute(text("create role guest login password 'guest'"))
    address = make_url(database_url).set(username="guest", password="guest")
    guest = Database(address.render_as_string(hide_password=False))

    with pytest.raises(ZohoDatabaseError, match="does not let this user") as caught, guest.begin() as connection:
        connection.execute(text("select * from zoho_tokens"))
    assert "administrator" in caught.value.advice
    guest.close()


def test_many_threads_share_the_pool(database: Database) -> None:
    answers: list[int] = []

    def ask() -> None:
        with database.begin() as connection:
            answers.append(connection.execute(text("select 1")).scalar_one())

    threads = [threading.Thread(target=ask) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [1] * 30


def test_a_session_leaves_nothing_behind(database: Database) -> None:
    with database.session() as connection:
        connection.execute(text("select pg_advisory_lock(7)"))

    with database.session() as connection:
        assert connection.execute(text("select pg_try_advisory_lock(7)")).scalar_one()


def test_a_transaction_that_stands_still_is_ended_by_the_server(database: Database) -> None:
    with database.begin() as connection:
        assert connection.execute(text("show idle_in_transaction_session_timeout")).scalar_one() == "5s"
