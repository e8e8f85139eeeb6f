"""A bulk read job: records in a zipped CSV file (Zoho CRM v8, bulk read)."""

from __future__ import annotations

import csv
import io
import secrets
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from zoho_console.simulator.bulk_jobs import Job
from zoho_console.simulator.coql_columns import Column
from zoho_console.simulator.coql_conditions import compiled
from zoho_console.simulator.coql_grammar import Condition, Junction, Predicate
from zoho_console.simulator.coql_ranges import id_range
from zoho_console.simulator.module import Module
from zoho_console.simulator.records import Record
from zoho_console.simulator.world import World


@dataclass(frozen=True, slots=True)
class Selection:
    """What a job reads: columns of a module, and the records that match from a place or an id on, `size` at most."""

    module: Module
    columns: dict[str, Column]
    condition: Condition | None
    tested: dict[str, Column]
    size: int
    page: int = 1
    after: str = ""

    def records(self) -> Iterator[Record]:
        """The records of this page and one more if there are more, oldest first."""
        condition = self.condition
        if self.after:
            later = Predicate("id", ">", (self.after,))
            condition = Junction("and", (later, condition)) if condition else later
        found = id_range(condition)
        tests = [compiled(part, self.tested) for part in found.rest]
        records = found.records(self.module.records, newest_first=False)
        matching = (record for record in records if all(test(record) for test in tests))
        start = 0 if self.after else (self.page - 1) * self.size
        return islice(matching, start, start + self.size + 1)

    def next(self, last_id: str) -> Selection:
        """What follows after the last record of this page."""
        return replace(self, page=self.page + 1, after=last_id)


class ReadJob(Job):
    """A job, and once it is done `content`, the zip; `following` is what its page token stands for."""

    def __init__(self, world: World, user: str, polls: int, selection: Selection, query: dict[str, Any]) -> None:
        super().__init__(world, user, polls)
        self.selection = selection
        self.query = query
        self.count = 0
        self.content = b""
        self.token: str | None = None
        self.following: Selection | None = None

    def work(self) -> None:
        """Write the file."""
        last = ""
        with io.BytesIO() as whole:
            with (
                zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
                archive.open(f"{self.id}.csv", "w", force_zip64=True) as raw,
                io.TextIOWrapper(raw, "utf-8", newline="") as text,
            ):
                writer = csv.writer(text, lineterminator="\n")
                writer.writerow(["Id", *self.selection.columns])
                cells = [_cell(column) for column in self.selection.columns.values()]
                for record in self.selection.records():
                    if self.count == self.selection.size:
                        self.following = self.selection.next(last)
                        self.token = secrets.token_hex(24)
                        break
                    self.count += 1
                    last = record["id"]
                    writer.writerow([last, *(cell(record) for cell in cells)])
            self.content = whole.getvalue()


def _cell(column: Column) -> Callable[[Record], Any]:
    """How a column is written: lookups as ids, choices joined, nothing for null."""
    raw = column.raw
    if column.spec.data_type == "boolean":
        return lambda record: {True: "true", False: "false"}.get(raw(record), "")
    if column.spec.api_name == "Tag":
        return lambda record: ",".join(tag["name"] for tag in raw(record) or ())
    if column.spec.data_type == "multiselectpicklist":
        return lambda record: ";".join(raw(record) or ())
    if column.spec.target == "Roles" or column.spec.data_type == "layout":
        return lambda record: (raw(record) or {}).get("id")
    return raw
