"""What a sign-in leaves behind, and who keeps it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol

# Refresh this long before the end, so that no call starts with a token about to die.
REFRESH_MARGIN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Grant:
    """A refresh token with the access token made from it. Tokens never show in `repr`.

    `generation` counts the access tokens of this connection; 0 means not stored yet. `api_domain` is what Zoho said
    with the token ("" if it said nothing). `calls_at_once` is how many calls last ran at once without a refusal, 0 if
    that is not known. Times are UTC.
    """

    refresh_token: str = field(repr=False)
    access_token: str = field(repr=False)
    expires_at: datetime
    scopes: tuple[str, ...] = ()
    api_domain: str = ""
    generation: int = 0
    calls_at_once: int = 0

    def is_fresh(self, now: datetime | None = None, *, spread: timedelta = timedelta(0)) -> bool:
        """Whether the access token can still be used for a new call; `spread` widens the margin before its end."""
        return self.expires_at - (now or datetime.now(UTC)) > REFRESH_MARGIN + spread


class FailureKind(StrEnum):
    """Why a token could not be renewed, by the body of the answer and never by its status."""

    REVOKED = "revoked"
    WRONG_CLIENT = "wrong_client"
    THROTTLED = "throttled"
    REFUSED = "refused"  # another refusal of Zoho
    NOT_REACHABLE = "not_reachable"
    NO_SECRET = "no_secret"


@dataclass(frozen=True, slots=True)
class RefreshFailure:
    """A refresh that failed: what it means, Zoho's or our sentence, and how long Zoho wants no other (seconds)."""

    kind: FailureKind
    sentence: str
    quiet_s: float = 0.0


@dataclass(frozen=True, slots=True)
class TokenEvent:
    """One thing that happened to a connection's tokens: kind is signed_in, refreshed, failed, revoked or guard.

    `console` did it: person and computer, "" where that was not written down.
    """

    at: datetime
    connection_id: int
    kind: str
    text: str
    console: str = ""


class GrantVault(Protocol):
    """Keeps the grant of one connection; every method blocks and may raise ZohoDatabaseError."""

    def load(self) -> Grant | None:
        """The grant now, or None before the first sign-in."""
        ...

    def save(self, grant: Grant, *, event: str = "refreshed", claim: int | None = None) -> Grant:
        """Store the grant as the next generation and end any claim; what is stored comes out.

        With a `claim` that holds no more, nothing is stored and what another console stored comes out.
        """
        ...

    def claim_refresh(self, generation: int, lease: timedelta) -> int:
        """The number of a claim to refresh this generation; 0 if it is old or another holds the claim."""
        ...

    def refresh_failed(self, generation: int, failure: RefreshFailure, claim: int) -> None:
        """Note a failure and end the claim, if it still holds; the tokens stay."""
        ...

    def note_ok(self, calls_at_once: int = 0) -> None:
        """A call just worked: the proof that the connection does; and how many ran at once, 0 if that is not known."""
        ...
