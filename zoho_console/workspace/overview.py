"""The last 24 hours of a connection, and what it has left: renewals, credits, sign-ins, permissions. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from zoho_console.domain.connections import Connection
from zoho_console.domain.grants import TokenEvent
from zoho_console.domain.scopes import FEATURES, lacking
from zoho_console.domain.usage import CreditUse

HOURS = 24
HOUR = timedelta(hours=1)
# Zoho's limits (fact sheet 1.9): the 21st sign-in of a user and client silently ends the oldest.
MOST_SIGN_INS = 20
MOST_REQUESTS, REQUEST_WINDOW = 10, timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Hour:
    """What happened in the hour that began `at`; `left` is Zoho's last figure in it, None where it said nothing."""

    at: datetime
    renewed: int = 0
    failed: int = 0
    calls: int = 0
    used: int = 0
    left: int | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """A connection's day: 24 hours, the present one last, by the database's clock.

    `consoles` renewed its token; `sign_ins` of its user and client may live at Zoho, as far as this workspace knows;
    `requests` for tokens were made in the last ten minutes.
    """

    hours: tuple[Hour, ...] = ()
    consoles: tuple[str, ...] = ()
    sign_ins: int = 0
    requests: int = 0

    @property
    def renewed(self) -> int:
        """Renewals of the day."""
        return sum(one.renewed for one in self.hours)

    @property
    def failed(self) -> int:
        """Renewals that failed."""
        return sum(one.failed for one in self.hours)

    @property
    def calls(self) -> int:
        """Calls of the day, of every console of the workspace."""
        return sum(one.calls for one in self.hours)

    @property
    def used(self) -> int:
        """Credits that they cost."""
        return sum(one.used for one in self.hours)

    @property
    def left(self) -> int | None:
        """Zoho's last word on what is left, if there was one."""
        return next((one.left for one in reversed(self.hours) if one.left is not None), None)


@dataclass(frozen=True, slots=True)
class FeatureState:
    """A part of the console, what it needs, and which of that was not granted."""

    name: str
    needed: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(slots=True)
class _Tally:
    renewed: int = 0
    failed: int = 0
    calls: int = 0
    used: int = 0
    left: int | None = field(default=None)


def overview_of(
    connection: Connection, now: datetime, events: Sequence[TokenEvent], uses: Sequence[CreditUse], sign_ins: int
) -> Overview:
    """The day of one connection, from the events and quarter hours of all, the oldest first."""
    mine = [one for one in events if one.connection_id == connection.id]
    present = now.replace(minute=0, second=0, microsecond=0)
    tallies = {present - number * HOUR: _Tally() for number in reversed(range(HOURS))}
    for event in mine:
        tally = tallies.get(event.at.astimezone(now.tzinfo).replace(minute=0, second=0, microsecond=0))
        if tally is not None:
            tally.renewed += event.kind == "refreshed"
            tally.failed += event.kind == "failed"
    for use in uses:
        tally = tallies.get(use.at.astimezone(now.tzinfo).replace(minute=0, second=0, microsecond=0))
        if tally is not None and use.connection_id == connection.id:
            tally.calls += use.calls
            tally.used += use.used
            tally.left = use.left if use.left is not None else tally.left
    renewals = [one for one in mine if one.kind == "refreshed"]
    return Overview(
        tuple(Hour(at, one.renewed, one.failed, one.calls, one.used, one.left) for at, one in tallies.items()),
        tuple(sorted({one.console for one in renewals if one.console})),
        min(sign_ins, MOST_SIGN_INS),
        min(_requests(mine, now), MOST_REQUESTS),
    )


def _requests(events: Sequence[TokenEvent], now: datetime) -> int:
    """Token requests in the window, the refused ones too; a new sign-in has a refresh token and a budget of its own."""
    count = 0
    for one in events:
        if one.kind == "signed_in":
            count = 0
        elif one.kind in ("refreshed", "failed") and now - one.at < REQUEST_WINDOW:
            count += 1
    return count


def sign_ins_of(connections: Sequence[Connection], made: Mapping[int, int]) -> dict[int, int]:
    """Sign-ins that share a user and client, by connection: they have their 20 places together."""
    shared: dict[object, int] = {}
    for one in connections:
        shared[_place(one)] = shared.get(_place(one), 0) + made.get(one.id, 0)
    return {one.id: shared[_place(one)] for one in connections}


def _place(connection: Connection) -> object:
    return (connection.client_id, connection.user.id if connection.user else f"connection {connection.id}")


def features_of(connection: Connection, granted: Sequence[str]) -> list[FeatureState]:
    """Every part of the console that the connection asks permissions for, with those that are missing."""
    wanted = [(one.name, tuple(scope for scope in one.scopes if scope in connection.scopes)) for one in FEATURES]
    return [FeatureState(name, needed, lacking(granted, needed)) for name, needed in wanted if needed]
