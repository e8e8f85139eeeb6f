"""What the console asks of Zoho for any module: slices, COQL, updates, metadata, tokens."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from zoho_console.domain.connections import Organisation, Origins, User
from zoho_console.domain.fields import Field, Module
from zoho_console.domain.grants import Grant, GrantVault
from zoho_console.domain.records import Record, Reply, Slice
from zoho_console.errors import SignInNeeded, UnreadableAnswer
from zoho_console.zoho import metadata, records, search
from zoho_console.zoho.limits import COQL_ROWS, MAX_PER_PAGE
from zoho_console.zoho.oauth import REVOKE_PATH, OAuthApp
from zoho_console.zoho.transport import Transport
from zoho_console.zoho.usage import ApiUsage

ACCOUNTS = "Accounts"
MOST_ROWS = 100_000  # rows that COQL reaches by offset (COQL limits, v8)


class ZohoCore:
    """One connection's client; belongs to the loop it is first used on.

    Errors of every call: SignInNeeded, ScopeMissing, ZohoRateLimitError (after waiting), NotReachable,
    UnreadableAnswer, ZohoAPIError, ZohoDatabaseError, SecretError.
    """

    def __init__(
        self, origins: Origins, app: OAuthApp, vault: GrantVault, *, max_retries: int = 3, retry_delay: float = 1.0
    ) -> None:
        self.transport = Transport(origins, app, vault, max_retries=max_retries, retry_delay=retry_delay)

    @property
    def usage(self) -> ApiUsage:
        """What was spent through this client."""
        return self.transport.usage

    async def aclose(self) -> None:
        """Close all connections."""
        await self.transport.aclose()

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
        return await self.transport.send(call)

    async def coql(self, query: str) -> Slice:
        """The rows of one COQL call. Errors: BadQuery. Cost: 1 call, 1 to 3 credits by its limit."""
        return await self.transport.send(search.coql(query))

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
        return await self.transport.send(records.update_records(module, changed, trigger))

    async def fields(self, module: str) -> list[Field]:
        """The fields of a module. Cost: 1 call."""
        return await self.transport.send(metadata.fields(module))

    async def modules(self) -> list[Module]:
        """The modules that can be read. Cost: 1 call."""
        return await self.transport.send(metadata.modules())

    async def organisation(self) -> Organisation:
        """The organisation this connection leads to. Cost: 1 call."""
        return await self.transport.send(metadata.organisation())

    async def current_user(self) -> User:
        """The user this connection acts as. Cost: 1 call."""
        return await self.transport.send(metadata.current_user())

    # --- tokens ---

    async def refresh(self) -> Grant:
        """Make a new access token now. Cost: 1 of 10 tokens in 10 minutes."""
        grant = await self.transport.tokens.load()
        if grant is None:
            raise SignInNeeded("This connection is not signed in.", advice="Sign in to use it.")
        return await self.transport.tokens.renewed(grant)

    async def revoke(self) -> None:
        """Withdraw the sign-in at Zoho, with all its access tokens; one that is invalid already is fine."""
        grant = await self.transport.tokens.load()
        if grant is None:
            return
        answer = await self.transport.post_accounts_form(REVOKE_PATH, {"token": grant.refresh_token})
        if answer.status not in (200, 400):
            raise UnreadableAnswer("Zoho did not confirm that the sign-in ended.", status=answer.status)
