"""Calls of bulk read and bulk write: make a job, ask how far it is, fetch its file. Source: fact sheet 4 and 5."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from zoho_console.errors import BulkJobFailed, UnreadableAnswer
from zoho_console.zoho import decode
from zoho_console.zoho.call import Answer, Call
from zoho_console.zoho.records import BASE, checked_id

BULK = "/crm/bulk/v8"
READ_CREDITS, WRITE_CREDITS = 50, 500
MOST_WRITTEN, MOST_BYTES = 25_000, 25 * 1024**2  # rows of a bulk write job, and of the zip that has them
_DONE, _FAILED = ("COMPLETED",), ("FAILURE", "FAILED", "SKIPPED")


@dataclass(frozen=True, slots=True)
class JobState:
    """How far a job is. `url` of its file is there once it is done; `page_token` where a read has more."""

    is_done: bool
    url: str = ""
    count: int = 0
    page_token: str = ""


def start_read(module: str, fields: Sequence[str], criteria: Mapping[str, Any] | None, page_token: str) -> Call[str]:
    """The id of a new bulk read job. Never repeatable: a second one would cost as much. Cost: 50 credits."""
    query: dict[str, Any] = {"page_token": page_token}
    if not page_token:
        query = {"module": {"api_name": module}, "fields": list(fields)}
        if criteria is not None:
            query["criteria"] = dict(criteria)
    return Call(
        "POST", f"{BULK}/read", _read_job, body={"query": query}, is_repeatable=False, credits=READ_CREDITS,
        scope="ZohoCRM.bulk.READ",
    )  # fmt: skip


def read_state(job_id: str) -> Call[JobState]:
    """How far a bulk read job is. Errors: BulkJobFailed. Cost: 1 credit."""
    return Call("GET", f"{BULK}/read/{checked_id(job_id)}", _read_state, scope="ZohoCRM.bulk.READ")


def upload(name: str, content: bytes, organisation_id: str, origin: str) -> Call[str]:
    """The id of an uploaded zip for bulk write; the upload server is not the API server."""
    headers = {"feature": "bulk-write", "X-CRM-ORG": organisation_id}
    return Call(
        "POST", f"{BASE}/upload", _read_file_id, file=(name, content), headers=headers, origin=origin,
        scope="ZohoFiles.files.ALL",
    )  # fmt: skip


def start_write(module: str, file_id: str, file_name: str, columns: Sequence[Mapping[str, Any]]) -> Call[str]:
    """The id of a new job that updates records by the ids of an uploaded file. Not repeatable. Cost: 500 credits."""
    resource = {
        "type": "data", "module": {"api_name": module}, "file_id": file_id, "file_names": [file_name], "find_by": "id",
        "ignore_empty": False, "field_mappings": list(columns),
    }  # fmt: skip
    body = {"operation": "update", "character_encoding": "UTF-8", "resource": [resource]}
    return Call(
        "POST", f"{BULK}/write", _write_job, body=body, is_repeatable=False, credits=WRITE_CREDITS,
        scope="ZohoCRM.bulk.CREATE",
    )  # fmt: skip


def write_state(job_id: str) -> Call[JobState]:
    """How far a bulk write job is. Errors: BulkJobFailed. Cost: 1 credit."""
    return Call("GET", f"{BULK}/write/{checked_id(job_id)}", _write_state, scope="ZohoCRM.bulk.READ")


def fetch(url: str) -> Call[bytes]:
    """The file of a job, at the address that its state named, a whole one or a path on the API server."""
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
    return Call("GET", parts.path, _content, origin=origin, scope="ZohoCRM.bulk.READ")


def _content(answer: Answer) -> bytes:
    if answer.status != 200 or not answer.body.startswith(b"PK"):
        decode.value(answer)
        raise UnreadableAnswer("The result file that Zoho sent cannot be used.", advice="Try again.")
    return answer.body


def _read_job(answer: Answer) -> str:
    return _id_of(answer, decode.records(answer)[:1])


def _write_job(answer: Answer) -> str:
    return _id_of(answer, [decode.value(answer) or {}])


def _read_file_id(answer: Answer) -> str:
    return _id_of(answer, [decode.value(answer) or {}], "file_id")


def _id_of(answer: Answer, items: Sequence[Mapping[str, Any]], key: str = "id") -> str:
    details = items[0].get("details") if items else None
    if not isinstance(details, dict) or not str(details.get(key, "")).isdigit():
        raise decode.unreadable(answer, "no id")
    return str(details[key])


def _read_state(answer: Answer) -> JobState:
    (job,) = decode.records(answer)[:1] or [{}]
    result = job.get("result") or {}
    state = str(job.get("state", "")).upper()
    if state in _FAILED:
        raise _failed(result.get("error_message"))
    if state not in _DONE:
        return JobState(False)
    return JobState(
        True,
        str(result.get("download_url", "")),
        int(result.get("count") or 0),
        str(result.get("next_page_token") or ""),
    )


def _write_state(answer: Answer) -> JobState:
    job = decode.value(answer) or {}
    state = str(job.get("status", "")).upper()
    if state in _FAILED:
        raise _failed(job)
    # A job can be done although its part was refused.
    for part in job.get("resource") or ():
        if state in _DONE and str(part.get("status", "")).upper() in _FAILED:
            raise _failed(part)
    if state not in _DONE:
        return JobState(False)
    return JobState(True, str((job.get("result") or {}).get("download_url", "")))


def _failed(told: Any) -> BulkJobFailed:
    facts = told if isinstance(told, dict) else {}
    return BulkJobFailed(
        "Zoho could not carry out the bulk job.",
        code=str(facts.get("code") or ""),
        advice="Try again, or update the records without a job.",
        details={"message": str(facts.get("message") or "")},
    )
