"""Zoho's bulk write jobs at the other end of a bad network: starts are lost, queues are long, files say too little."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from tests.simulation.network import Network
from zoho_console.bulk.job_results import PATIENCE
from zoho_console.bulk.pace import Pace
from zoho_console.domain.fields import Field
from zoho_console.domain.records import Record
from zoho_console.domain.terms import JOB_CREDITS
from zoho_console.errors import (
    BulkJobFailed,
    NotFound,
    NotReachable,
    UnreadableAnswer,
    ZohoAPIError,
    ZohoRateLimitError,
)
from zoho_console.zoho.bulk_jobs import JobState

# A job whose start was not answered is over by then: less than the engine waits.
LONGEST_QUEUE_S = Pace().quarantine_s * PATIENCE * 0.8
_FATES = ("unreachable", "throttled", "refused", "late", "dropped", "answer lost", "answer lost")


@dataclass
class ZohoJob:
    """One job: what its file will say, by id."""

    is_done: bool = False
    has_failed: bool = False
    told: dict[str, tuple[str, str]] = field(default_factory=dict)


class Jobs:
    """The jobs of the organisation. `unlucky` are records of jobs that failed or that Zoho forgot."""

    def __init__(self, network: Network) -> None:
        self._network, self._dice = network, network.dice
        self._jobs: dict[str, ZohoJob] = {}
        self.unlucky: set[str] = set()

    async def start(
        self, records: Sequence[Record], before: Callable[[], Awaitable[None]], leave: Callable[[], None]
    ) -> str:
        """The number of a new job, or what a bad network makes of it; `leave` is called as the bytes leave."""
        await asyncio.sleep(self._dice.uniform(0, 5))  # the upload
        if self._network.is_bad():
            raise NotReachable("The upload broke off.", sent=self._dice.random() < 0.5)
        await before()
        fate = self._dice.choice(_FATES) if self._network.is_bad() else "well"
        if fate == "unreachable":
            raise NotReachable("Nobody answers.", sent=False)
        leave()
        if fate == "throttled":
            raise ZohoRateLimitError("Too many calls.", retry_after=10)
        if fate == "refused":
            raise ZohoAPIError("Zoho takes no jobs now.", code="COEXISTENCE_NOT_ALLOWED")
        self._network.spend(JOB_CREDITS)
        self._network.check_not_pending([str(one["id"]) for one in records])
        if fate == "dropped":
            raise NotReachable("The connection broke.", sent=True)
        number = str(len(self._jobs) + 1)
        self._network.land(self._worked(self._jobs.setdefault(number, ZohoJob()), records))
        if fate in ("late", "answer lost"):
            raise self._dice.choice((NotReachable("Cut off.", sent=True), UnreadableAnswer("Not Zoho's words.")))
        return number

    async def state(self, number: str) -> JobState:
        """How far a job is."""
        await self._network.answered()
        job = self._jobs[number]
        if job.is_done and self._network.is_bad() and self._dice.random() < 0.2:
            self.unlucky |= job.told.keys()
            raise NotFound("Zoho does not know the job.")
        if job.is_done and job.has_failed:
            raise BulkJobFailed("The job failed.", code="INTERNAL_ERROR")
        return JobState(job.is_done, number)

    async def results(self, number: str) -> dict[str, tuple[str, str]]:
        """What the file says, as far as it can be believed."""
        await self._network.answered()
        if self._network.is_bad():
            if self._dice.random() < 0.3:
                raise UnreadableAnswer("The file is damaged.")
            return {one: words for one, words in self._jobs[number].told.items() if self._dice.random() < 0.8}
        return dict(self._jobs[number].told)

    async def _worked(self, job: ZohoJob, records: Sequence[Record]) -> None:
        """Wait in the queue, then write the records in some order; a job that fails leaves some as they were."""
        ids = {str(one["id"]) for one in records}
        self._network.pending.update(ids)
        is_slow, job.has_failed = self._network.is_bad(), self._network.is_bad() and self._dice.random() < 0.5
        await asyncio.sleep(self._dice.uniform(1, LONGEST_QUEUE_S if is_slow else 60))
        some = self._dice.sample(records, self._dice.randint(0, len(records)) if job.has_failed else len(records))
        for record in some:
            await asyncio.sleep(0.01)
            reply = self._network.written(record)
            job.told[str(record["id"])] = ("UPDATED", "") if reply.ok else ("SKIPPED", reply.code)
        if job.has_failed:
            self.unlucky |= ids
        self._network.pending.subtract(ids)
        job.is_done = True


class JobsOfConsole:
    """One console's way to the jobs, as `zoho.bulk.BulkJobs` has it."""

    def __init__(self, jobs: Jobs, leave: Callable[[Sequence[Record], Callable[[], None] | None], None]) -> None:
        self._jobs, self._leave = jobs, leave

    async def start_update(
        self,
        _module: str,
        records: Sequence[Record],
        _fields: Mapping[str, Field],
        *,
        before: Callable[[], Awaitable[None]],
        guard: Callable[[], None] | None = None,
    ) -> str:
        number = await self._jobs.start(records, before, lambda: self._leave(records, guard))
        self._leave(records, None)
        return number

    async def write_state(self, number: str) -> JobState:
        return await self._jobs.state(number)

    async def results(self, number: str) -> dict[str, tuple[str, str]]:
        return await self._jobs.results(number)
