"""Which desktops may read the workspace's sign-ins, and the workspace key that they share."""

from __future__ import annotations

import getpass
import hashlib
import os
import platform
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Protocol

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, text, update

from zoho_console.errors import NoPasswordStore, NotEnrolled, UntrustedKey, UntrustedToken, ZohoConfigError
from zoho_console.logs import hide
from zoho_console.store.database import Database
from zoho_console.store.marks import Marks
from zoho_console.store.sealing import DesktopKey, code_key, is_vouched, new_key, offer, vouch
from zoho_console.store.tables import desktops as table

KEY_VARIABLE = "ZOHO_CONSOLE_KEY"
_SECRET_NAME = "desktop-key"
_WITHOUT_STORE = (
    f"Set {KEY_VARIABLE} to what “zoho-console desktops key” prints, once for this computer, or start a password store "
    "such as GNOME Keyring or KWallet."
)
# Any number will do as long as every console uses the same: two that open a new workspace at once must not both begin.
_LOCK = 815_470_002


class KeepsSecrets(Protocol):
    """`store.secrets.Secrets`, or one that keeps them in memory."""

    def get(self, name: str, variable: str = "") -> str | None:
        """The secret of this name, or None."""
        ...

    def set(self, name: str, secret: str, variable: str = "") -> None:
        """Keep a secret."""
        ...


@dataclass(frozen=True, slots=True)
class Desktop:
    """A console that may read the sign-ins, or asks to; `code` is what a colleague enters to approve it.

    Each desktop knows its own code only, and tells it while it asks.
    """

    id: int
    name: str
    code: str
    is_approved: bool
    is_this: bool
    asked_at: datetime
    approved_at: datetime | None
    approved_by: str


class Desktops:
    """This desktop among those of its workspace. The password store is asked once, outside of any transaction.

    Nothing in the database is believed because it stands there: a workspace key is taken from a row that only this
    desktop can have written, or from an offer by one who knows its code or the key before. `marks` holds which
    workspace keys were replaced, so that a copy of the database from before is seen.
    """

    def __init__(
        self,
        database: Database,
        secrets: KeepsSecrets,
        environment: Mapping[str, str] = os.environ,
        marks: Marks | None = None,
    ) -> None:
        self._database = database
        self._secrets = secrets
        self._environment = environment
        self.marks = marks or Marks()
        self._lock = Lock()
        self._key: DesktopKey | None = None
        self._workspace_keys: dict[int, bytes] = {}

    def join(self) -> None:
        """Make sure that this desktop is known: the first of a workspace begins it, a later one asks to join.

        Blocks on the password store, the first time. Errors: SecretError, ZohoConfigError (ZOHO_CONSOLE_KEY).
        """
        with self._lock:
            if self._key is None:
                key = self._own_key()
                hide(key.code)  # only the message that is shown to the person tells it
                with self._database.begin() as connection:
                    _enrol(connection, key)
                self._key = key

    def workspace_key(self, connection: Connection, generation: int | None = None) -> tuple[int, bytes]:
        """The generation of the workspace key and the key itself; the newest, or one known already.

        Call after `join`. Errors: NotEnrolled, UntrustedKey (offered by nobody known), UntrustedToken (an old copy).
        """
        if generation is not None and generation in self._workspace_keys:
            return generation, self._workspace_keys[generation]
        own = self._joined()
        row = connection.execute(select(table).where(table.c.public_key == own.public)).mappings().first()
        if row is None or not (row["kept_key"] or row["offers"]):
            raise NotEnrolled(own.code)
        *former, (newest, key) = _followed(own, row)
        if row["offers"]:
            values = {"kept_key": own.keep(key, newest), "generation": newest, "offers": []}
            connection.execute(update(table).where(table.c.id == row["id"]).values(values))
        if self.marks.now().get(mark_of(key), 0) > newest:
            raise UntrustedToken
        for _, replaced in former:
            self.marks.rise(mark_of(replaced), newest)
        self._workspace_keys = {newest: key}
        return newest, key

    def all(self) -> list[Desktop]:
        """Every desktop, in the order they asked; approved are those that the workspace key vouches for."""
        self.join()
        with self._database.begin() as connection:
            known = None
            with suppress(NotEnrolled, UntrustedToken):
                known = self.workspace_key(connection)
            rows = connection.execute(select(table).order_by(table.c.id)).mappings()
            return [self._desktop(row, known) for row in rows]

    def approve(self, code: str) -> Desktop:
        """Let the desktop that shows this code read. Errors: ZohoConfigError (no desktop shows it), NotEnrolled."""
        self.join()
        secret = code_key(code)
        with self._database.begin() as connection:
            _only_one_at_a_time(connection)
            generation, key = self.workspace_key(connection)
            for row in connection.execute(select(table)).mappings():
                if is_vouched(secret, row["ask_proof"], _asks(row["public_key"])):
                    values = {
                        "offers": [offer(secret, key, row["public_key"], generation)],
                        "member_proof": vouch(key, _member(row["public_key"], generation)),
                        "approved_at": func.now(),
                        "approved_by": this_console(),
                    }
                    approved = connection.execute(
                        update(table).where(table.c.id == row["id"]).values(values).returning(table)
                    )
                    return self._desktop(approved.mappings().one(), (generation, key))
        raise ZohoConfigError(
            f"No desktop asks to join with the code {code.strip()}.",
            advice="Compare the code with the one shown there; if it is the same, tell your database administrator.",
        )

    def forget(self, connection: Connection, desktop_id: int) -> tuple[int, bytes]:
        """Take a desktop off and make a new workspace key for the others; the key is to wrap everything anew.

        In the caller's transaction. Errors: ZohoConfigError (this very desktop), NotEnrolled.
        """
        _only_one_at_a_time(connection)
        generation, former = self.workspace_key(connection)
        own = self._joined()
        row = connection.execute(select(table).where(table.c.id == desktop_id)).mappings().first()
        if row is None:
            raise ZohoConfigError("That desktop is not there any more.")
        if row["public_key"] == own.public:
            raise ZohoConfigError(
                "A desktop cannot remove itself.", advice="Remove it on another one, or remove the connections here."
            )
        connection.execute(delete(table).where(table.c.id == desktop_id))
        key, newest = new_key(), generation + 1
        for one in connection.execute(select(table)).mappings().all():
            public = one["public_key"]
            # A row that somebody slipped into the database gets nothing.
            if is_vouched(former, one["member_proof"], _member(public, generation)):
                values: dict[str, object] = {"member_proof": vouch(key, _member(public, newest))}
                if public == own.public:
                    values |= {"kept_key": own.keep(key, newest), "generation": newest}
                else:
                    values |= {"offers": [*one["offers"], offer(former, key, public, newest)]}
                connection.execute(update(table).where(table.c.id == one["id"]).values(values))
        return newest, key

    def _joined(self) -> DesktopKey:
        if self._key is None:
            raise AssertionError("join() comes first")
        return self._key

    def _own_key(self) -> DesktopKey:
        if given := self._environment.get(KEY_VARIABLE):
            return DesktopKey.from_text(given)
        if kept := self._secrets.get(_SECRET_NAME, ""):
            return DesktopKey.from_text(kept)
        made = DesktopKey.new()
        try:
            self._secrets.set(_SECRET_NAME, made.text, "")
        except NoPasswordStore as error:
            raise NoPasswordStore(str(error), advice=_WITHOUT_STORE) from error
        return made

    def _desktop(self, row: RowMapping, known: tuple[int, bytes] | None) -> Desktop:
        is_this, proof = row["public_key"] == self._joined().public, row["member_proof"]
        is_member = is_vouched(known[1], proof, _member(row["public_key"], known[0])) if known else bool(proof)
        return Desktop(
            id=row["id"],
            name=row["name"],
            code=self._joined().code if is_this and not is_member else "",
            is_approved=is_member,
            is_this=is_this,
            asked_at=row["asked_at"],
            approved_at=row["approved_at"],
            approved_by=row["approved_by"],
        )


def mark_of(workspace_key: bytes, what: str = "replaced") -> str:
    """A name for `Marks` that tells nothing of the workspace key, and that nobody can give to another one."""
    return hashlib.sha256(f"zoho-console mark {what} ".encode() + workspace_key).hexdigest()[:32]


def _followed(own: DesktopKey, row: RowMapping) -> list[tuple[int, bytes]]:
    """The workspace keys that this desktop's row leads to, the newest last: what it kept, then each proven offer."""
    path = [(row["generation"], own.kept(row["kept_key"], row["generation"]))] if row["kept_key"] else []
    for offered in row["offers"]:
        for secret in (*(key for _, key in path[-1:]), code_key(own.code)):
            with suppress(UntrustedToken):
                found = own.accept(offered, secret)
                if not path or found[0] > path[-1][0]:
                    path.append(found)
                break
        else:
            raise UntrustedKey(own.code)
    return path


def _enrol(connection: Connection, key: DesktopKey) -> None:
    if connection.execute(select(table.c.id).where(table.c.public_key == key.public)).first():
        return
    _only_one_at_a_time(connection)
    is_first = connection.execute(select(table.c.id).where(table.c.member_proof != "")).first() is None
    proof = vouch(code_key(key.code), _asks(key.public))
    values: dict[str, object] = {"name": this_console(), "public_key": key.public, "ask_proof": proof}
    if is_first:
        workspace_key = new_key()
        values |= {
            "kept_key": key.keep(workspace_key, 1),
            "generation": 1,
            "member_proof": vouch(workspace_key, _member(key.public, 1)),
            "approved_at": func.now(),
        }
    connection.execute(insert(table).values(values))


def _asks(public: str) -> str:
    return f"asks to join {public}"


def _member(public: str, generation: int) -> str:
    return f"member {public} {generation}"


def _only_one_at_a_time(connection: Connection) -> None:
    connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def this_console() -> str:
    """Person and computer, such as “anna on ANNA-PC”."""
    try:
        person = getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        person = "unknown"
    return f"{person} on {platform.node() or 'unknown'}"
