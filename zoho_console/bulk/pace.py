"""How fast a run goes, and how long it waits before it believes."""

from __future__ import annotations

from dataclasses import dataclass

from zoho_console.domain.terms import JOB_FROM


@dataclass(frozen=True, slots=True)
class Pace:
    """Figures of a run; the defaults are safe for a customer's organisation.

    `parallel` of the ten heavy calls that Zoho takes at once are ours, fewer while other runs of the organisation are
    on their way (`room.share`); the company's other programs need some too.
    `quarantine_s` passes before a lost answer is settled by reading: a request may land that much later.
    `lease_s` is how long a console that went silent keeps its job; a dead one's can be taken after that.
    `settle_s` is what Zoho's automation gets before the first rows are read back; a run that waits for credits looks
    every `credits_s` whether there are some. `poll_s` is the first wait between two looks at a bulk job; from
    `job_from` rows on one costs less than records.
    """

    parallel: int = 4
    quarantine_s: float = 120.0
    lease_s: float = 8.0
    settle_s: float = 2.0
    credits_s: float = 300.0
    poll_s: float = 5.0
    job_from: int = JOB_FROM
