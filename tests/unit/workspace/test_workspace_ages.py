"""Ages in words."""

from __future__ import annotations

from datetime import timedelta

import pytest

from zoho_console.workspace.times import age


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=2), "a moment"),
        (timedelta(seconds=30), "30 s"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(hours=5, minutes=59), "5 hours"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=45), "45 days"),
        (timedelta(days=100), "3 months"),
        (timedelta(days=700), "23 months"),
        (timedelta(days=1493), "4 years"),
        (timedelta(seconds=-5), "a moment"),
    ],
)
def test_ages_are_said_in_the_largest_unit_that_still_tells_something(span: timedelta, words: str) -> None:
    assert age(span) == words
