"""The command that serves the simulator."""

from __future__ import annotations

import signal
import threading
from argparse import Namespace

from zoho_console.cli.output import Output
from zoho_console.simulator.server import Simulator, SimulatorOptions


def simulator(arguments: Namespace, output: Output) -> int:
    """Serve until interrupted; how to connect to it is printed first."""
    options = SimulatorOptions(
        accounts=arguments.accounts,
        load=arguments.load,
        latency_ms=arguments.latency_ms,
        port=arguments.port,
        auto_consent=arguments.auto_consent,
    )
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: ended.set())
    with Simulator(options) as running:
        output.say(f"The simulator answers at {running.url}")
        output.say(f"client id      {running.client_id}")
        output.say(f"client secret  {running.client_secret}")
        output.say("Stop it with Ctrl+C.")
        ended.wait()
    return 0
