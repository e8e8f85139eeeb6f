"""Zoho at the other end of a bad network, in memory: writes are refused, lost, late, shuffled; colleagues edit."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from random import Random
from typing import Any, TypeVar

from zoho_console.domain.records import Record, Reply, Slice
from zoho_console.domain.terms import JOB_CREDITS
from zoho_console.errors import NotReachable, UnreadableAnswer, ZohoRateLimitError

LATEST_S = 110.0  # a request lands at most so much after its bytes left: less than the quarantine
# Batches that asked at the same moment whether there is enough, and reading, which nothing holds back.
MOST_BELOW = 400
T = TypeVar("T")
_ID = re.compile(r"'([0-9]+)'")


class Network:
    """The records by id, what became of each, and the weather: how often something goes wrong."""

    def __init__(self, random: Random, ids: Sequence[str], *, has_stamp: bool = True) -> None:
        self.dice = random
        self.credits: int | None = None  # what is left of an hour's; None where Zoho says nothing
        self.reserve = 0
        self._allowance, self._until_s = 0, 0.0
        self.is_shared = False  # by runs, of which one cannot know what the other spends now
        self._has_stamp = has_stamp
        self._edits = 0
        self.records: dict[str, Record] = {
            one: {"id": one, "Account_Name": f"Account {one}", "Score": 1, "Modified_Time": "0"} for one in ids
        }
        self.locked: set[str] = set()
        self.touched: set[str] = set()  # by a colleague
        self.effects: Counter[str] = Counter()
        self.pending: Counter[str] = Counter()  # requests that may still land
        self.violations: list[str] = []
        self.weather = 0.0
        self._landings: set[asyncio.Task[Any]] = set()

    def is_bad(self) -> bool:
        """The dice: whether something goes wrong now."""
        return self.dice.random() < self.weather

    def allow(self, credits: int, reserve: int) -> None:
        """So many credits there are each hour, of which so many are left alone."""
        self.credits = self._allowance = credits
        self.reserve = reserve

    def spend(self, cost: int) -> None:
        """What a call costs."""
        if self.credits is None:
            return
        now = asyncio.get_running_loop().time()
        if now >= self._until_s:
            self.credits, self._until_s = self._allowance, now + 3600
        self.credits -= cost
        if cost == JOB_CREDITS and self.credits < self.reserve and not self.is_shared:
            self.violations.append(f"a bulk job left {self.credits} of {self.reserve} credits")
        if cost > 1 and self.credits < self.reserve - MOST_BELOW - JOB_CREDITS * self.is_shared:
            self.violations.append(f"{self.credits} of {self.reserve} credits are left")

    async def answered(self) -> None:
        """An answer of one credit, after a while, or none."""
        await asyncio.sleep(self.dice.uniform(0.01, 0.3))
        if self.is_bad():
            raise NotReachable("No answer.", sent=True)
        self.spend(1)

    def edit(self, record_id: str) -> None:
        """A colleague changes our field, or another one."""
        self._edits += 1
        record = self.records[record_id]
        if self.dice.random() < 0.7:
            record["Score"] = self.dice.choice((1, 1000 + self._edits))
        record["Modified_Time"] = f"colleague {self._edits}"
        self.touched.add(record_id)

    async def coql(self, query: str) -> Slice:
        """The named records, at once or after a while, or no answer."""
        await self.answered()
        stamp = {} if self._has_stamp else {"Modified_Time": ""}
        found = [{**self.records[one], **stamp} for one in _ID.findall(query) if one in self.records]
        return Slice(tuple(found))

    async def update(self, changed: Sequence[Record], leave: Callable[[], None]) -> list[Reply]:
        """The replies to a write, or what a bad network makes of them; `leave` is called as the bytes leave."""
        await asyncio.sleep(self._delay_s())  # for a token, a connection, a turn
        fate = self.dice.choice(_FATES) if self.is_bad() else "well"
        if fate == "unreachable":
            raise NotReachable("Nobody answers.", sent=False)
        leave()
        if fate == "throttled":
            raise ZohoRateLimitError("Too many calls.", retry_after=10)
        ids = [str(one["id"]) for one in changed]
        self.spend(-(-len(ids) // 10))
        self.check_not_pending(ids)
        if fate in ("late", "dropped"):
            if fate == "late":
                self._landing(changed, self.dice.uniform(0, LATEST_S))
            raise NotReachable("The connection broke.", sent=True)
        # Whoever waits may be cut off or die; Zoho carries out what it has all the same.
        replies = await asyncio.shield(self._landing(changed, self.dice.uniform(0.05, 1.0)))
        if fate == "answer lost":
            raise self.dice.choice((NotReachable("Cut off.", sent=True), UnreadableAnswer("Not Zoho's words.")))
        return disturbed(replies, self.dice) if fate == "disturbed" else replies

    def check_not_pending(self, ids: Sequence[str]) -> None:
        """What leaves now must not meet a request of before."""
        for one in ids:
            if self.pending[one]:
                self.violations.append(f"{one} was sent again while a request for it may still land")

    async def settled(self) -> None:
        """Everything that may land has landed."""
        while self._landings:
            await asyncio.wait(self._landings)

    def _delay_s(self) -> float:
        return self.dice.uniform(0, 30.0) if self.is_bad() else self.dice.uniform(0, 0.2)

    def _landing(self, changed: Sequence[Record], after_s: float) -> asyncio.Task[list[Reply]]:
        ids = [str(one["id"]) for one in changed]

        async def land() -> list[Reply]:
            await asyncio.sleep(after_s)
            self.pending.subtract(ids)
            return [self.written(one) for one in changed]

        self.pending.update(ids)
        return self.land(land())

    def land(self, what: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Zoho goes on with this, whoever waits for it."""
        landing = asyncio.ensure_future(what)
        self._landings.add(landing)
        landing.add_done_callback(self._landings.discard)
        return landing

    def written(self, change: Record) -> Reply:
        """What becomes of one record."""
        record_id = str(change["id"])
        if record_id in self.locked or record_id not in self.records:
            return Reply(False, "", "RECORD_LOCKED", "locked")
        self.effects[record_id] += 1
        values: dict[str, Any] = {name: value for name, value in change.items() if name != "id"}
        self.records[record_id] |= {**values, "Modified_Time": f"ours {self.effects.total()}"}
        return Reply(True, record_id, "SUCCESS", "record updated")


_FATES = ("unreachable", "throttled", "late", "late", "dropped", "dropped", "answer lost", "disturbed", "disturbed")


def disturbed(replies: list[Reply], random: Random) -> list[Reply]:
    """The items of an answer out of order, without one, with one twice, or with one about somebody else."""
    changed = list(replies)
    how = random.randrange(4)
    place = random.randrange(len(changed))
    if how == 0:
        random.shuffle(changed)
    elif how == 1:
        del changed[place]
    elif how == 2:
        changed.insert(random.randrange(len(changed) + 1), changed[place])
    else:
        changed[place] = Reply(True, "999", "SUCCESS", "record updated")
    return changed
