"""The command that writes the support file."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from zoho_console import settings
from zoho_console.cli.output import Output
from zoho_console.workspace.support import write_support_file
from zoho_console.workspace.workspace import Workspace


def support(workspace: Workspace, arguments: Namespace, output: Output, home: Path) -> int:
    """Write the support file and say what is in it."""
    names = write_support_file(workspace, home, settings.load(home), arguments.file)
    output.value({"file": str(arguments.file), "holds": names})
    output.say(f"Written: {arguments.file}, with {', '.join(names)}.")
    output.say(
        "It holds no token, secret or account, but names of connections and files. Look into it before you send it."
    )
    return 0
