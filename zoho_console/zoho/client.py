"""`AsyncZohoClient`: everything the console asks of Zoho CRM, as coroutines of one loop."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

from zoho_console.domain.connections import Organisation, Origins, User
from zoho_console.domain.fields import Field, Module
from zoho_console.domain.grants import Grant, GrantVault
from zoho_console.domain.records import Record, Reply, Slice
from zoho_console.errors import SignInNeeded, UnreadableAnswer, ZohoAPIError
from zoho_console.zoho import metadata, records, search
from zoho_console.zoho.limits import COQL_ROWS, MAX_FIELDS, MAX_PER_PAGE, MAX_RECORDS
from zoho_console.zoho.oauth import REVOKE_PATH, OAuthApp
from zoho_console.zoho.transport import Transport
from zoho_console.zoho.usage import ApiUsage

ACCOUNTS = "Accounts"
MOST_ROWS = 100_000  # rows that COQL reaches by offset (COQL limits, v8)


class AsyncZohoClient:
    """One connection's client; belongs to the loop it is first used on.

    Errors of every call: SignInNeeded, ScopeMissing, ZohoRateLimitError (after waiting), NotReachable,
    UnreadableAnswer, ZohoAPIError, ZohoDatabaseError, SecretError.
    """

    def __init__(
        self, origins: Origins, app: OAuthApp, vault: GrantVault, *, max_retries: int = 3, retry_delay: float = 1.0
    ) -> None:
        self._transport = Transport(origins, app, vault, max_retries=max_retries, retry_delay=retry_delay)

    @property
    def usage(self) -> ApiUsage:
        """What was spent through this client."""
        return self._transport.usage

    async def aclose(self) -> None:
        """Close all connections."""
        await self._transport.aclose()

    # --- accounts, by the guide's names ---

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
        return await self._transport.send(records.get_record(ACCOUNTS, account_id))

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
            part = await self._transport.send(search.search(ACCOUNTS, criteria, page=page))
            found += part.records
            page += 1
            if not part.more:
                break
        return found[:limit]

    # --- any module ---

    async def list_slice(
        self,
        module: str,
        fields: Sequence[str],
        *,
        page_token: str = "",
        sort_by: str = "id",
        sort_order: str = "asc",
        per_page: int = MAX_PER_PAGE,
    ) -> Slice:
        """One slice of a listing; its `page_token` gets the next, up to 100,000 records. Cost: 1 call."""
        call = records.list_records(
            module, fields, page_token=page_token, sort_by=sort_by, sort_order=sort_order, per_page=per_page
        )
        return await self._transport.send(call)

    async def coql(self, query: str) -> Slice:
        """The rows of one COQL call. Errors: BadQuery. Cost: 1 call, 1 to 3 credits by its limit."""
        return await self._transport.send(search.coql(query))

    async def coql_all(self, query: str, *, limit: int = MOST_ROWS, per_call: int = COQL_ROWS) -> AsyncIterator[Slice]:
        """The rows of a query, slice by slice; a query with a limit of its own is one slice.

        Cost: 1 call for each `per_call` rows.
        """
        if search.limit_of(query)[0] is not None:
            yield await self.coql(query)
            return
        offset = 0
        while offset < limit:
            part = await self.coql(search.paged(query, offset=offset, rows=min(per_call, limit - offset)))
            yield part
            offset += per_call
            if not part.more:
                return

    async def update_records(
        self, module: str, changed: Sequence[Record], *, trigger: Sequence[str] | None = None
    ) -> list[Reply]:
        """Update up to 100 records, one reply each in Zoho's order. Never sent again once a byte may have left.

        Errors with `sent` true mean that Zoho may have acted. Cost: 1 call, 1 credit for each 10 records.
        """
        return await self._transport.send(records.update_records(module, changed, trigger))

    async def fields(self, module: str) -> list[Field]:
        """The fields of a module. Cost: 1 call."""
        return await self._transport.send(metadata.fields(module))

    async def modules(self) -> list[Module]:
        """The modules that can be read. Cost: 1 call."""
        return await self._transport.send(metadata.modules())

    async def organisation(self) -> Organisation:
        """The organisation this connection leads to. Cost: 1 call."""
        return await self._transport.send(metadata.organisation())

    async def current_user(self) -> User:
        """The user this connection acts as. Cost: 1 call."""
        return await self._transport.send(metadata.current_user())

    # --- tokens ---

    async def refresh(self) -> Grant:
        """Make a new access token now. Cost: 1 of 10 tokens in 10 minutes."""
        grant = await self._transport.tokens.load()
        if grant is None:
            raise SignInNeeded("This connection is not signed in.", advice="Sign in to use it.")
        return await self._transport.tokens.renewed(grant)

    async def revoke(self) -> None:
        """Withdraw the sign-in at Zoho, with all its access tokens; one that is invalid already is fine."""
        grant = await self._transport.tokens.load()
        if grant is None:
            return
        answer = await self._transport.post_accounts_form(REVOKE_PATH, {"token": grant.refresh_token})
        if answer.status not in (200, 400):
            raise UnreadableAnswer("Zoho did not confirm that the sign-in ended.", status=answer.status)

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
