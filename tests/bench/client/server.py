"""A simulator in a process of its own: arguments are how many accounts and the latency in ms; ends with its input."""

from __future__ import annotations

import json
import sys

from zoho_console.simulator.server import Simulator, SimulatorOptions

options = SimulatorOptions(
    accounts=int(sys.argv[1]), latency_ms=int(sys.argv[2]), auto_consent=True, credits=10_000_000
)
with Simulator(options) as simulator:
    tokens = [simulator.issue_grant()["refresh_token"] for _ in range(3)]
    print(json.dumps({"url": simulator.url, "tokens": tokens}), flush=True)
    sys.stdin.read()
