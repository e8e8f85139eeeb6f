"""Campaigns that kill: the console at random moments and at every commit, and Postgres below it."""

from __future__ import annotations

import time
from collections import Counter
from random import Random

from tests.torture.stage import Stage
from tests.torture.worker import JOB_POINTS, POINTS
from zoho_console.bulk.pace import Pace
from zoho_console.domain.changes import RowState
from zoho_console.domain.terms import Terms

JOB_KILLS = 20  # kills of one job, before it is run to its end


def kills(stage: Stage, random: Random, *, size: int, rows: int) -> dict[str, int | float]:
    """SIGKILL at random moments: each good row has one effect, and the report is the simulator's truth."""
    figures: Counter[str] = Counter()
    while figures["kills"] < size:
        before, job = stage.effects, stage.plan(rows)
        for _ in range(min(JOB_KILLS, size - figures["kills"])):
            with stage.console() as console:
                console.ready().start(job.id)
                first = console.hear_of("progress", "ended", "failed")
                assert first is not None
                if first["event"] != "progress":
                    break
                time.sleep(random.uniform(0, 0.5))
            figures["kills"] += 1
        stage.finish(job.id)
        figures.update(stage.truth(job.id, before))
        figures["jobs"] += 1
    return dict(figures)


def takeover(stage: Stage, _random: Random, *, size: int, rows: int) -> dict[str, int | float]:
    """With the lease of the product: from the death of a console to the next one, from its start, being at work."""
    figures: Counter[str] = Counter()
    slowest_s, lease_s = 0.0, Pace().lease_s
    for _ in range(size):
        before, job = stage.effects, stage.plan(rows)
        with stage.console(lease_s=lease_s) as console:
            console.ready().start(job.id).hear_of("progress")
        began = time.monotonic()
        with stage.console(lease_s=lease_s) as console:
            heard = console.ready().start(job.id).hear_of("progress", "failed")
            slowest_s = max(slowest_s, time.monotonic() - began)
            assert heard is not None
            assert heard["event"] == "progress", heard
            console.hear_of("ended", "failed")
        stage.finish(job.id)
        figures.update(stage.truth(job.id, before))
        figures["kills"] += 1
    return {**figures, "slowest, s": round(slowest_s, 1)}


def points(stage: Stage, random: Random, *, size: int, rows: int) -> dict[str, int | float]:
    """SIGKILL before and after every commit and every sending, the n-th time it is reached."""
    figures: Counter[str] = Counter()
    for number in range(size):
        point = POINTS[number % len(POINTS)]
        before, job = stage.effects, stage.plan(rows)
        if point.endswith("prove"):
            stage.simulator.faults.add(method="PUT", drop="after", times=2)
        elif point.endswith("lose"):
            stage.simulator.faults.add(method="PUT", drop="before", times=2)
        elif point.endswith("look"):
            for row in stage.journal.rows(job.id, limit=3):
                stage.records[row.record_id]["Health_Score"] = -number - 2
        nth = 1 if point.split()[-1] in ("take", "release", "look", "lose", "prove") else random.randint(1, 3)
        with stage.console(point=point, nth=nth) as console:
            died = console.ready().start(job.id).hear_of("ended", "failed") is None
        stage.simulator.faults.clear()
        stage.finish(job.id)
        figures.update(stage.truth(job.id, before))
        figures.update({"jobs": 1, "kills": int(died)})
    return dict(figures)


def jobs(stage: Stage, random: Random, *, size: int, rows: int) -> dict[str, int | float]:
    """SIGKILL of runs by bulk write jobs of Zoho: at the four commits around a job's start, and at random moments."""
    figures: Counter[str] = Counter()
    terms, job_from = Terms((), waves=False), rows // 4
    for number in range(size):
        before, job = stage.effects, stage.plan(rows, terms)
        point, nth = JOB_POINTS[number // 2 % len(JOB_POINTS)] if number % 2 else ("", 1)
        with stage.console(point=point, nth=nth, job_from=job_from) as console:
            console.ready().start(job.id).hear_of("progress", "ended", "failed")
            if point:
                console.hear_of("ended", "failed")
            else:
                time.sleep(random.uniform(0, 2.5))
        figures["kills"] += 1
        stage.finish(job.id, job_from=job_from)
        figures.update(stage.truth(job.id, before))
        figures["jobs"] += 1
    return dict(figures)


def postgres(stage: Stage, random: Random, *, size: int, rows: int) -> dict[str, int | float]:
    """SIGKILL of every Postgres process; the console says so and ends, and another one goes on."""
    figures: Counter[str] = Counter()
    while figures["kills"] < size:
        before, job = stage.effects, stage.plan(rows)
        with stage.console() as console:
            console.ready()
            while figures["kills"] < size:
                heard = console.start(job.id).hear_of("progress", "ended", "failed")
                assert heard is not None
                if heard.get("state") == "finished":
                    break
                time.sleep(random.uniform(0, 0.5))
                stage.kill_postgres()
                figures["kills"] += 1
                if heard["event"] == "progress":
                    console.hear_of("ended", "failed")
        stage.finish(job.id)
        figures.update(stage.truth(job.id, before))
        figures["jobs"] += 1
    return dict(figures)


def power(stage: Stage, random: Random, *, size: int, rows: int) -> dict[str, int | float]:
    """SIGKILL of the console and of every Postgres process at once, as in a power cut; another console goes on."""
    figures: Counter[str] = Counter()
    while figures["kills"] < size:
        before, job = stage.effects, stage.plan(rows)
        for _ in range(min(JOB_KILLS, size - figures["kills"])):
            with stage.console() as console:
                first = console.ready().start(job.id).hear_of("progress", "ended", "failed")
                assert first is not None
                if first["event"] != "progress":
                    break
                time.sleep(random.uniform(0, 0.5))
                console.kill()
                stage.kill_postgres()
            figures["kills"] += 1
        stage.finish(job.id)
        figures.update(stage.truth(job.id, before))
        figures["jobs"] += 1
    return dict(figures)


def undo(stage: Stage, random: Random, *, size: int, rows: int) -> dict[str, int | float]:
    """Undo of a run of which others edited one row in 20 in our field and some in another, killed `size` times."""
    former = {one: stage.records[one]["Health_Score"] for one in list(stage.records)[:rows]}
    done = stage.plan(rows)
    stage.finish(done.id)
    ours, other = rows // 20, 3 * rows // 100
    edited = random.sample(list(former), ours + other)
    for one in edited[:ours]:
        stage.simulator.world.change("Accounts", one, {"Health_Score": -5})
    for one in edited[ours:]:
        stage.simulator.world.change("Accounts", one, {"Industry": "Media"})
    before, job = stage.effects, stage.undo(done.id)
    killed = 0
    for _ in range(size):
        with stage.console() as console:
            if console.ready().start(job.id).hear_of("progress", "ended", "failed")["event"] != "progress":
                break
            time.sleep(random.uniform(0, 0.1))
        killed += 1
    stage.finish(job.id)
    now = stage.journal.change_set(job.id)
    return {
        **stage.truth(job.id, before),
        "kills": killed,
        "restored": sum(stage.records[one]["Health_Score"] == score for one, score in former.items()),
        "conflicts": now.count(RowState.CONFLICT),
        "of others, intact": sum(stage.records[one]["Health_Score"] == -5 for one in edited[:ours])
        + sum(stage.records[one]["Industry"] == "Media" for one in edited[ours:]),
    }
