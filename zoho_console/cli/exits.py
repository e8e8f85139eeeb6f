"""How a command ended: every code, and what it means. Only what the standard library has: `--help` shows it."""

from __future__ import annotations

from enum import IntEnum

from zoho_console.errors import EXIT_BAD_INPUT, EXIT_NOT_REACHABLE, EXIT_SIGN_IN


class Exit(IntEnum):
    """The exit codes of the command line."""

    DONE = 0
    PARTLY = 1
    BAD_INPUT = EXIT_BAD_INPUT
    SIGN_IN = EXIT_SIGN_IN
    NOT_REACHABLE = EXIT_NOT_REACHABLE
    PAUSED = 5
    STOPPED_BY_RULE = 6
    NOTHING_CHANGED = 7
    INTERRUPTED = 130


MEANINGS: dict[Exit, str] = {
    Exit.DONE: "done; every row is as the file says",
    Exit.PARTLY: "done, but some rows were not applied; the report says why",
    Exit.BAD_INPUT: "bad input or usage; nothing was sent",
    Exit.SIGN_IN: "sign-in needed",
    Exit.NOT_REACHABLE: "database or network not reachable",
    Exit.PAUSED: "paused; `jobs resume ID` goes on",
    Exit.STOPPED_BY_RULE: "stopped by a stop rule; look at the rows, then `jobs resume ID` or `jobs stop ID`",
    Exit.NOTHING_CHANGED: "nothing was changed: no row could be applied, or you said no",
    Exit.INTERRUPTED: "interrupted from the keyboard; a run that had begun can go on",
}


def table() -> str:
    """The codes with their meanings, one a line."""
    return "\n".join(f"  {code.value:3}  {words}" for code, words in MEANINGS.items())
