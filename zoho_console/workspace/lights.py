"""What every connection stands on: password store, database, clock. Each as a light with words. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from zoho_console.errors import NoPasswordStore, ZohoError
from zoho_console.workspace.health_rules import MOST_SKEW, skew_words


@dataclass(frozen=True, slots=True)
class Light:
    """One thing that works or does not: `word` says it shortly, `sentence` in full; `tone` is a colour token."""

    name: str
    word: str
    tone: str
    sentence: str


def password_store_light(
    problem: ZohoError | None, *, was_asked: bool = True, is_asked: bool = False, is_absent: bool = False
) -> Light:
    """Where client secrets and this desktop's key are kept; `is_absent`: the environment holds them in its place."""
    if is_asked and (problem is not None or not was_asked):
        return Light("Password store", "Being asked", "accent", "It may want to be unlocked; look for its question.")
    if problem is not None:
        word = "None" if isinstance(problem, NoPasswordStore) else "Does not open"
        return Light("Password store", word, "bad", f"{problem} {problem.advice}".strip())
    if not was_asked:
        return Light("Password store", "Not asked yet", "faint", "It has not been asked yet.")
    if is_absent:
        return Light("Password store", "None", "faint", "The environment holds the secret and this desktop's key.")
    return Light("Password store", "Opens", "good", "Client secrets and this desktop's key can be read.")


def database_light(*, works: bool) -> Light:
    """Where tokens, jobs and this history are kept."""
    if works:
        return Light("Database", "Works", "good", "Tokens and jobs can be read and written.")
    return Light("Database", "Not reachable", "bad", "Nothing is sent to Zoho until it is back.")


def clock_light(skews: Sequence[timedelta]) -> Light:
    """This computer's clock beside the database's and Zoho's."""
    if not skews:
        return Light("Clock", "Not compared yet", "faint", "There is no connection to compare it with.")
    worst = max(skews, key=abs)
    if abs(worst) <= MOST_SKEW:
        return Light("Clock", "Right", "good", "It agrees with the database's and with Zoho's.")
    how = skew_words(worst)
    return Light("Clock", how[0].upper() + how[1:], "warn", "Work goes on, but turn on automatic time.")
