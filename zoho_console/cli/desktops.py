"""Commands about desktops: who may read the workspace's sign-ins."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict
from pathlib import Path

from zoho_console.cli.output import Output
from zoho_console.errors import ZohoConfigError
from zoho_console.store.desktops import KEY_VARIABLE
from zoho_console.store.sealing import DesktopKey
from zoho_console.workspace.workspace import Workspace


def desktops(workspace: Workspace, _arguments: Namespace, output: Output, _home: Path) -> int:
    """List the desktops, this one marked."""
    every = workspace.keys.desktops.all()
    output.value([asdict(one) for one in every])
    output.table(
        ("Id", "Code", "State", "Desktop"),
        [
            (str(one.id), one.code, "approved" if one.is_approved else "asks to join", one.name + _mark(one.is_this))
            for one in every
        ],
    )
    return 0


def approve(workspace: Workspace, arguments: Namespace, output: Output, _home: Path) -> int:
    """Let a desktop read the sign-ins, by the code that it shows."""
    approved = workspace.keys.desktops.approve(arguments.code)
    output.value(asdict(approved))
    output.say(f"“{approved.name}” may read the sign-ins now.")
    return 0


def remove(workspace: Workspace, arguments: Namespace, output: Output, _home: Path) -> int:
    """Take a desktop off and seal everything anew."""
    _sure(arguments, "Removing a desktop renews every key.")
    count = workspace.keys.remove_desktop(arguments.id)
    output.value({"sign_ins_to_renew": count})
    output.say("The desktop is removed and every token is sealed with new keys.")
    if count:
        output.say("It may have copied tokens while it was approved: revoke each sign-in and sign in again.")
    return 0


def begin_anew(workspace: Workspace, arguments: Namespace, output: Output, _home: Path) -> int:
    """Forget every desktop, key and token, for when no approved desktop is left."""
    _sure(arguments, "Every connection will have to be signed in again.")
    workspace.keys.begin_anew()
    output.value({"begun_anew": True})
    output.say("All keys and tokens are forgotten here. Sign in again: zoho-console connect …")
    return 0


def new_key(output: Output) -> int:
    """Print a key for a machine without a password store."""
    key = DesktopKey.new().text
    output.value({KEY_VARIABLE: key})
    if not output.as_json:
        print(key)
    return 0


def _sure(arguments: Namespace, consequence: str) -> None:
    if not arguments.yes:
        raise ZohoConfigError(consequence, advice="Add --yes if that is what you want.")


def _mark(is_this: bool) -> str:
    return " (this one)" if is_this else ""
