"""A sample of the campaigns against the client; `python3 dev.py torture` runs them whole."""

from __future__ import annotations

from tests.torture import client


def test_batches_through_a_failing_zoho_are_counted_right_and_never_doubled() -> None:
    seed = 20261123
    figures = client.faults(400, seed)
    wrong = {name: figures[name] for name in ("doubled", "lost", "misattributed", "uncounted")}
    assert set(wrong.values()) == {0}, f"seed {seed}: {figures}"
    assert figures["failed"] > 5
    assert figures["unknown"] > 0


def test_many_programs_refresh_a_token_once_each_time_it_ends(database_url: str) -> None:
    figures = client.refreshes(4, processes=2, threads=8, database_url=database_url)
    assert figures == {"expiries": 4, "refreshes": 4, "needless": 0, "unanswered": 0}
