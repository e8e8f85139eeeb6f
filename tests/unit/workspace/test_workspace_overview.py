"""A connection's day and its limits, from what was written down."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from zoho_console.domain.connections import DEFAULT_SCOPES, Connection, Environment, User, origins_for
from zoho_console.domain.grants import TokenEvent
from zoho_console.domain.usage import CreditUse
from zoho_console.workspace.overview import features_of, overview_of, sign_ins_of

NOW = datetime(2026, 11, 20, 12, 20, tzinfo=UTC)
ACME = Connection(
    1, "Acme", "eu", "1000.C", origins_for("eu", Environment.PRODUCTION), Environment.PRODUCTION, 8000, DEFAULT_SCOPES,
    None, User("7", "Mina", "mina@example.org"), 0, NOW,
)  # fmt: skip


def event(minutes_ago: float, kind: str = "refreshed", console: str = "anna", connection: int = 1) -> TokenEvent:
    return TokenEvent(NOW - timedelta(minutes=minutes_ago), connection, kind, "", console)


def use(minutes_ago: float, used: int, left: int | None = None, connection: int = 1) -> CreditUse:
    return CreditUse(connection, NOW - timedelta(minutes=minutes_ago), 1, used, left)


def test_a_day_has_24_hours_the_present_one_last() -> None:
    day = overview_of(ACME, NOW, [], [], 0)
    assert len(day.hours) == 24
    assert day.hours[-1].at == datetime(2026, 11, 20, 12, tzinfo=UTC)
    assert day.hours[0].at == datetime(2026, 11, 19, 13, tzinfo=UTC)
    assert (day.renewed, day.failed, day.calls, day.used, day.left) == (0, 0, 0, 0, None)


def test_what_happened_is_counted_in_its_hour_and_for_its_connection_only() -> None:
    events = [event(24 * 60), event(80), event(70, "failed"), event(65, connection=2), event(5, console="ben")]
    uses = [use(1500, 100), use(80, 5, 900), use(66, 2, 800), use(61, 3), use(5, 1), use(4, 9, 1, connection=2)]
    day = overview_of(ACME, NOW, events, uses, 25)

    assert [(one.renewed, one.failed) for one in day.hours[-2:]] == [(1, 1), (1, 0)]
    assert [(one.calls, one.used, one.left) for one in day.hours[-2:]] == [(3, 10, 800), (1, 1, None)]
    assert (day.renewed, day.left, day.consoles, day.sign_ins) == (2, 800, ("anna", "ben"), 20)


def test_the_budget_counts_ten_minutes_and_begins_anew_with_a_sign_in() -> None:
    events = [event(11), event(9), event(8, "failed"), event(7, "guard")]
    assert overview_of(ACME, NOW, events, [], 0).requests == 2
    again = [*events, event(6, "signed_in"), event(5)]
    assert overview_of(ACME, NOW, again, [], 0).requests == 1


def test_sign_ins_of_one_user_and_client_have_their_places_together() -> None:
    same, other = replace(ACME, id=2), replace(ACME, id=3, client_id="other")
    unknown = replace(ACME, id=4, user=None)
    assert sign_ins_of([ACME, same, other, unknown], {1: 2, 2: 3, 4: 1}) == {1: 5, 2: 5, 3: 0, 4: 1}


def test_features_name_what_is_missing() -> None:
    granted = tuple(one for one in DEFAULT_SCOPES if "coql" not in one)
    states = {one.name: one.missing for one in features_of(ACME, granted)}
    assert states.pop("Queries and the accounts table") == ("ZohoCRM.coql.READ",)
    assert set(states.values()) == {()}
    narrow = replace(ACME, scopes=("ZohoCRM.coql.READ",))
    assert [one.name for one in features_of(narrow, ())] == ["Queries and the accounts table"]
