"""Where the program starts: a command, or the window."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from zoho_console.cli.arguments import parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code comes out."""
    arguments = parser().parse_args(argv)
    # Late by design: a command must not load Qt, the window must not wait for what commands import.
    if arguments.command is not None:
        from zoho_console.cli.commands import run

        return run(arguments)
    from zoho_console.app.main import open_window

    return open_window(arguments)


if __name__ == "__main__":
    sys.exit(main())
