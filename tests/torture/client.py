"""Campaigns against the client alone: batches through a failing Zoho, and many programs at one token.

Each gives figures by name. What the simulator counts is the truth; a sample of each runs in the suite.
"""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from zoho_console.background import by_workers
from zoho_console.domain.connections import custom_origins
from zoho_console.domain.grants import Grant, RefreshFailure
from zoho_console.errors import ZohoError
from zoho_console.simulator.server import Simulator, SimulatorOptions
from zoho_console.zoho.client import AsyncZohoClient
from zoho_console.zoho.oauth import OAuthApp

ROWS, BLOCKS, AT_ONCE = 20, 100, 10
FAILING = 0.05
WAYS: tuple[dict[str, Any], ...] = (
    {"status": 500},
    {"status": 502, "executed": True},
    {"status": 503},
    {"status": 429},
    {"drop": "before"},
    {"drop": "after"},
    {"drop": "late", "late_ms": 10},
    {"cut": True},
    {"html": True},
    {"items": "shuffled"},
    {"items": "doubled"},
    {"items": "dropped"},
    {"items": "foreign"},
)


class Kept:
    """One grant in memory."""

    def __init__(self, grant: Grant) -> None:
        self._grant = grant

    def load(self) -> Grant:
        return self._grant

    def save(self, grant: Grant, *, event: str = "refreshed", claim: int | None = None) -> Grant:
        self._grant = grant
        return grant

    def claim_refresh(self, generation: int, lease: timedelta) -> int:
        return 1

    def refresh_failed(self, generation: int, failure: RefreshFailure, claim: int) -> None: ...

    def note_ok(self, calls_at_once: int = 0) -> None: ...


class Attempts(logging.Handler):
    """Counts what the transport says it sent: one line for each exchange."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        if record.args and record.args[0] == "PUT" and " ms" in str(record.msg):  # type: ignore[index]
            self.count += 1


def faults(batches: int, seed: int) -> dict[str, int]:
    """Batches of 20 through a Zoho that fails 5 % of them in thirteen ways.

    `doubled`: records with more effects than attempts that could have had one; `misattributed`: results that say of a
    record what is not so; `uncounted`: the difference between the simulator's count of requests and ours.
    """
    chance = Random(seed)
    with Simulator(SimulatorOptions(accounts=ROWS * BLOCKS, auto_consent=True, credits=10**9)) as simulator:
        attempts, logger = Attempts(), logging.getLogger("zoho_console.zoho.transport")
        level = logger.level
        logger.addHandler(attempts)
        logger.setLevel(logging.INFO)
        try:
            figures = asyncio.run(_batches(simulator, batches, chance))
        finally:
            logger.removeHandler(attempts)
            logger.setLevel(level)
        seen = sum(count for place, count in simulator.traffic.counts.items() if place.startswith("PUT "))
        return {**figures, "uncounted": abs(seen - attempts.count), "requests": seen}


async def _batches(simulator: Simulator, batches: int, chance: Random) -> dict[str, int]:
    answer = simulator.issue_grant()
    ends = datetime.now(UTC) + timedelta(hours=1)
    app = OAuthApp(simulator.client_id, lambda: simulator.client_secret)
    vault = Kept(Grant(answer["refresh_token"], answer["access_token"], ends, generation=1))
    origins = custom_origins(simulator.url, simulator.url)
    client = AsyncZohoClient(origins, app, vault, max_retries=3, retry_delay=0.002)
    ids = list(simulator.world.records("Accounts"))
    before = dict(simulator.world.effects)
    said = dict.fromkeys(ids, 0)  # effects that results claim
    maybe = dict.fromkeys(ids, 0)  # effects that they leave open
    figures = {"batches": batches, "failed": 0, "unknown": 0, "misattributed": 0}

    async def run(number: int) -> None:
        block = ids[number % BLOCKS * ROWS :][:ROWS]
        if chance.random() < FAILING:
            figures["failed"] += 1
            simulator.faults.add(method="PUT", path="/Accounts", **chance.choice(WAYS))
        records = [{"id": one, "Health_Score": number} for one in block]
        try:
            results = (await client.bulk_update_accounts(records))["results"]
        except ZohoError as error:
            results = error.details["done"]["results"]
            if not results:
                return  # refused before anything was done
        for result in results:
            told, record_id = result["status"], result["id"]
            stored = simulator.world.records("Accounts").look(record_id)
            holds = stored is not None and stored["Health_Score"] == number
            said[record_id] += told == "success"
            maybe[record_id] += told == "unknown"
            figures["unknown"] += told == "unknown"
            figures["misattributed"] += (told == "success" and not holds) or (told == "error" and holds)

    async for _ in by_workers(run, range(batches), AT_ONCE):
        pass
    await client.aclose()
    await asyncio.sleep(0.2)  # what lands late has landed
    effects = {one: simulator.world.effects.get(one, 0) - before.get(one, 0) for one in ids}
    figures["doubled"] = sum(effects[one] > said[one] + maybe[one] for one in ids)
    figures["lost"] = sum(effects[one] < said[one] for one in ids)
    return figures


WORKER = """
import sys
from concurrent.futures import ThreadPoolExecutor
from zoho_console import ZohoSDKClient, ZohoSDKConfig
client, threads = ZohoSDKClient(ZohoSDKConfig(), retry_delay=0.01), int(sys.argv[1])
def work(_):
    failed = 0
    for _ in range(10):
        try:
            client.get_accounts(limit=1, fields=["Account_Name"])
        except Exception:
            failed += 1
    return failed
with ThreadPoolExecutor(threads) as pool:
    for _ in sys.stdin:
        print(sum(pool.map(work, range(threads))), flush=True)
client.close()
"""


class Clock:
    """Zoho's clock, which can be put forward."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


def refreshes(expiries: int, processes: int, threads: int, database_url: str) -> dict[str, int]:
    """Processes of many threads at one token that ends again and again, with Zoho's limits in force.

    `refreshes` is what the simulator counted after the first token, `needless` how many it was off; `unanswered` are
    calls that did not work.
    """
    clock = Clock()
    with (
        Simulator(SimulatorOptions(accounts=50, auto_consent=True, credits=10**9, clock=clock)) as simulator,
        tempfile.TemporaryDirectory() as folder,
    ):
        environment = {
            **os.environ, "ZOHO_SDK_CLIENT_ID": simulator.client_id, "ZOHO_SDK_CLIENT_SECRET": simulator.client_secret,
            "ZOHO_SDK_REFRESH_TOKEN": simulator.issue_grant()["refresh_token"], "DATABASE_URL": database_url,
            "ZOHO_SDK_ACCOUNTS_URL": simulator.url, "ZOHO_SDK_API_URL": simulator.url,
            "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
        }  # fmt: skip
        workers = [
            subprocess.Popen(
                [sys.executable, "-c", WORKER, str(threads)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                env=environment, cwd=folder,
            )
            for _ in range(processes)
        ]  # fmt: skip
        counts, token = simulator.traffic.counts, "POST /oauth/v2/token"

        def begin() -> None:
            for worker in workers:
                print("go", file=worker.stdin, flush=True)

        def failed() -> int:
            return sum(int(worker.stdout.readline()) for worker in workers if worker.stdout)

        begin()
        missed = failed()
        first = counts[token]
        for _ in range(expiries):
            calls = counts["GET /crm/v8/{module}"]
            begin()
            _wait(lambda calls=calls: counts["GET /crm/v8/{module}"] > calls + processes)  # type: ignore[misc]
            clock.ahead += timedelta(minutes=61)
            missed += failed()
            begin()  # all of them once more, so that no call meets two ends of a token
            missed += failed()
        for worker in workers:
            worker.communicate(timeout=60)
        refreshes = counts[token] - first
        needless = abs(refreshes - expiries)
        return {"expiries": expiries, "refreshes": refreshes, "needless": needless, "unanswered": missed}


def _wait(condition: Any, limit_s: float = 60) -> None:
    deadline = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("the workers stand still")
        time.sleep(0.01)
