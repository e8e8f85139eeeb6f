"""Histories of the engine: whatever happens, every row has one outcome, one effect at most, and the truth is told."""

from __future__ import annotations

import random

import pytest

from tests.simulation.campaigns import attribution, histories
from tests.simulation.history import History
from zoho_console.bulk.pace import Pace

SAMPLE = 100
# Seeds of histories that went wrong once. Each stays, whatever it has become since.
KEPT = (744424825, 4711, 19, 170)


def test_histories_keep_every_promise() -> None:
    seed = random.randrange(10**9)
    print(f"drawn from seed {seed}")
    assert histories(random.Random(seed), size=SAMPLE)["histories"] == SAMPLE


@pytest.mark.parametrize("seed", KEPT)
def test_a_history_that_went_wrong_once_does_no_more(seed: int) -> None:
    assert History(seed).play() == []


def test_one_seed_is_one_history() -> None:
    outlines = set()
    for _ in range(3):
        history = History(4711)
        history.play()
        outlines.add(history.outline())
    assert len(outlines) == 1


@pytest.mark.parametrize(
    ("how", "words", "first"),
    [
        ({"pace": Pace(quarantine_s=5)}, "may still land", 0),  # a reader in a hurry
        ({"has_guard": False}, "old epoch", 1700),  # a client that does not ask before bytes leave
        ({"has_stamp": False}, "effects", 0),  # a record that does not say when it was modified
    ],
)
def test_an_engine_with_a_fault_is_found_out(how: dict[str, object], words: str, first: int) -> None:
    seeds = range(first, first + 2000)  # begun near one that tells
    broken = (words in promise for seed in seeds for promise in History(seed, **how).play())
    assert any(broken)


def test_items_in_disorder_are_never_attributed_wrongly() -> None:
    seed = random.randrange(10**9)
    print(f"seed {seed}")
    figures = attribution(random.Random(seed), size=50_000)
    assert figures["wrong"] == 0
    assert figures["left in doubt"] < figures["rows"] / 10
