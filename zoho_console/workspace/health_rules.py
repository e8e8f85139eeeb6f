"""Judges a connection by what is known of it: one rule after the other, the first that holds speaks. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from zoho_console.domain.connections import CUSTOM, Connection
from zoho_console.domain.grants import REFRESH_MARGIN, FailureKind
from zoho_console.errors import (
    NoPasswordStore,
    NotEnrolled,
    NotReachable,
    PasswordStoreLocked,
    ScopeMissing,
    UnreadableAnswer,
    UntrustedToken,
    ZohoAPIError,
)
from zoho_console.store.desktops import this_console
from zoho_console.store.tokens import TokenHealth
from zoho_console.workspace.health import Evidence, Health, HealthState, Remedy, Verdict
from zoho_console.workspace.times import age, clock
from zoho_console.zoho.usage import ApiUsage

# “Works” is said only with a proof this fresh.
PROOF_AGE = timedelta(minutes=15)
# One refusal may be a mistake on the way; two this far apart are Zoho's word.
PROOF_OF_REVOCATION = timedelta(seconds=60)
MOST_SKEW = timedelta(seconds=120)
HOUR = timedelta(hours=1)
RESERVE = 1000  # credits that are left for the rest of the company


def health_of(connection: Connection, evidence: Evidence, now: datetime | None = None) -> Health:
    """Judge a connection: the first state that is true, in the order of `HealthState`; no call is made."""
    case = _Case(connection, evidence, now or datetime.now(UTC))
    verdict = next(verdict for rule in _RULES if (verdict := rule(case)) is not None)
    return Health(connection, verdict, evidence, case.here)


@dataclass(frozen=True, slots=True)
class _Case:
    connection: Connection
    evidence: Evidence
    here: datetime  # this computer's clock

    @property
    def token(self) -> TokenHealth:
        return self.evidence.token

    @property
    def now(self) -> datetime:
        """The database's clock decides; it is the one that expiry is kept on."""
        return self.token.now or self.here

    @property
    def left(self) -> timedelta:
        return (self.token.expires_at or self.now) - self.now

    @property
    def proof(self) -> str:
        last = self.token.last_ok_at
        return f"Last good call {age(self.now - last)} ago." if last else "Not used yet."

    @property
    def where(self) -> str:
        """Where a client was looked for, and what else may be wrong there."""
        if self.connection.data_centre == CUSTOM:
            return f"at {urlsplit(self.connection.origins.accounts).netloc}. Check the secret"
        return f"in the data centre {self.connection.place}. Check the secret, and that multi-DC is on for this client"

    @property
    def still_works(self) -> str:
        if self.left <= timedelta(0) or self.token.expires_at is None:
            return ""
        return f" The present token works until {clock(self.token.expires_at)}."


_Rule = Callable[[_Case], Verdict | None]


def _surroundings(case: _Case) -> Verdict | None:
    """What hides everything else while it lasts."""
    if not case.evidence.database_works:
        return Verdict(
            HealthState.DATABASE_DOWN, "Database down", "bad",
            "The console cannot reach its database, so nothing is sent to Zoho. Running jobs are paused safely and go "
            "on by themselves when it is back.",
            Remedy.LOOK_AGAIN,
        )  # fmt: skip
    error = case.evidence.locked_out
    for kind, state, word, remedy in (
        (NoPasswordStore, HealthState.NO_KEYRING, "No password store", Remedy.SHOW_HOW),
        (PasswordStoreLocked, HealthState.KEYRING_LOCKED, "Password store locked", Remedy.UNLOCK),
        (NotEnrolled, HealthState.NOT_ENROLLED, "Not approved yet", Remedy.ASK_AGAIN),
        (UntrustedToken, HealthState.UNTRUSTED, "Cannot be trusted", Remedy.SIGN_IN_AGAIN),
    ):
        if isinstance(error, kind):
            return Verdict(state, word, "bad", f"{error} {error.advice}", remedy)
    return None


def _secret_missing(case: _Case) -> Verdict | None:
    if case.evidence.has_secret:
        return None
    return Verdict(
        HealthState.SECRET_MISSING, "Secret missing", "bad",
        f"The client secret for “{case.connection.name}” is not on this computer. Paste it once from Zoho's API "
        f"console.{case.still_works}",
        Remedy.ADD_SECRET,
    )  # fmt: skip


def _not_signed_in(case: _Case) -> Verdict | None:
    if case.token.has_grant:
        return None
    return Verdict(
        HealthState.NOT_SIGNED_IN, "Not signed in", "muted", "Sign in to use this connection.", Remedy.SIGN_IN
    )


def _away(case: _Case) -> Verdict | None:
    error = case.evidence.trouble
    if not isinstance(error, NotReachable | UnreadableAnswer):
        return None
    if error.details.get("reason") == "certificate":
        return Verdict(
            HealthState.TLS_NOT_TRUSTED, "Not trusted", "bad", f"{error} {error.advice} The console does not switch "
            "checks off.", Remedy.RETRY,
        )  # fmt: skip
    return Verdict(HealthState.OFFLINE, "No way to Zoho", "warn", f"{error} Jobs wait. {case.proof}", Remedy.RETRY)


def _clock_wrong(case: _Case) -> Verdict | None:
    skew = skew_of(case.evidence, case.here)
    if abs(skew) <= MOST_SKEW:
        return None
    how = skew_words(skew)
    return Verdict(
        HealthState.CLOCK_WRONG, "Clock wrong", "warn",
        f"This computer's clock is {how}. The console uses the database's clock, so work goes on, but signing in may "
        f"fail. Turn on automatic time. {case.proof}",
    )  # fmt: skip


def _failing(case: _Case) -> Verdict | None:
    token = case.token
    if token.failure_kind is FailureKind.REVOKED and _is_proven(token):
        who = f" as {case.connection.user.name}" if case.connection.user else ""
        return Verdict(
            HealthState.REVOKED, "Revoked", "bad",
            "Zoho no longer accepts this sign-in. It was removed in Zoho, the user was deactivated, or more than 20 "
            f"sign-ins pushed it out. Sign in again{who}.{case.still_works} {case.proof}",
            Remedy.SIGN_IN_AGAIN,
        )  # fmt: skip
    if token.failure_kind is FailureKind.WRONG_CLIENT:
        return Verdict(
            HealthState.WRONG_CLIENT, "Wrong client", "bad",
            f"Zoho does not know this client id and secret {case.where}.{case.still_works} {case.proof}",
            Remedy.REPLACE_SECRET,
        )  # fmt: skip
    return None


def _refused(case: _Case) -> Verdict | None:
    error = case.evidence.trouble
    if isinstance(error, ScopeMissing):
        return Verdict(
            HealthState.SCOPE_MISSING, "Permission missing", "warn",
            f"{error} Sign in again and accept it; other work is not touched. {case.proof}", Remedy.ADD_PERMISSION,
        )  # fmt: skip
    if isinstance(error, ZohoAPIError) and error.code == "NO_PERMISSION":
        who = f"{case.connection.user.name}'s Zoho profile" if case.connection.user else "the Zoho profile of its user"
        return Verdict(
            HealthState.NO_PERMISSION, "Not allowed", "warn",
            f"The sign-in is fine, but {who} does not allow what was asked for. A Zoho administrator can change that. "
            f"{case.proof}",
            Remedy.CHECK,
        )  # fmt: skip
    return None


def _throttled(case: _Case) -> Verdict | None:
    token = case.token
    if token.failure_kind is not FailureKind.THROTTLED or token.quiet_until is None or token.quiet_until <= case.now:
        return None
    return Verdict(
        HealthState.THROTTLED, "Throttled", "warn",
        f"Zoho allows 10 new tokens in 10 minutes; the next try is at {clock(token.quiet_until)}.{case.still_works} "
        f"{case.proof}",
    )  # fmt: skip


def _refresh_failed(case: _Case) -> Verdict | None:
    token = case.token
    if not token.failures:
        return None
    times = {1: "once", 2: "twice"}.get(token.failures, f"{token.failures} times")
    since = f" since {clock(token.failing_since)}" if token.failing_since else ""
    return Verdict(
        HealthState.REFRESH_FAILED, "Renewing failed", "warn",
        f"Renewing failed {times}{since}: {token.last_error}.{case.still_works} It is tried again with the next call. "
        f"{case.proof}",
        Remedy.RENEW,
    )  # fmt: skip


def _renewing(case: _Case) -> Verdict | None:
    if not case.token.claimed_by:
        return None
    if case.token.claimed_by == this_console():
        return Verdict(HealthState.REFRESHING, "Renewing", "accent", f"Renewing… {case.proof}")
    ends = case.token.claimed_until
    until = f" It has until {clock(ends, seconds=True)}; after that another console may." if ends else ""
    return Verdict(
        HealthState.WAITING, "Waiting for another console", "accent",
        f"“{case.token.claimed_by}” is renewing this token.{until} {case.proof}",
    )  # fmt: skip


def _expiring(case: _Case) -> Verdict | None:
    if case.left > REFRESH_MARGIN:
        return None
    word = "Expires soon" if case.left > timedelta(0) else "Renews at the next call"
    return Verdict(
        HealthState.EXPIRING, word, "accent", f"{case.proof} Renews by itself with the next call.", Remedy.RENEW
    )


def _credits_low(case: _Case) -> Verdict | None:
    usage = case.evidence.usage
    if usage is None or not credits_are_low(usage):
        return None
    back = case.evidence.credits_back
    returns = f"About {back:,} come back by {clock(case.here + HOUR)}." if back else "Credits come back hour by hour."
    return Verdict(
        HealthState.CREDITS_LOW, "Credits low", "warn",
        f"{usage.credits_left:,} of the last 24 hours' API credits are left, which are your company's reserve. "
        f"{returns} {case.proof}",
        Remedy.CHECK,
    )  # fmt: skip


def _works(case: _Case) -> Verdict:
    token = case.token
    ends = token.expires_at or case.now
    renews = f"Renews by itself with the first call after {clock(ends - REFRESH_MARGIN)}."
    if token.last_ok_at is None or case.now - token.last_ok_at > PROOF_AGE:
        return Verdict(HealthState.NOT_CHECKED, "Not checked", "muted", f"{case.proof} {renews}", Remedy.CHECK)
    return Verdict(HealthState.WORKS, "Works", "good", f"{case.proof} {renews}", Remedy.RENEW)


# In the order of HealthState.
_RULES: tuple[_Rule, ...] = (
    _surroundings, _secret_missing, _not_signed_in, _away, _clock_wrong, _failing, _refused, _throttled,
    _refresh_failed, _renewing, _expiring, _credits_low, _works,
)  # fmt: skip


def credits_are_low(usage: ApiUsage) -> bool:
    """Whether no more is left than the company's reserve, by Zoho's own figure."""
    return usage.credits_left is not None and usage.credits_left <= RESERVE


def skew_of(evidence: Evidence, here: datetime) -> timedelta:
    """How far this computer's clock is ahead: of the database's, or of Zoho's if it differs more from that."""
    found = [here - evidence.token.now] if evidence.token.now else []
    if evidence.usage is not None and evidence.usage.ahead is not None:
        found.append(evidence.usage.ahead)
    return max(found, key=abs, default=timedelta(0))


def skew_words(skew: timedelta) -> str:
    """Such as “12 minutes fast”."""
    return f"{age(abs(skew))} {'fast' if skew > timedelta(0) else 'slow'}"


def _is_proven(token: TokenHealth) -> bool:
    if token.failures < 2 or token.failing_since is None or token.failed_at is None:
        return False
    return token.failed_at - token.failing_since >= PROOF_OF_REVOCATION
