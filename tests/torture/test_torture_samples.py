"""A sample of each campaign; `python3 dev.py torture` runs them whole."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.torture.__main__ import CAMPAIGNS, NEVER, stage_in
from tests.torture.canaries import canaries
from tests.torture.stage import Stage

SAMPLES = {"kills": (2, 800), "points": (2, 300), "postgres": (1, 400), "resets": (3, 400), "race": (3, 100)}
SAMPLES |= {"power": (1, 400), "jobs": (2, 400)}
SAMPLES |= {"thaw": (1, 800), "undo": (1, 400)}


@pytest.fixture(scope="module")
def stage(open_folder: Path) -> Iterator[Stage]:
    folder = open_folder / "torture"
    folder.mkdir(mode=0o711)
    with stage_in(folder, latency_ms=20) as made:
        yield made


@pytest.mark.parametrize("name", SAMPLES)
def test_no_row_is_lost_doubled_or_misreported(stage: Stage, name: str) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    size, rows = SAMPLES[name]
    figures = CAMPAIGNS[name][0](stage, random.Random(seed), size=size, rows=rows)
    print(figures)
    assert not any(figures.get(word) for word in NEVER)
    assert figures["updated"] + figures["unproved"] + figures["others"] == figures["rows"]
    assert figures.get("one owner") == figures.get("races")
    if name == "undo":
        assert (figures["restored"], figures["conflicts"], figures["of others, intact"]) == (380, 20, 32)


def test_no_secret_stands_anywhere_in_clear() -> None:
    figures = canaries(random.Random(0), size=3)
    assert figures["leaks"] == 0
    assert figures["secrets"] > 8
