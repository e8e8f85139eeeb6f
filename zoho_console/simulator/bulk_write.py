"""A bulk write job: each row of a CSV file inserts, updates or upserts a record (Zoho CRM v8, bulk write).

Only the first three mapped columns come back in the result, with STATUS, RECORD_ID and ERRORS; no automation runs.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from zoho_console.simulator.answers import Refusal
from zoho_console.simulator.bulk_cells import Reading
from zoho_console.simulator.bulk_jobs import Job
from zoho_console.simulator.module import Module
from zoho_console.simulator.record_writer import Order, RecordWriter
from zoho_console.simulator.world import World

SHOWN_COLUMNS = 3


@dataclass(frozen=True, slots=True)
class Mapped:
    """A column of the file: its place, header, field and reading; `default` stands in for empty cells."""

    index: int | None
    header: str
    api_name: str
    reading: Reading
    default: str = ""


@dataclass(slots=True)
class Import:
    """One file of a job and what became of its rows, `counts` by STATUS."""

    module: Module
    file_name: str
    described: dict[str, Any]
    find_by: str | None
    ignore_empty: bool
    columns: list[Mapped]
    rows: list[list[str]]
    counts: Counter[str] = field(default_factory=Counter)


class WriteJob(Job):
    """A job; once it is done `content` is the zip of its results."""

    def __init__(
        self, world: World, user: str, polls: int, writer: RecordWriter, operation: str, imports: list[Import]
    ) -> None:
        super().__init__(world, user, polls)
        self.operation = operation
        self.imports = imports
        self.content = b""
        self._writer = writer

    def work(self) -> None:
        """Write the records and the result file."""
        with io.BytesIO() as whole:
            with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
                for one in self.imports:
                    archive.writestr(f"{one.module.api_name}-{one.file_name}", self._imported(one))
            self.content = whole.getvalue()

    def _imported(self, one: Import) -> str:
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        shown = one.columns[:SHOWN_COLUMNS]
        writer.writerow([*(column.header for column in shown), "STATUS", "RECORD_ID", "ERRORS"])
        for row in one.rows:
            status, record_id, errors = self._row(one, row)
            one.counts[status] += 1
            writer.writerow([*(_cell(column, row) for column in shown), status, record_id, errors])
        return text.getvalue()

    def _row(self, one: Import, row: list[str]) -> tuple[str, str, str]:
        """What becomes of a row: STATUS, RECORD_ID, ERRORS."""
        order = Order(one.module, self.created_by["id"], trigger=())
        twin = ""
        try:
            item = self._item(one, row)
            twin = _twin(one, row)
            if twin and self.operation == "insert":
                raise Refusal("DUPLICATE_DATA", "duplicate data", {"api_name": one.find_by})
            if twin:
                return "UPDATED", self._writer.update(order, 0, {**item, "id": twin})["details"]["id"], ""
            if self.operation == "update":
                raise Refusal("RESOURCE_NOT_FOUND", "no such record", {"api_name": one.find_by})
            item.pop("id", None)
            return "ADDED", self._writer.insert(order, 0, item)["details"]["id"], ""
        except Refusal as refusal:
            return "SKIPPED", twin, _errors(refusal.item)

    def _item(self, one: Import, row: list[str]) -> dict[str, Any]:
        """The row as the record API would take it; empty cells empty the field or leave it alone."""
        item: dict[str, Any] = {}
        problems: list[Refusal] = []
        for column in one.columns:
            text = _cell(column, row) or column.default
            if not text and (one.ignore_empty or self.operation != "update"):
                continue
            try:
                item[column.api_name] = column.reading.value(text)
            except Refusal as refusal:
                refusal.details["api_name"] = column.api_name
                problems.append(refusal)
        if problems:
            errors = [problem.item for problem in problems]
            raise Refusal("MULTIPLE_OR_MULTI_ERRORS", "Multiple errors in the request", {"errors": errors})
        return item


def _cell(column: Mapped, row: list[str]) -> str:
    return row[column.index].strip() if column.index is not None and column.index < len(row) else ""


def _twin(one: Import, row: list[str]) -> str:
    """The id of the record that the row is about, "" if there is none."""
    key = next((_cell(column, row) for column in one.columns if column.api_name == one.find_by), "")
    if one.find_by == "id":
        return key if key in one.module.records else ""
    return (one.module.holder(one.find_by, key) or "") if one.find_by and key else ""


def _errors(item: dict[str, Any]) -> str:
    """`CODE-Column,Column:CODE-Column`, as the result file words what is wrong with a row."""
    by_code: dict[str, list[str]] = {}
    for error in item["details"].get("errors", [item]):
        by_code.setdefault(error["code"], []).append(error["details"].get("api_name") or "")
    return ":".join(f"{code}-{','.join(names)}" for code, names in by_code.items())
