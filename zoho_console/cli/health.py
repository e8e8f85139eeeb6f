"""The command that says how every connection is."""

from __future__ import annotations

from argparse import Namespace
from contextlib import suppress
from pathlib import Path

from zoho_console.cli.output import Output
from zoho_console.errors import EXIT_NOT_REACHABLE, EXIT_SIGN_IN, ZohoError
from zoho_console.workspace.checkup import Checkup
from zoho_console.workspace.health import Health, HealthState
from zoho_console.workspace.overview import MOST_REQUESTS, MOST_SIGN_INS, Overview, features_of
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
    every, days = checkup.look(), checkup.overviews()
    lights = checkup.lights()
    output.value(
        {
            "connections": [_health_value(one, days[one.connection.id]) for one in every],
            **{one.name.lower().replace(" ", "_"): {"state": one.word, "text": one.sentence} for one in lights},
        }
    )
    output.table(
        ("Connection", "State", "Sign-ins", "Tokens in 10 min", "Renewals in 24 h", "Credits in 24 h"),
        [(one.connection.name, one.verdict.word, *_figures(days[one.connection.id])) for one in every],
    )
    for one in every:
        output.say(f"{one.connection.name}: {one.verdict.sentence}")
    for light in lights:
        output.say(f"{light.name}: {light.word.lower()}. {light.sentence}")
    if not every:
        output.say("There is no connection yet.")
    if not every or any(one.needs_a_person for one in every):
        return EXIT_SIGN_IN
    return EXIT_NOT_REACHABLE if any(one.state in _NO_WAY for one in every) else 0


def _figures(day: Overview) -> tuple[str, str, str, str]:
    left = "" if day.left is None else f", {day.left:,} left"
    return (
        f"{day.sign_ins} of {MOST_SIGN_INS}",
        f"{day.requests} of {MOST_REQUESTS}",
        f"{day.renewed}, {day.failed} failed",
        f"{day.used:,} used{left}",
    )


def _health_value(one: Health, day: Overview) -> dict[str, object]:
    token = one.token
    return {
        "connection": one.connection.name,
        "state": str(one.state),
        "text": one.verdict.sentence,
        "remedy": str(one.verdict.remedy),
        "needs_a_person": one.needs_a_person,
        "expires_at": token.expires_at.isoformat() if token.expires_at else None,
        "last_ok_at": token.last_ok_at.isoformat() if token.last_ok_at else None,
        "credits_left": day.left,
        "sign_ins": {"known": day.sign_ins, "most": MOST_SIGN_INS},
        "tokens_in_10_minutes": {"asked_for": day.requests, "most": MOST_REQUESTS},
        "last_24_hours": [
            {
                "from": hour.at.isoformat(), "renewed": hour.renewed, "failed": hour.failed, "calls": hour.calls,
                "credits_used": hour.used, "credits_left": hour.left,
            }
            for hour in day.hours
        ],
        "features": [
            {"feature": part.name, "needs": list(part.needed), "lacks": list(part.missing)}
            for part in features_of(one.connection, token.scopes)
        ],
    }  # fmt: skip
