from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from zoho_console.simulator.world import World


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
def world(clock: HandClock) -> World:
    """An organisation with four accounts, one of them a child of the first."""
    made = World(clock)
    owners = list(made.users)
    first = made.add(
        "Accounts",
        {
            "Account_Name": "O'Brien & Sons",
            "Industry": "Energy",
            "Annual_Revenue": 100.5,
            "Employees": 10,
            "Last_Reviewed": "2026-01-31",
            "Last_Health_Check": "2026-02-01T10:00:00+01:00",
            "Segments": ["Enterprise", "Strategic"],
            "Is_Key_Account": True,
            "Customer_Code": "C-1",
        },
    )
    made.add(
        "Accounts",
        {
            "Account_Name": "Delta Foods",
            "Industry": "Retail",
            "Annual_Revenue": 300,
            "Employees": 3,
            "Owner": owners[1],
            "Parent_Account": first,
            "Customer_Code": "C-2",
            "Phone": "+49 30 1234",
            "Account_Number": "900",
        },
    )
    made.add("Accounts", {"Account_Name": "delta mobile", "Industry": "Energy", "Employees": 5, "Segments": ["SMB"]})
    made.add("Accounts", {"Account_Name": "Zenith", "Description": "long", "Last_Reviewed": "2026-02-10"})
    return made
