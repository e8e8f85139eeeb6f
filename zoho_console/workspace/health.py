"""How a connection is: the states it can be in, what is known of it, and the verdict in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum, auto

from zoho_console.domain.connections import Connection
from zoho_console.errors import ZohoError
from zoho_console.store.tokens import TokenHealth
from zoho_console.zoho.usage import ApiUsage


class HealthState(StrEnum):
    """The state of a connection, in order of precedence: of several that are true the first is shown."""

    DATABASE_DOWN = auto()
    NO_KEYRING = auto()
    KEYRING_LOCKED = auto()
    NOT_ENROLLED = auto()
    UNTRUSTED = auto()
    SECRET_MISSING = auto()
    NOT_SIGNED_IN = auto()
    OFFLINE = auto()
    TLS_NOT_TRUSTED = auto()
    CLOCK_WRONG = auto()
    REVOKED = auto()
    WRONG_CLIENT = auto()
    SCOPE_MISSING = auto()
    NO_PERMISSION = auto()
    THROTTLED = auto()
    REFRESH_FAILED = auto()
    WAITING = auto()
    REFRESHING = auto()
    EXPIRING = auto()
    CREDITS_LOW = auto()
    NOT_CHECKED = auto()
    WORKS = auto()


class Remedy(StrEnum):
    """What one button does about a state; the value is its label, "" for none."""

    NONE = ""
    LOOK_AGAIN = "Test the database"
    SHOW_HOW = "Show how…"
    UNLOCK = "Unlock"
    ASK_AGAIN = "Ask again"
    SIGN_IN = "Sign in"
    SIGN_IN_AGAIN = "Sign in again"
    ADD_PERMISSION = "Add the permission"
    ADD_SECRET = "Add the secret…"
    REPLACE_SECRET = "Replace the secret…"
    RETRY = "Try again now"
    RENEW = "Renew now"
    CHECK = "Check now"

    @property
    def signs_in(self) -> bool:
        """Whether it leads to the sign-in."""
        return self in (Remedy.SIGN_IN, Remedy.SIGN_IN_AGAIN, Remedy.ADD_PERMISSION)

    @property
    def takes_a_secret(self) -> bool:
        """Whether a client secret is to be typed."""
        return self in (Remedy.ADD_SECRET, Remedy.REPLACE_SECRET)


NEEDS_A_PERSON = frozenset(
    {
        HealthState.NO_KEYRING, HealthState.KEYRING_LOCKED, HealthState.NOT_ENROLLED, HealthState.UNTRUSTED,
        HealthState.SECRET_MISSING, HealthState.NOT_SIGNED_IN, HealthState.TLS_NOT_TRUSTED, HealthState.REVOKED,
        HealthState.WRONG_CLIENT, HealthState.SCOPE_MISSING, HealthState.NO_PERMISSION,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one connection, with no call made: the store's account, and what went wrong here."""

    token: TokenHealth
    usage: ApiUsage | None = None
    credits_back: int = 0  # of those that this workspace used, where few are left: how many come back within the hour
    trouble: ZohoError | None = None  # of the last calls
    locked_out: ZohoError | None = None  # why this desktop cannot open the tokens or the secret
    has_secret: bool = True
    database_works: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """A state in words; `tone` is a colour token."""

    state: HealthState
    word: str
    tone: str
    sentence: str
    remedy: Remedy = Remedy.NONE


@dataclass(frozen=True, slots=True)
class Health:
    """One connection's card."""

    connection: Connection
    verdict: Verdict
    evidence: Evidence = field(repr=False)
    looked_at: datetime  # on this computer's clock

    @property
    def state(self) -> HealthState:
        """The state that is shown."""
        return self.verdict.state

    @property
    def token(self) -> TokenHealth:
        """The store's account."""
        return self.evidence.token

    @property
    def expires_at(self) -> datetime | None:
        """When the access token ends, on this computer's clock."""
        token = self.evidence.token
        if token.expires_at is None or token.now is None:
            return None
        return self.looked_at + (token.expires_at - token.now)

    @property
    def needs_a_person(self) -> bool:
        """Whether nothing gets better by itself."""
        return self.state in NEEDS_A_PERSON
