"""Calls that ask: COQL, and search by criteria; and the one way a value enters COQL."""

from __future__ import annotations

import re

from zoho_console.domain.records import Slice
from zoho_console.errors import BadQuery
from zoho_console.zoho.call import Call
from zoho_console.zoho.decode import record_slice
from zoho_console.zoho.limits import COQL_ROWS, MAX_PER_PAGE, coql_credits

_QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"")
_LIMIT = re.compile(r"\blimit\s+(\d+)(?:\s*,\s*(\d+)|\s+offset\s+(\d+))?\s*$", re.IGNORECASE)


def quote(value: str) -> str:
    """A text as a COQL literal; a quote within is doubled (fact sheet 3.2)."""
    return "'" + value.replace("'", "''") + "'"


def coql(query: str) -> Call[Slice]:
    """One COQL call, by POST though it reads. Cost: 1, 2 or 3 credits by its limit."""
    rows = limit_of(query)[0]
    return Call("POST", "/crm/v8/coql", record_slice, body={"select_query": query}, credits=coql_credits(rows or 200))


def limit_of(query: str) -> tuple[int | None, int]:
    """Limit and offset at the end of a query, (None, 0) without; quoted text is never taken for them."""
    blanked = _QUOTED.sub(lambda found: "'" + "x" * (len(found[0]) - 2) + "'", query.rstrip().rstrip(";"))
    found = _LIMIT.search(blanked)
    if found is None:
        return None, 0
    if found[2] is not None:
        return int(found[2]), int(found[1])
    return int(found[1]), int(found[3] or 0)


def paged(query: str, *, offset: int, rows: int) -> str:
    """A query without a limit of its own, for one page of its rows."""
    if rows > COQL_ROWS:
        raise BadQuery(f"One page of a query has at most {COQL_ROWS:,} rows.")
    return f"{query.rstrip().rstrip(';')} limit {rows} offset {offset}"


def search(module: str, criteria: str, *, page: int, per_page: int = MAX_PER_PAGE) -> Call[Slice]:
    """Search by criteria in Zoho's own form `(Field:operator:value)`. Reaches 2,000 records; the index lags."""
    query = {"criteria": criteria, "page": str(page), "per_page": str(per_page)}
    return Call("GET", f"/crm/v8/{module}/search", record_slice, query=query, credits=3)
