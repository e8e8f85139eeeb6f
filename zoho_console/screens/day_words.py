"""A connection's day in words and as bars: what the plots of Token health show, and say to a screen reader."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from zoho_console.screens.words import clock, count
from zoho_console.store.desktops import this_console
from zoho_console.workspace.health import Health
from zoho_console.workspace.health_rules import RESERVE
from zoho_console.workspace.overview import (
    MOST_REQUESTS,
    MOST_SIGN_INS,
    FeatureState,
    Hour,
    Overview,
    features_of,
)

__all__ = [
    "RESERVE", "Bar", "FeatureState", "Overview", "credit_bars", "credits_sentence", "credits_spoken", "features",
    "left_spoken", "limits_words", "renewal_bars", "renewals_sentence", "renewals_spoken",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bar:
    """One hour of a plot: when, its values from the bottom up with their tones, and all of it in words."""

    at: str
    parts: tuple[tuple[int, str], ...]
    words: str

    @property
    def height(self) -> int:
        """All values together."""
        return sum(value for value, _tone in self.parts)


def renewal_bars(overview: Overview) -> list[Bar]:
    """Renewals hour by hour, the failed ones on top."""
    return [
        Bar(clock(one.at), ((one.renewed, "accent"), (one.failed, "warn")), f"{clock(one.at)}: {_renewals(one)}")
        for one in overview.hours
    ]


def credit_bars(overview: Overview) -> list[Bar]:
    """Credits used hour by hour."""
    return [
        Bar(
            clock(one.at),
            ((one.used, "accent"),),
            f"{clock(one.at)}: {count(one.used, 'credit')} in {count(one.calls, 'call')}",
        )
        for one in overview.hours
    ]


def renewals_sentence(overview: Overview) -> str:
    """How many renewals, by whom, and how many failed."""
    if not overview.renewed and not overview.failed:
        return "none in this time"
    by = f" by {count(len(overview.consoles), 'console')}" if overview.consoles else ""
    return f"{overview.renewed or 'none'}{by} · {overview.failed or 'none'} failed"


def credits_sentence(overview: Overview) -> str:
    """What was used, and what is left by Zoho's own figure."""
    left = "over half of the day's are left" if overview.left is None else f"{overview.left:,} left"
    if not overview.calls:
        return "no call in this time"
    return f"{overview.used:,} used in {count(overview.calls, 'call')} · {left} · reserve {RESERVE:,}"


def renewals_spoken(overview: Overview) -> str:
    """The plot of renewals for a screen reader."""
    failed = [f"{one.failed} at {clock(one.at)}" for one in overview.hours if one.failed]
    return f"{renewals_sentence(overview)}. {_most(overview, lambda one: one.renewed, 'renewal')}" + (
        f" Failed: {', '.join(failed)}." if failed else ""
    )


def credits_spoken(overview: Overview) -> str:
    """The plot of credits for a screen reader."""
    return f"{credits_sentence(overview)}. {_most(overview, lambda one: one.used, 'credit')}"


def left_spoken(overview: Overview) -> str:
    """The line of what is left for a screen reader."""
    known = [one for one in overview.hours if one.left is not None]
    if not known:
        return "Zoho says what is left once half of the day's credits are used."
    first, last = known[0], known[-1]
    if first is last:
        return f"{last.left:,} left at {clock(last.at)}."
    return f"{first.left:,} left at {clock(first.at)}, {last.left:,} at {clock(last.at)}."


def limits_words(overview: Overview) -> str:
    """How much of Zoho's limits is used up, as far as this workspace knows."""
    return (
        f"{overview.sign_ins} of {MOST_SIGN_INS} sign-ins · {overview.requests} of {MOST_REQUESTS} tokens in 10 minutes"
    )


def features(health: Health) -> list[FeatureState]:
    """The parts of the console with what the sign-in lacks for them; none before somebody signed in."""
    return features_of(health.connection, health.token.scopes) if health.token.has_grant else []


def console_words(console: str) -> str:
    """Who did it, unless it was this console."""
    return f" · {console}" if console and console != this_console() else ""


def _renewals(hour: Hour) -> str:
    failed = f", {hour.failed} failed" if hour.failed else ""
    return f"{count(hour.renewed, 'renewal')}{failed}"


def _most(overview: Overview, value: Callable[[Hour], int], noun: str) -> str:
    most = max(overview.hours, key=value, default=None)
    if most is None or not value(most):
        return "None in the last 24 hours."
    return f"Most in one hour: {count(value(most), noun)} at {clock(most.at)}."
