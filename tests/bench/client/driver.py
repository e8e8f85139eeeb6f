"""Runs the contestants one after the other on the same simulator and writes the table into the README."""

from __future__ import annotations

import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from zoho_console.store.embedded import EmbeddedPostgres
from zoho_console.store.sealing import DesktopKey

ROOT = Path(__file__).resolve().parents[3]
README = ROOT / "README.md"
BEGIN, END = "<!-- figures of the client: begin -->", "<!-- figures of the client: end -->"
LATENCY_MS = 150
ROWS = {
    "get_100": "get 100 accounts",
    "read_200": "read 200",
    "update_150": "update 150",
    "search_50": "search 50",
    "read_5000": "read 5,000",
    "update_5000": "update 5,000",
    "stream_100000": "stream 100,000",
}
SMALL = [name for name in ROWS if name != "stream_100000"]


def main() -> None:
    """Print the figures and write them into the README."""
    table, imports = _measured(), _import_times()
    lines = [
        "| | floor | ours | ours ÷ floor | first run ÷ floor | official SDK | SDK ÷ ours "
        "| requests: floor · ours · SDK | ours: MB above idle |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, title in ROWS.items():
        floor, ours, official = (table[who][name] for who in ("floor", "ours", "official"))
        lines.append(
            f"| {title} | {floor['median']:.2f} s | {ours['median']:.2f} s | {ours['median'] / floor['median']:.2f} "
            f"| {ours['first'] / floor['median']:.2f} | {official['median']:.2f} s "
            f"| {official['median'] / ours['median']:.1f} "
            f"| {floor['requests']:.0f} · {ours['requests']:.0f} · {official['requests']:.0f} | {ours['peak_mb']:.0f} |"
        )
    ours_s, official_s = imports
    lines.append("")
    lines.append(
        f"Import: `import zoho_console` {ours_s[0] * 1000:.0f} ms, with `ZohoSDKClient` {ours_s[1]:.2f} s; "
        f"the official SDK's records {official_s:.2f} s."
    )
    print("\n".join(lines))
    text = README.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    if after:
        README.write_text(f"{before}{BEGIN}\n" + "\n".join(lines) + f"\n{END}{after}", "utf-8")


def _measured() -> dict[str, dict[str, dict[str, float]]]:
    table: dict[str, dict[str, dict[str, float]]] = {"floor": {}, "ours": {}, "official": {}}
    official = _official_python()
    commands = {
        "floor": [sys.executable, "-m", "tests.bench.client.floor"],
        "ours": [sys.executable, "-m", "tests.bench.client.ours"],
        "official": [official, str(ROOT / "tests/bench/client/official.py")],
    }
    for accounts, rows in ((5000, SMALL), (100_000, ["stream_100000"])):
        with _simulator(accounts) as (url, tokens), _database() as environment:
            for (who, command), token in zip(commands.items(), tokens, strict=True):
                for measured in _run(command, url, token, rows, environment):
                    table[who][measured["row"]] = measured
    return table


def _run(
    command: list[str], url: str, token: str, rows: list[str], environment: dict[str, str]
) -> Iterator[dict[str, Any]]:
    # Each line ends a row, so the requests between two lines are that row's; “ready” ends the preparations.
    with subprocess.Popen(
        [*command, url, token, *rows], stdout=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, **environment}
    ) as process:
        assert process.stdout is not None
        before = 0
        for line in process.stdout:
            after = _requests(url)
            if line == "ready\n":
                before = after
                continue
            measured = json.loads(line)
            runs = len(measured["seconds"])
            known, before = before, after
            first, *others = measured["seconds"]
            yield {
                **measured, "first": first, "median": statistics.median(others), "requests": (after - known) / runs,
            }  # fmt: skip
    if process.returncode:
        raise SystemExit(f"{command} ended with {process.returncode}")


def _requests(url: str) -> int:
    with urllib.request.urlopen(f"{url}/_simulator/state", timeout=30) as answer:
        return sum(json.load(answer)["requests"].values())


@contextmanager
def _simulator(accounts: int) -> Iterator[tuple[str, list[str]]]:
    command = [sys.executable, "-m", "tests.bench.client.server", str(accounts), str(LATENCY_MS)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        yield told["url"], told["tokens"]
        process.stdin.close()


@contextmanager
def _database() -> Iterator[dict[str, str]]:
    with tempfile.TemporaryDirectory(prefix="zoho-console-bench-") as folder:
        Path(folder).chmod(0o711)
        postgres = EmbeddedPostgres(Path(folder))
        yield {"DATABASE_URL": postgres.start(), "ZOHO_CONSOLE_KEY": DesktopKey.new().text}
        postgres.stop()


def _import_times() -> tuple[tuple[float, float], float]:
    official = _official_python()
    base = _seconds(sys.executable, "pass")
    ours = _seconds(sys.executable, "import zoho_console") - base
    whole = _seconds(sys.executable, "from zoho_console import ZohoSDKClient, ZohoSDKConfig") - base
    theirs = "from zohocrmsdk.src.com.zoho.crm.api.record import RecordOperations"
    return (ours, whole), _seconds(official, theirs) - _seconds(official, "pass")


def _official_python() -> str:
    spec = importlib.util.spec_from_file_location("dev", ROOT / "dev.py")
    assert spec is not None
    assert spec.loader is not None
    dev = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(dev)
    return str(dev.oracle_python())


def _seconds(python: str, code: str) -> float:
    seconds = []
    for _ in range(5):
        began = time.perf_counter()
        subprocess.run([python, "-c", code], check=True, cwd=ROOT)
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)
