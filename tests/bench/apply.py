"""A run of 100,000 rows, journal and all, beside a bare httpx loop that sends the same requests as many at once.

The simulator has a process of its own; both contestants look at each 100 records, then write them, four blocks at once.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import psutil

from tests.bench.client.rows import CLIENT_ID, SECRET
from zoho_console.bulk.applying import Run
from zoho_console.bulk.mapping import mapping_from
from zoho_console.bulk.pace import Pace
from zoho_console.bulk.preparing import prepare
from zoho_console.bulk.reading import open_table
from zoho_console.domain.changes import ChangeSet, RowState
from zoho_console.domain.connections import CUSTOM, Connection, NewConnection, custom_origins
from zoho_console.domain.grants import Grant
from zoho_console.domain.terms import Terms
from zoho_console.store.sealing import DesktopKey
from zoho_console.store.secrets import MemorySecrets
from zoho_console.workspace.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
ROWS, BLOCK = 100_000, 100
PLAIN = Terms(waves=False, verify=0)


def main(rows: int = ROWS) -> None:
    """Print the figures."""
    os.environ.setdefault("ZOHO_CONSOLE_KEY", DesktopKey.new().text)
    print(f"\n{rows:,} rows applied, {Pace().parallel} blocks of {BLOCK} at once\n")
    print("| latency | floor, rows a second | ours, rows a second | ours ÷ floor | CPU: ours · Postgres · simulator |")
    print("|---|---|---|---|---|")
    for latency_ms in (150, 0):
        with _simulator(rows, latency_ms) as (url, tokens, server):
            floor_s = asyncio.run(_floor(url, tokens[0], rows))
            began = server.cpu_times().user + server.cpu_times().system
            ours_s, cpu = _ours(url, tokens[1], rows)
            served = server.cpu_times().user + server.cpu_times().system - began
        shares = " · ".join(f"{seconds / ours_s:.0%}" for seconds in (*cpu, served))
        print(
            f"| {latency_ms} ms | {rows / floor_s:,.0f} | {rows / ours_s:,.0f} | {floor_s / ours_s:.2f} | {shares} |",
            flush=True,
        )


async def _floor(url: str, refresh_token: str, rows: int) -> float:
    """Seconds of the bare loop."""
    form = {
        "grant_type": "refresh_token", "client_id": CLIENT_ID, "client_secret": SECRET, "refresh_token": refresh_token,
    }  # fmt: skip
    async with httpx.AsyncClient(base_url=url, timeout=60) as http:
        token = (await http.post("/oauth/v2/token", data=form)).json()["access_token"]
        http.headers["Authorization"] = f"Zoho-oauthtoken {token}"
        blocks = iter([*_blocks(await _ids(http, rows))])

        async def worker() -> None:
            for block in blocks:
                named = ", ".join(f"'{one}'" for one in block)
                columns = "id, Account_Name, Health_Score, Modified_Time"
                query = f"select {columns} from Accounts where id in ({named}) limit 200"
                (await http.post("/crm/v8/coql", json={"select_query": query})).raise_for_status()
                body = {"data": [{"id": one, "Health_Score": 11} for one in block]}
                (await http.put("/crm/v8/Accounts", json=body)).raise_for_status()

        began = time.perf_counter()
        await asyncio.gather(*(worker() for _ in range(Pace().parallel)))
        return time.perf_counter() - began


def _ours(url: str, refresh_token: str, rows: int) -> tuple[float, tuple[float, float]]:
    """Seconds of the run alone, and those of CPU in this process and in Postgres."""
    with tempfile.TemporaryDirectory(prefix="zoho-console-bench-") as folder:
        Path(folder).chmod(0o711)
        workspace = Workspace.open(Path(folder), secrets=MemorySecrets())
        try:
            origins = custom_origins(url, url)
            connection = workspace.add_connection(NewConnection("Bench", CUSTOM, CLIENT_ID, origins), SECRET)
            grant = Grant(refresh_token, "", datetime.now(UTC), ("ZohoCRM.modules.ALL",), url)
            workspace.vault(connection.id).save(grant, event="signed_in")
            planned = workspace.engine.call(_planned(workspace, connection, Path(folder), rows))
            assert planned.count(RowState.PLANNED) > rows * 0.9
            own, before, began = psutil.Process(), psutil.Process().cpu_times(), time.perf_counter()
            postgres_before = _postgres_s(Path(folder))
            done = workspace.engine.call(_applied(workspace, connection, planned))
            seconds, after = time.perf_counter() - began, own.cpu_times()
            assert done.count(RowState.UPDATED) == planned.count(RowState.PLANNED)
            spent = after.user + after.system - before.user - before.system
            return seconds * rows / planned.count(RowState.PLANNED), (
                spent,
                _postgres_s(Path(folder)) - postgres_before,
            )
        finally:
            workspace.close()


async def _planned(workspace: Workspace, connection: Connection, folder: Path, rows: int) -> ChangeSet:
    async with httpx.AsyncClient(base_url=connection.origins.api, timeout=60) as http:
        grant = await workspace.refresh(connection)
        http.headers["Authorization"] = f"Zoho-oauthtoken {grant.access_token}"
        ids = await _ids(http, rows)
    path = folder / "scores.csv"
    path.write_text("id,Health Score\n" + "".join(f"{one},77\n" for one in ids), "utf-8")
    table, fields = open_table(path), await workspace.fields(connection)
    return await prepare(
        table, mapping_from(table.header, fields, ""), fields, workspace.client(connection), workspace.journal,
        connection_id=connection.id, terms=PLAIN,
    )  # fmt: skip


async def _applied(workspace: Workspace, connection: Connection, planned: ChangeSet) -> ChangeSet:
    fields = await workspace.fields(connection)
    return await Run(planned.id, workspace.client(connection), workspace.journal, fields).apply()


async def _ids(http: httpx.AsyncClient, rows: int) -> list[str]:
    found: list[str] = []
    while len(found) < rows:
        query = f"select id from Accounts where id is not null order by id limit {len(found)}, 2000"
        answer = await http.post("/crm/v8/coql", json={"select_query": query})
        found += [one["id"] for one in answer.json()["data"]]
    return found[:rows]


def _blocks(ids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), BLOCK):
        yield ids[start : start + BLOCK]


def _postgres_s(folder: Path) -> float:
    """Seconds of CPU that the Postgres of this folder has used."""
    spent = 0.0
    for process in psutil.process_iter(["name"]):
        try:
            if "postgres" in str(process.info["name"]) and Path(process.cwd()).is_relative_to(folder.resolve()):
                times = process.cpu_times()
                spent += times.user + times.system + times.children_user + times.children_system
        except psutil.Error:
            continue
    return spent


@contextmanager
def _simulator(accounts: int, latency_ms: int) -> Iterator[tuple[str, list[str], psutil.Process]]:
    command = [sys.executable, "-m", "tests.bench.client.server", str(accounts), str(latency_ms)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        told: dict[str, Any] = json.loads(process.stdout.readline())
        yield told["url"], told["tokens"], psutil.Process(process.pid)
        process.stdin.close()
