"""Lists in pages, with page numbers up to 2,000 records and page tokens up to 100,000 (Zoho CRM v8, Get Records)."""

from __future__ import annotations

import heapq
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from zoho_console.simulator.answers import Answer, Refusal, invalid_parameter, missing_parameter
from zoho_console.simulator.gate import Call
from zoho_console.simulator.module import Module
from zoho_console.simulator.records import Record
from zoho_console.simulator.world import World
from zoho_console.simulator.writing import moment_of

MAX_FIELDS = 50
MAX_PER_PAGE = 200
BY_NUMBER = 2_000
BY_TOKEN = 100_000
TOKEN_LIFE = timedelta(hours=24)
SORTABLE = ("id", "Created_Time", "Modified_Time")
SORTED_CREDITS = 3


@dataclass(frozen=True, slots=True)
class _Mark:
    """What a page token stands for: where the page begins, and what else the call must repeat."""

    page: int
    user_id: str
    parameters: tuple[tuple[str, str], ...]
    ends_at: datetime


class Listing:
    """`GET /crm/v8/{module}`."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._marks: dict[str, _Mark] = {}

    def answer(self, call: Call, module: Module) -> Answer:
        """A page of records; 204 when there are none, 304 when none changed since the header's moment."""
        names = fields_asked(call, module, mandatory=True)
        per_page = whole(call, "per_page", MAX_PER_PAGE, MAX_PER_PAGE)
        page = self._page(call, per_page)
        by, order = call.query.get("sort_by", "id"), call.query.get("sort_order", "desc")
        if by not in SORTABLE or order not in ("asc", "desc"):
            raise invalid_parameter("sort_by" if by not in SORTABLE else "sort_order", "string")
        credits = SORTED_CREDITS if by != "id" else 1
        span = slice((page - 1) * per_page, page * per_page + 1)
        # The order of records is the order of their ids, and of creation; only changes need sorting.
        found = self._found(call, module, by == "Modified_Time", order == "desc", span)
        more = len(found) > per_page
        del found[per_page:]
        if not found:
            since = "if-modified-since" in {name.lower() for name in call.headers}
            return Answer(status=304 if since else 204, credits=credits)
        info = {
            "call": False,
            "email": False,
            "per_page": per_page,
            "count": len(found),
            "page": page,
            "sort_by": by,
            "sort_order": order,
            "more_records": more,
            **self._tokens(call, page, more),
        }
        shown = [self._world.shown(module.api_name, record, names) for record in found]
        return Answer({"data": shown, "info": info}, credits=credits)

    def _page(self, call: Call, per_page: int) -> int:
        token = call.query.get("page_token")
        if token is None:
            page = whole(call, "page", 1)
            if page * per_page > BY_NUMBER and page > 1:
                message = "You can fetch only 2000 records without page_token"
                raise Refusal("DISCRETE_PAGINATION_LIMIT_EXCEEDED", message, {"limit": BY_NUMBER})
            return page
        if "page" in call.query:
            both = [{"param_name": "page"}, {"param_name": "page_token"}]
            raise Refusal(
                "AMBIGUITY_DURING_PROCESSING", "Ambiguity while processing the request", {"ambiguity_due_to": both}
            )
        mark = self._marks.get(token)
        where = {"param_name": "page_token"}
        if mark is None or mark.user_id != call.access.user_id:
            raise Refusal("INVALID_DATA", "invalid data", where)
        if mark.parameters != _bound(call):
            raise Refusal("TOKEN_BOUND_DATA_MISMATCH", "token bound data mismatch", where)
        if mark.ends_at <= self._world.now():
            raise Refusal("EXPIRED_VALUE", "the given page_token is expired", {"api_name": "page_token"})
        if mark.page * per_page > BY_TOKEN:
            raise Refusal("PAGINATION_LIMIT_EXCEEDED", "You cannot fetch more records", {"limit": BY_TOKEN})
        return mark.page

    def _tokens(self, call: Call, page: int, more: bool) -> dict[str, Any]:
        ends_at = self._world.now() + TOKEN_LIFE
        self._marks = {token: mark for token, mark in self._marks.items() if mark.ends_at > ends_at - 2 * TOKEN_LIFE}
        token = None
        if more:
            token = secrets.token_hex(24)
            self._marks[token] = _Mark(page + 1, call.access.user_id, _bound(call), ends_at)
        return {
            "next_page_token": token,
            "previous_page_token": call.query.get("page_token"),
            "page_token_expiry": self._world.moment(ends_at) if more else None,
        }

    def _found(self, call: Call, module: Module, by_change: bool, newest_first: bool, span: slice) -> list[Record]:
        """The records at these places of the list that the call asks for."""
        if "cvid" in call.query:
            raise Refusal("INVALID_DATA", "invalid data", {"param_name": "cvid"})
        since = {name.lower(): value for name, value in call.headers.items()}.get("if-modified-since")
        ids = call.query.get("ids")
        if not (by_change or since or ids):
            return module.records.page(span.start, span.stop, newest_first=newest_first)
        records = module.records.through(newest_first=newest_first)
        if ids:
            wanted = sorted({text.strip() for text in ids.split(",")}, reverse=newest_first)
            records = (record for record in map(module.records.look, wanted) if record is not None)
        if since is not None:
            limit = moment_of(since)
            if limit is None:
                raise Refusal("INVALID_DATA", "invalid data", {"api_name": "If-Modified-Since"})
            records = (record for record in records if _changed_at(record) > limit)
        if by_change:
            pick = heapq.nlargest if newest_first else heapq.nsmallest
            return pick(span.stop, records, key=_changed_at)[span.start :]
        return list(islice(records, span.start, span.stop))


def is_sorted(call: Call) -> bool:
    """Whether a list counts among the heavy calls: a view, or an order of its own."""
    return "cvid" in call.query or call.query.get("sort_by", "id") != "id"


def fields_asked(call: Call, module: Module, *, mandatory: bool) -> list[str]:
    """The names in `fields`, `id` among them; all of the module's when there are none. Unknown ones show nothing."""
    text = call.query.get("fields", "")
    names = list(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if len(names) > MAX_FIELDS:
        raise Refusal("LIMIT_EXCEEDED", "limit exceeded", {"param_name": "fields", "limit": MAX_FIELDS})
    if not names and mandatory:
        raise missing_parameter("fields")
    return ["id", *(name for name in names if name != "id")] if names else list(module.fields)


def whole(call: Call, name: str, default: int, maximum: int | None = None) -> int:
    """A whole number from the query, 1 at least. Errors: Refusal."""
    text = call.query.get(name, str(default))
    if not (text.isascii() and text.isdecimal()) or int(text) < 1:
        raise invalid_parameter(name, "integer")
    if maximum is not None and int(text) > maximum:
        raise Refusal("INVALID_DATA", "invalid data", {"param_name": name, "maximum_length": maximum})
    return int(text)


def page_of(records: Sequence[Record], call: Call) -> tuple[Sequence[Record], dict[str, Any]]:
    """A page by number of what a search found, with its `info`. Errors: Refusal beyond 2,000 records."""
    per_page, page = whole(call, "per_page", MAX_PER_PAGE, MAX_PER_PAGE), whole(call, "page", 1)
    if page * per_page > BY_NUMBER:
        raise Refusal("LIMIT_REACHED", "limit reached", {"limit": str(BY_NUMBER)})
    found = records[(page - 1) * per_page : page * per_page]
    more = len(records) > page * per_page
    return found, {"per_page": per_page, "count": len(found), "page": page, "more_records": more}


def nothing_or(data: list[Record], info: dict[str, Any], credits: int = 1) -> Answer:
    """Records with their `info`, or 204."""
    return Answer({"data": data, "info": info}, credits=credits) if data else Answer(status=204, credits=credits)


def _changed_at(record: Record) -> datetime:
    return datetime.fromisoformat(record["Modified_Time"])


def _bound(call: Call) -> tuple[tuple[str, str], ...]:
    """What must stay the same between a page and the next."""
    free = ("page", "page_token")
    return (("module", call.parts["module"]), *sorted(pair for pair in call.query.items() if pair[0] not in free))
