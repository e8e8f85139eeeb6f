"""Records: list, one, update, search and COQL. Source: fact sheet sections 2 and 3."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from zoho_console.simulator import searching, validating
from zoho_console.simulator.answers import answer, error, invalid_module, nothing, refusal, required
from zoho_console.simulator.coql import Answerer
from zoho_console.simulator.coql_grammar import Refused
from zoho_console.simulator.world import ZONE, Module, Record, World, visible_value

MOST_PER_PAGE, MOST_FIELDS, PAGED, TOKEN_PAGED, MOST_UPDATED = 200, 50, 2000, 100_000, 100
_SORTS = ("id", "Created_Time", "Modified_Time")


class Records:
    """The records of the world over HTTP."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._tokens: dict[str, tuple[str, int, datetime]] = {}

    def routes(self) -> list[web.RouteDef]:
        """The routes of records and queries."""
        return [
            web.post("/crm/v8/coql", self._coql),
            web.get("/crm/v8/{module}", self._list),
            web.put("/crm/v8/{module}", self._update_many),
            web.get("/crm/v8/{module}/search", self._search),
            web.get("/crm/v8/{module}/{id}", self._get),
            web.put("/crm/v8/{module}/{id}", self._update_one),
        ]

    # --- reading ---

    async def _list(self, request: web.Request) -> web.Response:
        module = self._world.modules.get(request.match_info["module"])
        if module is None:
            return invalid_module()
        query = request.query
        fields = [name.strip() for name in query.get("fields", "").split(",") if name.strip()]
        if not fields:
            return required("fields")
        if len(fields) > MOST_FIELDS:
            return refusal(
                400, "LIMIT_EXCEEDED", "fields limit exceeded", {"limit": MOST_FIELDS, "param_name": "fields"}
            )
        if "page" in query and "page_token" in query:
            details = {"ambiguity_due_to": [{"param_name": "page"}, {"param_name": "page_token"}]}
            return refusal(400, "AMBIGUITY_DURING_PROCESSING", "ambiguity while processing the request", details)
        sort_by = query.get("sort_by", "id")
        if sort_by not in _SORTS:
            return refusal(400, "INVALID_DATA", "invalid data", {"param_name": "sort_by", "supported_values": _SORTS})
        start = self._start(request)
        if isinstance(start, web.Response):
            return start
        return self._slice(request, module, fields, sort_by, start)

    def _start(self, request: web.Request) -> int | web.Response:
        """Where the slice begins, or why it cannot."""
        query, per_page = request.query, _per_page(request)
        if token := query.get("page_token"):
            bound, start, expires = self._tokens.get(token, ("", 0, self._world.now()))
            if not bound:
                return refusal(400, "INVALID_DATA", "invalid data", {"param_name": "page_token"})
            if expires < self._world.now():
                return refusal(400, "EXPIRED_VALUE", "page token expired", {"param_name": "page_token"})
            if bound != _fingerprint(request):
                details = {"param_name": "page_token"}
                return refusal(400, "TOKEN_BOUND_DATA_MISMATCH", "page token does not match the request", details)
            return start
        start = (max(1, int(query.get("page", "1"))) - 1) * per_page
        if start + per_page > PAGED:
            message = "the records are too many to be fetched by page"
            return refusal(400, "DISCRETE_PAGINATION_LIMIT_EXCEEDED", message, {"limit": PAGED})
        return start

    def _slice(self, request: web.Request, module: Module, fields: list[str], sort_by: str, start: int) -> web.Response:
        per_page, order = _per_page(request), request.query.get("sort_order", "desc")
        with self._world.lock:
            records = list(module.records.values())
            if sort_by != "id":
                records.sort(key=lambda record: (datetime.fromisoformat(record[sort_by]), record["id"]))
            if order == "desc":
                records.reverse()
            page = [self._shown(module, record, fields) for record in records[start : start + per_page]]
            more = start + per_page < len(records)
        if not page:
            return nothing()
        if start + per_page > TOKEN_PAGED:
            return refusal(400, "PAGINATION_LIMIT_EXCEEDED", "pagination limit exceeded", {"limit": TOKEN_PAGED})
        expiry = self._world.now() + timedelta(hours=24)
        token = None
        if more:
            token = hashlib.sha256(f"{_fingerprint(request)}/{start + per_page}".encode()).hexdigest()
            self._tokens[token] = (_fingerprint(request), start + per_page, expiry)
        info = {
            "call": False, "per_page": per_page, "next_page_token": token, "count": len(page), "sort_by": sort_by,
            "page": start // per_page + 1, "previous_page_token": None, "email": False,
            "page_token_expiry": expiry.astimezone(ZONE).isoformat(timespec="seconds") if more else None,
            "sort_order": order, "more_records": more,
        }  # fmt: skip
        return answer({"data": page, "info": info})

    async def _get(self, request: web.Request) -> web.Response:
        module = self._world.modules.get(request.match_info["module"])
        if module is None:
            return invalid_module()
        record_id = request.match_info["id"]
        if not record_id.isdigit():
            return refusal(400, "INVALID_DATA", "the id given seems to be invalid", {"resource_path_index": 1})
        fields = [name for name in request.query.get("fields", "").split(",") if name]
        with self._world.lock:
            record = module.records.get(record_id)
            if record is None:
                return nothing()
            return answer({"data": [self._shown(module, record, fields or list(module.fields))]})

    async def _search(self, request: web.Request) -> web.Response:
        module = self._world.modules.get(request.match_info["module"])
        if module is None:
            return invalid_module()
        page, per_page = max(1, int(request.query.get("page", "1"))), _per_page(request)
        if page * per_page > PAGED:
            return refusal(400, "LIMIT_REACHED", "limit reached", {"limit": str(PAGED)})
        try:
            test = searching.test_of(module, request.query)
        except Refused as refused:
            return refusal(400, refused.code, refused.message, refused.details)
        with self._world.lock:
            found = [record for record in module.records.values() if test(record)]
            part = found[(page - 1) * per_page : page * per_page]
            data = [self._shown(module, record, list(module.fields)) for record in part]
        if not data:
            return nothing()
        more = page * per_page < len(found)
        info = {"per_page": per_page, "count": len(data), "page": page, "sort_by": "id", "sort_order": "desc",
                "more_records": more}  # fmt: skip
        return answer({"data": data, "info": info})

    async def _coql(self, request: web.Request) -> web.Response:
        body = await request.json()
        if "select_query" not in body:
            return refusal(400, "MANDATORY_NOT_FOUND", "mandatory key not found", {"api_name": "select_query"})
        try:
            with self._world.lock:
                rows, more = Answerer(self._world, body["select_query"]).rows()
        except Refused as refused:
            return refusal(400, refused.code, refused.message, refused.details)
        return answer({"data": rows, "info": {"count": len(rows), "more_records": more}}) if rows else nothing()

    # --- writing ---

    async def _update_many(self, request: web.Request) -> web.Response:
        return await self._update(request, None)

    async def _update_one(self, request: web.Request) -> web.Response:
        return await self._update(request, request.match_info["id"])

    async def _update(self, request: web.Request, record_id: str | None) -> web.Response:
        module = self._world.modules.get(request.match_info["module"])
        if module is None:
            return invalid_module()
        try:
            body = json.loads(await request.read())
            given = body["data"]
        except (ValueError, KeyError, TypeError):
            return refusal(400, "MANDATORY_NOT_FOUND", "required field not found", {"api_name": "data"})
        if len(given) > MOST_UPDATED:
            message = "count of records in your request exceeds the limit"
            return refusal(400, "LIMIT_EXCEEDED", message, {"maximum_length": MOST_UPDATED, "api_name": "data"})
        trigger = tuple(body["trigger"]) if "trigger" in body else None
        unless = request.headers.get("If-Unmodified-Since")
        with self._world.lock:
            if record_id is not None:
                given = [{**given[0], "id": record_id}]
            if unless and (stale := self._stale(module, given, unless)):
                return answer({"data": [stale]}, 412)
            items = [self._update_item(module, one, index, trigger) for index, one in enumerate(given)]
        good = sum(item["status"] == "success" for item in items)
        return answer({"data": items}, 200 if good == len(items) else 207 if good else 400)

    def _update_item(
        self, module: Module, given: Record, index: int, trigger: tuple[str, ...] | None
    ) -> dict[str, Any]:
        record = module.records.get(str(given.get("id", "")))
        path = f"$.data[{index}].id"
        if "id" not in given:
            return error("MANDATORY_NOT_FOUND", "required field not found", {"api_name": "id", "json_path": path})
        if record is None:
            details = {"id": str(given["id"]), "api_name": "id", "json_path": path}
            return error("INVALID_DATA", "the id given seems to be invalid", details)
        if record["id"] in self._world.locked:
            message = "Sorry, you cannot perform this operation as the record is locked."
            return error("RECORD_LOCKED", message, {"api_name": "id", "json_path": path, "action": "record_locking"})
        values, problems = validating.checked(self._world, module, given, index, record["id"])
        if len(problems) > 1:
            return error("MULTIPLE_OR_MULTI_ERRORS", "Multiple errors in the request", {"errors": problems})
        if problems:
            return problems[0]
        self._world.change(module.name, record, values, trigger)
        return {"code": "SUCCESS", "details": _who_and_when(record), "message": "record updated", "status": "success"}

    def _stale(self, module: Module, given: list[Record], unless: str) -> dict[str, Any] | None:
        limit = datetime.fromisoformat(unless)
        for one in given:
            record = module.records.get(str(one.get("id", "")))
            if record and datetime.fromisoformat(record["Modified_Time"]) > limit:
                message = "record updated time has already passed if-unmodified-since time"
                return error("ALREADY_MODIFIED", message, _who_and_when(record))
        return None

    @staticmethod
    def _shown(module: Module, record: Record, fields: list[str]) -> Record:
        known = module.fields
        shown = {name: visible_value(known[name], record) for name in fields if name in known}
        return {**shown, "id": record["id"]}


def _who_and_when(record: Record) -> Record:
    people = {name: {key: record[name][key] for key in ("name", "id")} for name in ("Modified_By", "Created_By")}
    return {**people, **{name: record[name] for name in ("Modified_Time", "Created_Time", "id")}}


def _per_page(request: web.Request) -> int:
    return min(MOST_PER_PAGE, max(1, int(request.query.get("per_page", str(MOST_PER_PAGE)))))


def _fingerprint(request: web.Request) -> str:
    """What a page token is bound to: every parameter but the token."""
    bound = sorted((key, value) for key, value in request.query.items() if key not in ("page_token", "page"))
    return request.path + json.dumps(bound)
