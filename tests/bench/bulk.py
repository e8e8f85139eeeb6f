"""A file of 1,000,000 rows of 20 columns: read, staged, mapped and validated, beside the csv module and polars.

The same as a spreadsheet, beside calamine and openpyxl.
"""

from __future__ import annotations

import csv
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench.bulk_sheet import write_sheet
from zoho_console.store.embedded import EmbeddedPostgres

ROOT = Path(__file__).resolve().parents[2]
ROWS, NOTES = 1_000_000, 16
TITLES = {
    "ours": "ours: every row read, every line checked",
    "ours-staged": "ours: read, staged, mapped, validated",
    "csv": "csv module: every row read",
    "polars": "polars: read as text",
}
SHEET_TITLES = {
    "ours": "ours: every row read, every line checked",
    "ours-staged": "ours: read, staged, mapped, validated",
    "calamine": "calamine: every row read",
    "openpyxl": "openpyxl, read-only: every row read",
}


def main(rows: int = ROWS) -> None:
    """Print the figures; each contestant has a process of its own, and reads a file that lies in the page cache."""
    with tempfile.TemporaryDirectory(prefix="zoho-console-bench-") as folder:
        Path(folder).chmod(0o711)
        table, sheet = Path(folder) / "rows.csv", Path(folder) / "rows.xlsx"
        write_rows(table, rows)
        write_sheet(sheet, lambda: read_rows(table))
        postgres = EmbeddedPostgres(Path(folder) / "postgres")
        environment = {**os.environ, "DATABASE_URL": postgres.start()}
        try:
            for path, titles in ((table, TITLES), (sheet, SHEET_TITLES)):
                compare(path, rows, titles, environment)
        finally:
            postgres.stop()


def compare(path: Path, rows: int, titles: dict[str, str], environment: dict[str, str]) -> None:
    """Print the figures of one file."""
    print(f"\n{path.suffix}: {rows:,} rows of {4 + NOTES} columns, {path.stat().st_size / 1e6:,.0f} MB\n")
    print("| | seconds | rows a second | peak memory, MB |\n|---|---|---|---|")
    for name, title in titles.items():
        found = measured(name, path, environment)
        assert found["rows"] == rows, found
        speed = rows / found["seconds"]
        print(f"| {title} | {found['seconds']:.1f} | {speed:,.0f} | {found['peak_mb']:.0f} |", flush=True)


def read_rows(path: Path) -> Iterator[list[str]]:
    """The rows of a CSV file with its header."""
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.reader(file)


def write_rows(path: Path, rows: int) -> None:
    """A file as a CRM's export is: ids, names with letters beyond ASCII, quoted cells with delimiters in them."""
    with path.open("w", encoding="utf-8", newline="") as file:
        notes = ",".join(f"Note {column}" for column in range(NOTES))
        file.write(f"id,Account Name,Health Score,Industry,{notes}\n")
        for row in range(rows):
            cells = (f'"a, quoted {row}"' if column % 5 == 0 else f"note {column} of {row}" for column in range(NOTES))
            key = 777_000_000_000_000_000 + 7 * row
            file.write(f"{key},Åkerman & Söhne {row},{row % 100},Banking,{','.join(cells)}\n")


def measured(name: str, path: Path, environment: dict[str, str]) -> dict[str, Any]:
    """Seconds, rows and peak memory of one contestant."""
    python, module = (_bench_python(), "polars") if name == "polars" else (sys.executable, "reading")
    script = ROOT / "tests" / "bench" / f"bulk_{module}.py"
    answer = subprocess.run(
        [python, script, name, path], env={**environment, "PYTHONPATH": str(ROOT)}, capture_output=True, check=True
    )
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def _bench_python() -> str:
    """The interpreter that has polars."""
    spec = importlib.util.spec_from_file_location("dev", ROOT / "dev.py")
    assert spec is not None
    assert spec.loader is not None
    dev = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(dev)
    return str(dev.bench_python())
