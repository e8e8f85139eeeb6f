"""`AsyncZohoClient` of the library: the calls of the guide as coroutines, for a loop that is running already."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any

from zoho_console.background import in_thread, together
from zoho_console.coql import EVERY, Column, Condition, Query, parse_condition, select
from zoho_console.domain.fields import Field
from zoho_console.domain.records import Record, Slice
from zoho_console.errors import ZohoAPIError, ZohoConfigError
from zoho_console.sdk.config import ZohoSDKConfig
from zoho_console.sdk.events import tell, told
from zoho_console.sdk.mending import checked_names, mended
from zoho_console.sdk.opening import Ground
from zoho_console.zoho.client import ACCOUNTS
from zoho_console.zoho.client import AsyncZohoClient as Engine
from zoho_console.zoho.rows import rows_by_id

MOST_COLUMNS = 49  # of one query beside the id; 50 is what every description of the limit allows (fact sheet 3.5)
# What a query cannot select (fact sheet 3.4).
_NOT_SELECTABLE = frozenset(
    {"subform", "multiselectlookup", "multiuserlookup", "fileupload", "imageupload", "profileimage"}
)


class AsyncZohoClient:
    """Accounts of one organisation: the guide's methods, each a coroutine; use it on one loop, with `async with`.

    The database is opened, and the refresh token stored, with the first call. Every call may raise ZohoAuthError,
    ZohoRateLimitError, ZohoAPIError and ZohoDatabaseError. Reads are asked again up to `max_retries` times, first after
    `retry_delay` seconds; writes only where Zoho cannot have acted.
    """

    def __init__(
        self,
        config: ZohoSDKConfig,
        database_url: str | None = None,
        max_retries: int = 3,
        retry_delay: float = 1.0,
        *,
        ground: Ground | None = None,
    ) -> None:
        self._config = config
        self._database_url = database_url
        self._retries = (max_retries, retry_delay)
        self._ground = ground
        self._owns_ground = ground is None
        self._opening = asyncio.Lock()
        self._opened: Engine | None = None
        self._fields: Mapping[str, Field] = {}
        self._counts: dict[str, int] = {}  # rows of the last reading, by condition

    async def __aenter__(self) -> AsyncZohoClient:
        await self._engine()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections to Zoho and to the database; a later call opens them again."""
        async with self._opening:
            opened, self._opened = self._opened, None
            if opened is not None:
                await opened.aclose()
            if self._owns_ground and self._ground is not None:
                ground, self._ground = self._ground, None
                await in_thread(ground.close)

    # --- reading ---

    @told
    async def get_accounts(
        self,
        limit: int = 200,
        page: int = 1,
        sort_by: str | None = None,
        sort_order: str | None = None,
        fields: Sequence[str] | None = None,
    ) -> list[Record]:
        """One page of `limit` accounts, pages counted from 1; an empty list after the last.

        `sort_by`: id, Created_Time or Modified_Time. `fields` None: all visible ones. Cost: 1 call for 200 accounts and
        50 fields.
        """
        engine = await self._engine()
        if fields is not None:
            checked_names(fields, await self.fields())
        return await engine.get_accounts(limit, page, sort_by, sort_order, fields)

    @told
    async def get_account(self, account_id: str) -> Record:
        """One account with all its fields. Errors: NotFound. Cost: 1 call."""
        return await (await self._engine()).get_account(account_id)

    @told
    async def bulk_read_accounts(
        self, criteria: str | None = None, fields: Sequence[str] | None = None
    ) -> list[Record]:
        """All accounts that meet the criteria, by id; of any number. For very many use `stream_accounts`.

        `criteria` as in the guide, such as `Industry=Technology`, or the condition of a COQL query; what had to be put
        right in it is in the log. `fields` None: all that a query can select. Errors: BadQuery, with the place.
        Cost: up to 3 credits for 2,000 accounts and 49 fields.
        """
        return [account async for part in self._slices(criteria, fields) for account in part]

    async def stream_accounts(
        self, criteria: str | None = None, fields: Sequence[str] | None = None
    ) -> AsyncIterator[Record]:
        """As `bulk_read_accounts`, account by account; memory holds some slices of 2,000, however many there are."""
        async for part in self.account_slices(criteria, fields):
            for account in part:
                yield account

    async def account_slices(
        self, criteria: str | None = None, fields: Sequence[str] | None = None
    ) -> AsyncGenerator[list[Record], None]:
        """As `stream_accounts`, in the slices they arrive in."""
        async for part in self._slices(criteria, fields):
            yield part

    @told
    async def search_accounts(
        self, criteria: str, limit: int = 200, fields: Sequence[str] | None = None
    ) -> list[Record]:
        """The first `limit` accounts by id that meet the criteria; `fields` as in `bulk_read_accounts`.

        It is a COQL query, so a value written a moment ago is found. Errors: BadQuery. Cost: as `bulk_read_accounts`.
        """
        if limit < 1:
            raise ZohoConfigError("A limit is counted from 1.", advice="Give a whole number above 0.")
        return [account async for part in self._slices(criteria, fields, limit) for account in part]

    async def fields(self) -> Mapping[str, Field]:
        """The fields of accounts by API name. Cost: 1 call, once."""
        if not self._fields:
            known = await (await self._engine()).fields(ACCOUNTS)
            self._fields = {field.api_name: field for field in known}
        return self._fields

    # --- writing ---

    @told
    async def update_account(self, account_id: str, field_data: Mapping[str, Any]) -> Record:
        """The account's new values with what Zoho confirmed. Errors: NotFound, ZohoAPIError. Cost: 1 call."""
        values = self._mended(field_data, await self.fields())
        return await (await self._engine()).update_account(account_id, values)

    @told
    async def bulk_update_accounts(self, records: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Any number of accounts updated: `{"total", "updated", "failed", "message", "results"}`.

        `results` has a mapping for each record, in order: `id`, `code`, `status`, `message`, `details`. Nothing that
        may have reached Zoho is sent twice. Cost: 1 call for 100 records, 1 credit for 10.
        """
        fields = await self.fields()
        return await (await self._engine()).bulk_update_accounts([self._mended(one, fields) for one in records])

    # --- tokens ---

    async def refresh_access_token(self) -> None:
        """Get and store a new access token now. Cost: 1 of the ten that Zoho gives in ten minutes."""
        await (await self._engine()).refresh()

    async def _engine(self) -> Engine:
        async with self._opening:
            if self._opened is None:
                if self._ground is None:
                    self._ground = await in_thread(Ground, self._config, self._database_url)
                retries, delay = self._retries
                self._opened = Engine(
                    self._config.origins,
                    self._ground.app,
                    self._ground.vault,
                    max_retries=retries,
                    retry_delay=delay,
                )
            return self._opened

    async def _slices(
        self, criteria: str | None, fields: Sequence[str] | None, limit: int | None = None
    ) -> AsyncIterator[list[Record]]:
        """Accounts by id, up to 2,000 at a time. By id and not by offset: none is skipped while others come or go."""
        known = await self.fields()
        where = self._condition(criteria)
        names = list(fields) if fields is not None else _selectable(known)
        checked_names(names, known)
        names = [name for name in dict.fromkeys(names) if name != "id"]
        blocks = [names[at : at + MOST_COLUMNS] for at in range(0, len(names), MOST_COLUMNS)] or [[]]
        engine = await self._engine()
        read = 0

        async def ask(query: Query) -> Slice:
            if query.is_total or len(blocks) == 1:
                return await engine.coql(str(query))
            return await _widened(engine, query, blocks)

        query = select(["id", *blocks[0]], ACCOUNTS, where)
        async for rows in rows_by_id(ask, query, limit=limit, expected=self._counts.get(str(where))):
            read += len(rows)
            yield rows
        if limit is None:
            self._counts[str(where)] = read

    def _condition(self, criteria: str | None) -> Condition:
        if criteria is None or not criteria.strip():
            return EVERY
        condition = parse_condition(criteria)
        for sentence in condition.mended:
            tell(logging.INFO, "criteria_mended", how=sentence)
        return condition

    def _mended(self, record: Mapping[str, Any], fields: Mapping[str, Field]) -> Record:
        if not record:
            raise ZohoAPIError("There is nothing to update.", code="MANDATORY_NOT_FOUND", advice="Give a field.")
        values, said = mended(record, fields)
        for sentence in said:
            tell(logging.WARNING, "value_mended", how=sentence)
        return values


async def _widened(engine: Engine, query: Query, blocks: Sequence[Sequence[str]]) -> Slice:
    """The rows of a query with the columns of all blocks, asked side by side."""
    queries = [replace(query, columns=tuple(Column(name) for name in ("id", *block))) for block in blocks]
    first, *others = await together(*(engine.coql(str(one)) for one in queries))
    further = [{str(record["id"]): record for record in other.records} for other in others]
    # An account that came or went between the queries is in some of them only: the first one counts.
    rows = []
    for record in first.records:
        wide = dict(record)
        for one in further:
            wide |= one.get(str(record["id"]), {})
        rows.append(wide)
    return Slice(tuple(rows), first.more)


def _selectable(known: Mapping[str, Field]) -> list[str]:
    return [name for name, field in known.items() if field.is_visible and field.type not in _NOT_SELECTABLE]
