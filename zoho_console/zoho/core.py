"""What the console does with any module of one organisation: list, query, update, describe."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from zoho_console.domain.connections import Organisation, Origins, User
from zoho_console.domain.fields import Field, Module
from zoho_console.domain.grants import Grant, GrantVault
from zoho_console.domain.records import Record, Reply, Slice
from zoho_console.errors import ZohoConfigError, ZohoError
from zoho_console.zoho import metadata, records, search
from zoho_console.zoho.auth import Access
from zoho_console.zoho.call import Call
from zoho_console.zoho.limits import RetryPolicy
from zoho_console.zoho.oauth import OAuthApp
from zoho_console.zoho.transport import Transport
from zoho_console.zoho.usage import ApiUsage

T = TypeVar("T")


class ZohoCore:
    """Typed calls to one organisation, to be used on one loop.

    Reads are asked again up to `max_retries` times after waits that begin at `retry_delay` seconds; writes only where
    Zoho cannot have acted. Every method may raise ZohoAuthError, ZohoAPIError, SecretError and ZohoDatabaseError.
    """

    def __init__(
        self, origins: Origins, app: OAuthApp, vault: GrantVault, *, max_retries: int = 3, retry_delay: float = 1.0
    ) -> None:
        self._transport = Transport(RetryPolicy(max_retries, retry_delay))
        self._access = Access(origins, app, vault, self._transport)

    @property
    def usage(self) -> ApiUsage:
        """Calls and credits so far; safe to read from any thread."""
        return self._transport.usage

    @property
    def trouble(self) -> ZohoError | None:
        """What stands in the way of calls just now, if anything; safe to read from any thread."""
        return self._access.troubles.present

    async def list_slice(
        self,
        module: str,
        fields: Sequence[str],
        *,
        page_token: str = "",
        sort_by: str = "id",
        sort_order: str = "asc",
        per_page: int = records.SLICE_SIZE,
    ) -> Slice:
        """The next slice of a module's records; the first without `page_token`.

        More than 50 fields are read in blocks and joined by id. `sort_by`: id, Created_Time or Modified_Time.
        Cost: 1 call, and 4 for each further block of fields.
        """
        return await self._joined_slice(
            module, fields, page_token=page_token, sort_by=sort_by, sort_order=sort_order, per_page=per_page
        )

    async def coql(self, query: str) -> Slice:
        """The rows of one COQL query, at most 2,000; keys as in its select list. Errors: BadQuery. Cost: 1 call."""
        return await self._send(search.coql(query))

    async def coql_all(
        self, query: str, *, limit: int = search.MOST_ROWS_IN_ALL, per_call: int = search.MOST_ROWS
    ) -> AsyncIterator[Slice]:
        """Slices of a query's rows until `limit` or the end; none where nothing matches.

        A query with a LIMIT of its own is asked as it is, once. Without ORDER BY rows come by id.
        Errors: BadQuery; ZohoConfigError for a limit that COQL does not reach.
        Cost: 1 call and up to 3 credits for each `per_call` rows.
        """
        if not 0 < limit <= search.MOST_ROWS_IN_ALL or not 0 < per_call <= search.MOST_ROWS:
            raise ZohoConfigError(
                f"A query reaches {search.MOST_ROWS_IN_ALL:,} rows, {search.MOST_ROWS:,} in one call.",
                advice="Ask for fewer rows.",
            )
        is_whole = search.limit_of(query)[0] is not None
        offset = 0
        while offset < limit:
            rows = min(per_call, limit - offset)
            part = await self.coql(query if is_whole else search.paged(query, offset=offset, rows=rows))
            if part.records:
                yield part
            if is_whole or not part.more or not part.records:
                break
            offset += len(part.records)

    async def update_records(
        self,
        module: str,
        changed: Sequence[Record],
        *,
        trigger: Sequence[str] | None = None,
        unless_changed_since: datetime | None = None,
        guard: Callable[[], None] | None = None,
    ) -> list[Reply]:
        """Zoho's replies to an update of up to 100 records, in Zoho's order, usually that of the request.

        `trigger` None: every automation runs; empty: none. `unless_changed_since`: a record changed after this moment
        is refused with ALREADY_MODIFIED; for a single record, since Zoho says nothing of more. `guard` is called just
        before bytes leave; what it raises comes out here, and nothing is sent.
        Nothing that may have reached Zoho is sent again.
        Errors: NotReachable(sent=True) and UnreadableAnswer leave a doubt, all others mean that nothing was done.
        Cost: 1 call, 1 credit for 10 records; no call for no records.
        """
        if not changed:
            return []
        call = records.update(module, changed, trigger, unless_changed_since)
        return await self._send(replace(call, guard=guard))

    async def fields(self, module: str) -> list[Field]:
        """The fields of a module, hidden and computed ones included. Cost: 1 call."""
        return await self._send(metadata.fields(module))

    async def modules(self) -> list[Module]:
        """The modules whose records this user may see. Cost: 1 call."""
        return await self._send(metadata.modules())

    async def organisation(self) -> Organisation:
        """The organisation that the sign-in belongs to. Cost: 1 call."""
        return await self._send(metadata.organisation())

    async def current_user(self) -> User:
        """The user that the sign-in belongs to. Cost: 1 call."""
        return await self._send(metadata.current_user())

    async def refresh(self) -> Grant:
        """A grant with a new access token, made now and stored. Cost: 1 of ten token calls in ten minutes."""
        return await self._access.refresh()

    async def revoke(self) -> None:
        """End the sign-in at Zoho, everywhere; what the vault holds stays. Cost: 1 token call."""
        await self._access.revoke()

    async def aclose(self) -> None:
        """Close the connections to Zoho."""
        await self._access.aclose()
        await self._transport.aclose()

    async def _send(self, call: Call[T]) -> T:
        return await self._access.send(call)

    async def _joined_slice(
        self,
        module: str,
        fields: Sequence[str],
        *,
        sort_by: str,
        sort_order: str,
        per_page: int,
        page: int = 0,
        page_token: str = "",
    ) -> Slice:
        if not fields:
            raise ZohoConfigError("A listing needs at least one field.", advice="Name the fields to read.")
        first, *others = _blocks(list(dict.fromkeys(fields)), records.MOST_FIELDS)
        call = records.list_slice(
            module, first, page=page, page_token=page_token, sort_by=sort_by, sort_order=sort_order, per_page=per_page
        )
        part = await self._send(call)
        for block in others:
            part = replace(part, records=await self._widened(module, part.records, block))
        return part

    async def _widened(self, module: str, found: Sequence[Record], fields: Sequence[str]) -> tuple[Record, ...]:
        """The records with further fields; one deleted meanwhile keeps what it has."""
        further: dict[str, Record] = {}
        for ids in _blocks([str(record["id"]) for record in found], records.MOST_IDS):
            part = await self._send(records.list_slice(module, fields, ids=ids))
            further |= {str(record["id"]): record for record in part.records}
        return tuple({**record, **further.get(str(record["id"]), {})} for record in found)


def _blocks(items: Sequence[str], size: int) -> list[Sequence[str]]:
    return [items[start : start + size] for start in range(0, len(items), size)]
