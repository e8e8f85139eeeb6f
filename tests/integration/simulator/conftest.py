from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from zoho_console.simulator import Simulator, SimulatorOptions


class HandClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **amount: float) -> None:
        self.at += timedelta(**amount)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def simulator(clock: HandClock) -> Iterator[Simulator]:
    with Simulator(SimulatorOptions(accounts=450, clock=clock)) as running:
        yield running


@pytest.fixture
def api(simulator: Simulator) -> Iterator[httpx.Client]:
    """A client with a token of every scope."""
    headers = {"Authorization": f"Zoho-oauthtoken {simulator.issue_grant()['access_token']}"}
    with httpx.Client(base_url=f"{simulator.url}/crm/v8", headers=headers) as client:
        yield client


@pytest.fixture
def ids(simulator: Simulator) -> list[str]:
    """The ids of the accounts, oldest first."""
    return list(simulator.world.records("Accounts"))
