"""One contestant in a process of its own: `bulk_reading.py CONTESTANT FILE`; one line of JSON comes out."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import sys
import time
from contextlib import closing
from pathlib import Path

from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from zoho_console.bulk.checking import ROUNDED, are_rounded, check_row
from zoho_console.bulk.mapping import mapping_from
from zoho_console.bulk.preparing import stage
from zoho_console.bulk.reading import open_table
from zoho_console.domain.changes import Change
from zoho_console.domain.connections import Environment, NewConnection, origins_for
from zoho_console.domain.fields import Field
from zoho_console.store.connections import Connections
from zoho_console.store.database import Database
from zoho_console.store.migrate import bring_to_head
from zoho_console.store.staging import Staging

FIELDS = [
    Field("id", "Record Id", "bigint", is_writable=False),
    Field("Account_Name", "Account Name", "text", length=200),
    Field("Health_Score", "Health Score", "integer", length=9),
    Field("Industry", "Industry", "picklist", pick_values=("Banking", "Finance")),
    *(Field(f"Note_{number}", f"Note {number}", "text", length=255) for number in range(16)),
]


def ours(path: Path) -> int:
    """Every row, checked against the header."""
    return sum(1 for _ in open_table(path).rows())


def ours_staged(path: Path) -> int:
    """All that is done before Zoho is asked: opened, mapped, staged in Postgres, every row's 20 cells validated."""
    database = Database(os.environ["DATABASE_URL"])
    bring_to_head(database)
    new = NewConnection(f"Acme {path.name}", "eu", "1000.CLIENT", origins_for("eu", Environment.PRODUCTION))
    acme, staging = Connections(database).add(new), Staging(database)
    table = open_table(path)
    mapping, fields = mapping_from(table.header, FIELDS), {one.api_name: one for one in FIELDS}
    file_id = asyncio.run(stage(table, acme.id, staging))
    suspects = staging.count_matching(file_id, mapping.key_column, ROUNDED.pattern)
    is_rounded = are_rounded(suspects, staging.count(file_id))
    good = after = 0
    while rows := staging.rows(file_id, after):
        checked = (check_row(row, mapping, fields, table.header, has_rounded_ids=is_rounded) for row in rows)
        good += sum(isinstance(one, Change) and not one.unreadable for one in checked)
        after = rows[-1].number
    database.close()
    return good


def bare_csv(path: Path) -> int:
    """The csv module alone, told how to read."""
    with path.open(encoding="utf-8", newline="") as file:
        return sum(1 for _ in csv.reader(file)) - 1


def calamine(path: Path) -> int:
    """The library that reads spreadsheets fastest, which holds a sheet whole."""
    return sum(1 for _ in CalamineWorkbook.from_path(path).get_sheet_by_index(0).iter_rows()) - 1


def openpyxl(path: Path) -> int:
    """The library that reads a sheet row by row, which holds all texts that cells share."""
    with closing(load_workbook(path, read_only=True, data_only=True)) as workbook:
        return sum(1 for _ in workbook.worksheets[0].iter_rows(values_only=True)) - 1


def peak_mb() -> float:
    """The most memory that this process ever had, by Linux."""
    status = Path("/proc/self/status").read_text("ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024


if __name__ == "__main__":
    contestants = {
        "ours": ours, "ours-staged": ours_staged, "csv": bare_csv, "calamine": calamine, "openpyxl": openpyxl
    }  # fmt: skip
    began = time.perf_counter()
    count = contestants[sys.argv[1]](Path(sys.argv[2]))
    print(json.dumps({"rows": count, "seconds": time.perf_counter() - began, "peak_mb": peak_mb()}))
