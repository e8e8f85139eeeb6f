"""The window learns how many calls may run at once, from refusals alone."""

from __future__ import annotations

from random import Random

import pytest

from zoho_console.zoho.window import FIRST, MOST, Window


class Organisation:
    """Answers rounds of calls as Zoho does: all that run beyond its limit are refused."""

    def __init__(self, limit: int) -> None:
        self.limit, self.now_s, self.asked, self.refused, self.passed = limit, 0.0, 0, 0, 0

    def round(self, window: Window) -> None:
        """One full window of calls, all begun together, 0.15 s long."""
        running, begun_in = window.size, window.round
        self.now_s += 0.15
        for place in range(running):
            self.asked += 1
            if place < self.limit:
                self.passed += 1
                window.passed(running, self.now_s)
            else:
                self.refused += 1
                window.refused(begun_in, self.now_s)


def settled(window: Window, organisation: Organisation, seconds: float) -> None:
    end = organisation.now_s + seconds
    while organisation.now_s < end:
        organisation.round(window)


def test_it_begins_with_four_and_doubles_until_the_first_refusal() -> None:
    window, zoho = Window(), Organisation(100)
    sizes = []
    for _ in range(4):
        sizes.append(window.size)
        zoho.round(window)
    assert sizes == [FIRST, 8, 16, MOST]


def test_after_the_first_refusal_it_halves_and_grows_by_one() -> None:
    window, zoho = Window(), Organisation(10)
    sizes = []
    for _ in range(6):
        sizes.append(window.size)
        zoho.round(window)
    assert sizes == [4, 8, 16, 8, 9, 10]


def test_it_begins_at_what_held_before() -> None:
    assert Window(7).size == 7
    assert Window(70).size == MOST


@pytest.mark.parametrize("limit", [1, 3, 5, 10, 20, 25])
def test_a_steady_run_is_hardly_ever_refused_and_loses_little(limit: int) -> None:
    window, zoho = Window(), Organisation(limit)
    settled(window, zoho, 10)
    zoho.asked = zoho.refused = zoho.passed = 0
    began = zoho.now_s
    settled(window, zoho, 120)
    assert abs(window.size - limit) <= 1
    assert zoho.refused / zoho.asked < 0.02
    assert zoho.passed >= 0.9 * limit * (zoho.now_s - began) / 0.15
    assert abs(window.held - limit) <= 1


def test_a_limit_that_falls_and_rises_is_followed_within_twenty_seconds() -> None:
    window, zoho = Window(), Organisation(10)
    settled(window, zoho, 20)
    assert abs(window.size - 10) <= 1
    zoho.limit = 3
    settled(window, zoho, 20)
    assert abs(window.size - 3) <= 1
    zoho.limit = 10
    settled(window, zoho, 20)
    assert abs(window.size - 10) <= 1
    assert zoho.refused / zoho.asked < 0.05


def test_a_window_that_is_not_full_proves_nothing() -> None:
    window = Window()
    for _ in range(100):
        window.passed(1, 0)
    assert (window.size, window.held) == (FIRST, 0)


def test_refusals_of_one_round_count_once_and_those_of_earlier_rounds_not_at_all() -> None:
    window = Window(16)
    for _ in range(6):
        window.refused(0, 1)
    assert window.size == 8


def test_whatever_happens_it_stays_between_one_and_the_most() -> None:
    seed = 20261123
    random, window, now_s = Random(seed), Window(), 0.0
    for _ in range(20_000):
        now_s += random.random()
        if random.random() < 0.3:
            window.refused(window.round - random.randrange(2), now_s)
        else:
            window.passed(random.randrange(1, 30), now_s)
        assert 1 <= window.size <= MOST, f"seed {seed}"
