"""A sample of each campaign against sign-in and tokens; `python3 dev.py torture` runs them whole."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from tests.torture import signing, tokens

SAMPLES = {signing.callbacks: 120, signing.spellings: 45, signing.junk: 400, signing.squatters: 1}


@pytest.mark.parametrize("campaign", SAMPLES, ids=lambda one: one.__name__)
def test_no_sign_in_but_the_true_one_succeeds(campaign: Callable[..., dict[str, int]]) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    figures = campaign(random.Random(seed), size=SAMPLES[campaign])
    print(figures)
    assert not any(figures.get(word) for word in ("wrong", "lost", "left", "browsers"))
    assert figures.get("true ones accepted", 1) == 1
    assert figures.get("caught on purpose", 1) >= 1


def test_a_frozen_refresher_is_replaced_and_stores_nothing_when_it_thaws(database_url: str) -> None:
    figures = tokens.freezes(database_url, size=1, lease_s=0.6)
    print(figures)
    assert (figures["stored after"], figures["unanswered"], figures["frozen"]) == (0, 0, 5)
    assert figures["told to try again"] <= 1  # who was frozen inside its transaction


def test_a_wrong_clock_here_renews_nothing_needlessly(database_url: str) -> None:
    assert tokens.clocks(database_url, size=1) == {"needless": 0, "rejected": 0, "renewals": 12, "skews": 4}
