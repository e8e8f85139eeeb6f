"""How far tokens had come outlives a restart: altered, moved and old ones are not used, and nobody else is accused."""

from __future__ import annotations

import base64
import json
import logging
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from zoho_console.domain.connections import Connection, NewConnection, Origins
from zoho_console.domain.grants import Grant
from zoho_console.errors import UntrustedToken, ZohoDatabaseError
from zoho_console.store.connections import Connections
from zoho_console.store.data_keys import DataKeys
from zoho_console.store.database import Database
from zoho_console.store.desktops import Desktops
from zoho_console.store.file_locks import FileLock
from zoho_console.store.marks import Marks
from zoho_console.store.sealing import MARK
from zoho_console.store.secrets import MemorySecrets
from zoho_console.store.token_store import TokenStore
from zoho_console.store.tokens import ConnectionVault

WORDS = "altered or restored from an old copy"


def grant(access: str) -> Grant:
    return Grant("1000.refresh", access, datetime.now(UTC) + timedelta(hours=1))


class OneDesktop:
    """A desktop that is started again and again: the same password store, the same data folder."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.path, self.secrets = database, folder / "data" / "seen.json", MemorySecrets()

    def started(self, connection: Connection) -> ConnectionVault:
        keys = DataKeys(self.database, Desktops(self.database, self.secrets, {}, Marks(self.path)))
        return ConnectionVault(self.database, connection.id, keys)


@pytest.fixture
def desktop(database: Database, tmp_path: Path) -> OneDesktop:
    return OneDesktop(database, tmp_path)


def run(database: Database, *statements: str) -> None:
    with database.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def put_back(database: Database) -> None:
    run(database, "delete from zoho_tokens", "insert into zoho_tokens select * from copy")


def access_of(vault: ConnectionVault) -> str:
    loaded = vault.load()
    assert loaded is not None
    return loaded.access_token


def test_an_old_copy_is_refused_after_a_restart_too_and_signing_in_again_mends_it(
    desktop: OneDesktop, database: Database, acme: Connection
) -> None:
    desktop.started(acme).save(grant("first"))
    run(database, "create table copy as select * from zoho_tokens")
    desktop.started(acme).save(grant("second"))
    assert access_of(desktop.started(acme)) == "second"
    put_back(database)

    with pytest.raises(UntrustedToken, match=WORDS):
        desktop.started(acme).load()
    assert desktop.started(acme).save(grant("third"), event="signed_in").generation == 3
    assert access_of(desktop.started(acme)) == "third"


def test_what_another_desktop_stored_is_seen_and_kept(
    desktop: OneDesktop, database: Database, acme: Connection, tmp_path: Path
) -> None:
    other = OneDesktop(database, tmp_path / "other")
    other.secrets = desktop.secrets
    desktop.started(acme).save(grant("first"))
    run(database, "create table copy as select * from zoho_tokens")
    other.started(acme).save(grant("theirs"))
    assert access_of(desktop.started(acme)) == "theirs"
    put_back(database)

    for one in (desktop, other):
        with pytest.raises(UntrustedToken):
            one.started(acme).load()


def test_a_copy_from_before_a_desktop_was_removed_is_refused_where_it_was_removed(
    desktop: OneDesktop, database: Database, acme: Connection
) -> None:
    leaver = DataKeys(database, Desktops(database, MemorySecrets(), environment={}))
    vault = desktop.started(acme)
    vault.save(grant("shared"))
    leaver.desktops.join()
    tables = ("zoho_tokens", "data_keys", "desktops")
    for one in tables:
        run(database, f"create table copy_of_{one} as select * from {one}")
    gone = next(one.id for one in vault._keys.desktops.all() if not one.is_this)
    vault._keys.remove_desktop(gone)
    assert access_of(desktop.started(acme)) == "shared"
    for one in tables:
        run(database, f"delete from {one}", f"insert into {one} select * from copy_of_{one}")

    with pytest.raises(UntrustedToken):
        desktop.started(acme).load()


def test_a_new_workspace_in_the_same_place_begins_at_nothing(
    desktop: OneDesktop, database: Database, acme: Connection
) -> None:
    for number in range(5):
        desktop.started(acme).save(grant(f"old {number}"))
    desktop.started(acme)._keys.begin_anew()

    assert desktop.started(acme).save(grant("new")).generation == 1
    assert access_of(desktop.started(acme)) == "new"


def test_a_script_that_forgets_its_tokens_and_stores_others_is_not_accused(database_url: str) -> None:
    store = TokenStore(database_url)
    for number in range(3):
        store.vault().save(grant(f"number {number}"))
    assert store.delete_token()
    store.save_token("others", "1000.refresh", 3600)
    assert access_of(store.vault()) == "others"
    store.close()


def test_the_file_tells_nothing_and_belongs_to_its_owner(desktop: OneDesktop, acme: Connection) -> None:
    vault = desktop.started(acme)
    for number in range(3):
        vault.save(grant(f"1000.{number}"))

    ((name, generation),) = json.loads(desktop.path.read_text("utf-8")).items()
    assert (len(name), generation) == (32, 3)
    assert desktop.path.stat().st_mode & 0o077 == 0
    written = desktop.path.stat().st_mtime_ns
    for _ in range(10):
        vault.load()
    assert desktop.path.stat().st_mtime_ns == written


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"a": "b"}', "\x00"])
def test_a_damaged_file_begins_anew(
    desktop: OneDesktop, acme: Connection, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    desktop.started(acme).save(grant("first"))
    desktop.path.write_text(damage)
    with caplog.at_level(logging.WARNING):
        assert access_of(desktop.started(acme)) == "first"
    assert "begins anew" in caplog.text
    assert list(json.loads(desktop.path.read_text("utf-8")).values()) == [1]


def test_a_folder_that_cannot_be_written_stops_no_sign_in(
    desktop: OneDesktop, acme: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    desktop.path.parent.write_text("a file where the folder should be")
    vault = desktop.started(acme)
    with caplog.at_level(logging.WARNING):
        vault.save(grant("first"))
    assert access_of(vault) == "first"
    assert "cannot be written" in caplog.text


def test_consoles_of_one_desktop_lose_none_of_each_others_marks(tmp_path: Path) -> None:
    path = tmp_path / "seen.json"
    consoles = [Marks(path) for _ in range(4)]

    def work(number: int) -> None:
        for step in range(1, 26):
            consoles[number].rise(f"mine {number}", step)
            consoles[number].rise("shared", number * 25 + step)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Marks(path).now() == {**{f"mine {number}": 25 for number in range(4)}, "shared": 100}
    assert {one.name for one in tmp_path.iterdir()} == {"seen.json", "seen.lock"}


def test_marks_are_remembered_while_somebody_keeps_the_file_locked(tmp_path: Path) -> None:
    marks, holder = Marks(tmp_path / "seen.json"), FileLock(tmp_path / "seen.lock")
    assert holder.acquire()
    marks.rise("one", 7)
    holder.release()
    assert (marks.now(), Marks(tmp_path / "seen.json").now()) == ({"one": 7}, {})


def test_a_save_that_was_not_committed_accuses_nobody(
    desktop: OneDesktop, database: Database, acme: Connection
) -> None:
    vault = desktop.started(acme)
    vault.save(grant("first"))
    run(database, "alter table token_events add constraint no_more check (kind <> 'refreshed') not valid")
    with pytest.raises(Exception, match="no_more"):
        vault.save(grant("second"))
    run(database, "alter table token_events drop constraint no_more")

    assert access_of(vault) == "first"
    assert access_of(desktop.started(acme)) == "first"


def test_loading_while_others_save_accuses_nobody(desktop: OneDesktop, acme: Connection) -> None:
    vault = desktop.started(acme)
    vault.save(grant("first"))
    wrong: list[Exception] = []
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            try:
                vault.load()
            except (UntrustedToken, ZohoDatabaseError) as error:
                wrong.append(error)

    lookers = [threading.Thread(target=look) for _ in range(4)]
    for one in lookers:
        one.start()
    for number in range(100):
        vault.save(grant(f"number {number}"))
    done.set()
    for one in lookers:
        one.join()
    assert wrong == []


def test_two_connections_tokens_that_were_exchanged_are_not_used(
    desktop: OneDesktop, database: Database, acme: Connection
) -> None:
    other = Connections(database).add(NewConnection("Other", "custom", "1000.X", Origins("http://a", "http://b", "")))
    desktop.started(acme).save(grant("mine"))
    desktop.started(other).save(grant("theirs"))
    run(
        database,
        "update zoho_tokens one set access_token = two.access_token, refresh_token = two.refresh_token"
        " from zoho_tokens two where two.id <> one.id",
    )
    for one in (acme, other):
        with pytest.raises(UntrustedToken, match=WORDS):
            desktop.started(one).load()


@pytest.mark.parametrize("column", ["access_token", "refresh_token"])
def test_each_flipped_bit_of_what_is_stored_is_noticed(
    desktop: OneDesktop, database: Database, acme: Connection, column: str
) -> None:
    vault = desktop.started(acme)
    vault.save(grant("1000.x"))
    with database.begin() as connection:
        sealed = connection.execute(text(f"select {column} from zoho_tokens")).scalar_one()
    data = base64.b64decode(sealed.removeprefix(MARK))
    used = []
    for bit in range(len(data) * 8):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        with database.begin() as connection:
            altered = MARK + base64.b64encode(flipped).decode()
            connection.execute(text(f"update zoho_tokens set {column} = :altered"), {"altered": altered})
        try:
            vault.load()
            used.append(bit)
        except UntrustedToken as error:
            assert WORDS in str(error)
    assert used == []
