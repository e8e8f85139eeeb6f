"""Runs one command in an opened workspace; the exit code comes out."""

from __future__ import annotations

import logging
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from zoho_console import logs, settings
from zoho_console.bulk.pace import Pace
from zoho_console.cli import connecting, desktops, guarding, health, jobs, reading, supporting, updating
from zoho_console.cli.exits import Exit
from zoho_console.cli.output import Output
from zoho_console.cli.simulating import simulator
from zoho_console.errors import ZohoError
from zoho_console.paths import data_home
from zoho_console.workspace.workspace import Workspace

Command = Callable[[Workspace, Namespace, Output, Path], int]

_COMMANDS: dict[str, Command] = {
    "connect": connecting.connect,
    "connections": connecting.connections,
    "health": health.health,
    "desktops": desktops.desktops,
    "desktops-approve": desktops.approve,
    "desktops-remove": desktops.remove,
    "desktops-begin-anew": desktops.begin_anew,
    "guard": guarding.guard,
    "accounts": reading.accounts,
    "coql": reading.coql,
    "update": updating.update,
    "jobs": jobs.jobs,
    "jobs-show": jobs.show,
    "jobs-undo": jobs.undo,
    "jobs-retry": jobs.retry,
    "jobs-resume": jobs.resume,
    "jobs-stop": jobs.stop,
    "jobs-report": jobs.report,
    "support": supporting.support,
}


def run(arguments: Namespace) -> int:
    """Run the command that was parsed. Foreseen errors become a sentence and their exit code."""
    output = Output(as_json=getattr(arguments, "json", False))
    try:
        if arguments.command == "simulator":
            return simulator(arguments, output)
        if arguments.command == "desktops-key":
            return desktops.new_key(output)
        home = data_home()
        logs.set_up(home)
        chosen = settings.load(home)
        workspace = Workspace.open(home, chosen.database_url, pace=Pace(quarantine_s=chosen.quarantine_s))
        try:
            return _COMMANDS[arguments.command](workspace, arguments, output, home)
        finally:
            workspace.close()
    except ZohoError as error:
        output.progress_done()
        output.error(error)
        logging.getLogger(__name__).info("%s ended: %s", arguments.command, error)
        return error.exit_code
    except KeyboardInterrupt:
        output.progress_done()
        output.say("Stopped. A run that had begun can go on: zoho-console jobs")
        return Exit.INTERRUPTED
