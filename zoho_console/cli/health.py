"""The command that says how every connection is."""

from __future__ import annotations

from argparse import Namespace
from contextlib import suppress
from pathlib import Path

from zoho_console.cli.output import Output
from zoho_console.errors import EXIT_NOT_REACHABLE, EXIT_SIGN_IN, ZohoError
from zoho_console.workspace.checkup import Checkup
from zoho_console.workspace.health import Health, HealthState
from zoho_console.workspace.workspace import Workspace

_NO_WAY = (HealthState.OFFLINE, HealthState.DATABASE_DOWN)


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
