"""One history from one seed: some consoles, one or two jobs, a bad network, a bad database, sudden death."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from random import Random
from typing import Any

from tests.simulation.jobs import Jobs, JobsOfConsole
from tests.simulation.memory_journal import Job, MemoryJournal
from tests.simulation.network import Network
from tests.simulation.virtual_loop import VirtualLoop
from zoho_console.bulk.applying import Run
from zoho_console.bulk.pace import Pace
from zoho_console.bulk.settling import MOST_ATTEMPTS
from zoho_console.domain.changes import STARTING, ChangeSetState, Lease, RowRecord, RowState
from zoho_console.domain.fields import Field
from zoho_console.domain.records import Record, Reply, Slice
from zoho_console.domain.terms import Proof, Terms
from zoho_console.errors import ZohoDatabaseError, ZohoError
from zoho_console.zoho.usage import ApiUsage

FIELDS = [Field("Score", "Score", "integer", length=9)]
WRITES = (
    "take", "renew", "release", "intend", "withdraw", "answer", "lose", "by_job", "look", "prove", "verified",
    "skip_rest",
)  # fmt: skip
READS = ("unverified", "change_set", "open_batches", "batch_rows", "doubts")
NEW = 77
PACE = Pace()
CALM_AFTER = 12  # rounds; then the weather is good and every history comes to its end


class Killed(Exception):
    """A console is dead: nothing it does has an effect any more."""


class DeadlyJournal:
    """One console's way to the journal: any commit may fail, fail after it was made, or be the console's last."""

    def __init__(self, journal: MemoryJournal, network: Network, random: Random) -> None:
        self._network, self._random = network, random
        self._journal = journal
        self.is_dead = False
        self._cut_off_until = 0.0
        self.leases: dict[int, Lease] = {}
        for name in (*WRITES, *READS):
            setattr(self, name, self._disturbed(name, getattr(journal, name)))

    @property
    def runs(self) -> DeadlyJournal:
        return self

    def live(self) -> None:
        """Every step of a dead console ends here."""
        if self.is_dead:
            raise Killed

    def fault_point(self) -> None:
        """A moment at which the console may die."""
        self.live()
        self.is_dead = self._network.is_bad() and self._random.random() < 0.15
        self.live()

    def _disturbed(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def disturbed(*arguments: Any) -> Any:
            self.fault_point()
            now = asyncio.get_running_loop().time()
            fails = self._network.is_bad() and self._random.random() < 0.1
            if fails and self._random.random() < 0.5:
                self._cut_off_until = now + self._random.choice((0, 20))
            if now <= self._cut_off_until:
                raise ZohoDatabaseError("The database is away.")
            value = call(*arguments)
            if name == "take":
                self.leases[value.change_set_id] = value
            if name in WRITES:
                self.fault_point()
            if fails:
                raise ZohoDatabaseError("The database went away at the commit.")
            return value

        return disturbed


class DeadlyClient:
    """One console's way to Zoho."""

    def __init__(
        self, journal: DeadlyJournal, truth: MemoryJournal, network: Network, jobs: Jobs, job: int, *, has_guard: bool
    ) -> None:
        self._journal, self._truth, self._network, self._job = journal, truth, network, job
        self._has_guard = has_guard
        self.jobs = JobsOfConsole(jobs, self._leave)
        self._credits_left: int | None = None

    @property
    def usage(self) -> ApiUsage:
        return ApiUsage(credits_left=self._credits_left)

    async def coql(self, query: str) -> Slice:
        self._journal.live()
        found = await self._network.coql(query)
        self._credits_left = self._network.credits
        return found

    async def organisation(self) -> None:
        self._journal.live()
        await self._network.answered()
        self._credits_left = self._network.credits

    async def update_records(
        self, _module: str, changed: Sequence[Record], *, guard: Callable[[], None] | None = None, **_: Any
    ) -> list[Reply]:
        replies = await self._network.update(changed, lambda: self._leave(changed, guard))
        self._credits_left = self._network.credits
        self._journal.fault_point()
        return replies

    def _leave(self, changed: Sequence[Record], guard: Callable[[], None] | None) -> None:
        """The moment before bytes leave; without a guard the one after."""
        if guard is None:
            self._journal.fault_point()
            return
        if self._has_guard:
            guard()
        self._journal.fault_point()
        if self._journal.leases[self._job].epoch != self._truth.jobs[self._job].epoch:
            self._network.violations.append(f"an old epoch of job {self._job} sent")
        if self._truth.jobs[self._job].is_ahead({str(one["id"]) for one in changed}):
            self._network.violations.append(f"job {self._job} went on with its first rows in doubt")


class History:
    """Everything that happens for one seed; `play` returns what went against a promise.

    `pace`, `has_guard` and `has_stamp` are for engines with a fault, of which it has to tell.
    """

    def __init__(self, seed: int, *, pace: Pace = PACE, has_guard: bool = True, has_stamp: bool = True) -> None:
        self._random = Random(seed)
        self._pace, self._has_guard = pace, has_guard
        self._loop = VirtualLoop()
        self._journal = MemoryJournal(self._loop.time)
        rows = self._random.randint(1, 60)
        self._ids = [str(100 + number) for number in range(rows)]
        self._network = Network(self._random, self._ids, has_stamp=has_stamp)
        self._zoho_jobs = Jobs(self._network)
        if self._random.random() < 0.3:
            self._network.allow(self._random.randint(800, 1_000), self._random.choice((0, 50, 200)))
        self._network.locked = set(self._random.sample(self._ids, self._random.randint(0, rows // 5)))
        self._add_job(1, self._ids, self._random.randint(1, 12))
        if self._random.random() < 0.3:  # another job on some of the same records
            self._network.is_shared = True
            self._add_job(2, self._random.sample(self._ids, rows // 2 + 1), self._random.randint(1, 12))

    def play(self) -> list[str]:
        """Run to the end. Hours of simulated time take some milliseconds."""
        try:
            self._loop.run_until_complete(self._played())
        finally:
            self._loop.close()
        return self._network.violations + [
            words for job in self._journal.jobs.values() for words in self._broken_promises(job)
        ]

    @property
    def rows(self) -> int:
        """Rows of all its jobs."""
        return sum(len(job.rows) for job in self._journal.jobs.values())

    def outline(self) -> str:
        """The end of the history in a line, the same for the same seed."""
        states = [str(row.state)[0] for job in self._journal.jobs.values() for row in job.rows.values()]
        return f"{self._loop.time():.6f} {''.join(states)} {sorted(self._network.effects.items())}"

    def _add_job(self, number: int, ids: Sequence[str], size: int) -> None:
        rows = {
            place + 2: RowRecord(
                place + 2,
                (one,),
                RowState.PLANNED,
                one,
                "",
                {"Score": 1},
                {"Score": NEW + number},
                batch=place // size + 1,
            )
            for place, one in enumerate(ids)
        }
        trigger = () if self._random.random() < 0.5 else None
        waves, verify = self._random.random() < 0.7, self._random.choice((0, 10, 100))
        terms = Terms(trigger, waves, verify, self._network.reserve)
        self._journal.jobs[number] = Job(number, rows, terms)

    async def _played(self) -> None:
        self._network.weather = self._random.choice((0.0, 0.05, 0.2, 0.5))
        meddling = asyncio.ensure_future(self._meddle())
        for number in range(CALM_AFTER + 30):
            if number == CALM_AFTER:
                self._network.weather = 0.0
            still_open = [job.id for job in self._journal.jobs.values() if job.state is not ChangeSetState.FINISHED]
            if not still_open:
                break
            consoles = [self._console(self._random.choice(still_open)) for _ in range(self._random.randint(1, 3))]
            await asyncio.gather(*consoles)
        meddling.cancel()
        await self._network.settled()

    async def _console(self, job: int) -> None:
        """A console that starts at some moment, runs the job, and ends in whatever way."""
        await asyncio.sleep(self._random.uniform(0, 20))
        journal = DeadlyJournal(self._journal, self._network, self._random)
        client = DeadlyClient(journal, self._journal, self._network, self._zoho_jobs, job, has_guard=self._has_guard)
        pace = replace(self._pace, parallel=self._random.randint(1, 4), job_from=self._random.randint(1, 30))
        run = Run(job, client, journal, FIELDS, pace=pace)  # type: ignore[arg-type]
        if self._network.is_bad():
            asyncio.get_running_loop().call_later(self._random.uniform(0, 60), run.pause)
        with suppress(Killed, ZohoError):
            await run.apply()

    async def _meddle(self) -> None:
        """Colleagues edit now and then, while the weather is bad."""
        while True:
            await asyncio.sleep(self._random.uniform(1, 60))
            if self._network.is_bad():
                self._network.edit(self._random.choice(self._ids))

    def _broken_promises(self, job: Job) -> list[str]:
        broken = [] if job.state is ChangeSetState.FINISHED else [f"job {job.id} is {job.state}: {job.note}"]
        for row in job.rows.values():
            broken += [f"job {job.id}, row {row.number}, {row.state}: {words}" for words in self._wrong(job, row)]
        return broken

    def _wrong(self, job: Job, row: RowRecord) -> list[str]:
        network, wrong = self._network, []
        effects = network.effects[row.record_id]
        shared = sum(
            any(one.record_id == row.record_id for one in other.rows.values()) for other in self._journal.jobs.values()
        )
        if not row.state.is_final:
            wrong.append("has no outcome")
        if effects > shared:
            wrong.append(f"{effects} effects")
        if shared > 1:
            return wrong  # what the other job did cannot be told from what this one did
        if row.state is RowState.UPDATED and not effects:
            wrong.append("was not carried out")
        if effects and row.state not in (RowState.UPDATED, RowState.UNPROVED):
            wrong.append("was carried out")
        if row.proof is Proof.VERIFIED and row.state is not RowState.UPDATED:
            wrong.append("was verified")
        if row.proof is Proof.NOT_STORED and row.record_id not in network.touched:
            wrong.append("is stored")
        attempt = job.attempts.get((row.batch or 0, row.attempt))
        troubled = self._zoho_jobs.unlucky
        if row.state is RowState.REFUSED and row.record_id not in network.locked | troubled:
            wrong.append("nobody refused it")
        is_clean = row.record_id not in network.touched | network.locked | troubled
        is_clean &= attempt is None or attempt.zoho_job != STARTING
        if is_clean and row.state is not RowState.UPDATED and row.attempt < MOST_ATTEMPTS:
            wrong.append("nothing stood in its way")
        return wrong
