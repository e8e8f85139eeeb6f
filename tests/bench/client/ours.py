"""The console's library."""

from __future__ import annotations

import os
import sys

from tests.bench.client.rows import CLIENT_ID, FIELDS, SECRET, compete
from zoho_console import ZohoSDKClient, ZohoSDKConfig

config = ZohoSDKConfig(
    client_id=CLIENT_ID, client_secret=SECRET, refresh_token=sys.argv[2], accounts_url=sys.argv[1], api_url=sys.argv[1]
)
client = ZohoSDKClient(config, os.environ["DATABASE_URL"])
ids = [one["id"] for one in client.get_accounts(5000, fields=["Account_Name"])]
client.bulk_update_accounts([{"id": ids[0], "Health_Score": 1}])  # the fields are known from here on
turn = iter(range(10**9))


def update(count: int) -> int:
    score = next(turn) % 100
    return int(client.bulk_update_accounts([{"id": one, "Health_Score": score} for one in ids[:count]])["updated"])


compete(
    {
        "get_100": lambda: len(client.get_accounts(limit=100, fields=FIELDS)),
        "read_200": lambda: len(client.search_accounts("id is not null", limit=200, fields=FIELDS)),
        "update_150": lambda: update(150),
        "search_50": lambda: len(client.search_accounts("Industry = 'Retail'", limit=50, fields=FIELDS)),
        "read_5000": lambda: len(client.bulk_read_accounts(fields=FIELDS)),
        "update_5000": lambda: update(5000),
        "stream_100000": lambda: sum(1 for _ in client.stream_accounts(fields=FIELDS)),
    }
)
client.close()
