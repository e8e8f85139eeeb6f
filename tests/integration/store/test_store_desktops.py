"""Desktops that share a workspace: who may read, who asks, who was removed."""

from __future__ import annotations

import multiprocessing
import signal
import threading
import time
import traceback
from datetime import UTC, datetime, timedelta

import pytest
from keyring.backends import fail
from sqlalchemy import text

from zoho_console.domain.connections import Connection
from zoho_console.domain.grants import FailureKind, Grant, RefreshFailure
from zoho_console.errors import NoPasswordStore, NotEnrolled, SecretError, UntrustedToken, ZohoConfigError
from zoho_console.logs import redacted
from zoho_console.store.data_keys import DataKeys
from zoho_console.store.database import Database
from zoho_console.store.desktops import Desktops
from zoho_console.store.sealing import DesktopKey
from zoho_console.store.secrets import MemorySecrets, Secrets
from zoho_console.store.token_store import TokenStore
from zoho_console.store.tokens import ConnectionVault

SOON = datetime.now(UTC) + timedelta(hours=1)


def grant(access: str = "1000.access") -> Grant:
    return Grant("1000.refresh", access, SOON)


def desktop(database: Database, secrets: MemorySecrets | None = None) -> DataKeys:
    """A console of its own: its own password store, its own memory."""
    return DataKeys(database, Desktops(database, secrets or MemorySecrets(), environment={}))


def vault(keys: DataKeys, database: Database, acme: Connection) -> ConnectionVault:
    return ConnectionVault(database, acme.id, keys)


def code_of(keys: DataKeys) -> str:
    return next(one.code for one in keys.desktops.all() if one.is_this)


def run(database: Database, statement: str, **values: object) -> None:
    with database.begin() as connection:
        connection.execute(text(statement), values)


def test_the_first_desktop_begins_the_workspace_and_reads_again_after_a_restart(
    database: Database, acme: Connection
) -> None:
    secrets = MemorySecrets()
    vault(desktop(database, secrets), database, acme).save(grant())
    again = vault(desktop(database, secrets), database, acme).load()
    assert again is not None
    assert again.access_token == "1000.access"


def test_no_token_is_in_the_database_in_clear(database: Database, acme: Connection) -> None:
    vault(desktop(database), database, acme).save(grant())
    with database.begin() as connection:
        row = connection.execute(text("select access_token, refresh_token from zoho_tokens")).one()
    assert all(value.startswith("zc1:") and "1000." not in value for value in row)


def test_a_second_desktop_reads_nothing_before_a_colleague_approves_its_code(
    database: Database, acme: Connection
) -> None:
    first, second = desktop(database), desktop(database)
    vault(first, database, acme).save(grant())
    for _ in range(100):
        with pytest.raises(NotEnrolled) as caught:
            vault(second, database, acme).load()
    code = caught.value.code
    assert code in caught.value.advice
    with pytest.raises(NotEnrolled):
        second.desktops.approve(code)
    with pytest.raises(ZohoConfigError, match="No desktop asks"):
        first.desktops.approve("AAAA-BBBB-CCCC")

    approved = first.desktops.approve(code.lower())
    assert (approved.is_approved, approved.is_this, approved.code) == (True, False, "")
    loaded = vault(second, database, acme).load()
    assert loaded is not None
    assert loaded.refresh_token == "1000.refresh"
    vault(second, database, acme).save(grant("newer"))
    seen = vault(first, database, acme).load()
    assert seen is not None
    assert seen.access_token == "newer"


def test_an_administrators_own_row_reads_nothing(database: Database, acme: Connection) -> None:
    first, intruder = desktop(database), DesktopKey.new()
    vault(first, database, acme).save(grant())
    run(
        database,
        "insert into desktops (name, public_key, kept_key, generation, member_proof)"
        " select 'mine', :key, kept_key, generation, member_proof from desktops",
        key=intruder.public,
    )
    secrets = MemorySecrets()
    secrets.set("desktop-key", intruder.text)
    with pytest.raises(UntrustedToken):
        vault(desktop(database, secrets), database, acme).load()


def test_two_consoles_that_begin_at_once_share_one_workspace_key(database: Database, acme: Connection) -> None:
    consoles = [desktop(database) for _ in range(6)]
    start = threading.Barrier(len(consoles))

    def join(keys: DataKeys) -> None:
        start.wait()
        keys.desktops.join()

    threads = [threading.Thread(target=join, args=(keys,)) for keys in consoles]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(one.is_approved for one in consoles[0].desktops.all()) == 1


def test_a_removed_desktop_reads_nothing_more_and_the_others_go_on(database: Database, acme: Connection) -> None:
    first, second = desktop(database), desktop(database)
    vault(first, database, acme).save(grant())
    first.desktops.approve(code_of(second))
    assert vault(second, database, acme).load() is not None
    before = _sealed(database)

    leaver = next(one for one in first.desktops.all() if not one.is_this)
    assert first.remove_desktop(leaver.id) == 1

    assert not set(before) & set(_sealed(database))
    with pytest.raises(NotEnrolled):
        vault(second, database, acme).load()
    kept = vault(first, database, acme).load()
    assert kept is not None
    assert kept.refresh_token == "1000.refresh"
    with pytest.raises(ZohoConfigError, match="not there"):
        first.remove_desktop(leaver.id)
    with pytest.raises(ZohoConfigError, match="cannot remove itself"):
        first.remove_desktop(next(one.id for one in first.desktops.all() if one.is_this))


def test_a_killed_removal_leaves_every_token_readable(database: Database, database_url: str, acme: Connection) -> None:
    secrets = MemorySecrets()
    first, other = desktop(database, secrets), desktop(database)
    vault(first, database, acme).save(grant())
    other.desktops.join()
    leaver = next(one.id for one in first.desktops.all() if not one.is_this)
    key = secrets.get("desktop-key") or ""
    spawning = multiprocessing.get_context("spawn")
    for number in range(4):
        process = spawning.Process(target=_remove, args=(database_url, key, leaver))
        process.start()
        time.sleep(0.5 + 0.05 * number)
        if process.pid is not None and process.is_alive():
            process.kill()
        process.join()
        assert process.exitcode in (0, 1, -signal.SIGKILL)
        kept = vault(desktop(database, secrets), database, acme).load()
        assert kept is not None
        assert kept.access_token == "1000.access"


def _remove(url: str, key: str, leaver: int) -> None:
    secrets = MemorySecrets()
    secrets.set("desktop-key", key)
    database = Database(url)
    desktop(database, secrets).remove_desktop(leaver)


def test_tokens_that_were_exchanged_between_rows_or_columns_are_not_used(database: Database, acme: Connection) -> None:
    keys = desktop(database)
    vault(keys, database, acme).save(grant())
    for change in (
        "update zoho_tokens set access_token = refresh_token, refresh_token = access_token",
        "update zoho_tokens set generation = generation + 1",
        "update zoho_tokens set access_token = '1000.theirs', refresh_token = '1000.theirs'",
        "delete from data_keys",
    ):
        vault(keys, database, acme).save(grant())
        run(database, change)
        with pytest.raises(UntrustedToken):
            vault(keys, database, acme).load()


def test_an_old_copy_put_back_is_not_used_and_signing_in_again_mends_it(database: Database, acme: Connection) -> None:
    keys = desktop(database)
    vault(keys, database, acme).save(grant("first"))
    run(database, "create table copy as select * from zoho_tokens")
    vault(keys, database, acme).save(grant("second"))
    run(database, "delete from zoho_tokens")
    run(database, "insert into zoho_tokens select * from copy")
    with pytest.raises(UntrustedToken):
        vault(keys, database, acme).load()
    vault(keys, database, acme).save(grant("third"), event="signed_in")
    again = vault(keys, database, acme).load()
    assert again is not None
    assert (again.access_token, again.generation) == ("third", 3)


def test_without_any_approved_desktop_one_can_begin_anew(database: Database, acme: Connection) -> None:
    vault(desktop(database), database, acme).save(grant())
    late = desktop(database)
    with pytest.raises(NotEnrolled):
        vault(late, database, acme).load()
    late.begin_anew()
    fresh = desktop(database)
    assert vault(fresh, database, acme).load() is None
    vault(fresh, database, acme).save(grant())
    assert vault(fresh, database, acme).load() is not None


def test_a_late_refresh_changes_nothing_and_learns_what_was_stored(database: Database, acme: Connection) -> None:
    slept = vault(desktop(database, shared := MemorySecrets()), database, acme)
    other = vault(desktop(database, shared), database, acme)
    slept.save(grant("old"))
    claim = slept.claim_refresh(1, timedelta(seconds=-1))
    taken = other.claim_refresh(1, timedelta(seconds=30))
    assert taken > claim > 0
    assert slept.save(grant("late"), claim=claim).access_token == "old"
    other.save(grant("new"), claim=taken)
    stored = slept.save(grant("later still"), claim=claim)
    assert (stored.access_token, stored.generation) == ("new", 2)
    slept.refresh_failed(2, RefreshFailure(FailureKind.REFUSED, "late"), claim)
    assert other.health().last_error == ""


def test_without_a_place_for_the_key_nothing_is_written(database: Database, acme: Connection) -> None:
    class Nowhere(MemorySecrets):
        def set(self, name: str, secret: str, variable: str = "") -> None:
            raise SecretError("no place")

    keys = desktop(database, Nowhere())
    with pytest.raises(SecretError):
        vault(keys, database, acme).save(grant())
    with database.begin() as connection:
        assert connection.execute(text("select count(*) from zoho_tokens")).scalar_one() == 0


def test_without_a_password_store_the_remedy_is_a_key_in_the_environment_and_a_traceback_shows_it(
    database: Database, acme: Connection
) -> None:
    none = Secrets({}, find=fail.Keyring)
    keys = DataKeys(database, Desktops(database, none, environment={}))
    with pytest.raises(NoPasswordStore) as caught:
        vault(keys, database, acme).save(grant())
    assert "ZOHO_CONSOLE_KEY" in caught.value.advice
    assert caught.value.advice in "".join(traceback.format_exception(caught.value))
    given = DataKeys(database, Desktops(database, none, environment={"ZOHO_CONSOLE_KEY": DesktopKey.new().text}))
    vault(given, database, acme).save(grant())


def test_the_code_is_shown_to_the_person_and_written_to_no_log_and_no_row(database: Database, acme: Connection) -> None:
    first, second = desktop(database), desktop(database)
    vault(first, database, acme).save(grant())
    with pytest.raises(NotEnrolled) as caught:
        vault(second, database, acme).load()
    assert caught.value.code in caught.value.advice
    assert caught.value.code not in redacted("".join(traceback.format_exception(caught.value)))
    with database.begin() as connection:
        rows = connection.execute(text("select d::text from desktops d")).scalars().all()
    assert not any(caught.value.code in row or caught.value.code.replace("-", "") in row for row in rows)


def test_the_key_is_kept_in_a_real_password_store(
    database: Database, acme: Connection, secret_service: dict[str, str]
) -> None:
    for _ in range(2):
        keys = DataKeys(database, Desktops(database, Secrets({}), environment={}))
        vault(keys, database, acme).save(grant())
    assert len(keys.desktops.all()) == 1


def test_a_secret_that_no_store_could_hold_is_refused(secret_service: dict[str, str]) -> None:
    secrets = Secrets({})
    secrets.set("long", "x" * 1280)
    assert secrets.get("long", "") == "x" * 1280
    for text_ in ("x" * 1281, "\U0001f511" * 700):
        with pytest.raises(SecretError, match="too long"):
            secrets.set("long", text_)


def test_tokens_of_the_guides_own_table_are_read_and_sealed_when_next_saved(database_url: str) -> None:
    database = Database(database_url)
    run(
        database,
        "insert into zoho_tokens (access_token, refresh_token, expires_at) values ('plain', 'plain too', now())",
    )
    store = TokenStore(database_url)
    token = store.get_token()
    assert token is not None
    assert (token["access_token"], token["refresh_token"]) == ("plain", "plain too")
    saved = store.save_token("new", "newer", 3600)
    assert (saved["access_token"], saved["refresh_token"]) == ("new", "newer")
    assert all(value.startswith("zc1:") for value in _sealed(database))
    store.close()
    database.close()


def _sealed(database: Database) -> list[str]:
    with database.begin() as connection:
        return [
            value
            for row in connection.execute(text("select access_token, refresh_token from zoho_tokens"))
            for value in row
        ]
