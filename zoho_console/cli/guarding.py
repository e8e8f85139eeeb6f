"""The command that shows and sets the guard of a connection."""

from __future__ import annotations

from argparse import Namespace
from datetime import timedelta
from pathlib import Path

from zoho_console.cli.connecting import chosen
from zoho_console.cli.output import Output
from zoho_console.domain.connections import Connection
from zoho_console.domain.guards import Level
from zoho_console.errors import ZohoConfigError
from zoho_console.workspace.workspace import Workspace

LEVELS = {"open": Level.OPEN, "staged": Level.STAGED, "watch": Level.WATCH}


def guard(workspace: Workspace, arguments: Namespace, output: Output, _home: Path) -> int:
    """Say how a connection is guarded, or guard it otherwise: more carefully at once, less so by typing its name."""
    connection = chosen(workspace, arguments.connection)
    if arguments.level:
        level = LEVELS[arguments.level]
        lowers = level.care < connection.guard.level.care
        if lowers and arguments.organisation.strip() != connection.name_to_type:
            raise ZohoConfigError(
                f"The guard of “{connection.name}” stays: {connection.guard.level}.",
                advice=f"To lower it, name the organisation: --organisation “{connection.name_to_type}”.",
            )
        lowered_for = None if arguments.for_good else timedelta(minutes=arguments.minutes)
        connection = workspace.connections.set_guard(connection.id, level, lowered_for)
    output.value(_value(connection))
    say_guard(connection, output)
    return 0


def say_guard(connection: Connection, output: Output) -> None:
    """How much stands between the person and a change; said by every command that sends one, before it does."""
    output.say(f"{connection.name} is {connection.guard.level}. {connection.guard.level.meaning}")
    if connection.guard.until is not None:
        output.say(f"Until {connection.guard.until.astimezone():%H:%M}, then {connection.guard.rests_at} again.")


def _value(connection: Connection) -> dict[str, object]:
    guard = connection.guard
    return {
        "connection": connection.name,
        "level": str(guard.level),
        "until": guard.until.isoformat() if guard.until else None,
        "rests_at": str(guard.rests_at),
    }
