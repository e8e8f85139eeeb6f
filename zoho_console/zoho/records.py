"""Calls for reading and updating the records of any module. Source: fact sheet 2.1–2.3."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from zoho_console.domain.changes import BATCH_SIZE
from zoho_console.domain.records import Record, Reply, Slice
from zoho_console.errors import NotFound, ZohoAPIError, ZohoConfigError
from zoho_console.zoho import decode
from zoho_console.zoho.call import Answer, Call

BASE = "/crm/v8"
SLICE_SIZE = 200  # per_page, default and maximum
MOST_FIELDS = 50  # of one listing
MOST_IDS = 50  # `ids` takes 1,024 characters

_MODULE = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)
_ID = re.compile(r"[0-9]+", re.ASCII)
_READ, _UPDATE = "ZohoCRM.modules.READ", "ZohoCRM.modules.UPDATE"


def list_slice(
    module: str,
    fields: Sequence[str],
    *,
    page: int = 0,
    page_token: str = "",
    ids: Sequence[str] = (),
    sort_by: str = "id",
    sort_order: str = "asc",
    per_page: int = SLICE_SIZE,
) -> Call[Slice]:
    """A slice of a module's records with at most 50 fields; the id always comes as well.

    `page` (from 1) reaches the first 2,000 records, `page_token` 100,000, `ids` picks at most 50 records.
    Cost: 1 credit, 3 if sorted by anything but the id.
    """
    query = {"fields": ",".join(fields), "per_page": str(per_page), "sort_by": sort_by, "sort_order": sort_order}
    if page:
        query["page"] = str(page)
    if page_token:
        query["page_token"] = page_token
    if ids:
        query["ids"] = ",".join(ids)
    cost = 1 if sort_by == "id" else 3
    return Call("GET", module_path(module), decode.one_slice, query=query, credits=cost, is_heavy=cost > 1, scope=_READ)


def one_record(module: str, record_id: str) -> Call[Record]:
    """One record with all its fields, subforms too. Errors: NotFound (204, or Zoho's “id … invalid”)."""
    path = f"{module_path(module)}/{checked_id(record_id)}"
    return Call("GET", path, partial(_read_one, record_id=record_id), scope=_READ)


def update(
    module: str,
    records: Sequence[Record],
    trigger: Sequence[str] | None,
    unless_changed_since: datetime | None = None,
) -> Call[list[Reply]]:
    """Up to 100 records changed in one call; each holds its `id` and the fields to set.

    `trigger` None: every automation runs; an empty one: none does. `unless_changed_since` is sent as
    If-Unmodified-Since (fact sheet 2.3). Never repeatable, for Zoho knows no idempotency
    key. Errors: ZohoConfigError for more than 100 records or a record without id. Cost: 1 credit for 10 records.
    """
    if len(records) > BATCH_SIZE:
        raise ZohoConfigError(
            f"Zoho takes {BATCH_SIZE} records in one call, and these are {len(records)}.", advice="Send them in parts."
        )
    for record in records:
        checked_id(record.get("id"))
    body: dict[str, Any] = {"data": list(records)}
    if trigger is not None:
        body["trigger"] = list(trigger)
    return Call(
        "PUT",
        module_path(module),
        partial(decode.replies, count=len(records)),
        body=body,
        headers={} if unless_changed_since is None else {"If-Unmodified-Since": _moment(unless_changed_since)},
        is_repeatable=False,
        credits=-(-len(records) // 10),
        is_heavy=len(records) > 10,
        scope=_UPDATE,
    )


def module_path(module: str) -> str:
    """The path of a module's records. Errors: ZohoConfigError for what cannot be an API name."""
    if not _MODULE.fullmatch(module):
        raise ZohoConfigError(f"“{module}” is not the API name of a module.", advice="Use a name such as Accounts.")
    return f"{BASE}/{module}"


def checked_id(record_id: Any) -> str:
    """The id, if it can be one. Errors: ZohoConfigError."""
    if not isinstance(record_id, str) or not _ID.fullmatch(record_id):
        raise ZohoConfigError(f"“{record_id}” is not a record id.", advice="Give the id as text, digits only.")
    return record_id


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(microsecond=0).isoformat()


def _read_one(answer: Answer, record_id: str) -> Record:
    try:
        found = decode.records(answer)
    except ZohoAPIError as error:
        if not decode.names_no_record(error.code, str(error.details.get("message"))):
            raise
        found = []
    if not found:
        raise NotFound(
            f"There is no record with the id {record_id}, or this user may not see it.",
            status=answer.status,
            advice="Check the id.",
            details={"id": record_id},
        )
    return found[0]
