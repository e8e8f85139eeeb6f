"""The guide's world: its environment variables, its accounts, its database, on the simulator."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from zoho_console import ZohoSDKClient, ZohoSDKConfig
from zoho_console.simulator.server import Simulator, SimulatorOptions

# The ids that the guide's examples name.
IDS = ("1234567890", "0987654321", "1122334455", "123")


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """An organisation of 300 accounts, among them those the guide names."""
    with Simulator(SimulatorOptions(accounts=300, auto_consent=True)) as running:
        accounts = running.world.records("Accounts")
        example = next(iter(accounts.values()))
        for number, account_id in enumerate(IDS):
            accounts[account_id] = {**example, "id": account_id, "Account_Name": f"Guide {number}"}
        for account in list(accounts.values())[::4]:
            account["Industry"] = "Technology"
        yield running


@pytest.fixture(autouse=True)
def unconfigured() -> Iterator[None]:
    """structlog as a script finds it."""
    structlog.reset_defaults()
    yield
    structlog.reset_defaults()


@pytest.fixture
def environment(
    simulator: Simulator, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> dict[str, str]:
    """What the guide has in its `.env`, set for this process; the servers are the simulator's."""
    values = {
        "ZOHO_SDK_CLIENT_ID": simulator.client_id,
        "ZOHO_SDK_CLIENT_SECRET": simulator.client_secret,
        "ZOHO_SDK_REFRESH_TOKEN": simulator.issue_grant()["refresh_token"],
        "ZOHO_SDK_REDIRECT_URL": "http://localhost:8000/oauth/callback",
        "ZOHO_SDK_REGION": "us",
        "ZOHO_SDK_ENVIRONMENT": "production",
        "ZOHO_SDK_ACCOUNTS_URL": simulator.url,
        "ZOHO_SDK_API_URL": simulator.url,
        "DATABASE_URL": database_url,
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return values


@pytest.fixture
def client(environment: dict[str, str]) -> Iterator[ZohoSDKClient]:
    """A client made as the guide makes it, but by the environment alone."""
    with ZohoSDKClient(ZohoSDKConfig(), environment["DATABASE_URL"], max_retries=3, retry_delay=0.01) as made:
        yield made
