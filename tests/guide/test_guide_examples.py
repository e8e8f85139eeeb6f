"""Every example of the integration guide, as it is written but for the import path, on the simulator."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import structlog
from pydantic import SecretStr

from zoho_console import (
    ZohoAPIError,
    ZohoAuthError,
    ZohoConfigError,
    ZohoDatabaseError,
    ZohoRateLimitError,
    ZohoSDKClient,
    ZohoSDKConfig,
)
from zoho_console.simulator.server import Simulator


def accounts_of(simulator: Simulator) -> dict[str, dict[str, Any]]:
    return simulator.world.records("Accounts")


def test_using_environment_variables(environment: dict[str, str]) -> None:
    config = ZohoSDKConfig(
        client_id=os.getenv("ZOHO_SDK_CLIENT_ID"),
        client_secret=SecretStr(os.getenv("ZOHO_SDK_CLIENT_SECRET") or ""),
        refresh_token=SecretStr(os.getenv("ZOHO_SDK_REFRESH_TOKEN") or ""),
        redirect_url=os.getenv("ZOHO_SDK_REDIRECT_URL"),
        region=os.getenv("ZOHO_SDK_REGION", "us"),
        environment=os.getenv("ZOHO_SDK_ENVIRONMENT", "production"),
    )
    assert config.client_id == environment["ZOHO_SDK_CLIENT_ID"]


def test_basic_client_initialization(environment: dict[str, str]) -> None:
    config = ZohoSDKConfig(
        client_id=os.getenv("ZOHO_SDK_CLIENT_ID"),
        client_secret=SecretStr(os.getenv("ZOHO_SDK_CLIENT_SECRET") or ""),
        refresh_token=SecretStr(os.getenv("ZOHO_SDK_REFRESH_TOKEN") or ""),
        region="us",
        environment="production",
    )
    client = ZohoSDKClient(
        config=config,
        database_url=os.getenv("DATABASE_URL"),
        max_retries=3,
        retry_delay=1.0,
    )
    assert client.get_accounts(limit=1)
    client.close()


def test_retrieve_accounts(client: ZohoSDKClient, simulator: Simulator) -> None:
    accounts = client.get_accounts(limit=100, page=1)
    assert len(accounts) == 100
    for account in accounts:
        print(f"- {account['Account_Name']} ({account['id']})")

    page = 1
    all_accounts: list[dict[str, Any]] = []
    while True:
        accounts = client.get_accounts(limit=200, page=page)
        if not accounts:
            break
        all_accounts.extend(accounts)
        page += 1
    assert {one["id"] for one in all_accounts} == set(accounts_of(simulator))


def test_get_single_account(client: ZohoSDKClient) -> None:
    account = client.get_account(account_id="1234567890")
    assert account["Account_Name"] == "Guide 0"
    assert account.get("Industry", "N/A")
    assert account.get("Annual_Revenue", 0) is not None or account["Annual_Revenue"] is None


def test_update_account(client: ZohoSDKClient, simulator: Simulator) -> None:
    result = client.update_account(account_id="1234567890", field_data={"Account_Status": "Active"})
    assert result["id"] == "1234567890"
    result = client.update_account(
        account_id="1234567890",
        field_data={
            "Account_Status": "Active",
            "Health_Score": 85,
            "Last_Engagement_Date": "2025-10-18",
            "Notes": "Updated via SDK",
        },
    )
    stored = accounts_of(simulator)["1234567890"]
    assert (stored["Health_Score"], stored["Notes"]) == (85, "Updated via SDK")
    assert result["Health_Score"] == 85


def test_bulk_read_operations(client: ZohoSDKClient, simulator: Simulator) -> None:
    every = list(accounts_of(simulator).values())
    accounts = client.bulk_read_accounts(
        criteria="Industry=Technology", fields=["Account_Name", "Industry", "Annual_Revenue", "Owner"]
    )
    assert {one["id"] for one in accounts} == {one["id"] for one in every if one["Industry"] == "Technology"}
    assert set(accounts[0]) >= {"Account_Name", "Industry", "Annual_Revenue", "Owner"}

    accounts = client.bulk_read_accounts(
        criteria="(Industry=Technology) AND (Annual_Revenue>1000000)",
        fields=["Account_Name", "Annual_Revenue", "Created_Time"],
    )
    rich = [one for one in every if one["Industry"] == "Technology" and (one["Annual_Revenue"] or 0) > 1_000_000]
    assert {one["id"] for one in accounts} == {one["id"] for one in rich}

    large_dataset = client.bulk_read_accounts(criteria="Account_Status=Active", fields=None)
    active = {one["id"]: one for one in every if one["Account_Status"] == "Active"}
    assert {one["id"] for one in large_dataset} == set(active)
    assert all(one["Website"] == active[one["id"]]["Website"] for one in large_dataset)


def test_bulk_update_operations(client: ZohoSDKClient, simulator: Simulator) -> None:
    records_to_update = [
        {"id": "1234567890", "Health_Score": 90, "Account_Status": "Excellent"},
        {"id": "0987654321", "Health_Score": 75, "Account_Status": "Good"},
        {"id": "1122334455", "Health_Score": 45, "Account_Status": "At Risk"},
    ]
    result = client.bulk_update_accounts(records_to_update)
    assert result["total"] == 3
    assert result["message"] == "3 of 3 accounts were updated."
    assert [one["id"] for one in result["results"]] == [one["id"] for one in records_to_update]

    account_ids = [one["id"] for one in client.get_accounts(limit=200, fields=["Account_Name"])]
    bulk_updates = []
    for i in range(150):
        bulk_updates.append({"id": account_ids[i], "Last_Reviewed": "2025-10-18", "Review_Status": "Completed"})
    result = client.bulk_update_accounts(bulk_updates)
    assert (result["total"], result["updated"], result["failed"]) == (150, 150, 0)
    assert all(accounts_of(simulator)[one]["Review_Status"] == "Completed" for one in account_ids[:150])


def test_search_accounts(client: ZohoSDKClient, simulator: Simulator) -> None:
    every = list(accounts_of(simulator).values())
    results = client.search_accounts(criteria="Account_Name LIKE '%Tech%'", limit=50)
    assert {one["id"] for one in results} == {one["id"] for one in every if "tech" in one["Account_Name"].lower()}

    results = client.search_accounts(
        criteria="""
            (Account_Name LIKE '%Software%' OR Industry='Technology')
            AND Annual_Revenue > 500000
            AND Account_Status = 'Active'
        """,
        limit=100,
    )
    assert {one["id"] for one in results} == {
        one["id"]
        for one in every
        if ("software" in one["Account_Name"].lower() or one["Industry"] == "Technology")
        and (one["Annual_Revenue"] or 0) > 500_000
        and one["Account_Status"] == "Active"
    }


@pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow")
def test_background_job_pattern(client: ZohoSDKClient, simulator: Simulator) -> None:
    logger = structlog.get_logger(__name__)

    def calculate_health_score(account: dict[str, Any]) -> int:
        return 77 if account["Health_Score"] != 77 else 78

    def sync_account_health_scores() -> int:
        accounts = client.bulk_read_accounts(criteria="Account_Status=Active", fields=["id", "Health_Score"])
        logger.info("health_score_sync_started", total_accounts=len(accounts))
        updates = []
        for account in accounts:
            new_score = calculate_health_score(account)
            if new_score != account.get("Health_Score"):
                updates.append(
                    {
                        "id": account["id"],
                        "Health_Score": new_score,
                        "Last_Health_Check": datetime.utcnow().isoformat(),
                    }
                )
        result = client.bulk_update_accounts(updates)
        logger.info("health_scores_updated", updated_count=result["total"], status=result["message"])
        return int(result["updated"])

    active = [one for one in accounts_of(simulator).values() if one["Account_Status"] == "Active"]
    assert sync_account_health_scores() == len(active)
    assert all(one["Last_Health_Check"].startswith(str(datetime.now().year)) for one in active)


# --- error handling ---


def test_handle_authentication_errors(client: ZohoSDKClient, simulator: Simulator) -> None:
    simulator.grants.revoke_all()
    simulator.grants.end_access()
    with pytest.raises(ZohoAuthError) as caught:
        client.get_accounts()
    assert str(caught.value)
    assert caught.value.details == {"code": "invalid_code"}


def test_handle_rate_limiting(environment: dict[str, str], simulator: Simulator) -> None:
    client = ZohoSDKClient(ZohoSDKConfig(), environment["DATABASE_URL"], max_retries=0, retry_delay=0.01)
    client.get_accounts(limit=1)
    simulator.faults.add(path="/Accounts", status=429, times=1)
    try:
        accounts = client.get_accounts()
        raise AssertionError(accounts)
    except ZohoRateLimitError as e:
        assert e.retry_after > 0
        time.sleep(min(e.retry_after, 0.01))
    assert client.get_accounts()
    client.close()


def test_handle_api_errors_with_retry(client: ZohoSDKClient) -> None:
    max_attempts = 3
    tried = 0
    with pytest.raises(ZohoAPIError) as caught:
        for attempt in range(max_attempts):
            try:
                tried += 1
                client.update_account(account_id="123", field_data={"Status": "Active"})
                break
            except ZohoAPIError:
                if attempt == max_attempts - 1:
                    raise
                time.sleep(0.001 * 2**attempt)
    assert tried == 3
    assert "Account_Status" in caught.value.advice
    assert caught.value.details["field"] == "Status"


def test_comprehensive_error_handling(client: ZohoSDKClient, simulator: Simulator) -> None:
    records = [{"id": "1234567890", "Health_Score": "not a number"}, {"id": "0987654321", "Health_Score": 5}]
    result = client.bulk_update_accounts(records)
    assert (result["total"], result["updated"], result["failed"]) == (2, 1, 1)
    assert result["results"][0]["code"] == "INVALID_DATA"
    assert result["results"][1]["status"] == "success"


def test_errors_of_configuration_and_database_have_their_names(environment: dict[str, str]) -> None:
    with pytest.raises(ZohoConfigError):
        ZohoSDKConfig(region="mars")
    with pytest.raises(ZohoDatabaseError):
        ZohoSDKClient(ZohoSDKConfig(), "postgresql://nobody@127.0.0.1:9/none")


# --- tips and troubleshooting ---


def test_fetch_only_required_fields(client: ZohoSDKClient) -> None:
    accounts = client.get_accounts(fields=["Account_Name", "Industry", "Health_Score"])
    assert set(accounts[0]) == {"id", "Account_Name", "Industry", "Health_Score"}


def test_load_all_at_once_and_by_generator(client: ZohoSDKClient, simulator: Simulator) -> None:
    all_accounts = client.get_accounts(limit=1000)

    def get_all_accounts() -> Iterator[dict[str, Any]]:
        page = 1
        while True:
            accounts = client.get_accounts(limit=200, page=page)
            if not accounts:
                break
            yield from accounts
            page += 1

    assert [one["id"] for one in get_all_accounts()] == [one["id"] for one in all_accounts]
    assert len(all_accounts) == len(accounts_of(simulator))


def test_token_refresh_failures(client: ZohoSDKClient) -> None:
    token = client.token_store.get_token()
    assert token is not None
    client._refresh_access_token()
    renewed = client.token_store.get_token()
    assert renewed is not None
    assert renewed["access_token"] != token["access_token"]
    assert renewed["refresh_token"] == token["refresh_token"]
    assert not client.token_store.is_token_expired()


def test_rate_limiting_by_hand_and_by_a_library(client: ZohoSDKClient, simulator: Simulator) -> None:
    simulator.faults.add(path="/Accounts", status=429, times=1)

    def rate_limit_aware_operation() -> list[dict[str, Any]]:
        try:
            return client.get_accounts()
        except ZohoRateLimitError as e:
            time.sleep(e.retry_after)
            return client.get_accounts()

    assert rate_limit_aware_operation()


def check_zoho_sdk_health(client: ZohoSDKClient) -> dict[str, Any]:
    """The guide's health check, word for word."""
    try:
        token = client.token_store.get_token()
        if not token:
            return {"status": "error", "issue": "No token in database"}
        if client.token_store.is_token_expired():
            return {"status": "warning", "issue": "Token expired"}
        client.get_accounts(limit=1)
        return {"status": "healthy", "token_expires_at": token["expires_at"], "api_accessible": True}
    except Exception as e:
        return {"status": "error", "error": str(e)}


def test_health_checks(client: ZohoSDKClient, simulator: Simulator) -> None:
    assert check_zoho_sdk_health(client)["status"] == "warning"  # nothing was asked yet
    client.get_accounts(limit=1)
    healthy = check_zoho_sdk_health(client)
    assert (healthy["status"], healthy["api_accessible"]) == ("healthy", True)
    assert healthy["token_expires_at"].tzinfo is not None
    simulator.grants.revoke_all()
    simulator.grants.end_access()
    assert "no longer accepts" in check_zoho_sdk_health(client)["error"]
    client.token_store.delete_token()
    assert check_zoho_sdk_health(client) == {"status": "error", "issue": "No token in database"}
