"""Bare httpx: the fewest requests that can do it, ten at once, nothing checked and nothing kept."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine
from typing import Any

import httpx

from tests.bench.client.rows import CLIENT_ID, FIELDS, SECRET, compete

AT_ONCE = 10
form = {
    "grant_type": "refresh_token", "client_id": CLIENT_ID, "client_secret": SECRET, "refresh_token": sys.argv[2],
}  # fmt: skip
token = httpx.post(f"{sys.argv[1]}/oauth/v2/token", data=form).json()["access_token"]
loop = asyncio.new_event_loop()
http = httpx.AsyncClient(
    base_url=f"{sys.argv[1]}/crm/v8", headers={"Authorization": f"Zoho-oauthtoken {token}"}, timeout=60
)
room = asyncio.Semaphore(AT_ONCE)
turn = iter(range(10**9))


async def ask(method: str, path: str, **options: Any) -> list[Any]:
    async with room:
        answer = await http.request(method, path, **options)
        answer.raise_for_status()
        return answer.json()["data"]  # type: ignore[no-any-return]


async def query(where: str, limit: int, offset: int = 0) -> int:
    text = f"select id, {', '.join(FIELDS)} from Accounts where {where} order by id limit {limit} offset {offset}"
    return len(await ask("POST", "/coql", json={"select_query": text}))


async def listed(limit: int) -> int:
    return len(await ask("GET", "/Accounts", params={"fields": ",".join(FIELDS), "per_page": limit}))


async def read(count: int) -> int:
    return sum(await asyncio.gather(*(query("id is not null", 2000, offset) for offset in range(0, count, 2000))))


async def first_ids() -> list[str]:
    found: list[str] = []
    for offset in range(0, 5000, 2000):
        text = f"select id from Accounts where id is not null order by id limit 2000 offset {offset}"
        found += [one["id"] for one in await ask("POST", "/coql", json={"select_query": text})]
    return found


async def update(count: int) -> int:
    score = next(turn) % 100
    blocks = [ids[start : min(start + 100, count)] for start in range(0, count, 100)]
    bodies = [{"data": [{"id": one, "Health_Score": score} for one in block]} for block in blocks]
    return sum(map(len, await asyncio.gather(*(ask("PUT", "/Accounts", json=body) for body in bodies))))


async def stream(count: int) -> int:
    """By offset as long as offsets reach, ten slices at once, each forgotten when it is counted."""
    return await read(count)


def run(work: Coroutine[Any, Any, int]) -> int:
    return loop.run_until_complete(work)


ids = loop.run_until_complete(first_ids())
compete(
    {
        "get_100": lambda: run(listed(100)),
        "read_200": lambda: run(query("id is not null", 200)),
        "update_150": lambda: run(update(150)),
        "search_50": lambda: run(query("Industry = 'Retail'", 50)),
        "read_5000": lambda: run(read(5000)),
        "update_5000": lambda: run(update(5000)),
        "stream_100000": lambda: run(stream(100_000)),
    }
)
loop.run_until_complete(http.aclose())
