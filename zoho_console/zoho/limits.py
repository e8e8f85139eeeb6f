"""How long to wait, and how often to try: pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from zoho_console.errors import NotReachable, UnreadableAnswer, ZohoRateLimitError

MAX_RECORDS = 100  # records in one update (Update Records, v8)
MAX_PER_PAGE = 200  # records in one slice of a list (Get Records, v8)
MAX_FIELDS = 50  # fields named in one list call (Get Records, v8)
DISCRETE_PAGING = 2000  # `page` reaches no further; page_token does (Get Records, v8)
COQL_ROWS = 2000  # rows of one COQL call (COQL limits, v8)
DEFAULT_WAIT_S = 10.0
LONGEST_WAIT_S = 300.0


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float:
    """Seconds to wait by `Retry-After` (seconds or a date); Zoho documents none, then 10."""
    text = headers.get("retry-after", "").strip()
    if text.isdigit():
        return min(float(text), LONGEST_WAIT_S)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return DEFAULT_WAIT_S
    wait_s = (moment - (now or datetime.now(UTC))).total_seconds()
    return min(max(wait_s, 0.0), LONGEST_WAIT_S)


def next_wait(error: Exception, attempt: int, *, repeatable: bool, delay_s: float, draw: float) -> float | None:
    """Seconds before the next try after `attempt` tries, or None to give up.

    A refused call (429) was not carried out, so any call may be tried again; after anything else only a repeatable one,
    or one of which no byte left. Full jitter: `draw` from 0 to 1 picks within the doubling delay.
    """
    if isinstance(error, ZohoRateLimitError):
        return error.retry_after + draw * delay_s
    was_not_sent = isinstance(error, NotReachable) and not error.sent
    may_repeat = isinstance(error, NotReachable | UnreadableAnswer) and repeatable
    if was_not_sent or may_repeat:
        return min(draw * delay_s * 2.0**attempt, LONGEST_WAIT_S)
    return None


def write_credits(records: int) -> int:
    """Credits of writing so many records: one for each ten begun (API limits, v8)."""
    return -(-records // 10)


def coql_credits(limit: int) -> int:
    """Credits of a COQL call by its limit (API limits, v8)."""
    return 1 if limit <= 200 else 2 if limit <= 1000 else 3
