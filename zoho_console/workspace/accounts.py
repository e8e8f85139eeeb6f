"""Looking through accounts: which fields, which filters, which order, as a query that Zoho sorts and filters by."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from zoho_console.coql import Column, Condition, Order, Query, all_of, compared, select
from zoho_console.domain.fields import Field
from zoho_console.domain.records import Slice
from zoho_console.workspace.filters import condition
from zoho_console.zoho.client import AsyncZohoClient
from zoho_console.zoho.search import MOST_ROWS, MOST_ROWS_IN_ALL

PAGE_ROWS = 200
ACCOUNTS = "Accounts"


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

    def where(self, fields: Sequence[Field]) -> Condition:
        """The filters as one condition. Errors: BadQuery naming the filter that cannot be read."""
        by_name = {one.api_name: one for one in fields}
        asked = ((by_name[name], text.strip()) for name, text in self.filters.items() if name in by_name)
        return all_of(*(condition(one, text) for one, text in asked if text))

    async def read(
        self, client: AsyncZohoClient, fields: Sequence[Field], offset: int = 0, rows: int = PAGE_ROWS
    ) -> Slice:
        """Some rows from `offset` on. Cost: 1 call, 1 credit for 200 rows, 2 for 1,000, 3 for 2,000."""
        return await client.coql(str(self._ordered(fields).limited(rows, offset)))

    async def count(self, client: AsyncZohoClient, fields: Sequence[Field]) -> int:
        """How many accounts match. Cost: 1 call, 1 credit."""
        found = await client.coql(str(select([Column("id", "COUNT", "Total")], ACCOUNTS, self.where(fields))))
        return int(found.records[0].get("Total") or 0) if found.records else 0

    def all_in_order(self, client: AsyncZohoClient, fields: Sequence[Field]) -> AsyncIterator[Slice]:
        """Every matching row as it is sorted, as far as Zoho sorts: 100,000 rows. Cost: 3 credits for 2,000 rows."""
        return client.coql_all(str(self._ordered(fields)), limit=MOST_ROWS_IN_ALL)

    async def all_by_id(self, client: AsyncZohoClient, fields: Sequence[Field]) -> AsyncIterator[Slice]:
        """Every matching row by id: no end, and none is skipped or read twice while others change accounts.

        Cost: 1 call and 3 credits for 2,000 rows.
        """
        where = here = self.where(fields)
        more = True
        while more:
            query = select(("id", *self.fields), ACCOUNTS, here, order_by=[Order("id")], limit=MOST_ROWS)
            part = await client.coql(str(query))
            if part.records:
                yield part
                here = all_of(where, compared("id", ">", str(part.records[-1]["id"])))
            more = part.more and bool(part.records)

    def _ordered(self, fields: Sequence[Field]) -> Query:
        order = [Order(self.sort_by, descending=not self.ascending), Order("id")]
        return select(
            ("id", *self.fields), ACCOUNTS, self.where(fields), order_by=order[: 1 if self.sort_by == "id" else 2]
        )
