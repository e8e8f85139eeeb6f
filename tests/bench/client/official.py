"""Zoho's own Python SDK, as its samples use it; runs in the environment that has it."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2] / "oracle")]

from rows import CLIENT_ID, FIELDS, SECRET, compete  # noqa: E402
from sdk_values import answered, parameters  # noqa: E402
from zohocrmsdk.src.com.zoho.api.authenticator.oauth_token import OAuthToken  # noqa: E402
from zohocrmsdk.src.com.zoho.api.authenticator.store import FileStore  # noqa: E402
from zohocrmsdk.src.com.zoho.api.logger import Logger  # noqa: E402
from zohocrmsdk.src.com.zoho.crm.api import HeaderMap, Initializer  # noqa: E402
from zohocrmsdk.src.com.zoho.crm.api.coql import BodyWrapper as QueryBody  # noqa: E402
from zohocrmsdk.src.com.zoho.crm.api.coql import CoqlOperations  # noqa: E402
from zohocrmsdk.src.com.zoho.crm.api.dc import DataCenter  # noqa: E402
from zohocrmsdk.src.com.zoho.crm.api.record import (  # noqa: E402
    BodyWrapper,
    GetRecordsParam,
    Record,
    RecordOperations,
)

url, folder = sys.argv[1], tempfile.mkdtemp()
Initializer.initialize(
    environment=DataCenter.Environment(url, f"{url}/oauth/v2/token", url),
    token=OAuthToken(client_id=CLIENT_ID, client_secret=SECRET, refresh_token=sys.argv[2]),
    store=FileStore(str(Path(folder) / "tokens.txt")),
    resource_path=folder,
    logger=Logger.get_instance(Logger.Levels.ERROR, str(Path(folder) / "sdk.log")),
)
accounts = RecordOperations("Accounts")
turn = iter(range(10**9))


def listed(per_page: int, most: int) -> list[Any]:
    wanted: dict[str, Any] = {"fields": ",".join(FIELDS), "per_page": per_page}
    found: list[Any] = []
    while len(found) < most:
        page = answered(accounts.get_records(parameters(GetRecordsParam, **wanted)))
        found += page.get_data()
        if not page.get_info().get_more_records():
            break
        wanted["page_token"] = page.get_info().get_next_page_token()
    return found


def query(where: str, limit: int, offset: int = 0) -> int:
    body = QueryBody()
    names = ", ".join(["id", *FIELDS])
    body.set_select_query(f"select {names} from Accounts where {where} order by id limit {limit} offset {offset}")
    return len(answered(CoqlOperations().get_records(body)).get_data())


def update(count: int) -> int:
    score, done = next(turn) % 100, 0
    for start in range(0, count, 100):
        records = []
        for record_id in ids[start : min(start + 100, count)]:
            record = Record()
            record.set_id(record_id)
            record.add_key_value("Health_Score", score)
            records.append(record)
        body = BodyWrapper()
        body.set_data(records)
        done += len(answered(accounts.update_records(body, HeaderMap())).get_data())
    return done


ids = [record.get_id() for record in listed(200, 5000)]
compete(
    {
        "get_100": lambda: len(listed(100, 100)),
        "read_200": lambda: len(listed(200, 200)),
        "update_150": lambda: update(150),
        "search_50": lambda: query("Industry = 'Retail'", 50),
        "read_5000": lambda: len(listed(200, 5000)),
        "update_5000": lambda: update(5000),
        "stream_100000": lambda: sum(query("id is not null", 2000, offset) for offset in range(0, 100_000, 2000)),
    }
)
