"""The command line's words. Only the standard library: the window must not wait for what commands import."""

from __future__ import annotations

import argparse
from pathlib import Path

from zoho_console.cli.exits import table
from zoho_console.version import __version__

_EPILOG = f"exit codes:\n{table()}"
_RUNNING = ("update", "undo", "retry", "resume", "stop")  # commands that end as a run does
_LONGEST_RANGE = 1_000_000


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command line; `command` is None for the window."""
    top = argparse.ArgumentParser(
        prog="zoho-console",
        description="Zoho Console. Without a command it opens the window.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"zoho-console {__version__}")
    top.add_argument("--demo", action="store_true", help="the window on the built-in simulator, no account needed")
    top.add_argument(
        "--tour", type=Path, metavar="DIR", help="with --demo: drive the whole journey, one picture a step"
    )
    top.add_argument("--appearance", choices=("system", "light", "dark"), help="light or dark window")
    top.set_defaults(command=None)
    commands = top.add_subparsers(title="commands", metavar="COMMAND")
    _connecting(commands)
    _reading(commands)
    _updating(commands)
    support = _command(commands, "support", "write a file for whoever helps you, without secrets", connection=False)
    support.add_argument("file", type=Path, metavar="FILE.zip")
    simulator = commands.add_parser("simulator", help="serve a stand-in for Zoho CRM on this computer")
    simulator.set_defaults(command="simulator")
    simulator.add_argument("--port", type=int, default=0, help="0 takes any free port")
    simulator.add_argument("--accounts", type=int, default=5000, help="how many demo accounts (default 5000)")
    simulator.add_argument("--load", type=Path, metavar="FILE.csv", help="make the accounts from a CSV file")
    simulator.add_argument("--latency-ms", type=int, default=0, help="wait this long before each answer")
    simulator.add_argument("--auto-consent", action="store_true", help="answer sign-ins without asking")
    return top


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    text: str,
    *,
    connection: bool = True,
) -> argparse.ArgumentParser:
    made = _parser(commands, name, text)
    made.set_defaults(command=name)
    made.add_argument("--json", action="store_true", help="print one JSON value")
    if connection:
        made.add_argument("--connection", default="", metavar="NAME", help="which connection, where there are several")
    return made


def _connecting(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    connect = _command(commands, "connect", "add a connection and sign in", connection=False)
    connect.add_argument("name", metavar="NAME")
    connect.add_argument("--data-centre", required=True, metavar="CODE", help="us eu in au jp cn ca sa uk ae custom")
    connect.add_argument("--client-id", required=True, metavar="ID")
    connect.add_argument("--environment", choices=("production", "sandbox", "developer"), default="production")
    connect.add_argument("--accounts-url", default="", metavar="U", help="with --data-centre custom")
    connect.add_argument("--api-url", default="", metavar="U", help="with --data-centre custom")
    connect.add_argument("--upload-url", default="", metavar="U", help="with --data-centre custom")
    connect.add_argument("--port", type=int, default=None, metavar="N", help="registered port of the redirect address")
    connect.add_argument("--no-browser", action="store_true", help="only print the address to open")
    connect.add_argument(
        "--client-secret-stdin", action="store_true", help="read the client secret from standard input"
    )
    connect.add_argument("--timeout", type=float, default=300.0, metavar="S", help="seconds to wait for the browser")
    _ways_of_signing_in(connect)
    _command(commands, "connections", "list the connections", connection=False)
    _command(commands, "health", "say how every connection is; asks Zoho once each", connection=False)
    guard = _command(commands, "guard", "say or set how much stands between you and a change")
    guard.add_argument(
        "level", nargs="?", choices=("open", "staged", "watch"), help="leave it out to see the present one"
    )
    guard.add_argument("--organisation", default="", metavar="NAME", help="its name, typed by whoever lowers the guard")
    guard.add_argument("--minutes", type=float, default=60, metavar="N", help="how long it stays lowered (default 60)")
    guard.add_argument("--for-good", action="store_true", help="lower it until somebody raises it again")
    desktops = _command(commands, "desktops", "list the desktops that may read the sign-ins", connection=False)
    actions = desktops.add_subparsers(metavar="ACTION")
    approve = _action(actions, "desktops", "approve", "let a desktop read the sign-ins")
    approve.add_argument("code", metavar="CODE", help="what that desktop shows, such as A7K2-9QXM-4TRD-W8PN")
    remove = _action(actions, "desktops", "remove", "take a desktop off and renew every key")
    remove.add_argument("id", type=int, metavar="ID")
    anew = _action(actions, "desktops", "begin-anew", "forget all keys and tokens: no approved desktop is left")
    for one in (remove, anew):
        one.add_argument("--yes", action="store_true", help="do it without asking")
    _action(actions, "desktops", "key", "print a new key for ZOHO_CONSOLE_KEY, for machines without a password store")


def _ways_of_signing_in(connect: argparse.ArgumentParser) -> None:
    connect.add_argument(
        "--paste", action="store_true", help="paste the address the browser ended on: for a browser on another computer"
    )
    connect.add_argument(
        "--self-client", action="store_true", help="sign in with a code that Zoho's API console made under Self Client"
    )
    connect.add_argument(
        "--keep", action="store_true", help="keep a sign-in of another user, or one with fewer permissions"
    )


def _action(
    actions: argparse._SubParsersAction[argparse.ArgumentParser], command: str, name: str, text: str
) -> argparse.ArgumentParser:
    made = _parser(actions, name, text)
    made.set_defaults(command=f"{command}-{name}")
    made.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print one JSON value")
    return made


def _parser(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, text: str
) -> argparse.ArgumentParser:
    return commands.add_parser(
        name,
        help=text,
        description=text[0].upper() + text[1:] + ".",
        epilog=_EPILOG if name in _RUNNING else None,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _reading(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    accounts = _command(commands, "accounts", "list accounts")
    accounts.add_argument("--fields", default="", metavar="A,B", help="API names; default: the most useful ones")
    accounts.add_argument("--sort", default="", metavar="F", help="field to sort by; -F for descending")
    accounts.add_argument("--limit", type=int, default=200, metavar="N")
    _export(accounts)
    coql = _command(commands, "coql", "run a COQL query")
    coql.add_argument("query", metavar='"select …"')
    coql.add_argument("--limit", type=int, default=2000, metavar="N", help="at most so many rows (default 2000)")
    _export(coql)


def _export(command: argparse.ArgumentParser) -> None:
    command.add_argument("--csv", type=Path, default=None, metavar="FILE",
                         help="cells that a spreadsheet would run, round or strip have a ' before them")  # fmt: skip
    command.add_argument("--exact", action="store_true", help="with --csv: cells to the letter, for programs")
    command.add_argument("--stamp", action="store_true",
                         help="with --csv: a column that shows who changed what when the file comes back")  # fmt: skip


def _terms(update: argparse.ArgumentParser) -> None:
    update.add_argument("--automation", choices=("all", "workflow", "none"), default="all",
                        help="what Zoho runs for each changed account (default all)")  # fmt: skip
    update.add_argument("--verify", type=int, default=10, metavar="PERCENT", choices=range(101),
                        help="how many of the updated rows are read back (default 10)")  # fmt: skip
    update.add_argument("--no-waves", action="store_true", help="send all at once, without trying a few rows first")
    update.add_argument("--no-jobs", action="store_true",
                        help="no bulk write jobs of Zoho, though they cost less where no automation runs")  # fmt: skip
    update.add_argument("--reserve", type=int, default=0, metavar="N", help="credits of the day to leave for others")


def _updating(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    update = _command(commands, "update", "update accounts from a CSV or .xlsx file")
    update.add_argument("file", type=Path, metavar="FILE")
    update.add_argument("--key", default="", metavar="FIELD", help="field that finds the account: id, Account_Name, …")
    update.add_argument("--map", action="append", default=[], metavar="COLUMN=FIELD", help="may be given several times")
    update.add_argument("--sheet", default="", metavar="NAME", help="of a spreadsheet; default: its first")
    update.add_argument("--blanks", choices=("keep", "clear"), default="keep", help="what an empty cell means")
    update.add_argument("--report", type=Path, default=None, metavar="FILE", help="write one line for every row")
    _terms(update)
    _drift(update)
    how = update.add_mutually_exclusive_group()
    how.add_argument("--dry-run", action="store_true", help="say what would change and send nothing")
    how.add_argument("--yes", action="store_true", help="apply without asking")
    _jobs(commands)


def _drift(command: argparse.ArgumentParser) -> None:
    command.add_argument("--drift", action="append", default=[], metavar="[FIELD=]mine|theirs|ask",
                         help="a value of a stamped file that was changed in Zoho too (default ask)")  # fmt: skip


def _undoing(undo: argparse.ArgumentParser) -> None:
    undo.add_argument("--field", action="append", default=[], metavar="FIELD", help="only this field")
    undo.add_argument(
        "--row", action="append", default=[], type=_rows, metavar="N[-M]", help="only this row, or these"
    )  # fmt: skip
    undo.add_argument(
        "--set", action="append", default=[], type=_setting, metavar="FIELD=VALUE",
        help="only rows in which the run set this field to this value",
    )  # fmt: skip
    undo.add_argument(
        "--unproved", action="store_true", help="rows of which nothing proves what Zoho did, not the updated"
    )


def _rows(text: str) -> range:
    """Row numbers: one, or the first and the last."""
    first, _, last = text.partition("-")
    is_readable = first.isdecimal() and (last or first).isdecimal()
    numbers = range(int(first), int(last or first) + 1) if is_readable else range(0)
    if not 0 < len(numbers) <= _LONGEST_RANGE:
        raise argparse.ArgumentTypeError(f"“{text}” names no rows; write 7 or 7-12")
    return numbers


def _setting(text: str) -> tuple[str, str]:
    """A field and the value that it was set to; a blank one is a cleared field."""
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"“{text}” names no value; write FIELD=VALUE")
    return name, value


def _jobs(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    jobs = _command(commands, "jobs", "list past and open runs, newest first", connection=False)
    actions = jobs.add_subparsers(metavar="ACTION")
    for name, text in (
        ("show", "show one run"),
        ("undo", "put back what a run changed"),
        ("retry", "compare the rows that a run did not apply anew, and apply them"),
        ("resume", "go on with an open run"),
        ("stop", "end an open run; rows that were not sent stay unsent for good"),
        ("report", "write the report of a run"),
    ):
        action = _action(actions, "jobs", name, text)
        action.add_argument("id", type=int, metavar="ID")
        if name == "report":
            action.add_argument("file", type=Path, metavar="FILE")
            action.add_argument(
                "--exact", action="store_true", help="cells to the letter, not escaped for spreadsheets"
            )
            action.add_argument(
                "--to-correct",
                action="store_true",
                help="only the rows that were not applied, to be mended and run again",
            )
        if name == "undo":
            _undoing(action)
        if name == "retry":
            action.add_argument(
                "--unproved", action="store_true", help="also rows of which nothing proves what Zoho did"
            )
            action.add_argument(
                "--report", type=Path, default=None, metavar="FILE", help="write one line for every row"
            )
            _drift(action)
        if name in ("undo", "retry", "resume", "stop"):
            action.add_argument("--yes", action="store_true", help="do it without asking")
