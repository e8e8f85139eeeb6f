"""The places of bulk write (Zoho CRM v8): a job for an uploaded file, questions about it, and its result."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

from zoho_console.simulator.answers import Answer, Refusal
from zoho_console.simulator.bulk_cells import Reading, strptime_format
from zoho_console.simulator.bulk_jobs import Jobs, not_found, required_key
from zoho_console.simulator.bulk_read_api import check_callback, file_headers
from zoho_console.simulator.bulk_write import Import, Mapped, WriteJob
from zoho_console.simulator.gate import Call, Endpoint
from zoho_console.simulator.module import Module
from zoho_console.simulator.record_writer import RecordWriter
from zoho_console.simulator.uploads import Uploads
from zoho_console.simulator.world import World

JOB_CREDITS = 500
MAX_ROWS = 25_000
MAX_COLUMNS = 200
OPERATIONS = ("insert", "update", "upsert")
_DELIMITERS = ",;:|"


class BulkWriteApi:
    """`/crm/bulk/v8/write`; `origin` says where result files are fetched, as Zoho names them in full."""

    def __init__(
        self, world: World, writer: RecordWriter, uploads: Uploads, polls: int, origin: Callable[[], str]
    ) -> None:
        self._world = world
        self._writer = writer
        self._uploads = uploads
        self._polls = polls
        self._origin = origin
        self._jobs: Jobs[WriteJob] = Jobs()

    def endpoints(self) -> list[Endpoint]:
        """What stands behind the gate."""
        base, results = "/crm/bulk/v8/write", f"/v8/crm/org{self._world.organisation['zgid']}/bulk-write"
        return [
            Endpoint("POST", base, ("bulk.CREATE",), self.create, slow=True),
            Endpoint("GET", f"{base}/{{id}}", ("bulk.READ",), self.state, slow=True),
            Endpoint("GET", f"{results}/{{id}}/{{name}}", ("bulk.READ",), self.result),
        ]

    def create(self, call: Call) -> Answer:
        """201 with the job's id."""
        body = call.body
        operation = required_key(body, "operation")
        if operation not in OPERATIONS:
            details = {"api_name": "operation", "json_path": "$.operation", "supported_values": list(OPERATIONS)}
            raise Refusal("INVALID_DATA", "invalid data", details)
        check_callback(body)
        resources = required_key(body, "resource")
        if not isinstance(resources, list) or not resources or not all(isinstance(one, dict) for one in resources):
            raise Refusal(
                "INVALID_DATA", "invalid data", {"expected_data_type": "jsonarray", "json_path": "$.resource"}
            )
        imports = [self._import(body, operation, resource) for resource in resources]
        job = WriteJob(self._world, call.access.user_id, self._polls, self._writer, operation, imports)
        self._jobs.add(job)
        created = {"id": job.id, "created_by": job.created_by}
        answer = {"status": "success", "code": "SUCCESS", "message": "success", "details": created}
        return Answer(answer, 201, credits=JOB_CREDITS)

    def state(self, call: Call) -> Answer:
        """How far the job is. The state of the whole is written without a blank, that of its parts with one."""
        job = self._jobs[call.parts["id"]]
        job.advance()
        state = {"QUEUED": "ADDED"}.get(job.state, job.state)
        shown: dict[str, Any] = {
            "status": state.replace(" ", ""),
            "character_encoding": "UTF-8",
            "id": job.id,
            "operation": job.operation,
            "created_time": self._world.moment(job.created),
            "created_by": job.created_by,
            "resource": [_described(one, state) for one in job.imports],
        }
        if state == "COMPLETED":
            zgid = self._world.organisation["zgid"]
            path = f"/v8/crm/org{zgid}/bulk-write/{job.id}/{job.id}.zip"
            shown["result"] = {"download_url": self._origin() + path}
        return Answer(shown)

    def result(self, call: Call) -> Answer:
        """The zip with one CSV file for each file of the job."""
        job = self._jobs[call.parts["id"]]
        if job.state != "COMPLETED" or call.parts["name"] != f"{job.id}.zip":
            raise not_found(call.parts["name"])
        return Answer(job.content, headers=file_headers(f"{job.id}.zip"))

    def _import(self, body: dict[str, Any], operation: str, resource: dict[str, Any]) -> Import:
        named = resource.get("module")
        name = named.get("api_name") if isinstance(named, dict) else named
        module = self._world.modules.get(str(name))
        if module is None:
            raise Refusal("MODULE_NOT_AVAILABLE", f"Requested module '{name}' is not available.", {"module": name})
        find_by = resource.get("find_by")
        if find_by is None and operation != "insert":
            raise Refusal("MANDATORY_NOT_FOUND", "Required key find_by is not available", {"api_name": "find_by"})
        file_name, rows = self._rows(resource)
        columns = _columns(self._world, module, rows[0], resource.get("field_mappings"))
        mapped = {column.api_name for column in columns}
        if operation != "update" and module.name_field not in mapped:
            message = "All mandatory fields are not mapped for the layout"
            raise Refusal("MANDATORY_FIELDS_NOT_MAPPED", message, {"api_name": module.name_field})
        if find_by is not None and find_by not in mapped:
            raise Refusal("INVALID_FIELD", f"invalid mapping. invalid api_name {find_by}.", {"api_name": find_by})
        ignore = resource.get("ignore_empty", body.get("ignore_empty")) or False
        return Import(module, file_name, resource, find_by, ignore, columns, rows[1:])

    def _rows(self, resource: dict[str, Any]) -> tuple[str, list[list[str]]]:
        """The name of the CSV file and its rows, the header first."""
        members = self._uploads.members(str(resource.get("file_id")))
        if members is None:
            raise Refusal("INVALID_FILE_ID", "improper file id", {"api_name": "file_id"})
        names = resource.get("file_names") or list(members)[:1]
        content = members.get(str(names[0])) if names else None
        if content is None:
            raise Refusal("FILE_NOT_FOUND", "file not found", {"api_name": "file_names"})
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise Refusal("FILE_NOT_SUPPORTED", "File not supported for bulk write") from error
        header = text.partition("\n")[0]
        delimiter = max(_DELIMITERS, key=header.count)
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]
        if not rows:
            raise Refusal("FILE_NOT_SUPPORTED", "File not supported for bulk write")
        if len(rows[0]) > MAX_COLUMNS:
            raise Refusal("HEADER_LIMIT_EXCEEDED", "header limit exceeded", {"limit": MAX_COLUMNS})
        if len(rows) - 1 > MAX_ROWS:
            raise Refusal("LIMIT_EXCEEDED", "limit exceeded", {"limit": MAX_ROWS})
        return str(names[0]), rows


def _columns(world: World, module: Module, header: list[str], mappings: Any) -> list[Mapped]:
    """The mapped columns in the order of the mapping, or of the header where there is none."""
    if not mappings:
        parts = [text.strip().partition(".") for text in header]
        mappings = [
            {"api_name": name, "index": place, "find_by": key or None} for place, (name, _, key) in enumerate(parts)
        ]
    return [_mapped(world, module, header, mapping) for mapping in mappings]


def _mapped(world: World, module: Module, header: list[str], mapping: dict[str, Any]) -> Mapped:
    name, index, form = mapping.get("api_name"), mapping.get("index"), mapping.get("format")
    spec = module.fields.get(str(name))
    if spec is None or not (spec.writable or name == "id"):
        raise Refusal("INVALID_FIELD", f"invalid mapping. invalid api_name {name}.", {"api_name": name})
    default = mapping.get("default_value")
    if index is None and not default:
        message = f"required key index for field {name} is not found in request body."
        raise Refusal("MISSING_REQUIRED_KEY", message, {"api_name": name})
    if index is not None and not (isinstance(index, int) and 0 <= index < len(header)):
        raise Refusal("COLUMN_INDEX_NOT_FOUND", "column index not found", {"api_name": name, "index": index})
    if form:
        strptime_format(form)
    shown = header[index] if index is not None else str(name)
    value = default.get("value") if isinstance(default, dict) else None
    return Mapped(index, shown, spec.api_name, Reading(world, spec, form, mapping.get("find_by")), str(value or ""))


def _described(one: Import, state: str) -> dict[str, Any]:
    """A part of the job as its state is asked."""
    unset = {"format": None, "find_by": None, "module": None, "parent_column_index": None, "default_value": None}
    counts = one.counts
    return {
        "status": state,
        "type": "data",
        **({"code": "SUCCESS"} if state == "COMPLETED" else {}),
        "module": {"api_name": one.module.api_name, "id": one.module.metadata["id"]},
        "file_id": one.described.get("file_id"),
        "file_names": [one.file_name],
        "ignore_empty": one.ignore_empty,
        "find_by": one.find_by,
        "field_mappings": [
            {**unset, **mapping}
            for mapping in one.described.get("field_mappings")
            or [{"api_name": column.api_name, "index": column.index} for column in one.columns]
        ],
        "file": {
            "status": state,
            "name": one.file_name,
            "added_count": counts["ADDED"],
            "updated_count": counts["UPDATED"],
            "skipped_count": counts["SKIPPED"],
            "total_count": sum(counts.values()),
        },
    }
