"""What a run will cost in calls and credits, before it begins, and by which way its rows go. Pure.

Source: fact sheet 8.2: a query of up to 200 rows is 1 credit, a write 1 credit for 10 records, a bulk write job 500.
"""

from __future__ import annotations

from dataclasses import dataclass

from zoho_console.domain.changes import BATCH_SIZE, ChangeSet, RowState
from zoho_console.domain.terms import JOB_CREDITS, JOB_FROM, JOB_TAKES, WAVES_FROM, Terms

_WRITTEN_PER_CREDIT = 10
_OTHER_FIELDS = 3  # calls that read all other fields of the first rows
_FIRST_ROWS = 12 * BATCH_SIZE  # of the waves before the last, which always go by records


@dataclass(frozen=True, slots=True)
class Forecast:
    """Credits by what they are for. `undo` is what taking all of it back would cost besides, on the same terms.

    `jobs` is how many bulk write jobs send `job_rows` of the rows.
    """

    look: int
    write: int
    verify: int
    undo: int
    jobs: int = 0
    job_rows: int = 0

    @property
    def total(self) -> int:
        """Credits of the run itself."""
        return self.look + self.write + self.verify


def forecast(planned: int, terms: Terms, job_rows: int = 0) -> Forecast:
    """What sending so many rows costs on these terms; of `job_rows` enough set the same fields for a bulk write job."""
    batches = -(-planned // BATCH_SIZE)
    is_in_waves = terms.waves and planned > WAVES_FROM
    jobs, by_jobs = _jobs(job_rows - (_FIRST_ROWS if is_in_waves else 0)) if terms.may_use_jobs else (0, 0)
    write = jobs * JOB_CREDITS - (by_jobs - planned) // _WRITTEN_PER_CREDIT
    verify = min(batches, -(-planned * terms.verify // 100)) + (2 * _OTHER_FIELDS + 1 if is_in_waves else 0)
    undo = batches + batches + write + verify  # compared first, then carried out as the run itself
    return Forecast(batches, write, verify, undo, jobs, by_jobs)


def price(plan: ChangeSet, credits_left: int | None) -> str:
    """What sending a plan costs, by which way and why, what taking it back would, and whether the credits will do."""
    planned, terms = plan.count(RowState.PLANNED), plan.terms
    cost = forecast(planned, terms, plan.job_rows)
    left = f" of {credits_left:,} left" if credits_left is not None else ""
    parts = f"{cost.write:,} to write, {cost.look:,} to look again just before, {cost.verify:,} to read back"
    sentences = [
        f"About {cost.total:,} credits{left}: {parts}.",
        _way(planned, plan, cost),
        f"An undo would take {cost.undo:,}.",
        _shortage(cost.total, credits_left, terms.reserve),
    ]
    return " ".join(one for one in sentences if one)


def _way(planned: int, plan: ChangeSet, cost: Forecast) -> str:
    """Why rows go by bulk write jobs, or do not although that would cost less; "" where there is no choice."""
    if cost.jobs:
        by_records = -(-planned // _WRITTEN_PER_CREDIT)
        jobs = f"{cost.jobs:,} bulk jobs" if cost.jobs > 1 else "one bulk job"
        return (
            f"{cost.job_rows:,} rows go by {jobs} of Zoho, for that saves {by_records - cost.write:,} credits; it takes"
            " minutes, in which a change by somebody else may be lost."
        )
    if plan.job_rows >= JOB_FROM and plan.terms.jobs and not plan.terms.may_use_jobs:
        return "Bulk jobs of Zoho would cost less, but they run no automation."
    return ""


def _jobs(rows: int) -> tuple[int, int]:
    """How many jobs are worth their price for so many rows, and how many of the rows they take."""
    whole, rest = divmod(max(0, rows), JOB_TAKES)
    return (whole + 1, rows) if rest >= JOB_FROM else (whole, whole * JOB_TAKES)


def _shortage(needed: int, left: int | None, reserve: int) -> str:
    """That the credits will not do, in a sentence; "" if they will, or if Zoho does not say how many are left."""
    if left is None or left - reserve >= needed:
        return ""
    kept = f" less {reserve:,} kept for others" if reserve else ""
    return f"{left:,} credits are left{kept}: the run will pause and go on when there are more."
