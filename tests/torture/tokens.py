"""Campaigns of one token: its refresher is frozen and thawed; this computer's clock is wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import psutil
from sqlalchemy import text

from tests.torture.client import Clock
from tests.torture.refresher import POINTS, call
from zoho_console.app.demo import sign_in_to
from zoho_console.domain.connections import Connection
from zoho_console.simulator.server import Simulator, SimulatorOptions
from zoho_console.store.database import Database
from zoho_console.store.secrets import MemorySecrets
from zoho_console.workspace.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "POST /oauth/v2/token"
STEPS, STEP = 9, timedelta(minutes=20)
SKEWS = (timedelta(days=-2), timedelta(minutes=-10), timedelta(minutes=10), timedelta(days=2))


def freezes(database_url: str, *, size: int, lease_s: float = 3.0) -> dict[str, int | float]:
    """`size` times at each of five points: the refresher is frozen, another console renews, the first one thaws.

    `overdue`: takeovers later than the lease and 5 s; `stored after`: generations that the thawed one added;
    `unanswered`: calls of either that did not work in the end.
    """
    figures: Counter[str] = Counter({"overdue": 0, "stored after": 0, "unanswered": 0})
    slowest, clock = 0.0, Clock()
    with (
        _signed_in(database_url, clock) as (workspace, simulator, connection),
        _worker(database_url, connection, simulator.client_secret, lease_s) as worker,
    ):
        for point in POINTS * size:
            _end_token(workspace, clock, connection)
            if point == "asking":
                simulator.faults.add(path="/oauth/v2/token", delay_ms=500)
            former = workspace.vault(connection.id).health().generation
            asked = simulator.traffic.counts[TOKEN]
            _say(worker, point)
            _wait_until_frozen(worker)
            began = time.monotonic()
            made = workspace.engine.call(call(workspace, connection.id, simulator.client_secret, lease_s, ""))
            took_s = time.monotonic() - began
            psutil.Process(worker.pid).resume()
            ended = _hear(worker)
            figures["frozen"] += 1
            figures["overdue"] += took_s > lease_s + 5
            figures["stored after"] += workspace.vault(connection.id).health().generation - former - 1
            told = "words" in ended  # the database ended its session: it hears so, and may ask again
            figures["told to try again"] += told
            figures["unanswered"] += (made != former + 1) + (not told and ended.get("generation") != former + 1)
            figures["token calls"] += simulator.traffic.counts[TOKEN] - asked
            slowest = max(slowest, took_s)
    return {**figures, "lease in s": lease_s, "slowest takeover in s": round(slowest, 2)}


def clocks(database_url: str, *, size: int) -> dict[str, int]:
    """`size` times three hours of calls every 20 minutes, this computer's clock off by minutes and days; it stands
    still besides, so that it goes ever more wrong.

    The database's clock is put off (functions of its own stand before Postgres's), so that no process needs a false
    one. `needless`: renewals beyond the three that three hours take; `rejected`: calls with a dead token.
    """
    figures: Counter[str] = Counter({"needless": 0, "rejected": 0})
    clock = Clock()
    _put_off(database_url, timedelta(0))
    with _signed_in(database_url, clock) as (workspace, simulator, connection):
        for skew in SKEWS * size:
            _put_off(database_url, skew)
            _end_token(workspace, clock, connection)
            _call(workspace, connection)
            counts = simulator.traffic.counts
            asked, called = counts[TOKEN], counts.total()
            for step in range(1, STEPS + 1):
                clock.ahead += STEP
                _put_off(database_url, skew + step * STEP)
                _call(workspace, connection)
            renewed = counts[TOKEN] - asked
            figures["needless"] += max(0, renewed - 3)
            figures["rejected"] += counts.total() - called - renewed - 2 * STEPS
            figures["renewals"] += renewed
            figures["skews"] += 1
    return dict(figures)


def _call(workspace: Workspace, connection: Connection) -> None:
    workspace.engine.call(workspace.forget_client(connection.id))  # as a console that was just started
    workspace.engine.call(workspace.identify(connection))


def _put_off(database_url: str, off: timedelta) -> None:
    """Every session that begins now finds the database's clock off by this."""
    seconds = off.total_seconds()
    with _session(database_url) as run:
        run("create schema if not exists skewed")
        for name in ("now", "clock_timestamp"):
            run(
                f"create or replace function skewed.{name}() returns timestamptz language sql volatile as "
                f"'select pg_catalog.{name}() + {seconds} * interval ''1 second'''"
            )
        run("do $$ begin execute format('alter database %I set search_path = skewed, pg_catalog, public',"
            " current_database()); end $$")  # fmt: skip


@contextmanager
def _session(database_url: str) -> Iterator[Callable[[str], object]]:
    database = Database(database_url)
    try:
        with database.begin() as connection:
            yield lambda statement: connection.execute(text(statement))
    finally:
        database.close()


@contextmanager
def _signed_in(database_url: str, clock: Clock) -> Iterator[tuple[Workspace, Simulator, Connection]]:
    options = SimulatorOptions(accounts=20, auto_consent=True, credits=10**9, clock=clock)
    workspace = Workspace(Database(database_url), MemorySecrets())
    try:
        with Simulator(options) as simulator:
            yield workspace, simulator, sign_in_to(simulator, workspace, "Token")
    finally:
        workspace.close()


def _end_token(workspace: Workspace, clock: Clock, connection: Connection) -> None:
    clock.ahead += timedelta(minutes=61)
    with workspace.database.begin() as database:
        ended = "update zoho_tokens set expires_at = now() - interval '1 minute' where connection_id = :id"
        database.execute(text(ended), {"id": connection.id})


@contextmanager
def _worker(database_url: str, connection: Connection, secret: str, lease_s: float) -> Iterator[subprocess.Popen[str]]:
    told = json.dumps({"database": database_url, "connection": connection.id, "lease_s": lease_s})
    worker = subprocess.Popen(
        [sys.executable, "-m", "tests.torture.refresher", told], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    try:
        _say(worker, secret)
        assert _hear(worker) == {"event": "ready"}
        yield worker
    finally:
        worker.kill()
        worker.communicate()


def _say(worker: subprocess.Popen[str], words: str) -> None:
    assert worker.stdin is not None
    worker.stdin.write(f"{words}\n")
    worker.stdin.flush()


def _hear(worker: subprocess.Popen[str]) -> dict[str, object]:
    assert worker.stdout is not None
    heard: dict[str, object] = json.loads(worker.stdout.readline())
    return heard


def _wait_until_frozen(worker: subprocess.Popen[str]) -> None:
    process, deadline = psutil.Process(worker.pid), time.monotonic() + 20
    while process.status() != psutil.STATUS_STOPPED:
        if time.monotonic() > deadline:
            raise TimeoutError("the worker does not come to its point")
        time.sleep(0.01)
