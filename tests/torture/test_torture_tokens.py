"""A sample of each campaign about sign-ins and tokens; `python3 dev.py torture` runs them whole."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.torture.__main__ import CAMPAIGNS, NEVER, ON_PAPER, stage_in
from tests.torture.stage import Stage


@pytest.fixture(scope="module")
def stage(open_folder: Path) -> Iterator[Stage]:
    folder = open_folder / "tokens"
    folder.mkdir(mode=0o711)
    with stage_in(folder, latency_ms=0) as made:
        yield made


def seeded() -> random.Random:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    return random.Random(seed)


@pytest.mark.parametrize(("name", "size"), [("callbacks", 150), ("spellings", 30), ("junk", 400)])
def test_only_the_true_answer_counts_and_nothing_leaves_for_strangers(name: str, size: int) -> None:
    figures = ON_PAPER[name][0](seeded(), size=size)
    print(figures)
    assert not any(figures.get(word) for word in NEVER)


def test_no_browser_opens_while_somebody_holds_the_port(stage: Stage) -> None:
    figures = CAMPAIGNS["squatters"][0](stage, seeded(), size=6, rows=1)
    print(figures)
    assert not any(figures.get(word) for word in NEVER)
    assert figures["named"] == figures["signed in once it was free"] == 6


def test_a_console_frozen_while_it_renews_is_replaced_and_changes_nothing_when_it_thaws(stage: Stage) -> None:
    figures = CAMPAIGNS["frozen-renewals"][0](stage, seeded(), size=5, rows=500)
    print(figures)
    assert not any(figures.get(word) for word in NEVER if word != "overdue")  # a busy machine may be


def test_a_wrong_clock_renews_nothing_needlessly(stage: Stage) -> None:
    figures = CAMPAIGNS["clocks"][0](stage, seeded(), size=8, rows=1)
    print(figures)
    assert not any(figures.get(word) for word in NEVER)
    assert figures["renewals"] == 8
