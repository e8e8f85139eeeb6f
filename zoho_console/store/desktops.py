"""Which desktops may read the workspace's sign-ins, and the workspace key that they share."""

from __future__ import annotations

import getpass
import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Protocol

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, text, update

from zoho_console.errors import NotEnrolled, ZohoConfigError
from zoho_console.store.database import Database
from zoho_console.store.sealing import DesktopKey, fingerprint, new_key, wrap
from zoho_console.store.tables import desktops as table

KEY_VARIABLE = "ZOHO_CONSOLE_KEY"
_SECRET_NAME = "desktop-key"
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
    """A console that may read the sign-ins, or asks to; `code` is what two people compare."""

    id: int
    name: str
    code: str
    is_approved: bool
    is_this: bool
    asked_at: datetime
    approved_at: datetime | None
    approved_by: str


class Desktops:
    """This desktop among those of its workspace. The password store is asked once, outside of any transaction."""

    def __init__(self, database: Database, secrets: KeepsSecrets, environment: Mapping[str, str] = os.environ) -> None:
        self._database = database
        self._secrets = secrets
        self._environment = environment
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
                with self._database.begin() as connection:
                    _enrol(connection, key)
                self._key = key

    def workspace_key(self, connection: Connection, generation: int | None = None) -> tuple[int, bytes]:
        """The generation of the workspace key and the key itself; the newest, or one known already.

        Call after `join`. Errors: NotEnrolled, UntrustedToken.
        """
        if generation is not None and generation in self._workspace_keys:
            return generation, self._workspace_keys[generation]
        key = self._joined()
        row = connection.execute(select(table).where(table.c.public_key == key.public)).mappings().first()
        if row is None or not row["wrapped_key"]:
            raise NotEnrolled(fingerprint(key.public))
        newest = int(row["generation"])
        self._workspace_keys = {newest: key.unwrap(row["wrapped_key"], newest)}
        return newest, self._workspace_keys[newest]

    def all(self) -> list[Desktop]:
        """Every desktop, in the order they asked."""
        self.join()
        with self._database.begin() as connection:
            rows = connection.execute(select(table).order_by(table.c.id)).mappings()
            return [self._desktop(row) for row in rows]

    def approve(self, code: str) -> Desktop:
        """Let the desktop with this code read the sign-ins. Errors: ZohoConfigError (unknown code), NotEnrolled."""
        self.join()
        with self._database.begin() as connection:
            _only_one_at_a_time(connection)
            generation, key = self.workspace_key(connection)
            for row in connection.execute(select(table)).mappings():
                if fingerprint(row["public_key"]) == code.strip().upper():
                    values = {
                        "wrapped_key": wrap(key, row["public_key"], generation),
                        "generation": generation,
                        "approved_at": func.now(),
                        "approved_by": this_console(),
                    }
                    approved = connection.execute(
                        update(table).where(table.c.id == row["id"]).values(values).returning(table)
                    )
                    return self._desktop(approved.mappings().one())
        raise ZohoConfigError(
            f"No desktop asks to join with the code {code}.", advice="Compare the code with the one shown there."
        )

    def forget(self, connection: Connection, desktop_id: int) -> tuple[int, bytes]:
        """Take a desktop off and make a new workspace key for the others; the key is to wrap everything anew.

        In the caller's transaction. Errors: ZohoConfigError (this very desktop), NotEnrolled.
        """
        _only_one_at_a_time(connection)
        generation, _old = self.workspace_key(connection)
        row = connection.execute(select(table).where(table.c.id == desktop_id)).mappings().first()
        if row is None:
            raise ZohoConfigError("That desktop is not there any more.")
        if row["public_key"] == self._joined().public:
            raise ZohoConfigError(
                "A desktop cannot remove itself.", advice="Remove it on another one, or remove the connections here."
            )
        connection.execute(delete(table).where(table.c.id == desktop_id))
        key = new_key()
        for other in connection.execute(select(table).where(table.c.wrapped_key != "")).mappings().all():
            wrapped = wrap(key, other["public_key"], generation + 1)
            values = {"wrapped_key": wrapped, "generation": generation + 1}
            connection.execute(update(table).where(table.c.id == other["id"]).values(values))
        return generation + 1, key

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
        self._secrets.set(_SECRET_NAME, made.text, "")
        return made

    def _desktop(self, row: RowMapping) -> Desktop:
        return Desktop(
            id=row["id"],
            name=row["name"],
            code=fingerprint(row["public_key"]),
            is_approved=bool(row["wrapped_key"]),
            is_this=row["public_key"] == self._joined().public,
            asked_at=row["asked_at"],
            approved_at=row["approved_at"],
            approved_by=row["approved_by"],
        )


def _enrol(connection: Connection, key: DesktopKey) -> None:
    if connection.execute(select(table.c.id).where(table.c.public_key == key.public)).first():
        return
    _only_one_at_a_time(connection)
    is_first = connection.execute(select(table.c.id).where(table.c.wrapped_key != "")).first() is None
    values: dict[str, object] = {"name": this_console(), "public_key": key.public}
    if is_first:
        values |= {"wrapped_key": wrap(new_key(), key.public, 1), "generation": 1, "approved_at": func.now()}
    connection.execute(insert(table).values(values))


def _only_one_at_a_time(connection: Connection) -> None:
    connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def this_console() -> str:
    """Person and computer, such as “anna on ANNA-PC”."""
    try:
        person = getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        person = "unknown"
    return f"{person} on {platform.node() or 'unknown'}"
