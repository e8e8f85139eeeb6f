"""Polars in an environment of its own: `bulk_polars.py polars FILE`; one line of JSON comes out."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import polars

began = time.perf_counter()
rows = polars.read_csv(sys.argv[2], infer_schema=False).height  # ids stay texts
seconds = time.perf_counter() - began
status = Path("/proc/self/status").read_text("ascii")
peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024
print(json.dumps({"rows": rows, "seconds": seconds, "peak_mb": peak}))
