"""Campaigns of two consoles: both resume at once; one is frozen past its lease and thawed. And a way that breaks."""

from __future__ import annotations

import time
from collections import Counter
from random import Random

from tests.torture.proxy import Proxy
from tests.torture.stage import Stage
from tests.torture.worker import LEASE_S


def resets(stage: Stage, random: Random, *, size: int, rows: int) -> dict[str, int | float]:
    """Writes cut at a random byte of request or answer, one in five of them landing late: one effect at most."""
    figures: Counter[str] = Counter()
    with Proxy(stage.simulator.url, random, share=0.3, late=0.2) as proxy:
        while _cut(proxy) < size:
            before, job = stage.effects, stage.plan(rows)
            figures["resumed"] += stage.finish(job.id, proxy.url)
            time.sleep(proxy.late_s[1])
            figures.update(stage.truth(job.id, before))
            figures["jobs"] += 1
        return {**figures, **proxy.counts}


def race(stage: Stage, random: Random, *, size: int, rows: int) -> dict[str, int | float]:
    """Two consoles resume the same job within 50 ms: one runs it, the other is told so."""
    figures: Counter[str] = Counter()
    with stage.console() as one, stage.console() as other:
        consoles = [one.ready(), other.ready()]
        for _ in range(size):
            before, job = stage.effects, stage.plan(rows)
            random.shuffle(consoles)
            consoles[0].start(job.id)
            time.sleep(random.uniform(0, 0.05))
            consoles[1].start(job.id)
            heard = [console.hear_of("ended", "failed") for console in consoles]
            owners = sum(one is not None and one["event"] == "ended" for one in heard)
            figures.update(stage.truth(job.id, before))
            figures.update({"races": 1, "one owner": int(owners == 1)})
            figures["one epoch"] += stage.journal.change_set(job.id).epoch == 1
    return dict(figures)


def thaw(stage: Stage, random: Random, *, size: int, rows: int) -> dict[str, int | float]:
    """The owner is frozen, another console takes over, the owner thaws: it sends nothing more."""
    figures: Counter[str] = Counter()
    with Proxy(stage.simulator.url, random) as way, stage.console(way.url) as owner, stage.console() as heir:
        owner.ready(), heir.ready()
        for _ in range(size):
            before, job = stage.effects, stage.plan(rows)
            begun = owner.start(job.id).hear_of("progress", "ended", "failed")
            assert begun is not None
            assert begun["event"] == "progress", begun
            time.sleep(random.uniform(0, 0.4))
            owner.freeze()
            time.sleep(LEASE_S + random.uniform(0, 0.3))
            taken = heir.start(job.id).hear_of("progress", "ended", "failed")
            sent = way.counts["writes"]
            owner.thaw()
            ended = owner.hear_of("ended", "failed")
            if taken is not None and taken["event"] == "progress":
                heir.hear_of("ended", "failed")
            stage.finish(job.id)
            figures.update(stage.truth(job.id, before))
            stopped = ended is not None and ended["event"] == "failed"
            figures.update({"thawed": 1, "stopped by itself": int(stopped), "sent after": way.counts["writes"] - sent})
    return dict(figures)


def _cut(proxy: Proxy) -> int:
    return proxy.counts["request cut"] + proxy.counts["answer cut"] + proxy.counts["late"]
