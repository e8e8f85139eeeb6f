"""Calls for COQL queries and criteria searches. Source: fact sheet 2.7 and 3."""

from __future__ import annotations

from typing import Any

from zoho_console.coql import parse
from zoho_console.domain.fields import shortened
from zoho_console.domain.records import Slice
from zoho_console.errors import BadQuery, ZohoAPIError
from zoho_console.zoho import decode
from zoho_console.zoho.call import Answer, Call
from zoho_console.zoho.records import BASE, module_path

MOST_ROWS = 2000  # LIMIT of one call
MOST_ROWS_IN_ALL = 100_000  # OFFSET + LIMIT
MOST_FOUND = 2000  # by one criteria search


def coql(query: str) -> Call[Slice]:
    """The rows of one COQL query; keys are the text of the select items.

    What is sent is the query as the grammar prints it: words in quotes, conditions in bracket pairs.
    Errors: BadQuery, with the place: at once for a text that is no query, with Zoho's answer for all else.
    Cost: see `Query.credits`. A query changes nothing, so the call is repeatable though it is a POST.
    """
    asked = parse(query)
    body = {"select_query": str(asked)}
    return Call(
        "POST", f"{BASE}/coql", _read_rows, body=body, credits=asked.credits, is_heavy=True, scope="ZohoCRM.coql.READ"
    )


def limit_of(query: str) -> tuple[int | None, int]:
    """The limit and the offset of a query, (None, 0) without. Errors: BadQuery."""
    asked = parse(query)
    return asked.limit, asked.offset or 0


def paged(query: str, *, offset: int, rows: int) -> str:
    """A query cut to `rows` rows after the first `offset`. Errors: BadQuery."""
    return str(parse(query).limited(rows, offset))


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
        is_heavy=True,
        scope="ZohoSearch.securesearch.READ",
    )


def _read_rows(answer: Answer) -> Slice:
    try:
        return decode.one_slice(answer)
    except ZohoAPIError as error:
        if error.status != 400:
            raise
        raise _bad_query(error) from error


def _bad_query(error: ZohoAPIError) -> BadQuery:
    details = error.details
    if error.code == "LIMIT_EXCEEDED" and details.get("limit"):
        return BadQuery(
            f"Zoho takes at most {details['limit']} of “{details.get('by', 'these')}” in one query.",
            code=error.code,
            status=error.status,
            advice="Ask for less at a time.",
            details=details,
        )
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
