"""`python3 dev.py bench [window|client|bulk|apply]`: the figures of one benchmark, or of all."""

from __future__ import annotations

import sys

from tests.bench import apply, bulk, window
from tests.bench.client import driver

BENCHMARKS = {"window": window.main, "client": driver.main, "bulk": bulk.main, "apply": apply.main}

for name in sys.argv[1:] or BENCHMARKS:
    BENCHMARKS[name]()
