"""`AsyncZohoClient` of the library: the calls of the guide as coroutines, for a loop that is running already."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from zoho_console.background import in_thread
from zoho_console.bulk.exporting import CsvExport
from zoho_console.coql import EVERY, Condition, Query, parse_condition, select
from zoho_console.domain.fields import Field
from zoho_console.domain.records import Record, Slice
from zoho_console.errors import ZohoAPIError, ZohoConfigError
from zoho_console.sdk.columns import in_blocks, selectable, widened
from zoho_console.sdk.config import ZohoSDKConfig
from zoho_console.sdk.events import tell, told
from zoho_console.sdk.mending import checked_names, mended
from zoho_console.sdk.opening import Ground
from zoho_console.sdk.plans import JOBS, read_plan, write_plan
from zoho_console.zoho.client import ACCOUNTS
from zoho_console.zoho.client import AsyncZohoClient as Engine
from zoho_console.zoho.rows import rows_by_id


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
    async def update_account(
        self,
        account_id: str,
        field_data: Mapping[str, Any],
        *,
        trigger: Sequence[str] | None = None,
        unless_changed_since: datetime | None = None,
    ) -> Record:
        """The account's new values with what Zoho confirmed.

        `trigger` None runs every automation, an empty one none. `unless_changed_since`: nothing is written if the
        account was changed after this moment; the error has the code ALREADY_MODIFIED. Errors: NotFound, ZohoAPIError.
        Cost: 1 call.
        """
        values = self._mended(field_data, await self.fields())
        engine = await self._engine()
        return await engine.update_account(
            account_id, values, trigger=trigger, unless_changed_since=unless_changed_since
        )

    @told
    async def bulk_update_accounts(
        self,
        records: Sequence[Mapping[str, Any]],
        *,
        trigger: Sequence[str] | None = None,
        by_jobs: bool = False,
    ) -> dict[str, Any]:
        """Any number of accounts updated: `{"total", "updated", "failed", "unknown", "message", "results"}`.

        `results` has a mapping for each record, in order: `id`, `code`, `status`, `message`, `details`. Nothing that
        may have reached Zoho is sent twice. `trigger` None runs every automation, an empty one none. `by_jobs` allows
        bulk write jobs, which run no automation and tell less of a refusal; they are taken where they cost less: above
        5,000 records that set the same fields. Cost: 1 call for 100 records, 1 credit for 10; by jobs 500 credits for
        25,000.
        """
        fields, engine = await self.fields(), await self._engine()
        changed = [self._mended(one, fields) for one in records]
        plan = write_plan(len(changed), by_jobs=by_jobs and len({frozenset(one) for one in changed}) == 1)
        tell(logging.DEBUG, "write_plan", way=plan.way, credits=plan.credits, why=plan.why)
        if plan.way == JOBS:
            return await engine.update_by_jobs(changed)
        return await engine.bulk_update_accounts(changed, trigger=trigger)

    @told
    async def export_accounts(
        self, path: Path, criteria: str | None = None, fields: Sequence[str] | None = None
    ) -> int:
        """Write all matching accounts to a CSV file (UTF-8, cells to the letter, the id first) and give their number.

        The cheapest way is taken and told in the log: queries, or above some 33,000 accounts a bulk read job, which
        takes minutes. The file appears whole or not at all. Cost: 1 credit to count, then as the log says.
        """
        known, engine = await self.fields(), await self._engine()
        where = self._condition(criteria)
        names = [name for name in (fields if fields is not None else selectable(known)) if name != "id"]
        checked_names(names, known)
        counting = select(["id"], ACCOUNTS, where).counting
        assert counting is not None
        total = int((await engine.coql(str(counting))).records[0]["Total"])
        plan = read_plan(total, len(names))
        tell(logging.INFO, "read_plan", way=plan.way, credits=plan.credits, why=plan.why)
        parts: AsyncIterator[Sequence[Record]] = self._slices(criteria, names)
        if plan.way == JOBS:
            parts = engine.jobs.read(ACCOUNTS, names, None if where == EVERY else where)
        with CsvExport(path, ["id", *names]) as export:
            async for part in parts:
                await in_thread(export.add, part)
        return export.count

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
        names = list(fields) if fields is not None else selectable(known)
        checked_names(names, known)
        blocks = in_blocks(names)
        engine = await self._engine()
        read = 0

        async def ask(query: Query) -> Slice:
            if query.is_total or len(blocks) == 1:
                return await engine.coql(str(query))
            return await widened(engine, query, blocks)

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
