"""A Zoho that does not answer is left alone, and asking again costs."""

from __future__ import annotations

from zoho_console.zoho.breaker import OPENS_AFTER, PAUSES_S, Breaker, RetryBudget


def opened() -> Breaker:
    breaker = Breaker()
    for _ in range(OPENS_AFTER):
        breaker.failed(0)
    return breaker


def test_it_opens_after_five_failures_in_a_row_and_not_before() -> None:
    breaker = Breaker()
    for _ in range(OPENS_AFTER - 1):
        breaker.failed(0)
    breaker.worked()
    for _ in range(OPENS_AFTER - 1):
        breaker.failed(0)
        assert not breaker.is_open
    breaker.failed(0)
    assert breaker.is_open


def test_it_opens_when_more_than_half_of_the_last_twenty_failed() -> None:
    breaker = Breaker()
    for number in range(40):
        if number % 5 in (0, 1, 2):
            breaker.failed(0)
        else:
            breaker.worked() if not breaker.is_open else None
        if breaker.is_open:
            return
    raise AssertionError("never opened")


def test_a_single_read_probes_after_the_pause_and_its_end_decides() -> None:
    breaker = opened()
    assert not breaker.lets_pass(PAUSES_S[0] - 1, is_read=True)
    assert round(breaker.wait_s(PAUSES_S[0] - 1)) == 1
    assert not breaker.lets_pass(PAUSES_S[0], is_read=False)
    assert breaker.lets_pass(PAUSES_S[0], is_read=True)
    assert not breaker.lets_pass(PAUSES_S[0], is_read=True)
    breaker.worked()
    assert breaker.lets_pass(PAUSES_S[0], is_read=False)


def test_pauses_grow_while_probes_fail() -> None:
    breaker, now_s = opened(), 0.0
    for pause in (*PAUSES_S, PAUSES_S[-1]):
        assert breaker.wait_s(now_s) == pause
        now_s += pause
        assert breaker.lets_pass(now_s, is_read=True)
        breaker.failed(now_s)


def test_a_probe_that_is_cancelled_lets_another_go() -> None:
    breaker = opened()
    assert breaker.lets_pass(PAUSES_S[0], is_read=True)
    breaker.given_up()
    assert breaker.lets_pass(PAUSES_S[0], is_read=True)


def test_a_late_failure_of_a_call_from_before_does_not_lengthen_the_pause() -> None:
    breaker = opened()
    breaker.failed(5)
    assert breaker.wait_s(5) == PAUSES_S[0] - 5


def test_in_the_long_run_one_call_in_ten_is_asked_again() -> None:
    budget = RetryBudget()
    assert sum(budget.take() for _ in range(100)) == 10
    retries = 0
    for _ in range(1000):
        budget.worked()
        retries += budget.take()
    assert 99 <= retries <= 101
