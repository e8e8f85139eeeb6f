"""`AsyncZohoClient`: the guide's names for accounts, on top of what is there for any module."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from zoho_console.domain.records import Record
from zoho_console.errors import ZohoAPIError
from zoho_console.zoho import records, search
from zoho_console.zoho.core import ZohoCore
from zoho_console.zoho.limits import MAX_FIELDS, MAX_PER_PAGE, MAX_RECORDS

ACCOUNTS = "Accounts"


class AsyncZohoClient(ZohoCore):
    """Reads and updates accounts."""

    async def get_accounts(
        self,
        limit: int = 200,
        page: int = 1,
        sort_by: str | None = None,
        sort_order: str | None = None,
        fields: Sequence[str] | None = None,
    ) -> list[Record]:
        """Page number `page` of `limit` accounts; without `fields` all of them.

        Sorting is by id, Created_Time or Modified_Time. Cost: 1 call for each 200 accounts up to the page's end, times
        one for each 50 fields; 1 credit each, 3 with a sort.
        """
        names = list(fields) if fields else [one.api_name for one in await self.fields(ACCOUNTS) if one.is_visible]
        blocks = [names[start : start + MAX_FIELDS] for start in range(0, len(names), MAX_FIELDS)]
        found = [await self._page(block, limit, page, sort_by, sort_order) for block in blocks]
        others = [{record["id"]: record for record in part} for part in found[1:]]
        return [
            {key: value for part in (record, *(other.get(record["id"], {}) for other in others))
             for key, value in part.items()}
            for record in found[0]
        ]  # fmt: skip

    async def get_account(self, account_id: str) -> Record:
        """One account with all fields. Errors: NotFound. Cost: 1 call."""
        return await self.transport.send(records.get_record(ACCOUNTS, account_id))

    async def update_account(self, account_id: str, field_data: Record) -> Record:
        """Update one account; what Zoho says of it comes out (id, times, who). Errors: ZohoAPIError if refused."""
        reply = (await self.update_records(ACCOUNTS, [{**field_data, "id": account_id}]))[0]
        if not reply.ok:
            raise ZohoAPIError(f"Zoho refused: {reply.message}.", code=reply.code, details=reply.details)
        return reply.details

    async def bulk_update_accounts(self, accounts: Sequence[Record]) -> dict[str, Any]:
        """Update accounts in batches of 100, one after another.

        `{"total", "updated", "failed", "message", "results": [{"id", "status", "code", "message", "details"}]}`.
        """
        results = []
        for start in range(0, len(accounts), MAX_RECORDS):
            batch = accounts[start : start + MAX_RECORDS]
            for record, reply in zip(batch, await self.update_records(ACCOUNTS, batch), strict=True):
                status = "success" if reply.ok else "error"
                results.append(
                    {"id": str(record["id"]), "status": status, "code": reply.code, "message": reply.message,
                     "details": reply.details}
                )  # fmt: skip
        updated = sum(result["status"] == "success" for result in results)
        message = f"{updated} of {len(results)} accounts updated"
        return {
            "total": len(results),
            "updated": updated,
            "failed": len(results) - updated,
            "message": message,
            "results": results,
        }

    async def search_accounts(self, criteria: str, limit: int = 200) -> list[Record]:
        """Accounts by criteria in Zoho's form `(Field:operator:value)`. Cost: 3 credits for each 200."""
        found: list[Record] = []
        page = 1
        while len(found) < limit:
            part = await self.transport.send(search.search(ACCOUNTS, criteria, page=page))
            found += part.records
            page += 1
            if not part.more:
                break
        return found[:limit]

    async def _page(
        self, fields: Sequence[str], limit: int, page: int, sort_by: str | None, sort_order: str | None
    ) -> list[Record]:
        first, last = limit * (page - 1), limit * page
        found: list[Record] = []
        token = ""
        while len(found) < last:
            part = await self.list_slice(
                ACCOUNTS, fields, page_token=token, sort_by=sort_by or "id", sort_order=sort_order or "desc",
                per_page=min(MAX_PER_PAGE, limit),
            )  # fmt: skip
            found += part.records
            token = part.page_token
            if not part.more or not token:
                break
        return found[first:last]
