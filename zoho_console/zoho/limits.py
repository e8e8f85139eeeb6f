"""Waits as data: when a call may be asked again, and how long to wait first. Pure.

Zoho documents neither `Retry-After` nor the body of a 429 (fact sheet 8.4); the header is obeyed where a server or a
proxy sends it. Without it the usual cause is too many calls at once, which the window (`zoho.window`) mends, so the
wait begins at half a second and doubles; a call may be refused so twice as often as it may fail.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import Random

from zoho_console.errors import NotReachable, UnreadableAnswer, ZohoAPIError, ZohoRateLimitError

LONGEST_WAIT_S = 60.0  # a longer wait is the caller's and the person's business
RATE_WAIT_S = 10.0  # what callers are advised to wait once we gave up
FIRST_RATE_WAIT_S = 0.5
LONGEST_RETRY_AFTER_S = 86_400.0  # credits come back within a day


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often a call is asked again, and the first wait; the waits double."""

    max_retries: int = 3
    delay_s: float = 1.0


def next_wait(
    error: ZohoAPIError, failures: int, *, is_repeatable: bool, policy: RetryPolicy, random: Random
) -> float | None:
    """Seconds to wait before asking again after the `failures`-th failure; None: do not ask again.

    A call that is not repeatable is asked again only where Zoho cannot have acted: nothing was sent, or a 429.
    Waits have full jitter; after a 429 it comes on top, so that a demanded wait (`Retry-After`) is never shortened.
    """
    is_limit = isinstance(error, ZohoRateLimitError)
    if failures > policy.max_retries * (2 if is_limit else 1) or not _may_repeat(error, is_repeatable):
        return None
    spread = 2.0 ** (failures - 1)
    if not is_limit:
        return random.uniform(0, min(LONGEST_WAIT_S, policy.delay_s * spread))
    demanded = error.details.get("retry_after")
    least = FIRST_RATE_WAIT_S * policy.delay_s * spread if demanded is None else float(demanded)
    if least > LONGEST_WAIT_S:
        return None
    return least + random.uniform(0, least / 2 if demanded is None else policy.delay_s)


def _may_repeat(error: ZohoAPIError, is_repeatable: bool) -> bool:
    if isinstance(error, ZohoRateLimitError):
        return True
    if isinstance(error, NotReachable):
        trusted = error.details.get("reason") != "certificate"  # waiting does not mend a certificate
        return trusted and (is_repeatable or not error.sent)
    return is_repeatable and isinstance(error, UnreadableAnswer)


def retry_after(header: str, now: datetime) -> float | None:
    """Seconds that a `Retry-After` header asks for, given as seconds or as a date; None if it says nothing."""
    text = header.strip()
    if text.isascii() and text.isdigit():
        return min(float(text), LONGEST_RETRY_AFTER_S)
    moment = moment_of(text)
    return None if moment is None else min(max((moment - now).total_seconds(), 0.0), LONGEST_RETRY_AFTER_S)


def moment_of(date: str) -> datetime | None:
    """The moment that a header with a date names; None if it names none."""
    try:
        moment = parsedate_to_datetime(date.strip())
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
