"""`python3 dev.py bench [window|client|bulk]`: the figures of one benchmark, or of all."""

from __future__ import annotations

import sys

from tests.bench import apply, bulk, window
from tests.bench.client import driver

BENCHMARKS = {"window": (window.main,), "client": (driver.main,), "bulk": (bulk.main, apply.main)}

for name in sys.argv[1:] or BENCHMARKS:
    for benchmark in BENCHMARKS[name]:
        benchmark()
