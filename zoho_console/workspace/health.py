"""How a connection is, in words: what works, since when, what happens next and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from zoho_console.domain.connections import Connection
from zoho_console.domain.grants import REFRESH_MARGIN
from zoho_console.store.tokens import TokenHealth
from zoho_console.zoho.usage import ApiUsage

# "Works" is said only with a proof this fresh.
PROOF_AGE = timedelta(minutes=15)


class HealthState(StrEnum):
    """The state of a connection, in order of precedence."""

    NOT_SIGNED_IN = "not_signed_in"
    FAILED = "refresh_failed"
    EXPIRED = "expired"
    EXPIRING = "expiring"
    NOT_CHECKED = "not_checked"
    WORKS = "works"


@dataclass(frozen=True, slots=True)
class Health:
    """One connection's card. `tone` is a colour token; `remedy` is sign_in, refresh or ""."""

    connection: Connection
    state: HealthState
    word: str
    tone: str
    sentence: str
    remedy: str
    expires_at: datetime | None = None
    last_ok_at: datetime | None = None
    last_refresh_at: datetime | None = None
    generation: int = 0
    scopes: tuple[str, ...] = ()
    usage: ApiUsage | None = None


def health_of(
    connection: Connection, token: TokenHealth, usage: ApiUsage | None, now: datetime | None = None
) -> Health:
    """Judge a connection by what the store and this console know; no call is made."""
    now = now or datetime.now(UTC)
    state, word, tone, sentence, remedy = _judge(token, now)
    return Health(
        connection,
        state,
        word,
        tone,
        sentence,
        remedy,
        expires_at=token.expires_at,
        last_ok_at=token.last_ok_at,
        last_refresh_at=token.last_refresh_at,
        generation=token.generation,
        scopes=token.scopes,
        usage=usage,
    )


def _judge(token: TokenHealth, now: datetime) -> tuple[HealthState, str, str, str, str]:
    if not token.has_grant or token.expires_at is None:
        return HealthState.NOT_SIGNED_IN, "Not signed in", "muted", "Sign in to use this connection.", "sign_in"
    left = token.expires_at - now
    proof = f"Last good call {age(now - token.last_ok_at)} ago." if token.last_ok_at else "Not used yet."
    if token.last_error:
        works = f" The present token works until {clock(token.expires_at)}." if left > timedelta(0) else ""
        sentence = f"Renewing failed: {token.last_error}.{works}"
        return HealthState.FAILED, "Renewing failed", "bad", sentence, "sign_in"
    if left <= timedelta(0):
        return HealthState.EXPIRED, "Renews at the next call", "accent", f"{proof} The token has expired.", "refresh"
    if left <= REFRESH_MARGIN:
        return HealthState.EXPIRING, "Expires soon", "accent", f"{proof} Renews at the next call.", "refresh"
    renews = f"Renews by itself at {clock(token.expires_at - REFRESH_MARGIN)}."
    if token.last_ok_at is None or now - token.last_ok_at > PROOF_AGE:
        return HealthState.NOT_CHECKED, "Not checked", "muted", f"{proof} {renews}", "refresh"
    return HealthState.WORKS, "Works", "good", f"{proof} {renews}", "refresh"


def clock(moment: datetime) -> str:
    """A time of day as the person's clock shows it."""
    return moment.astimezone().strftime("%H:%M")


_UNITS = (  # name, seconds, the least that is said in this unit
    ("year", 365 * 86400, 2),
    ("month", 30 * 86400, 2),
    ("day", 86400, 1),
    ("hour", 3600, 1),
    ("minute", 60, 1),
)


def age(span: timedelta) -> str:
    """How long ago, in words; months and years only from two on, since one of them says too little."""
    seconds = max(0, int(span.total_seconds()))
    for unit, size, least in _UNITS:
        if seconds >= size * least:
            count = seconds // size
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return f"{seconds} s" if seconds >= 5 else "a moment"
