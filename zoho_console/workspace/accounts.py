"""Looking through accounts: which fields, which filters, which order, turned into COQL that Zoho sorts and filters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from zoho_console.domain.fields import LOOKUP_TYPES, Field, ValueProblem, parse_text
from zoho_console.domain.records import Slice
from zoho_console.errors import BadQuery
from zoho_console.zoho.client import AsyncZohoClient
from zoho_console.zoho.search import quote

PAGE_ROWS = 200
# Types that COQL does not take as a condition (fact sheet 3.3, 3.4).
_NOT_FILTERED = frozenset({"textarea", "subform", "multiselectlookup", "multiuserlookup", "fileupload", "imageupload"})
_COMPARED = re.compile(r"(<=|>=|!=|<|>|=)\s*(.+)")
_RANGED = frozenset({"date", "datetime"})


@dataclass(frozen=True, slots=True)
class AccountQuery:
    """What the accounts table shows. `filters` maps API names to what the person typed under the header."""

    fields: tuple[str, ...]
    filters: dict[str, str] = field(default_factory=dict)
    sort_by: str = "Account_Name"
    ascending: bool = True

    def where(self, fields_by_name: dict[str, Field]) -> str:
        """The condition in COQL, fully bracketed. Errors: BadQuery naming the filter that cannot be read."""
        condition = "id is not null"
        for name, text in self.filters.items():
            if text.strip() and name in fields_by_name:
                condition = f"({condition} and {_condition(fields_by_name[name], text.strip())})"
        return condition

    def coql(self, fields_by_name: dict[str, Field], *, offset: int) -> str:
        """The COQL text for one page of rows."""
        columns = ", ".join(dict.fromkeys(("id", *self.fields)))
        order = f"{self.sort_by} {'asc' if self.ascending else 'desc'}"
        if self.sort_by != "id":
            order += ", id asc"
        where = self.where(fields_by_name)
        return f"select {columns} from Accounts where {where} order by {order} limit {PAGE_ROWS} offset {offset}"

    async def read(self, client: AsyncZohoClient, fields: Sequence[Field], offset: int = 0) -> Slice:
        """One page of rows from `offset` on. Cost: 1 call, 1 credit."""
        return await client.coql(self.coql({one.api_name: one for one in fields}, offset=offset))

    async def count(self, client: AsyncZohoClient, fields: Sequence[Field]) -> int:
        """How many accounts match. Cost: 1 call, 1 credit."""
        where = self.where({one.api_name: one for one in fields})
        found = await client.coql(f"select COUNT(id) as Total from Accounts where {where}")
        return int(found.records[0].get("Total") or 0) if found.records else 0


def is_filterable(one: Field) -> bool:
    """Whether a filter can be typed under this field's header."""
    return one.type not in _NOT_FILTERED


def _condition(one: Field, text: str) -> str:
    name = f"{one.api_name}.last_name" if one.type in ("ownerlookup", "userlookup") else one.api_name
    if text.lower() in ("(blank)", "blank"):
        return f"({one.api_name} is null)"
    compared = _COMPARED.fullmatch(text)
    if one.is_number or one.type in _RANGED:
        operator, value = (compared[1], compared[2].strip()) if compared else ("=", text)
        return f"({name} {operator} {_literal(one, value)})"
    if one.type == "boolean":
        return f"({name} = {quote(str(_literal(one, text)).strip(chr(39)).lower())})"
    if compared and compared[1] in ("=", "!="):
        return f"({name} {compared[1]} {quote(compared[2].strip())})"
    if one.type in LOOKUP_TYPES and one.type == "lookup":
        name = f"{one.api_name}.Account_Name"
    return f"({name} like {quote('%' + text.strip('%') + '%')})"


def _literal(one: Field, text: str) -> str:
    as_written = Field(one.api_name, one.label, one.type, decimals=one.decimals)
    try:
        value: Any = parse_text(as_written, text)
    except ValueProblem as problem:
        raise BadQuery(f"The filter for “{one.label}” cannot be read: {problem}", advice=problem.advice) from None
    return str(value) if one.is_number else quote(str(value))
