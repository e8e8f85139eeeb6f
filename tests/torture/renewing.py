"""Campaigns of consoles in processes of their own at one token: frozen while renewing, with clocks gone wrong."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from sqlalchemy import text

from tests.torture.client import Clock
from tests.torture.stage import Console, Stage
from zoho_console.app.demo import sign_in_to
from zoho_console.domain.connections import Connection
from zoho_console.simulator.server import Simulator, SimulatorOptions

# Where a renewal is frozen; at “asked” from outside, when the request is at Zoho.
POINTS = ("claimed", "asked", "answered", "saving", "saved")
TOKEN_CALL = "POST /oauth/v2/token"
GRACE_S = 5.0  # beyond the lease
# Seconds that a clock is ahead: minutes and days, both ways, and right again.
CLOCKS = (-2 * 86_400, -600, 600, 2 * 86_400, 0, 3_500, -3_500, 400 * 86_400)
CALLS = 5


@dataclass
class Token:
    """One connection, signed in to a Zoho of its own whose clock can be put forward."""

    stage: Stage
    simulator: Simulator
    clock: Clock
    connection: Connection

    @contextmanager
    def console(self, **more: object) -> Iterator[Console]:
        told = {"client_id": self.simulator.client_id, "secret": self.simulator.client_secret, **more}
        where = (self.stage.database_url, self.simulator.url)
        with Console(*where, module="tests.torture.token_worker", connection=self.connection.id, **told) as console:
            yield console.ready()

    def end(self, in_s: float = 0) -> None:
        """The access token ends, on the database's clock; Zoho's goes on far enough that it gives ten new ones."""
        self.clock.ahead += timedelta(minutes=11)
        with self.stage.workspace.database.begin() as database:
            ends = text("update zoho_tokens set expires_at = now() + :left where connection_id = :id")
            database.execute(ends, {"left": timedelta(seconds=in_s), "id": self.connection.id})

    @property
    def stored(self) -> tuple[Any, ...]:
        with self.stage.workspace.database.begin() as database:
            asked = text("select generation, access_token from zoho_tokens where connection_id = :id")
            return tuple(database.execute(asked, {"id": self.connection.id}).one())

    @property
    def asked(self) -> int:
        """How often Zoho was asked for a token."""
        return self.simulator.traffic.counts[TOKEN_CALL]


@contextmanager
def token_of(stage: Stage, name: str) -> Iterator[Token]:
    clock = Clock()
    options = SimulatorOptions(accounts=1, auto_consent=True, credits=10**9, clock=clock, records_traffic=True)
    with Simulator(options) as simulator:
        connection = sign_in_to(simulator, stage.workspace, f"{name} {simulator.url}")
        yield Token(stage, simulator, clock, connection)


def call(console: Console) -> bool:
    """Whether a call works."""
    console.tell("call")
    return console.hear() == {"event": "called"}


def frozen(stage: Stage, random: Random, *, size: int, lease_s: float) -> dict[str, int]:
    """The console that renews is frozen at one of five points; another takes over, then the first thaws.

    `overdue`: no takeover within the lease and five seconds; `overwritten`: the thawed one changed what is stored;
    `stuck`: one of them cannot work afterwards; `spare tokens`: asked for by both, though one would have done.
    """
    figures, slowest = Counter[str](), 0.0
    with token_of(stage, "Frozen") as token, token.console(lease_s=lease_s) as holder, token.console() as heir:
        for number in range(size):
            point = POINTS[number % len(POINTS)]
            token.end()
            heir.tell("anew"), holder.tell("anew")
            before, asked = token.stored, token.asked
            _freeze(token, holder, point)
            began = time.monotonic()
            figures["stuck"] += not call(heir)
            took = time.monotonic() - began
            slowest, stored = max(slowest, took), token.stored
            figures["overdue"] += took > lease_s + GRACE_S
            figures["wrong"] += stored[0] != before[0] + 1
            holder.thaw()
            heard = holder.hear()
            figures["thawed one told of a fault"] += heard is None or heard["event"] != "called"
            figures["overwritten"] += token.stored != stored
            figures["spare tokens"] += token.asked - asked - 1
            time.sleep(random.uniform(0, 0.05))
            figures["stuck"] += not (call(holder) and call(heir))
    return {"rounds": size, **figures, "ms to the takeover at most": round(slowest * 1000)}


def _freeze(token: Token, holder: Console, point: str) -> None:
    asked = token.asked
    if point == "asked":
        token.simulator.faults.add(path="/oauth/v2/token", delay_ms=500)
    holder.tell(f"stop {point}")
    holder.tell("call")
    if point == "asked":
        while token.asked == asked:
            time.sleep(0.01)
        holder.freeze()
    while not holder.is_frozen:
        time.sleep(0.01)


def clocks(stage: Stage, random: Random, *, size: int, rows: int) -> dict[str, int]:
    """A console whose clock is wrong by minutes and days, and jumps while it works: it renews when the token ends, and
    never else.

    `needless`: tokens asked for beyond those; `rejected`: calls that Zoho refused. `rows` plays no part.
    """
    del rows
    figures: Counter[str] = Counter()
    with token_of(stage, "Clocks") as token, token.console() as console:
        figures["stuck"] += not call(console)
        asked = token.asked
        for number in range(size):
            console.tell(f"move {CLOCKS[number % len(CLOCKS)]}")  # while it works with a token that it knows
            for at in range(CALLS):
                if at == random.randrange(CALLS):
                    console.tell("anew")
                figures["stuck"] += not call(console)
            figures["needless"] += token.asked - asked
            token.end(in_s=240)
            console.tell("anew")
            for _ in range(CALLS):
                figures["stuck"] += not call(console)
            figures["renewals"] += 1
            figures["needless"] += abs(token.asked - asked - 1)
            asked = token.asked
        figures["rejected"] = sum(one.status == 401 for one in token.simulator.traffic.exchanges)
    return {"clocks": size, **figures}
