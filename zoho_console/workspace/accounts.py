"""Looking through accounts: which fields, which filters, which order, turned into COQL that Zoho sorts and filters."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from zoho_console.domain.fields import Field
from zoho_console.domain.records import Slice
from zoho_console.workspace.filters import condition
from zoho_console.zoho.client import AsyncZohoClient
from zoho_console.zoho.search import MOST_ROWS, MOST_ROWS_IN_ALL, quote

PAGE_ROWS = 200


@dataclass(frozen=True, slots=True)
class AccountQuery:
    """What the accounts table shows. `filters` maps API names to what the person typed under the header."""

    fields: tuple[str, ...]
    filters: dict[str, str] = field(default_factory=dict)
    sort_by: str = "Account_Name"
    ascending: bool = True

    @property
    def is_filtered(self) -> bool:
        """Whether some accounts are left out."""
        return any(text.strip() for text in self.filters.values())

    def where(self, fields_by_name: dict[str, Field]) -> str:
        """The condition in COQL, fully bracketed. Errors: BadQuery naming the filter that cannot be read."""
        whole = "id is not null"
        for name, text in self.filters.items():
            if text.strip() and name in fields_by_name:
                whole = f"({whole} and {condition(fields_by_name[name], text.strip())})"
        return whole

    def coql(self, fields_by_name: dict[str, Field], *, offset: int, rows: int = PAGE_ROWS) -> str:
        """The COQL text for `rows` rows from `offset` on."""
        return f"{self._ordered(fields_by_name)} limit {rows} offset {offset}"

    async def read(
        self, client: AsyncZohoClient, fields: Sequence[Field], offset: int = 0, rows: int = PAGE_ROWS
    ) -> Slice:
        """Some rows from `offset` on. Cost: 1 call, 1 credit for 200 rows, 2 for 1,000, 3 for 2,000."""
        return await client.coql(self.coql(_by_name(fields), offset=offset, rows=rows))

    async def count(self, client: AsyncZohoClient, fields: Sequence[Field]) -> int:
        """How many accounts match. Cost: 1 call, 1 credit."""
        found = await client.coql(f"select COUNT(id) as Total from Accounts where {self.where(_by_name(fields))}")
        return int(found.records[0].get("Total") or 0) if found.records else 0

    def all_in_order(self, client: AsyncZohoClient, fields: Sequence[Field]) -> AsyncIterator[Slice]:
        """Every matching row as it is sorted, as far as Zoho sorts: 100,000 rows. Cost: 3 credits for 2,000 rows."""
        return client.coql_all(self._ordered(_by_name(fields)), limit=MOST_ROWS_IN_ALL)

    async def all_by_id(self, client: AsyncZohoClient, fields: Sequence[Field]) -> AsyncIterator[Slice]:
        """Every matching row by id: no end, and none is skipped or read twice while others change accounts.

        Cost: 1 call and 3 credits for 2,000 rows.
        """
        selected, where = self._selected, self.where(_by_name(fields))
        after, more = "", True
        while more:
            here = f"({where} and id > {quote(after)})" if after else where
            part = await client.coql(f"{selected} where {here} order by id asc limit {MOST_ROWS}")
            if part.records:
                yield part
                after = str(part.records[-1]["id"])
            more = part.more and bool(part.records)

    @property
    def _selected(self) -> str:
        return f"select {', '.join(dict.fromkeys(('id', *self.fields)))} from Accounts"

    def _ordered(self, fields_by_name: dict[str, Field]) -> str:
        order = f"{self.sort_by} {'asc' if self.ascending else 'desc'}"
        if self.sort_by != "id":
            order += ", id asc"
        return f"{self._selected} where {self.where(fields_by_name)} order by {order}"


def _by_name(fields: Sequence[Field]) -> dict[str, Field]:
    return {one.api_name: one for one in fields}
