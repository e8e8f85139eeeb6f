"""Calls that read and update records. Source: fact sheet 2.1 to 2.3."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from zoho_console.domain.records import Record, Reply, Slice
from zoho_console.errors import ZohoConfigError
from zoho_console.zoho.call import Call
from zoho_console.zoho.decode import one_record, record_slice, replies
from zoho_console.zoho.limits import MAX_FIELDS, MAX_PER_PAGE, MAX_RECORDS, write_credits


def list_records(
    module: str,
    fields: Sequence[str],
    *,
    page_token: str = "",
    sort_by: str = "id",
    sort_order: str = "asc",
    per_page: int = MAX_PER_PAGE,
) -> Call[Slice]:
    """One slice of a module's records; `fields` is mandatory there, at most 50. Cost: 1 credit, 3 with a sort."""
    if not 0 < len(fields) <= MAX_FIELDS:
        raise ZohoConfigError(f"One list call takes 1 to {MAX_FIELDS} fields; {len(fields)} were named.")
    query = {
        "fields": ",".join(fields),
        "per_page": str(per_page),
        "sort_by": sort_by,
        "sort_order": sort_order,
    }
    if page_token:
        query["page_token"] = page_token
    return Call("GET", f"/crm/v8/{module}", record_slice, query=query, credits=1 if sort_by == "id" else 3)


def get_record(module: str, record_id: str, fields: Sequence[str] = ()) -> Call[Record]:
    """One record with all its fields, or those named. Cost: 1 credit."""
    query = {"fields": ",".join(fields)} if fields else {}
    return Call("GET", f"/crm/v8/{module}/{record_id}", one_record, query=query)


def update_records(module: str, records: Sequence[Record], trigger: Sequence[str] | None = None) -> Call[list[Reply]]:
    """Up to 100 records by id, one reply each. Without `trigger` all automation runs, with () none.

    Cost: 1 credit for each 10 records. Errors: ZohoConfigError for more, none, or a record without id.
    """
    if not 0 < len(records) <= MAX_RECORDS:
        raise ZohoConfigError(f"One update takes 1 to {MAX_RECORDS} records; {len(records)} were given.")
    if not all(record.get("id") for record in records):
        raise ZohoConfigError("Every record of an update needs its id.")
    body: dict[str, Any] = {"data": list(records)}
    if trigger is not None:
        body["trigger"] = list(trigger)
    credits = write_credits(len(records))
    return Call("PUT", f"/crm/v8/{module}", replies, body=body, repeatable=False, credits=credits)
