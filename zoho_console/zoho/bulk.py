"""Bulk read and bulk write from the start of a job to the last row of its file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, Protocol, TypeVar

from zoho_console.background import in_thread
from zoho_console.coql import Condition, bulk_read_criteria
from zoho_console.domain.connections import Organisation
from zoho_console.domain.fields import Field, print_value
from zoho_console.domain.records import Record
from zoho_console.errors import UnreadableAnswer, ZohoConfigError
from zoho_console.zoho import bulk_jobs
from zoho_console.zoho.archives import packed, rows_of
from zoho_console.zoho.bulk_jobs import MOST_BYTES, MOST_WRITTEN, JobState
from zoho_console.zoho.call import Call

T = TypeVar("T")
FIRST_POLL_S, LONGEST_POLL_S = 5.0, 60.0  # a job takes minutes even for few rows (fact sheet 4.5)
SLICE_ROWS = 2000
MOST_FIELDS_WRITTEN = 199  # columns of a file beside the id
_FILE = "rows.csv"
_FORMATS = {"date": "yyyy-MM-dd", "datetime": "yyyy-MM-dd'T'HH:mm:ssXXX"}
_LOOKUPS = frozenset({"lookup", "ownerlookup", "userlookup"})


class Sends(Protocol):
    """Sends a call with the connection's token."""

    def __call__(self, call: Call[T]) -> Coroutine[Any, Any, T]:
        """The value of the call."""
        ...


async def _at_once() -> None:
    """Nothing is to be done before a job starts."""


class BulkJobs:
    """Jobs of one connection.

    `upload` is the origin of its upload server, `first_poll_s` the first wait between two looks at a job, which then
    grow.
    """

    def __init__(
        self,
        send: Sends,
        organisation: Callable[[], Coroutine[Any, Any, Organisation]],
        upload: str,
        first_poll_s: float,
    ) -> None:
        self._send = send
        self._organisation = organisation
        self._upload = upload
        self._first_poll_s = first_poll_s

    async def read(
        self, module: str, fields: Sequence[str], condition: Condition | None
    ) -> AsyncIterator[list[dict[str, str]]]:
        """Every matching record as Zoho writes it into a file: texts by field name, `id` first, some thousand a part.

        Errors: BadQuery for a condition that a job cannot take; UnreadableAnswer for a file that cannot be trusted,
        which may show after rows of it came. Cost: 50 credits for 200,000 records, 1 for each look.
        """
        criteria = bulk_read_criteria(condition) if condition is not None else None
        page_token = ""
        while True:
            job_id = await self._send(bulk_jobs.start_read(module, fields, criteria, page_token))
            state = await self._done(lambda job_id=job_id: bulk_jobs.read_state(job_id))  # type: ignore[misc]
            if state.count:
                content = await self._send(bulk_jobs.fetch(state.url))
                async for part in _slices(content):
                    yield part
            page_token = state.page_token
            if not page_token:
                return

    async def update(
        self, module: str, records: Sequence[Record], fields: Mapping[str, Field]
    ) -> dict[str, tuple[str, str]]:
        """Up to 25,000 records updated by one job, to its end; see `start_update` and `results`."""
        job_id = await self.start_update(module, records, fields)
        state = await self._done(lambda: bulk_jobs.write_state(job_id))
        return await self.results(state.url)

    async def start_update(
        self,
        module: str,
        records: Sequence[Record],
        fields: Mapping[str, Field],
        *,
        before: Callable[[], Coroutine[Any, Any, None]] = _at_once,
        guard: Callable[[], None] | None = None,
    ) -> str:
        """The id of a job that updates up to 25,000 records of the same fields; None empties a field.

        Nothing is changed until `before` was awaited, when the file has been uploaded. What `guard` raises, just before
        the bytes that start the job leave, means that none do. No automation runs. Errors: ZohoConfigError (too many,
        too long, not of the same fields, a value that a file cannot hold); NotReachable(sent=True) if the answer to the
        start was lost: the job may run. Cost: 500 credits and 2 calls.
        """
        names = _columns(records, fields)
        content = await in_thread(_packed, records, names)
        organisation = await self._organisation()
        file_id = await self._send(bulk_jobs.upload("rows.zip", content, organisation.id, self._upload))
        columns = [_mapping(place, name, fields.get(name)) for place, name in enumerate(["id", *names])]
        await before()
        return await self._send(replace(bulk_jobs.start_write(module, file_id, _FILE, columns), guard=guard))

    async def write_state(self, job_id: str) -> JobState:
        """How far a bulk write job is. Errors: BulkJobFailed. Cost: 1 call."""
        return await self._send(bulk_jobs.write_state(job_id))

    async def results(self, url: str) -> dict[str, tuple[str, str]]:
        """What a job that is done did: by id the status (UPDATED, SKIPPED, …) and Zoho's error codes.

        A record that the file does not name, or names twice, is missing. Errors: UnreadableAnswer for a file that
        cannot be trusted. Cost: 1 call.
        """
        return await in_thread(read_results, await self._send(bulk_jobs.fetch(url)))

    async def _done(self, look: Callable[[], Call[JobState]]) -> JobState:
        wait_s = self._first_poll_s
        while not (state := await self._send(look())).is_done:
            await asyncio.sleep(wait_s)
            wait_s = min(wait_s * 1.5, LONGEST_POLL_S)
        return state


async def _slices(content: bytes) -> AsyncIterator[list[dict[str, str]]]:
    """Rows by field name; unpacked in a thread, so that the loop goes on."""
    rows = rows_of(content)
    header = await in_thread(next, rows, [])
    names = ["id" if name.lower() == "id" else name for name in header]

    def some() -> list[dict[str, str]]:
        return [dict(zip(names, row, strict=True)) for row in islice(rows, SLICE_ROWS)]

    while part := await in_thread(some):
        yield part


def _columns(records: Sequence[Record], fields: Mapping[str, Field]) -> list[str]:
    names = [name for name in records[0] if name != "id"]
    if len(records) > MOST_WRITTEN or len(names) > MOST_FIELDS_WRITTEN:
        raise ZohoConfigError(
            f"A bulk write job takes {MOST_WRITTEN:,} records of 200 fields.", advice="Send them in parts."
        )
    if any(set(record) != {"id", *names} for record in records):
        raise ZohoConfigError("The records of a bulk write job set the same fields.", advice="Group them by fields.")
    for name in names:
        if fields.get(name) is not None and fields[name].type == "subform":
            raise ZohoConfigError(f"A bulk write job cannot set “{name}”.", advice="Update these without a job.")
    return names


def _packed(records: Sequence[Record], names: Sequence[str]) -> bytes:
    rows = ([str(record["id"]), *(_cell(record[name]) for name in names)] for record in records)
    content = packed(_FILE, ["id", *names], iter(rows))
    if len(content) >= MOST_BYTES:
        raise ZohoConfigError(
            f"The file of a bulk write job takes less than {MOST_BYTES // 1024**2} MB.", advice="Send fewer at once."
        )
    return content


def _cell(value: Any) -> str:
    return str(value["id"]) if isinstance(value, dict) and "id" in value else print_value(value)


def _mapping(place: int, name: str, field: Field | None) -> dict[str, Any]:
    mapping: dict[str, Any] = {"api_name": name, "index": place}
    if field is not None and field.type in _FORMATS:
        mapping["format"] = _FORMATS[field.type]
    if field is not None and field.type in _LOOKUPS:
        mapping["find_by"] = "id"
    return mapping


def read_results(content: bytes) -> dict[str, tuple[str, str]]:
    """What the result file of a bulk write job says, by id: the status and Zoho's error codes.

    Only the first three mapped columns come back, and the id is the first of them. A record that stands there twice, or
    beside the id of another one that was updated, is left out. Errors: UnreadableAnswer.
    """
    rows = rows_of(content)
    header = next(rows, [])
    if header[:1] != ["id"] or not {"STATUS", "RECORD_ID", "ERRORS"} <= set(header):
        raise UnreadableAnswer("The result file of a bulk job lacks the columns that tell what was done.")
    status, record, errors = map(header.index, ("STATUS", "RECORD_ID", "ERRORS"))
    told: dict[str, tuple[str, str]] = {}
    unclear = set()
    for row in rows:
        if len(row) != len(header):
            raise UnreadableAnswer("A row of a bulk job's result file has not as many cells as its header.")
        if row[0] in told or (row[status] == "UPDATED" and row[record] not in ("", row[0])):
            unclear |= {row[0], row[record]}
        told[row[0]] = (row[status], row[errors])
    return {record_id: words for record_id, words in told.items() if record_id not in unclear}
