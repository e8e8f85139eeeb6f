"""A sample of the benchmark of large files: memory does not grow with the rows."""

from __future__ import annotations

import os
from pathlib import Path

from tests.bench import bulk


def test_ten_times_the_rows_take_no_more_memory(database_url: str, empty_url: str, tmp_path: Path) -> None:
    few, many = tmp_path / "few.csv", tmp_path / "many.csv"
    bulk.write_rows(few, 4_000)
    bulk.write_rows(many, 40_000)
    peaks = {}
    for path, url, rows in ((few, database_url, 4_000), (many, empty_url, 40_000)):
        found = bulk.measured("ours-staged", path, {**os.environ, "DATABASE_URL": url})
        assert found["rows"] == rows
        peaks[path] = found["peak_mb"]
    assert peaks[many] < peaks[few] + 10
    assert peaks[many] < 400
