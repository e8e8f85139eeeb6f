"""The places of bulk read (Zoho CRM v8): a job is made, asked about until it is done, and its file is fetched."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from typing import Any

from zoho_console.simulator.answers import Answer, Refusal
from zoho_console.simulator.bulk_criteria import read_criteria
from zoho_console.simulator.bulk_jobs import Jobs, not_found
from zoho_console.simulator.bulk_read import ReadJob, Selection
from zoho_console.simulator.coql_columns import Column, resolve
from zoho_console.simulator.gate import Call, Endpoint
from zoho_console.simulator.module import Module
from zoho_console.simulator.world import World

JOB_CREDITS = 50
MAX_PAGE = 50
DOWNLOADS, DOWNLOAD_WINDOW = 10, timedelta(minutes=1)
_ABSENT = ("profileimage", "layout")


class BulkReadApi:
    """`/crm/bulk/v8/read`; a job reads up to `per_job` records, and `polls` questions find it unfinished.

    Callbacks are checked and never made.
    """

    def __init__(self, world: World, polls: int, per_job: int) -> None:
        self._world = world
        self._polls = polls
        self._per_job = per_job
        self._jobs: Jobs[ReadJob] = Jobs()
        self._following: dict[str, tuple[str, Selection]] = {}
        self._downloads: deque[datetime] = deque()

    def endpoints(self) -> list[Endpoint]:
        """What stands behind the gate."""
        base, scopes = "/crm/bulk/v8/read", ("bulk.READ",)
        return [
            Endpoint("POST", base, scopes, self.create),
            Endpoint("GET", f"{base}/{{id}}", scopes, self.state, slow=True),
            Endpoint("GET", f"{base}/{{id}}/result", scopes, self.result),
        ]

    def create(self, call: Call) -> Answer:
        """201 with the job's id."""
        if not call.raw.strip():
            raise Refusal("REQUEST_BODY_IS_EMPTY", "The request body is empty")
        query = call.body.get("query")
        if not isinstance(query, dict):
            raise Refusal("INVALID_REQUEST", "The request is invalid", {"api_name": "query"})
        if call.body.get("file_type", "csv") != "csv":
            raise Refusal("INVALID_REQUEST", "The request is invalid", {"api_name": "file_type", "supported": ["csv"]})
        check_callback(call.body)
        selection = self._selection(call, query)
        if not call.access.allows(f"modules.{selection.module.api_name}.READ"):
            raise Refusal("OAUTH_SCOPE_MISMATCH", "invalid oauth scope to access this URL", status=401)
        job = ReadJob(self._world, call.access.user_id, self._polls, selection, query)
        self._jobs.add(job)
        details = {**self._described(job), "created_time": self._world.moment(job.created)}
        added = {"status": "success", "code": "ADDED_SUCCESSFULLY", "message": "Added successfully."}
        return Answer({"data": [{**added, "details": details}], "info": {}}, 201, credits=JOB_CREDITS)

    def state(self, call: Call) -> Answer:
        """How far the job is; `result` is there once it is done."""
        job = self._jobs[call.parts["id"]]
        job.advance()
        module = job.selection.module
        named = {"module": {"id": module.metadata["id"], "api_name": module.api_name}, "page": job.selection.page}
        shown = {
            **self._described(job),
            "query": {**job.query, **named},
            "created_time": self._world.moment(job.created),
            "file_type": "csv",
        }
        if job.state == "COMPLETED":
            if job.token and job.following:
                self._following[job.token] = (job.created_by["id"], job.following)
            shown["result"] = {
                "page": job.selection.page,
                "per_page": job.selection.size,
                "count": job.count,
                "download_url": f"/crm/bulk/v8/read/{job.id}/result",
                "more_records": job.following is not None,
                **({"next_page_token": job.token} if job.token else {}),
            }
        return Answer({"data": [shown]})

    def result(self, call: Call) -> Answer:
        """The zip; more than ten in a minute are refused."""
        job = self._jobs[call.parts["id"]]
        if job.state != "COMPLETED":
            raise not_found(job.id)
        now = self._world.now()
        while self._downloads and self._downloads[0] <= now - DOWNLOAD_WINDOW:
            self._downloads.popleft()
        if len(self._downloads) >= DOWNLOADS:
            raise Refusal("TOO_MANY_REQUESTS", "You have exceeded the limit of downloads", status=429)
        self._downloads.append(now)
        return Answer(job.content, headers=file_headers(f"{job.id}.zip"))

    def _described(self, job: ReadJob) -> dict[str, Any]:
        return {"id": job.id, "operation": "read", "state": job.state, "created_by": job.created_by}

    def _selection(self, call: Call, query: dict[str, Any]) -> Selection:
        token = query.get("page_token")
        if token is not None:
            owner, selection = self._following.get(str(token), ("", None))
            if selection is None or owner != call.access.user_id:
                raise Refusal("INVALID_REQUEST", "The request is invalid", {"api_name": "page_token"})
            return selection
        module = self._module(query)
        page = query.get("page", 1)
        if isinstance(page, bool) or not isinstance(page, int) or not 1 <= page <= MAX_PAGE:
            raise Refusal("PAGE_RANGE_EXCEEDED", "The page range exceeded", {"max_limit": MAX_PAGE})
        if query.get("cvid"):
            raise Refusal("CVID_NOT_SUPPORTED", "The custom view is not supported", {"module": module.api_name})
        columns = self._columns(module, query.get("fields") or [])
        if query.get("criteria") is None:
            return Selection(module, columns, None, {}, self._per_job, page)
        condition, tested = read_criteria(self._world, module, query["criteria"])
        return Selection(module, columns, condition, tested, self._per_job, page)

    def _module(self, query: dict[str, Any]) -> Module:
        named = query.get("module")
        name = named.get("api_name") if isinstance(named, dict) else None
        module = self._world.modules.get(str(name))
        if module is None:
            message = f"Requested module '{name}' is not available."
            raise Refusal("MODULE_NOT_AVAILABLE", message, {"module": name})
        return module

    def _columns(self, module: Module, names: Any) -> dict[str, Column]:
        """The columns by their headers; the id stands before them."""
        if not names:
            names = [name for name, spec in module.fields.items() if spec.data_type not in _ABSENT]
        columns = {}
        for name in names:
            try:
                columns[name] = resolve(self._world, module.api_name, name)
            except (Refusal, AttributeError) as problem:
                details = {"api_name": name, "module": module.api_name}
                raise Refusal("FIELD_NOT_AVAILABLE", "The field is not available", details) from problem
        columns.pop("id", None)
        return columns


def check_callback(body: dict[str, Any]) -> None:
    """Refuse a callback that Zoho would refuse; none is ever called here."""
    callback = body.get("callback")
    if callback is None:
        return
    if not isinstance(callback, dict) or not str(callback.get("url")).startswith("https://"):
        raise Refusal("INVALID_CALLBACK_URL", "The callback url is invalid", {"api_name": "url"})
    if callback.get("method") != "post":
        details = {"api_name": "method", "supported_callback_methods": ["post"]}
        raise Refusal("INVALID_CALLBACK_METHOD", "The callback method is invalid", details)


def file_headers(name: str) -> dict[str, str]:
    """The headers of an answer that is a zip file."""
    return {"Content-Type": "application/x-download", "Content-Disposition": f"attachment;filename={name}"}
