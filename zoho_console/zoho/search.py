"""Calls for COQL queries and criteria searches; quoting of values. Source: fact sheet 2.7 and 3."""

from __future__ import annotations

import re
from typing import Any

from zoho_console.domain.fields import shortened
from zoho_console.domain.records import Slice
from zoho_console.errors import BadQuery, ZohoAPIError
from zoho_console.zoho import decode
from zoho_console.zoho.call import Answer, Call
from zoho_console.zoho.records import BASE, module_path

MOST_ROWS = 2000  # LIMIT of one call
MOST_ROWS_IN_ALL = 100_000  # OFFSET + LIMIT
MOST_FOUND = 2000  # by one criteria search

_USUAL_LIMIT = 200
_QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"")
_LIMIT = re.compile(r"\blimit\s+(\d+)(?:\s*,\s*(\d+)|\s+offset\s+(\d+))?\s*$", re.IGNORECASE | re.ASCII)


def quote(value: str) -> str:
    """`value` as a COQL text literal, its quotes included: O'Hara becomes 'O''Hara'."""
    return "'" + value.replace("'", "''") + "'"


def coql(query: str) -> Call[Slice]:
    """The rows of one COQL query; keys are the text of the select items.

    Errors: BadQuery, with the place where Zoho names one. Cost: see `coql_credits`. A query changes nothing, so the
    call is repeatable though it is a POST.
    """
    body = {"select_query": query}
    return Call("POST", f"{BASE}/coql", _read_rows, body=body, credits=coql_credits(query), scope="ZohoCRM.coql.READ")


def coql_credits(query: str) -> int:
    """Credits that a query costs: 1 up to 200 rows (the limit without a LIMIT), 2 up to 1,000, 3 above."""
    limit = limit_of(query)[0] or _USUAL_LIMIT
    if limit <= 200:
        return 1
    return 2 if limit <= 1000 else 3


def limit_of(query: str) -> tuple[int | None, int]:
    """The limit and the offset at a query's end, (None, 0) without; a quoted text is never taken for them."""
    found = _LIMIT.search(_QUOTED.sub("''", _bare(query)))
    if found is None:
        return None, 0
    if found[2] is not None:  # LIMIT offset, rows
        return int(found[2]), int(found[1])
    return int(found[1]), int(found[3] or 0)


def paged(query: str, *, offset: int, rows: int) -> str:
    """A query without a limit of its own, cut to `rows` rows after the first `offset`."""
    return f"{_bare(query)} LIMIT {rows} OFFSET {offset}"


def search(module: str, criteria: str, *, page: int, per_page: int) -> Call[Slice]:
    """A slice of the records that meet criteria such as `(Industry:equals:Technology)`.

    Zoho's index is some time behind: a value just written may not be found. Cost: 3 credits.
    """
    query = {"criteria": criteria, "page": str(page), "per_page": str(per_page)}
    return Call(
        "GET",
        f"{module_path(module)}/search",
        decode.one_slice,
        query=query,
        credits=3,
        scope="ZohoSearch.securesearch.READ",
    )


def _bare(query: str) -> str:
    return query.rstrip().rstrip(";").rstrip()


def _read_rows(answer: Answer) -> Slice:
    try:
        return decode.one_slice(answer)
    except ZohoAPIError as error:
        if error.status != 400:
            raise
        raise _bad_query(error) from error


def _bad_query(error: ZohoAPIError) -> BadQuery:
    details = error.details
    reason = shortened(str(details.get("reason") or details.get("message") or error.code), 200).rstrip(".")
    where = next((details[key] for key in ("column_name", "near", "clause", "operator", "by") if details.get(key)), "")
    about = f" (“{shortened(str(where))}”)" if where else ""
    column = details.get("column_name")
    return BadQuery(
        f"Zoho cannot run this query: {reason}{about}.",
        line=_place(details.get("line")),
        column=_place(details.get("column")),
        code=error.code,
        status=error.status,
        advice="Check the spelling of the field and of the module." if column else "Correct the query.",
        details=details,
    )


def _place(number: Any) -> int | None:
    return number if isinstance(number, int) and number > 0 else None
