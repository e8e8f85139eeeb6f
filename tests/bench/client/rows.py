"""What every contestant measures: the rows, the way to time them, the answer to the driver. Standard library only.

A contestant is started as `python contestant.py URL REFRESH_TOKEN ROW …` and prints one JSON value a line for each row:
`{"row", "seconds": [first, …], "records", "peak_mb"}`, `peak_mb` above the process before its first row.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable

FIELDS = ["Account_Name", "Industry", "Annual_Revenue", "Health_Score", "Owner"]
CLIENT_ID, SECRET = "1000.SIMULATOR0CONSOLE0DEMO0CLIENT0", "simulator-demo-secret"
REPEATS = 5
ONCE = {"stream_100000"}  # long ones are run twice only


def compete(rows: dict[str, Callable[[], int]]) -> None:
    """Time the rows that were asked for."""
    idle_mb = _peak_mb()
    print("ready", flush=True)
    time.sleep(0.2)  # the driver reads the simulator's counter now
    for name in sys.argv[3:]:
        seconds, records = [], 0
        for _ in range(2 if name in ONCE else REPEATS):
            began = time.perf_counter()
            records = rows[name]()
            seconds.append(time.perf_counter() - began)
        time.sleep(0.1)
        print(
            json.dumps({"row": name, "seconds": seconds, "records": records, "peak_mb": _peak_mb() - idle_mb}),
            flush=True,
        )
        time.sleep(0.2)


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
