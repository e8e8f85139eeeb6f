"""Waits and counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from zoho_console.errors import NotReachable, UnreadableAnswer, ZohoAPIError, ZohoRateLimitError
from zoho_console.zoho.limits import RetryPolicy, next_wait, retry_after
from zoho_console.zoho.usage import ApiUsage

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
POLICY = RetryPolicy(max_retries=3, delay_s=1.0)


def wait(error: ZohoAPIError, failures: int = 1, *, is_repeatable: bool = True, seed: int = 7) -> float | None:
    return next_wait(error, failures, is_repeatable=is_repeatable, policy=POLICY, random=Random(seed))


def limited(seconds: float | None = None) -> ZohoRateLimitError:
    return ZohoRateLimitError("", retry_after=10, details={} if seconds is None else {"retry_after": seconds})


@pytest.mark.parametrize(("failures", "most"), [(1, 1), (2, 2), (3, 4)])
def test_waits_double_with_full_jitter(failures: int, most: float) -> None:
    waits = [wait(NotReachable("", sent=True), failures, seed=seed) for seed in range(200)]

    assert all(one is not None and 0 <= one <= most for one in waits)
    assert max(one or 0 for one in waits) > most * 0.9
    assert min(one or 0 for one in waits) < most * 0.1


def test_after_the_last_retry_there_is_no_wait() -> None:
    assert wait(NotReachable("", sent=False), 4) is None


@pytest.mark.parametrize("error", [NotReachable("", sent=True), UnreadableAnswer("")])
def test_a_write_in_doubt_is_never_repeated(error: ZohoAPIError) -> None:
    assert wait(error, is_repeatable=False) is None
    assert wait(error, is_repeatable=True) is not None


@pytest.mark.parametrize("error", [NotReachable("", sent=False), limited()])
def test_a_write_that_cannot_have_been_done_is_repeated(error: ZohoAPIError) -> None:
    assert wait(error, is_repeatable=False) is not None


def test_a_refusal_is_never_repeated() -> None:
    assert wait(ZohoAPIError("", status=400)) is None


def test_a_foreign_certificate_is_not_waited_for() -> None:
    assert wait(NotReachable("", sent=False, details={"reason": "certificate"})) is None


@pytest.mark.parametrize(("failures", "least"), [(1, 0.5), (2, 1), (3, 2), (6, 16)])
def test_a_429_waits_half_a_second_and_grows(failures: int, least: float) -> None:
    waits = [wait(limited(), failures, seed=seed) for seed in range(100)]

    assert all(one is not None and least <= one <= least * 1.5 for one in waits)


def test_a_demanded_wait_is_never_shortened() -> None:
    assert all(30 <= (wait(limited(30), seed=seed) or 0) <= 31 for seed in range(100))


def test_a_429_is_asked_again_twice_as_often_as_a_failure() -> None:
    assert wait(limited(), 6) is not None
    assert wait(limited(), 7) is None


def test_a_demand_of_more_than_a_minute_is_the_callers_business() -> None:
    assert wait(limited(3600)) is None


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("999999999", 86_400),
        ("Wed, 04 Mar 2026 09:01:30 GMT", 90),
        ("Wed, 04 Mar 2026 09:01:30", 90),
        ("Wed, 04 Mar 2026 08:00:00 GMT", 0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("٣", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_date(header: str, seconds: float | None) -> None:
    assert retry_after(header, NOW) == seconds


def test_usage_counts_calls_credits_and_the_last_good_one() -> None:
    later = NOW + timedelta(minutes=1)

    usage = ApiUsage().after(10, 200, "4000", NOW).after(3, 400, "", later).after(5, 429, "x", later)

    assert usage == ApiUsage(calls=3, credits_used=13, credits_left=4000, last_ok_at=NOW)
