"""Campaigns that need no process: many histories, and a million answers' items in disorder."""

from __future__ import annotations

from random import Random

from tests.simulation.history import History
from tests.simulation.network import disturbed
from zoho_console.bulk.settling import settle
from zoho_console.domain.changes import RowRecord, RowState
from zoho_console.domain.records import Reply

_BATCH = 100


def histories(random: Random, *, size: int) -> dict[str, int]:
    """So many histories. Errors: AssertionError with the seed of the first that broke a promise."""
    rows = 0
    for _ in range(size):
        seed = random.randrange(10**9)
        history = History(seed)
        broken = history.play()
        assert not broken, f"seed {seed}: {broken}"
        rows += history.rows
    return {"histories": size, "rows": rows, "broken promises": 0}


def attribution(random: Random, *, size: int) -> dict[str, int]:
    """So many rows in batches of which 30 in 100 get an answer in disorder: wrong and missing attributions."""
    rows = [RowRecord(number, (), RowState.SENT, str(number)) for number in range(_BATCH)]
    figures = {"rows": 0, "disturbed answers": 0, "left in doubt": 0, "wrong": 0}
    while figures["rows"] < size:
        accepted = [random.random() < 0.9 for _ in rows]
        replies = [
            Reply(True, row.record_id, "SUCCESS", "") if ok else Reply(False, "", "INVALID_DATA", "")
            for row, ok in zip(rows, accepted, strict=True)
        ]
        is_disturbed = random.random() < 0.3
        said = {
            one.number: one.state for one in settle(rows, disturbed(replies, random) if is_disturbed else replies, {})
        }
        truth = {number: RowState.UPDATED if ok else RowState.REFUSED for number, ok in enumerate(accepted)}
        figures["rows"] += _BATCH
        figures["disturbed answers"] += is_disturbed
        figures["left in doubt"] += _BATCH - len(said)
        figures["wrong"] += sum(truth[number] is not state for number, state in said.items())
    return figures
