"""Somebody who can write to the database cannot make a desktop use a workspace key of theirs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from zoho_console.domain.connections import Connection
from zoho_console.domain.grants import Grant
from zoho_console.errors import NotEnrolled, UntrustedKey, UntrustedToken, ZohoConfigError
from zoho_console.store.data_keys import DataKeys
from zoho_console.store.database import Database
from zoho_console.store.desktops import Desktops, _asks, _member
from zoho_console.store.marks import Marks
from zoho_console.store.sealing import DesktopKey, code_key, new_key, offer, seal, vouch
from zoho_console.store.secrets import MemorySecrets
from zoho_console.store.tokens import ConnectionVault

TABLES = ("zoho_tokens", "data_keys", "desktops")
THEIRS = new_key()


class Person:
    """A person's desktop: a password store, a data folder, and a console that is started for each look."""

    def __init__(self, database: Database, folder: Path, connection: Connection) -> None:
        self._database, self._path, self._connection = database, folder / "seen.json", connection
        self.key, self._secrets = DesktopKey.new(), MemorySecrets()
        self._secrets.set("desktop-key", self.key.text)

    @property
    def keys(self) -> DataKeys:
        return DataKeys(self._database, Desktops(self._database, self._secrets, {}, Marks(self._path)))

    @property
    def vault(self) -> ConnectionVault:
        return ConnectionVault(self._database, self._connection.id, self.keys)

    def sign_in(self, access: str) -> None:
        self.vault.save(Grant("1000.refresh", access, datetime.now(UTC) + timedelta(hours=1)), event="signed_in")

    def reads(self) -> str:
        grant = self.vault.load()
        assert grant is not None
        return grant.access_token


@pytest.fixture
def anna(database: Database, acme: Connection, tmp_path: Path) -> Person:
    """The first of the workspace, signed in."""
    person = Person(database, tmp_path / "anna", acme)
    person.sign_in("first")
    return person


@pytest.fixture
def ben(database: Database, acme: Connection, anna: Person, tmp_path: Path) -> Person:
    """A colleague who asks to join."""
    person = Person(database, tmp_path / "ben", acme)
    person.keys.desktops.join()
    return person


@pytest.fixture
def carla(database: Database, acme: Connection, anna: Person, tmp_path: Path) -> Person:
    """A third, approved."""
    return approved(Person(database, tmp_path / "carla", acme), anna)


def approved(person: Person, by: Person) -> Person:
    person.keys.desktops.join()
    by.keys.desktops.approve(person.key.code)
    assert person.reads()
    return person


def remove(person: Person, by: Person) -> None:
    public = person.key.public
    with by.keys.desktops._database.begin() as connection:
        found = connection.execute(
            text("select id from desktops where public_key = :key"), {"key": public}
        ).scalar_one()
    by.keys.remove_desktop(found)


def run(database: Database, statement: str, **values: object) -> None:
    with database.begin() as connection:
        connection.execute(text(statement), values)


def copied(database: Database) -> None:
    for one in TABLES:
        run(database, f"create table copy_of_{one} as select * from {one}")


def put_back(database: Database) -> None:
    for one in TABLES:
        run(database, f"delete from {one}")
        run(database, f"insert into {one} select * from copy_of_{one}")


def offered(database: Database, public: str, offers: list[str]) -> None:
    run(database, "update desktops set offers = :offers where public_key = :key", offers=offers, key=public)


def test_a_key_offered_by_one_who_knows_only_the_public_half_is_not_taken(database: Database, anna: Person) -> None:
    offered(database, anna.key.public, [offer(THEIRS, THEIRS, anna.key.public, 2)])
    for attempt in (anna.reads, lambda: anna.sign_in("would be theirs")):
        with pytest.raises(UntrustedKey, match="no approved desktop vouches") as caught:
            attempt()
        assert anna.key.code in caught.value.advice
        assert "database administrator" in caught.value.advice
    offered(database, anna.key.public, [])
    assert anna.reads() == "first"


def test_a_kept_key_that_was_replaced_is_not_used(database: Database, anna: Person) -> None:
    bound = "workspace key 1"
    for kept in (
        seal(THEIRS, THEIRS, bound),
        DesktopKey.new().keep(THEIRS, 1),
        offer(THEIRS, THEIRS, anna.key.public, 1),
    ):
        run(database, "update desktops set kept_key = :kept", kept=kept)
        with pytest.raises(UntrustedToken, match="altered or restored"):
            anna.sign_in("would be theirs")


def test_a_desktop_that_asks_takes_no_key_but_that_of_a_person_who_was_told_its_code(
    database: Database, anna: Person, ben: Person
) -> None:
    public = ben.key.public
    for secret in (THEIRS, code_key("AAAA-BBBB-CCCC-DDDD"), code_key("")):
        offered(database, public, [offer(secret, THEIRS, public, 1)])
        with pytest.raises(UntrustedKey):
            ben.sign_in("would be theirs")
    run(database, "update desktops set member_proof = 'zc1:', approved_at = now(), generation = 1")
    with pytest.raises(NotEnrolled):
        ben.sign_in("would be theirs")
    anna.keys.desktops.approve(ben.key.code)
    assert ben.reads() == "first"


def test_a_public_half_that_was_exchanged_before_the_approval_is_not_approved(
    database: Database, anna: Person, ben: Person
) -> None:
    intruder = DesktopKey.new()
    run(
        database,
        "update desktops set public_key = :key where public_key = :old",
        key=intruder.public,
        old=ben.key.public,
    )
    with pytest.raises(ZohoConfigError, match="No desktop asks"):
        anna.keys.desktops.approve(ben.key.code)
    run(
        database, "update desktops set ask_proof = :proof", proof=vouch(code_key(intruder.code), _asks(intruder.public))
    )
    with pytest.raises(ZohoConfigError, match="No desktop asks"):
        anna.keys.desktops.approve(ben.key.code)


def test_a_row_slipped_in_is_shown_as_not_approved_and_gets_no_key_when_keys_are_renewed(
    database: Database, anna: Person, carla: Person
) -> None:
    intruder = DesktopKey.new()
    run(
        database,
        "insert into desktops (name, public_key, kept_key, generation, member_proof, approved_at)"
        " select 'anna on ANNA-PC', :key, kept_key, generation, member_proof, now() from desktops limit 1",
        key=intruder.public,
    )
    assert [one.is_approved for one in anna.keys.desktops.all()] == [True, True, False]
    remove(carla, by=anna)
    with database.begin() as connection:
        query = text("select offers from desktops where public_key = :key")
        assert connection.execute(query, {"key": intruder.public}).scalar_one() == []
    assert anna.reads() == "first"


def test_an_approval_put_back_after_the_removal_opens_nothing(database: Database, anna: Person, ben: Person) -> None:
    anna.keys.desktops.approve(ben.key.code)
    copied(database)
    assert ben.reads() == "first"
    remove(ben, by=anna)
    anna.sign_in("after the removal")
    run(database, "insert into desktops select * from copy_of_desktops where public_key = :key", key=ben.key.public)
    with pytest.raises(UntrustedToken):
        ben.reads()
    assert [one.is_approved for one in anna.keys.desktops.all()] == [True, False]
    assert anna.reads() == "after the removal"


def test_everything_put_back_as_it_was_before_a_removal_is_refused_by_all_who_saw_it(
    database: Database, anna: Person, ben: Person, carla: Person
) -> None:
    approved(ben, by=anna)
    copied(database)
    remove(carla, by=anna)
    assert (anna.reads(), ben.reads()) == ("first", "first")
    put_back(database)
    for one in (anna, ben):
        for attempt in (one.reads, lambda one=one: one.sign_in("would be read by her")):
            with pytest.raises(UntrustedToken):
                attempt()


def test_a_sign_in_put_back_with_its_own_key_is_refused_though_that_key_was_gone(
    database: Database, anna: Person
) -> None:
    copied(database)
    run(database, "delete from zoho_tokens")
    run(database, "delete from data_keys")
    anna.sign_in("second")
    put_back(database)
    with pytest.raises(UntrustedToken):
        anna.reads()


def test_keys_renewed_while_a_desktop_was_off_are_followed_one_by_one(
    database: Database, acme: Connection, anna: Person, ben: Person, carla: Person, tmp_path: Path
) -> None:
    anna.keys.desktops.approve(ben.key.code)  # who has not looked yet
    for number in range(3):
        leaver = approved(Person(database, tmp_path / f"leaver {number}", acme), by=anna)
        remove(leaver, by=anna)
    assert (ben.reads(), carla.reads()) == ("first", "first")
    with database.begin() as connection:
        rows = connection.execute(text("select generation, offers from desktops")).all()
    assert [tuple(row) for row in rows] == [(4, [])] * 3


def test_a_desktop_that_missed_a_key_is_approved_anew_by_its_code(
    database: Database, anna: Person, carla: Person, ben: Person
) -> None:
    approved(ben, by=anna)
    remove(ben, by=anna)
    offered(database, carla.key.public, [offer(THEIRS, new_key(), carla.key.public, 2)])
    with pytest.raises(UntrustedKey) as caught:
        carla.reads()
    anna.keys.desktops.approve(caught.value.code)
    assert carla.reads() == "first"


def test_an_older_key_offered_again_changes_nothing(
    database: Database, anna: Person, ben: Person, carla: Person
) -> None:
    anna.keys.desktops.approve(ben.key.code)
    with database.begin() as connection:
        query = text("select offers from desktops where public_key = :key")
        first = connection.execute(query, {"key": ben.key.public}).scalar_one()
    assert ben.reads() == "first"
    remove(carla, by=anna)
    assert ben.reads() == "first"
    offered(database, ben.key.public, first)
    assert ben.reads() == "first"
    ben.sign_in("still for all")
    assert anna.reads() == "still for all"


@pytest.mark.parametrize(
    ("column", "of"),
    [("kept_key", "desktops"), ("offers[1]", "desktops"), ("wrapped", "data_keys"), ("member_proof", "desktops")],
)
def test_each_altered_sign_of_what_the_keys_stand_on_is_noticed(
    database: Database, anna: Person, ben: Person, column: str, of: str
) -> None:
    anna.keys.desktops.approve(ben.key.code)
    who, whose = (ben, ben.key.public) if column == "offers[1]" else (anna, anna.key.public)
    where = "where public_key = :whose" if of == "desktops" else "where :whose <> ''"
    with database.begin() as connection:
        good = connection.execute(text(f"select {column} from {of} {where}"), {"whose": whose}).scalar_one()
    for at in range(len("zc1:"), len(good.rstrip("=")) - 1):  # the last sign of base64 may hold bits of nothing
        bad = good[:at] + ("A" if good[at] != "A" else "B") + good[at + 1 :]
        run(database, f"update {of} set {column} = :bad {where}", bad=bad, whose=whose)
        if column == "member_proof":
            assert [one.is_approved for one in anna.keys.desktops.all() if one.is_this] == [False]
        else:
            with pytest.raises((UntrustedToken, UntrustedKey)):
                who.reads()


def test_a_proof_of_membership_is_of_one_desktop_and_one_generation() -> None:
    assert len({_member(public, number) for public in ("a", "b") for number in (1, 2)}) == 4
