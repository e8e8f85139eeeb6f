"""The server of one place: made, started or joined, asked whether it is ours, stopped.

Not for two callers at once; `embedded` sees to that.
"""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import shlex
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import URL, text

from zoho_console.errors import ZohoDatabaseError
from zoho_console.store.database import Database
from zoho_console.store.postgres_files import Place, private_folder

logger = logging.getLogger(__name__)

USER = "zoho_console"
DATABASE = "postgres"
RECOVERY_LIMIT_S = 60.0  # after a crash a large database takes this long
# A server that was just killed counts as alive for about a second, and its children end a little later.
RETRY_LIMIT_S = 10.0
_POLL_S = 0.2
_NOT_FOR_THE_SERVER = ("PG", "LD_LIBRARY", "DYLD", "ZOHO_", "DATABASE_URL")
_SOCKET_PORT = 5432  # names the socket's file, opens nothing
_INIT = (
    "-U", USER, "--auth=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8", "--locale=C", "--data-checksums",
)  # fmt: skip
_SETTINGS = ("shared_buffers=64MB", "max_connections=60", "jit=off")


class Server:
    """A Postgres over the data of one place. Errors of every method: OSError, ZohoDatabaseError."""

    def __init__(self, place: Place, *, retry_limit_s: float = RETRY_LIMIT_S) -> None:
        self._place = place
        self._retry_limit_s = retry_limit_s
        self._pid_file = place.data / "postmaster.pid"

    def create(self) -> None:
        """Make the cluster if there is none: aside, then moved to its place, so that a crash leaves none or all."""
        place = self._place
        if (place.data / "PG_VERSION").exists():
            return
        for leftover in place.root.glob("data.new-*"):
            shutil.rmtree(leftover)
        place.password_file.unlink(missing_ok=True)
        _write_private(place.password_file, secrets.token_urlsafe(24), place.owner)
        draft = place.root / f"data.new-{secrets.token_hex(4)}"
        private_folder(draft, place.owner)
        self._command("initdb", draft, *_INIT, f"--pwfile={place.password_file}")
        if place.owner is not None:
            os.chown(place.password_file, os.geteuid(), os.getegid())
        draft.rename(place.data)

    def run(self) -> URL:
        """Start the server, or join the one that runs; its address comes out once it answers."""
        began = time.monotonic()
        failure = ""
        while (address := self._answering()) is None:
            lives = self._lives()
            if time.monotonic() - began > (RECOVERY_LIMIT_S if lives else self._retry_limit_s):
                raise ZohoDatabaseError(
                    "The console's own database does not start.",
                    advice=f"Its log says why: {self._place.log}.",
                    details={"output": failure},
                )
            if not lives:
                self._clear_stale_pid_file()
                failure = self._start()
            if lives or failure:
                time.sleep(_POLL_S)  # noqa: TID251 - blocking is the contract
        return address

    def stop(self) -> None:
        """End the server within a minute, connections or not; one that has crashed is no error."""
        # Asked first, because pg_ctl would send its signal to whoever has the pid now.
        if self._lives():
            self._command("pg_ctl", self._place.data, "-m", "fast", "-w", "-t", "60", "stop")
        if self._place.socket_folder not in (None, self._place.run):
            with contextlib.suppress(OSError):  # after a crash the socket is still in it
                self._place.socket_folder.rmdir()

    def _start(self) -> str:
        """Try to start; what pg_ctl said comes out if it failed."""
        place = self._place
        if place.socket_folder is not None:
            where = [f"port={_SOCKET_PORT}", "listen_addresses=", f'unix_socket_directories="{place.socket_folder}"']
            where.append("unix_socket_permissions=0700")
        else:
            where = [f"port={_free_port()}", "listen_addresses=127.0.0.1"]
            where += ["unix_socket_directories="] if os.name != "nt" else []
        options = shlex.join(part for setting in (*_SETTINGS, *where) for part in ("-c", setting))
        start = ("-w", "-t", f"{RECOVERY_LIMIT_S:.0f}", "-l", place.log.name, "-o", options, "start")
        try:
            self._command("pg_ctl", place.data, *start)
        except ZohoDatabaseError as error:
            return str(error.details["output"])
        return ""

    def _answering(self) -> URL | None:
        """The address of the running server, proven by a real connection to *this* folder's data."""
        address = self._address()
        if address is None:
            return None
        database = Database(address.render_as_string(hide_password=False))
        try:
            with database.begin() as connection:
                folder = connection.execute(text("show data_directory")).scalar_one()
        except ZohoDatabaseError:
            return None
        finally:
            database.close()
        return address if Path(folder).resolve() == self._place.data.resolve() else None

    def _address(self) -> URL | None:
        """What the running server wrote about itself: pid, folder, start, port, socket folder, host, memory, state."""
        try:
            lines = [line.strip() for line in self._pid_file.read_text("utf-8").splitlines()]
        except FileNotFoundError:
            return None
        if len(lines) < 8 or lines[7] != "ready":
            return None
        port, folder, host = int(lines[3]), lines[4], lines[5]
        password = self._place.password_file.read_text("utf-8")
        if folder:
            query = {"host": folder, "port": str(port)}
            return URL.create("postgresql", USER, password, database=DATABASE, query=query)
        return URL.create("postgresql", USER, password, host, port, DATABASE)

    def _lives(self) -> bool:
        """Whether the pid file names a server of this folder, and not a stranger that got its pid."""
        pid = self._pid()
        return pid is not None and psutil.pid_exists(pid) and self._works_here(pid)

    def _clear_stale_pid_file(self) -> None:
        """Remove a pid file that names a stranger: Postgres would refuse to start.

        One that names nobody stays, for Postgres judges it better: it also sees children of the dead server by their
        shared memory. For the same reason nothing is removed while any server process works in the folder.
        """
        pid = self._pid()
        if pid is None or not psutil.pid_exists(pid):
            return
        if not any(self._works_here(other) for other in psutil.pids()):
            logger.warning("removed a stale postmaster.pid naming process %d", pid)
            self._pid_file.unlink(missing_ok=True)

    def _pid(self) -> int | None:
        try:
            return int(self._pid_file.read_text("utf-8").split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None

    def _works_here(self, pid: int) -> bool:
        try:
            process = psutil.Process(pid)
            if process.status() == psutil.STATUS_ZOMBIE or "postgres" not in process.name().lower():
                return False
            return Path(process.cwd()).resolve() == self._place.data.resolve()
        except psutil.Error:  # ended meanwhile, or another user's
            return False

    def _command(self, program: str, data: Path, *arguments: str) -> None:
        place = self._place
        # A frozen console's own libraries, a person's PGHOST and the like, and the secrets that a console may be given
        # are not meant for the server. Data and log are named by environment and work folder: pg_ctl would break the
        # quoting of a path with a sign in it.
        environment = {key: value for key, value in os.environ.items() if not key.startswith(_NOT_FOR_THE_SERVER)}
        options: dict[str, Any] = {"cwd": place.run, "env": {**environment, "LC_ALL": "C", "PGDATA": str(data)}}
        if place.owner is not None:
            options |= {"user": place.owner, "group": place.owner, "extra_groups": []}
        # Into a file: pg_ctl hands its pipes on to the server, and waiting for their end would never end.
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
            ended = subprocess.run(
                [str(place.programs / program), *arguments],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0), **options,
            )  # fmt: skip
            output.seek(0)
            said = output.read()[-2000:].strip()
        if ended.returncode:
            logger.error("%s ended with %d: %s", program, ended.returncode, said)
            raise ZohoDatabaseError(
                f"The console's own database failed at {program}.",
                advice=f"Check that there is room on the disk; its log is {place.log}.",
                details={"output": said},
            )


def _write_private(path: Path, secret: str, owner: int | None) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(secret)
        file.flush()
        os.fsync(handle)
    if owner is not None:
        os.chown(path, owner, owner)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
