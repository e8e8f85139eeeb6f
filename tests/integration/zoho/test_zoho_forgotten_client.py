"""A script that ends without closing its client."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from zoho_console.simulator.server import Simulator, SimulatorOptions

SCRIPT = """
from concurrent.futures import ThreadPoolExecutor
from zoho_console import ZohoSDKClient, ZohoSDKConfig
client = ZohoSDKClient(ZohoSDKConfig())
with ThreadPoolExecutor(16) as pool:
    list(pool.map(lambda _: client.get_accounts(limit=1, fields=["Account_Name"]), range(200)))
"""


def test_it_ends_without_a_word(database_url: str, tmp_path: Path) -> None:
    with Simulator(SimulatorOptions(accounts=5, auto_consent=True, latency_ms=5)) as simulator:
        environment = {
            **os.environ, "ZOHO_SDK_CLIENT_ID": simulator.client_id, "ZOHO_SDK_CLIENT_SECRET": simulator.client_secret,
            "ZOHO_SDK_REFRESH_TOKEN": simulator.issue_grant()["refresh_token"], "DATABASE_URL": database_url,
            "ZOHO_SDK_ACCOUNTS_URL": simulator.url, "ZOHO_SDK_API_URL": simulator.url,
            "PYTHONPATH": str(Path(__file__).resolve().parents[3]),
        }  # fmt: skip
        command = [sys.executable, "-c", SCRIPT]
        ended = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
