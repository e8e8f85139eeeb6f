"""Runs campaigns whole: `python -m tests.torture [name …] [--size N] [--rows N] [--seed N]`.

Exits with 1 if a figure is not what was promised. The seed is printed first; the same seed draws the same moments, but
processes answer in their own time.
"""

from __future__ import annotations

import argparse
import logging
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from tests.canaries.whole import PARTS, suite
from tests.simulation.campaigns import attribution, histories
from tests.torture import answering, client, killing, racing, renewing
from tests.torture.canaries import canaries
from tests.torture.pooler import pooled
from tests.torture.spellings import spellings
from tests.torture.stage import Stage
from zoho_console.app.demo import sign_in_to
from zoho_console.simulator.server import Simulator, SimulatorOptions
from zoho_console.store.database import Database
from zoho_console.store.embedded import EmbeddedPostgres
from zoho_console.store.migrate import bring_to_head
from zoho_console.store.sealing import DesktopKey
from zoho_console.store.secrets import MemorySecrets
from zoho_console.workspace.workspace import Workspace

Campaign = Callable[..., dict[str, int | float]]
ACCOUNTS = 10_000


def _faults(random: Random, *, size: int) -> dict[str, int]:
    return client.faults(size, random.randrange(10**6))


def _refreshes(stage: Stage, _random: Random, *, size: int, rows: int) -> dict[str, int]:
    return client.refreshes(size, processes=rows // 2, threads=2, database_url=stage.database_url)


def _pooled_refreshes(stage: Stage, _random: Random, *, size: int, rows: int) -> dict[str, int]:
    with pooled(stage.database_url, stage.postgres_home) as url:
        return client.refreshes(size, processes=rows // 2, threads=2, database_url=url)


def _frozen(stage: Stage, random: Random, *, size: int, rows: int) -> dict[str, int]:
    return renewing.frozen(stage, random, size=size, lease_s=rows / 1000)


# Those that need no console beside: name, campaign, how often.
ON_PAPER: dict[str, tuple[Campaign, int]] = {
    "histories": (histories, 1000),
    "attribution": (attribution, 1_000_000),
    "client-faults": (_faults, 10_000),
    "canaries": (canaries, 40),
    "suite-canaries": (suite, len(PARTS)),
    "callbacks": (answering.callbacks, 1_000),
    "spellings": (spellings, 200),
    "junk": (answering.junk, 10_000),
}
# Name, campaign, how often, rows of a job.
CAMPAIGNS: dict[str, tuple[Campaign, int, int]] = {
    "kills": (killing.kills, 200, 10_000),
    "takeover": (killing.takeover, 10, 1_000),
    "points": (killing.points, 32, 10_000),
    "jobs": (killing.jobs, 40, 10_000),
    "postgres": (killing.postgres, 50, 10_000),
    "power": (killing.power, 50, 10_000),
    "undo": (killing.undo, 50, 10_000),
    "resets": (racing.resets, 500, 10_000),
    "race": (racing.race, 200, 300),
    "thaw": (racing.thaw, 50, 2_000),
    # Rows are threads here, two in a process; the embedded server takes sixty connections.
    "client-refreshes": (_refreshes, 50, 40),
    "pooled-refreshes": (_pooled_refreshes, 50, 40),
    # Rows are milliseconds of the lease: scaled, and that of the product.
    "frozen-renewals": (_frozen, 100, 3_000),
    "frozen-renewals-at-length": (_frozen, 5, 30_000),
    "clocks": (renewing.clocks, 80, 1),
    "squatters": (answering.squatters, 60, 1),
}
NEVER = (
    "wrong", "doubled", "lost", "misreported", "miscounted", "sent after", "misattributed", "uncounted", "leaks",
    "accepted", "automated otherwise", "left", "opened", "overdue", "overwritten", "stuck", "needless", "unanswered",
    "rejected",
)  # fmt: skip


@contextmanager
def stage_in(folder: Path, latency_ms: int) -> Iterator[Stage]:
    """A stage of its own, gone afterwards."""
    postgres = EmbeddedPostgres(folder / "postgres")
    database = Database(url := postgres.start())
    bring_to_head(database)
    workspace = Workspace(database, MemorySecrets(), on_close=postgres.stop)
    try:
        with Simulator(SimulatorOptions(accounts=ACCOUNTS, auto_consent=True, latency_ms=latency_ms)) as simulator:
            yield Stage(workspace, simulator, sign_in_to(simulator, workspace, "Torture"), url, folder / "postgres")
    finally:
        workspace.close()


def _played(name: str, random: Random, size: int | None, rows: int | None) -> dict[str, int | float]:
    if name in ON_PAPER:
        on_paper, whole = ON_PAPER[name]
        return on_paper(random, size=size or whole)
    campaign, whole, whole_rows = CAMPAIGNS[name]
    folder = Path(tempfile.mkdtemp(prefix="zoho-console-torture-"))
    folder.chmod(0o711)  # as root, Postgres runs as another user and must be able to reach it
    try:
        with stage_in(folder, latency_ms=50) as stage:
            return campaign(stage, random, size=size or whole, rows=rows or whole_rows)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main(arguments: list[str]) -> int:
    """Run the named campaigns, all by default, and print their figures."""
    parser = argparse.ArgumentParser(prog="dev.py torture", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join([*ON_PAPER, *CAMPAIGNS]))
    parser.add_argument("--size", type=int, default=None, help="how often, in place of the whole")
    parser.add_argument("--rows", type=int, default=None, help="rows of a job")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    told = parser.parse_args(arguments)
    os.environ.setdefault("ZOHO_CONSOLE_KEY", DesktopKey.new().text)
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)  # it tells of every connection that was cut
    broken = 0
    for name in told.names or [*ON_PAPER, *CAMPAIGNS]:
        print(f"{name}: seed {told.seed}", flush=True)
        began = time.monotonic()
        figures = _played(name, Random(told.seed), told.size, told.rows)
        print(", ".join(f"{word} {figure:,}" for word, figure in figures.items()))
        print(f"{name}: {time.monotonic() - began:.0f} s", flush=True)
        broken += any(figures.get(word) for word in NEVER)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
