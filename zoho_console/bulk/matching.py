"""Reads the records a file speaks of, as they are in Zoho now."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Sequence
from typing import Protocol

from zoho_console.background import together
from zoho_console.bulk.planning import key_text
from zoho_console.coql import Order, is_in, select
from zoho_console.domain.records import Record, Reply, Slice
from zoho_console.zoho.bulk import BulkJobs
from zoho_console.zoho.usage import ApiUsage

KEYS_PER_CALL = 100  # values of one `in` (COQL limits, v8)
COLUMNS_PER_CALL = 48  # 50 by the older limit, less id and name
PAGE = 200  # rows of a call that costs one credit
AT_ONCE = 4
_NAMES = {"Accounts": "Account_Name"}


class RecordsClient(Protocol):
    """What the engine needs of a client; `AsyncZohoClient` is one."""

    @property
    def usage(self) -> ApiUsage:
        """What was used and what is left."""
        ...

    @property
    def jobs(self) -> BulkJobs:
        """Bulk jobs."""
        ...

    async def organisation(self) -> object:
        """A cheap call, which brings a new figure of what is left."""
        ...

    async def coql(self, query: str) -> Slice:
        """The rows of one query."""
        ...

    async def update_records(
        self,
        module: str,
        changed: Sequence[Record],
        *,
        trigger: Sequence[str] | None = None,
        guard: Callable[[], None] | None = None,
    ) -> list[Reply]:
        """One reply for each record. What `guard` raises, just before bytes leave, means that none do."""
        ...


def name_field(module: str) -> str:
    """The field that names a record of this module to a person."""
    return _NAMES.get(module, "Name")


async def read_by_key(
    client: RecordsClient, module: str, key_field: str, keys: Sequence[str], fields: Sequence[str]
) -> dict[str, list[Record]]:
    """The records that may be meant by each key; keys without one are missing.

    Zoho compares texts without case, so these are candidates; which of them is the one is for `planning` to say.
    Cost: 1 call, 1 credit for each 100 keys and 48 fields; more where many records share a key.
    """
    found = await read_where(client, module, key_field, keys, [*fields, key_field])
    by_text: dict[str, list[Record]] = {}
    for record in found:
        by_text.setdefault(key_text(record, key_field).casefold(), []).append(record)
    return {key: by_text[key.casefold()] for key in keys if key.casefold() in by_text}


async def read_where(
    client: RecordsClient, module: str, key_field: str, keys: Sequence[str], fields: Sequence[str]
) -> list[Record]:
    """Every record whose key field is one of these texts, with its id, its name and the named fields."""
    own = ("id", name_field(module))
    others = [name for name in dict.fromkeys(fields) if name not in own]
    blocks = [keys[start : start + KEYS_PER_CALL] for start in range(0, len(keys), KEYS_PER_CALL)]
    parts = [others[start : start + COLUMNS_PER_CALL] for start in range(0, len(others), COLUMNS_PER_CALL)] or [[]]
    gate = asyncio.Semaphore(AT_ONCE)

    async def read(block: Sequence[str], part: Sequence[str]) -> list[Record]:
        query = select([*own, *part], module, is_in(key_field, block), order_by=[Order("id")])
        records: list[Record] = []
        async with gate:
            while True:
                page = await client.coql(str(query.limited(PAGE, len(records))))
                records += page.records
                if not page.more:
                    return records

    pages = await together(*(read(block, part) for block in blocks for part in parts))
    # Keyed by id: two spellings of one key in different blocks find the same record twice.
    found: dict[str, Record] = {}
    for record in itertools.chain.from_iterable(pages):
        found.setdefault(record["id"], {}).update(record)
    return list(found.values())
