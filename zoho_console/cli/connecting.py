"""Commands about connections: connect, connections."""

from __future__ import annotations

import getpass
import os
import sys
import webbrowser
from argparse import Namespace
from collections.abc import Callable
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
from zoho_console.errors import PortTaken, UnexpectedSignIn, ZohoConfigError
from zoho_console.settings import load
from zoho_console.workspace.sign_in import SignInAttempt
from zoho_console.workspace.sign_in_checks import other_ports
from zoho_console.workspace.workspace import Identity, Workspace

SECRET_VARIABLE = "ZOHO_SDK_CLIENT_SECRET"


def connect(workspace: Workspace, arguments: Namespace, output: Output, home: Path) -> int:
    """Add a connection (or take the one of this name) and sign in."""
    connection = _existing(workspace, arguments)
    is_new = connection is None
    if connection is None:
        connection = workspace.add_connection(_described(arguments, home), _client_secret(arguments))
    try:
        identity = _signed_in(workspace, connection, arguments, output)
    except BaseException:
        # A connection that never worked would only stand in the way of the next try.
        if is_new:
            workspace.engine.call(workspace.remove_connection(connection))
        raise
    output.say(f"Signed in to “{identity.organisation.name}” as {identity.user.name}.")
    output.value(_connection_value(workspace.connections.get(connection.id)))
    return 0


def _signed_in(workspace: Workspace, connection: Connection, arguments: Namespace, output: Output) -> Identity:
    attempt = SignInAttempt(workspace, connection, port=arguments.port or 0)
    call = workspace.engine.call
    try:
        if arguments.self_client:
            return call(attempt.by_code(_asked("Code of the self client: ", hidden=True)))
        if arguments.paste:
            return _by_address(workspace, attempt, output)
        return call(attempt.through_browser(_opener(arguments, output), time_limit_s=arguments.timeout))
    except UnexpectedSignIn as error:
        if error.may_keep and arguments.keep:
            output.say(str(error))
            return call(attempt.keep())
        call(attempt.drop())
        if error.may_keep:
            error.advice += " To keep it: --keep."
        raise
    except PortTaken as error:
        ports = other_ports(connection, workspace.connections.all(), error.port)
        if ports:
            error.advice = f"Close that program, or add --port {' or '.join(map(str, ports))}."
        raise


def _opener(arguments: Namespace, output: Output) -> Callable[[str], None]:
    def open_browser(url: str) -> None:
        output.say("Open this address and accept:")
        output.say(url)
        if not arguments.no_browser:
            webbrowser.open(url)

    return open_browser


def _by_address(workspace: Workspace, attempt: SignInAttempt, output: Output) -> Identity:
    """Nothing listens: the browser may be on another computer, where the last page cannot be opened."""
    output.say("Open this address in any browser and accept:")
    output.say(attempt.consent_url)
    output.say("The browser then ends on a page that it cannot open. Copy the whole address of that page.")
    while True:
        try:
            return workspace.engine.call(attempt.by_address(_asked("Address of that page: ")))
        except ZohoConfigError as error:
            if not sys.stdin.isatty():
                raise
            output.say(f"{error} {error.advice}")


def _asked(prompt: str, *, hidden: bool = False) -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    return (getpass.getpass if hidden else input)(prompt)


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
