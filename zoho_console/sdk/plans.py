"""Which way costs least, and why: queries or a bulk read job, calls or bulk write jobs. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from zoho_console.zoho.bulk_jobs import MOST_WRITTEN, READ_CREDITS, WRITE_CREDITS

QUERIES, CALLS, JOBS = "queries", "calls", "jobs"
_ROWS, _CREDITS, _COLUMNS = 1999, 3, 49  # of one query (fact sheet 3.5)
_JOB_ROWS = 200_000


@dataclass(frozen=True, slots=True)
class Plan:
    """A way, the credits it will cost, and the reason in a sentence."""

    way: str
    credits: int
    why: str


def read_plan(records: int, columns: int) -> Plan:
    """How to read so many records with so many columns."""
    blocks = max(1, -(-columns // _COLUMNS))
    queries = max(1, -(-records // _ROWS)) * _CREDITS * blocks
    jobs = max(1, -(-records // _JOB_ROWS)) * (READ_CREDITS + 3)
    if queries <= jobs:
        return Plan(QUERIES, queries, f"queries cost {queries} credits and come at once; a job costs {jobs}")
    return Plan(JOBS, jobs, f"a bulk read job costs {jobs} credits, queries {queries}")


def write_plan(records: int, *, by_jobs: bool) -> Plan:
    """How to update so many records."""
    calls = -(-records // 100) * 10
    jobs = -(-records // MOST_WRITTEN) * (WRITE_CREDITS + 5)
    if by_jobs and jobs < calls:
        return Plan(JOBS, jobs, f"bulk write jobs cost {jobs} credits, calls {calls}")
    return Plan(CALLS, calls, f"calls cost {calls} credits and tell what became of each record")
