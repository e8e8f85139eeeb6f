"""What can be chosen about a simulator."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SimulatorOptions:
    """`accounts` demo accounts from `seed`, or those of the CSV file `load`; port 0 takes any free one.

    `auto_consent` answers sign-ins without asking; `daily_credits` is the organisation's allowance.
    """

    accounts: int = 5000
    seed: int = 1
    load: Path | None = None
    latency_ms: int = 0
    port: int = 0
    auto_consent: bool = False
    daily_credits: int = 60_000
