"""Commands about connections: connect, connections, health."""

from __future__ import annotations

import getpass
import os
import sys
import webbrowser
from argparse import Namespace
from contextlib import suppress
from pathlib import Path

from zoho_console.cli.output import Output
from zoho_console.domain.connections import (
    CUSTOM,
    Connection,
    Environment,
    NewConnection,
    custom_origins,
    origins_for,
)
from zoho_console.errors import EXIT_NOT_REACHABLE, EXIT_SIGN_IN, ZohoConfigError, ZohoError
from zoho_console.settings import load
from zoho_console.workspace.checkup import Checkup
from zoho_console.workspace.health import Health, HealthState
from zoho_console.workspace.sign_in import sign_in
from zoho_console.workspace.workspace import Workspace

SECRET_VARIABLE = "ZOHO_SDK_CLIENT_SECRET"
_NO_WAY = (HealthState.OFFLINE, HealthState.DATABASE_DOWN)


def connect(workspace: Workspace, arguments: Namespace, output: Output, home: Path) -> int:
    """Add a connection (or take the one of this name) and sign in through the browser."""
    connection = _existing(workspace, arguments)
    if connection is None:
        connection = workspace.add_connection(_described(arguments, home), _client_secret(arguments))
        is_new = True
    else:
        is_new = False

    def open_browser(url: str) -> None:
        output.say("Open this address and accept:")
        output.say(url)
        if not arguments.no_browser:
            webbrowser.open(url)

    try:
        identity = workspace.engine.call(
            sign_in(workspace, connection, open_browser=open_browser, time_limit_s=arguments.timeout)
        )
    except BaseException:
        # A connection that never worked would only stand in the way of the next try.
        if is_new:
            workspace.engine.call(workspace.remove_connection(connection))
        raise
    output.say(f"Signed in to “{identity.organisation.name}” as {identity.user.name}.")
    output.value(_connection_value(workspace.connections.get(connection.id)))
    return 0


def connections(workspace: Workspace, _arguments: Namespace, output: Output, _home: Path) -> int:
    """List the connections."""
    every = workspace.connections.all()
    output.value([_connection_value(one) for one in every])
    output.table(
        ("Name", "Organisation", "User", "Data centre", "Environment"),
        [
            (
                one.name,
                one.organisation.name if one.organisation else "",
                one.user.email if one.user else "",
                one.place,
                str(one.environment),
            )
            for one in every
        ],
    )
    if not every:
        output.say("There is no connection yet. Make one with: zoho-console connect NAME --data-centre CODE …")
    return 0


def health(workspace: Workspace, _arguments: Namespace, output: Output, _home: Path) -> int:
    """Ask Zoho once for each connection, then say how each is. Ends with 3 if one needs a person, 4 without a way."""
    checkup = Checkup(workspace)
    checkup.look_at_secrets()
    for one in checkup.look():
        if one.token.has_grant:
            with suppress(ZohoError):  # what went wrong is in the evidence
                workspace.engine.call(workspace.identify(one.connection))
    every = checkup.look()
    output.value([_health_value(one) for one in every])
    output.table(("Connection", "State"), [(one.connection.name, one.verdict.word) for one in every])
    for one in every:
        output.say(f"{one.connection.name}: {one.verdict.sentence}")
    if not every:
        output.say("There is no connection yet.")
    if not every or any(one.needs_a_person for one in every):
        return EXIT_SIGN_IN
    return EXIT_NOT_REACHABLE if any(one.state in _NO_WAY for one in every) else 0


def chosen(workspace: Workspace, name: str = "") -> Connection:
    """The connection of this name, or the only one there is.

    Errors: ZohoConfigError when there is none, or several and no name.
    """
    if name:
        return workspace.connections.named(name)
    every = workspace.connections.all()
    if not every:
        raise ZohoConfigError(
            "There is no connection yet.", advice="Make one with: zoho-console connect NAME --data-centre CODE …"
        )
    if len(every) > 1:
        names = ", ".join(f"“{one.name}”" for one in every)
        raise ZohoConfigError("There are several connections.", advice=f"Say which with --connection: {names}.")
    return every[0]


def _health_value(one: Health) -> dict[str, object]:
    token, usage = one.token, one.evidence.usage
    return {
        "connection": one.connection.name,
        "state": str(one.state),
        "text": one.verdict.sentence,
        "remedy": str(one.verdict.remedy),
        "needs_a_person": one.needs_a_person,
        "expires_at": token.expires_at.isoformat() if token.expires_at else None,
        "last_ok_at": token.last_ok_at.isoformat() if token.last_ok_at else None,
        "credits_left": usage.credits_left if usage else None,
    }


def _existing(workspace: Workspace, arguments: Namespace) -> Connection | None:
    for one in workspace.connections.all():
        if one.name == arguments.name:
            if one.client_id != arguments.client_id:
                raise ZohoConfigError(
                    f"There is a connection “{one.name}” with another client id.", advice="Choose another name."
                )
            return one
    return None


def _described(arguments: Namespace, home: Path) -> NewConnection:
    environment = Environment(arguments.environment)
    if arguments.data_centre == CUSTOM:
        if not (arguments.accounts_url and arguments.api_url):
            raise ZohoConfigError("A custom data centre needs --accounts-url and --api-url.")
        origins = custom_origins(arguments.accounts_url, arguments.api_url, arguments.upload_url)
    else:
        if arguments.accounts_url or arguments.api_url or arguments.upload_url:
            raise ZohoConfigError("Addresses of your own go with --data-centre custom.")
        origins = origins_for(arguments.data_centre, environment)
    return NewConnection(
        arguments.name,
        arguments.data_centre,
        arguments.client_id,
        origins,
        environment,
        arguments.port or load(home).redirect_port,
    )


def _client_secret(arguments: Namespace) -> str:
    if arguments.client_secret_stdin:
        return sys.stdin.readline().strip()
    if secret := os.environ.get(SECRET_VARIABLE):
        return secret
    if not sys.stdin.isatty():
        raise ZohoConfigError(
            "The client secret is missing.", advice="Pipe it in and add --client-secret-stdin; it is never an argument."
        )
    return getpass.getpass("Client secret: ")


def _connection_value(one: Connection) -> dict[str, object]:
    return {
        "id": one.id,
        "name": one.name,
        "data_centre": one.data_centre,
        "environment": str(one.environment),
        "organisation": one.organisation.name if one.organisation else None,
        "user": one.user.email if one.user else None,
        "api": one.origins.api,
        "redirect_uri": one.redirect_uri,
    }
