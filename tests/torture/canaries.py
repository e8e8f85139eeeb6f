"""Secrets as canaries: a console works with many of them at the loudest log, then every place is searched for them.

What Zoho's stand-in saw and gave out is what is looked for: client secret, codes, states, verifiers, refresh and access
tokens, besides the database's password and the desktop's key.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import re
import tempfile
import threading
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from random import Random
from urllib.parse import parse_qsl, quote

import psutil
from sqlalchemy import make_url, text

from tests.torture.client import Clock
from zoho_console import logs
from zoho_console.app.hands import free_port
from zoho_console.domain.connections import CUSTOM, Connection, NewConnection, custom_origins
from zoho_console.errors import ZohoError
from zoho_console.settings import Settings
from zoho_console.simulator.server import Simulator, SimulatorOptions
from zoho_console.store.embedded import EmbeddedPostgres
from zoho_console.store.secrets import VARIABLE, MemorySecrets
from zoho_console.workspace.sign_in import SignInAttempt
from zoho_console.workspace.support import write_support_file
from zoho_console.workspace.workspace import Workspace

SECRET_FIELDS = ("client_secret", "code", "code_verifier", "refresh_token", "access_token")


def canaries(_random: Random, *, size: int) -> dict[str, int]:
    """`size` renewals with errors between them; `leaks` counts places where a secret stands in clear."""
    with tempfile.TemporaryDirectory(prefix="zoho-console-canaries-") as folder, _loud(Path(folder)) as home:
        Path(folder).chmod(0o711)
        temporary = set(Path(tempfile.gettempdir()).iterdir())
        clock = Clock()
        options = SimulatorOptions(accounts=30, auto_consent=True, clock=clock, records_traffic=True)
        with Simulator(options) as simulator, _given(VARIABLE, simulator.client_secret):
            url = EmbeddedPostgres(home).start()
            workspace = Workspace.open(home, secrets=MemorySecrets())
            try:
                _work(workspace, simulator, clock, size)
                write_support_file(workspace, home, Settings(database_url=url), home / "support.zip")
                secrets = _secrets(simulator) | {str(make_url(url).password), os.environ["ZOHO_CONSOLE_KEY"]}
                leaks = sorted(_leaks(workspace, home, secrets, temporary))
            finally:
                workspace.close()
        print(*leaks, sep="\n", end="\n" if leaks else "")
        return {"secrets": len(secrets), "renewals": size, "leaks": len(leaks)}


def _work(workspace: Workspace, simulator: Simulator, clock: Clock, size: int) -> None:
    origins = custom_origins(simulator.url, simulator.url)
    new = NewConnection("Canary", CUSTOM, simulator.client_id, origins, redirect_port=free_port())
    connection = workspace.add_connection(new, simulator.client_secret)
    workspace.engine.call(SignInAttempt(workspace, connection).through_browser(_visit))
    troubles = ({"status": 500, "html": True}, {"status": 401}, {"cut": True}, {"status": 503}, {"drop": "before"})
    for number in range(size):
        clock.ahead += timedelta(minutes=61)
        path = "/oauth/v2/token" if number % 2 else "/crm/v8/org"
        simulator.faults.add(path=path, times=2, **troubles[number % len(troubles)])  # type: ignore[arg-type]
        for call in (workspace.identify, workspace.refresh, workspace.identify):
            _called(workspace, connection, call)
        simulator.faults.clear()
        _called(workspace, connection, workspace.identify)


def _called(workspace: Workspace, connection: Connection, call: object) -> None:
    try:
        workspace.engine.call(call(connection))  # type: ignore[operator]
    except ZohoError as error:
        grant, app = workspace.vault(connection.id).load(), workspace.app(connection)
        # As somebody would who hunts a fault in a hurry.
        logging.getLogger("canaries").exception("%r: %s %s", error, grant, app)
        assert grant is not None
        logging.getLogger("canaries").debug("sent %s, %s, %s", grant.access_token, grant.refresh_token, app.secret())


def _visit(address: str) -> None:
    threading.Thread(target=lambda: urllib.request.urlopen(address, timeout=10).close(), daemon=True).start()


def _secrets(simulator: Simulator) -> set[str]:
    found: dict[str, str] = {}
    for one in simulator.traffic.exchanges:
        said = parse_qsl(one.body.decode("utf-8", "replace")) + list(one.query.items())
        with suppress(ValueError):
            answer = json.loads(one.answer)
            said += list(answer.items()) if isinstance(answer, dict) else []
        found |= {str(value): name for name, value in said if name in (*SECRET_FIELDS, "state")}
    return set(found)


def _leaks(workspace: Workspace, home: Path, secrets: set[str], temporary: set[Path]) -> Iterator[str]:
    """Where a secret stands, however it is written; in the files of the database as it is."""
    spellings = {spelling.encode() for secret in secrets for spelling in _spellings(secret)}
    plain = re.compile(b"|".join(re.escape(one.encode()) for one in secrets))
    with workspace.database.session() as connection:
        connection.execute(text("checkpoint"))
        tables = connection.execute(text("select tablename from pg_tables where schemaname = 'public'")).scalars().all()
        for table in tables:
            rows = connection.execute(text(f"select t::text from {table} t")).scalars().all()
            yield from _found(f"table {table}", "\n".join(rows).encode(), spellings)
    with zipfile.ZipFile(home / "support.zip") as bundle:
        for name in bundle.namelist():
            yield from _found(f"support file {name}", bundle.read(name), spellings)
    for path in (one for one in home.rglob("*") if one.is_file()):
        if path.name == "password":  # the one place where the embedded database's own password has to be
            continue
        data = path.read_bytes()
        if "data" in path.relative_to(home).parts:
            yield from (f"file {path.relative_to(home)}" for _ in plain.finditer(data))
        else:
            yield from _found(f"file {path.relative_to(home)}", data, spellings)
    for path in set(Path(tempfile.gettempdir()).iterdir()) - temporary:
        if path.is_file():
            yield from _found(f"temporary {path.name}", path.read_bytes(), spellings)
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if Path(process.cwd()).is_relative_to(home.resolve()):
                told = [*process.cmdline(), *process.environ().values()]
                yield from _found(f"process {process.name()}", "\n".join(told).encode(), spellings)


def _found(where: str, data: bytes, spellings: set[bytes]) -> Iterator[str]:
    yield from (where for one in spellings if one in data)


def _spellings(secret: str) -> set[str]:
    """The secret as it is, quoted for an address, and the part of it that every base64 text around it holds."""
    found = {secret, quote(secret, safe="")}
    for before in range(3):
        coded = base64.b64encode(bytes(before) + secret.encode()).decode()
        found.add(coded[4 : (before + len(secret)) // 3 * 4])
    return found


@contextmanager
def _loud(folder: Path) -> Iterator[Path]:
    """Every logger tells everything into a log file of the folder's home, as the console writes it."""
    root, quiet = logging.getLogger(), [logging.getLogger(name) for name in ("httpx", "httpcore", "alembic")]
    former, level, levels = root.handlers[:], root.level, [one.level for one in quiet]
    logs.set_up(folder / "home", logging.DEBUG)
    for one in quiet:
        one.setLevel(logging.DEBUG)
    try:
        yield folder / "home"
    finally:
        for handler in root.handlers:
            handler.close()
        root.handlers[:] = former
        root.setLevel(level)
        for one, before in zip(quiet, levels, strict=True):
            one.setLevel(before)


@contextmanager
def _given(variable: str, value: str) -> Iterator[None]:
    before = os.environ.get(variable)
    os.environ[variable] = value
    try:
        yield
    finally:
        del os.environ[variable]
        if before is not None:
            os.environ[variable] = before
