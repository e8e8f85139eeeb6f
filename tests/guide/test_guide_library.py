"""What the library promises beyond the examples: threads, loops, forks, the log, the configuration."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import subprocess
import sys
import threading
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import structlog

import zoho_console
from zoho_console import AsyncZohoClient, BadQuery, NotFound, TokenStore, ZohoAPIError, ZohoSDKClient, ZohoSDKConfig
from zoho_console.simulator.server import Simulator

ROOT = Path(__file__).resolve().parents[2]


def test_every_name_is_there_and_nothing_else(client: ZohoSDKClient) -> None:
    for name in zoho_console.__all__:
        assert getattr(zoho_console, name)
    with pytest.raises(AttributeError, match="ZohoThing"):
        zoho_console.ZohoThing  # noqa: B018


def test_sixteen_threads_share_one_client_and_one_refresh(client: ZohoSDKClient, simulator: Simulator) -> None:
    counter = simulator.faults.add(path="/oauth/v2/token", skip=1000)  # each call lets it pass, counted
    start = threading.Barrier(16)
    found: list[int] = []

    def work() -> None:
        start.wait()
        found.append(len(client.get_accounts(limit=50)))

    threads = [threading.Thread(target=work) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [50] * 16
    assert 1000 - counter.skip == 1


def test_a_running_loop_uses_the_same_names(environment: dict[str, str], simulator: Simulator) -> None:
    async def work() -> tuple[list[Any], dict[str, Any], int]:
        async with AsyncZohoClient(ZohoSDKConfig(), environment["DATABASE_URL"]) as client:
            accounts = await client.get_accounts(limit=10)
            result = await client.bulk_update_accounts([{"id": one["id"], "Health_Score": 3} for one in accounts])
            streamed = [one["id"] async for one in client.stream_accounts("Health_Score = 3", ["Account_Name"])]
            return accounts, result, len(streamed)

    accounts, result, streamed = asyncio.run(work())
    assert (len(accounts), result["updated"]) == (10, 10)
    assert streamed == sum(one["Health_Score"] == 3 for one in simulator.world.records("Accounts").values())


def test_accounts_are_streamed_to_a_script(client: ZohoSDKClient, simulator: Simulator) -> None:
    assert {one["id"] for one in client.stream_accounts(fields=["Account_Name"])} == set(
        simulator.world.records("Accounts")
    )


def test_the_next_client_begins_with_the_number_of_calls_that_held(environment: dict[str, str]) -> None:
    first = ZohoSDKClient(ZohoSDKConfig(), environment["DATABASE_URL"])
    ids = [one["id"] for one in first.get_accounts(limit=300, fields=["Account_Name"])]
    for _ in range(3):
        first.bulk_update_accounts([{"id": one, "Health_Score": 3} for one in ids * 8])
    first.close()
    second = ZohoSDKClient(ZohoSDKConfig(), environment["DATABASE_URL"])
    grant = second.token_store.vault().load()
    assert grant is not None
    assert grant.calls_at_once >= 8
    second.close()


def test_a_forked_process_has_connections_of_its_own(environment: dict[str, str]) -> None:
    program = """
import os, sys
from zoho_console import ZohoSDKClient, ZohoSDKConfig
client = ZohoSDKClient(ZohoSDKConfig())
before = len(client.get_accounts(limit=5))
child = os.fork()
if child == 0:
    found = len(client.get_accounts(limit=7))
    client.close()
    os._exit(found)
_, status = os.waitpid(child, 0)
print(before, os.waitstatus_to_exitcode(status), len(client.get_accounts(limit=9)))
"""
    assert run(program) == "5 7 9"


def test_a_script_that_forgets_to_close_ends_without_a_word(environment: dict[str, str]) -> None:
    program = "from zoho_console import ZohoSDKClient, ZohoSDKConfig\n"
    program += "client = ZohoSDKClient(ZohoSDKConfig())\nprint(len(client.get_accounts(limit=5)))"
    assert run(program) == "5"


def run(program: str) -> str:
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False, timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout.strip()


def test_the_debug_log_tells_expiry_calls_retries_and_codes_but_no_secret(
    client: ZohoSDKClient, simulator: Simulator, environment: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    simulator.faults.add(path="/Accounts", status=503, times=1)
    with caplog.at_level(logging.DEBUG):
        client.get_accounts(limit=1)
    log = caplog.text
    for telling in ("s left", "GET /crm/v8/Accounts: 503", "again in", "GET /crm/v8/Accounts: 200", "zoho_operation"):
        assert telling in log
    token = client.token_store.get_token()
    assert token is not None
    for secret in (environment["ZOHO_SDK_CLIENT_SECRET"], token["refresh_token"], token["access_token"]):
        assert secret not in log


def test_structlog_gets_events_where_it_is_configured(client: ZohoSDKClient) -> None:
    with structlog.testing.capture_logs() as events:
        client.get_accounts(limit=3)
    # capture_logs configures structlog for its while
    assert {"operation": "get_accounts", "records": 3, "event": "zoho_operation", "log_level": "debug"}.items() <= {
        key: value for key, value in events[-1].items() if key != "seconds"
    }.items()


# --- what is mended, and what is refused ---


def test_moments_without_an_offset_are_taken_as_utc_and_said(
    client: ZohoSDKClient, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    moments: list[tuple[Any, datetime]] = [
        ("2026-03-04T09:30:00.123456", datetime(2026, 3, 4, 9, 30, tzinfo=UTC)),
        (datetime(2026, 3, 4, 9, 30, 5), datetime(2026, 3, 4, 9, 30, 5, tzinfo=UTC)),
        (datetime(2026, 3, 4, 9, 30, tzinfo=timezone(timedelta(hours=2))), datetime(2026, 3, 4, 7, 30, tzinfo=UTC)),
    ]
    for value, meant in moments:
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            client.update_account("1234567890", {"Last_Health_Check": value})
        stored = simulator.world.records("Accounts")["1234567890"]["Last_Health_Check"]
        assert datetime.fromisoformat(stored) == meant
        assert ("taken as UTC" in caplog.text) == (not isinstance(value, datetime) or value.tzinfo is None)


def test_dates_and_decimals_are_written_as_zoho_wants_them(client: ZohoSDKClient, simulator: Simulator) -> None:
    client.update_account(
        "1234567890",
        {"Last_Reviewed": date(2026, 3, 4), "Annual_Revenue": Decimal("12.50"), "Health_Score": Decimal(7)},
    )
    stored = simulator.world.records("Accounts")["1234567890"]
    assert (stored["Last_Reviewed"], stored["Annual_Revenue"], stored["Health_Score"]) == ("2026-03-04", 12.5, 7)


def test_a_field_that_no_account_has_is_refused_before_anything_is_sent(
    client: ZohoSDKClient, simulator: Simulator
) -> None:
    effects = dict(simulator.world.effects)
    with pytest.raises(ZohoAPIError, match="no field “Healthscore”") as caught:
        client.bulk_update_accounts([{"id": "1234567890", "Healthscore": 1}])
    assert "Health_Score" in caught.value.details["near"]
    with pytest.raises(ZohoAPIError, match="no field “Nonsense_Xyz”"):
        client.get_accounts(fields=["Nonsense_Xyz"])
    with pytest.raises(ZohoAPIError, match="nothing to update"):
        client.update_account("1234567890", {})
    assert dict(simulator.world.effects) == effects


def test_a_wrong_condition_tells_its_place(client: ZohoSDKClient) -> None:
    with pytest.raises(BadQuery) as caught:
        client.search_accounts("Industry = ")
    assert caught.value.column
    with pytest.raises(NotFound):
        client.get_account("999")


# --- configuration ---


def test_settings_come_from_arguments_then_the_environment_then_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    lines = ("CLIENT_ID=file", "CLIENT_SECRET=file-secret", "REFRESH_TOKEN=file-token", "REGION=eu")
    (tmp_path / ".env").write_text("".join(f"ZOHO_SDK_{line}\n" for line in lines) + "OTHER=x\n", "utf-8")
    monkeypatch.setenv("ZOHO_SDK_CLIENT_ID", "environment")
    config = ZohoSDKConfig(client_secret="argument", redirect_url=None)
    assert (config.client_id, config.client_secret.get_secret_value(), config.region) == (
        "environment",
        "argument",
        "eu",
    )
    assert config.redirect_url == "http://localhost:8000/oauth/callback"
    assert config.origins.api == "https://www.zohoapis.eu"
    assert "secret" not in repr(config).replace("client_secret", "")
    assert "file-token" not in repr(config)


@pytest.mark.parametrize(
    ("region", "environment", "api"),
    [
        ("us", "production", "https://www.zohoapis.com"),
        ("eu", "sandbox", "https://sandbox.zohoapis.eu"),
        ("au", "developer", "https://developer.zohoapis.com.au"),
        ("IN", "production", "https://www.zohoapis.in"),
        ("cn", "production", "https://www.zohoapis.com.cn"),
        ("jp", "production", "https://www.zohoapis.jp"),
        ("ca", "production", "https://www.zohoapis.ca"),
        ("sa", "production", "https://www.zohoapis.sa"),
        ("uk", "production", "https://www.zohoapis.uk"),
        ("ae", "production", "https://www.zohoapis.ae"),
    ],
)
def test_every_region_and_environment_leads_to_its_servers(
    region: str, environment: str, api: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    config = ZohoSDKConfig(
        client_id="1000.X", client_secret="s", refresh_token="r", region=region, environment=environment
    )
    assert config.origins.api == api


@pytest.mark.parametrize(
    ("given", "setting"),
    [
        ({"client_id": None}, "client_id"),
        ({"client_secret": ""}, "client_secret"),
        ({"region": "mars"}, "region"),
        ({"environment": "test"}, "environment"),
        ({"redirect_url": "localhost"}, "redirect_url"),
    ],
)
def test_a_wrong_setting_is_named_and_no_secret_with_it(
    given: dict[str, Any], setting: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = {"client_id": "1000.X", "client_secret": "very-secret", "refresh_token": "r"} | given
    with pytest.raises(zoho_console.ZohoConfigError) as caught:
        ZohoSDKConfig(**settings)
    assert caught.value.details == {"setting": setting}
    assert caught.value.__cause__ is None
    assert "very-secret" not in f"{caught.value} {caught.value.advice} {caught.value.__context__!r}"


def test_the_token_store_alone_keeps_tokens_as_the_guide_says(environment: dict[str, str]) -> None:
    store = TokenStore(environment["DATABASE_URL"])
    assert store.get_token() is None
    assert store.is_token_expired()
    saved = store.save_token("access", "refresh", 3600)
    assert (saved["token_type"], saved["access_token"]) == ("oauth", "access")
    token = store.get_token()
    assert token is not None
    assert set(token) == {
        "id", "token_type", "access_token", "refresh_token", "expires_at", "created_at", "updated_at",
    }  # fmt: skip
    assert not store.is_token_expired()
    assert store.delete_token()
    assert not store.delete_token()
    store.close()


def test_importing_the_library_loads_no_window_and_none_of_its_parts() -> None:
    program = "import sys, json, zoho_console; print(json.dumps(sorted(sys.modules)))"
    modules = json.loads(run(program))
    heavy = {"PySide6", "httpx", "sqlalchemy", "pydantic", "alembic", "keyring", "structlog"}
    assert heavy.isdisjoint(modules)
