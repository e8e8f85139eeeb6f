"""What every command that changes shares: describe a plan, ask, run it, say how it ended."""

from __future__ import annotations

import asyncio
import sys
from argparse import Namespace
from collections.abc import Collection
from pathlib import Path

from zoho_console.bulk.applying import Run
from zoho_console.bulk.drift import TITLE
from zoho_console.bulk.escaping import Form
from zoho_console.bulk.forecast import price
from zoho_console.bulk.progress import Progress
from zoho_console.bulk.reporting import save_report, summary
from zoho_console.cli.exits import Exit
from zoho_console.cli.guarding import say_guard
from zoho_console.cli.output import Output, job_value
from zoho_console.domain.changes import ChangeSet, ChangeSetKind, ChangeSetState, RowState
from zoho_console.domain.guards import Level
from zoho_console.errors import ZohoConfigError
from zoho_console.store.desktops import this_console
from zoho_console.workspace.workspace import Workspace

SHOWN_PROBLEMS = 20
_PROBLEMS = (RowState.INVALID, RowState.REFUSED, RowState.CONFLICT, RowState.UNPROVED)


def describe(workspace: Workspace, change_set: ChangeSet, output: Output) -> None:
    """Say what a run changes or changed, what it costs, and which rows were not applied."""
    output.say(f"Run {change_set.id}{_lineage(change_set)}, {change_set.source}: {summary(change_set)}")
    planned = change_set.count(RowState.PLANNED)
    if planned and change_set.state is ChangeSetState.PLANNED:
        usage = workspace.usage(change_set.connection_id)
        output.say(price(change_set, usage.credits_left if usage else None))
    facets = workspace.journal.facets(change_set.id)
    if facets:
        output.table(
            ("Field", "From", "To", "Rows"),
            [
                (one.label, *("(any)" if text is None else text or "(blank)" for text in (one.before, one.after)),
                 f"{one.rows:,}")
                for one in facets
            ],
        )  # fmt: skip
    wrong = workspace.journal.rows(change_set.id, states=_PROBLEMS, limit=SHOWN_PROBLEMS)
    for row in wrong:
        output.say(f"  row {row.number}: {row.reason} {row.advice}".rstrip())
    more = change_set.count(*_PROBLEMS) - len(wrong)
    if more > 0:
        output.say(f"  and {more:,} more; the report lists them all.")
    asked = sum(one.asked for one in workspace.journal.drifts(change_set.id)) if TITLE in change_set.header else 0
    if asked and change_set.state is ChangeSetState.PLANNED:
        output.say(f"To decide {asked:,} values that were changed in Zoho too: --drift mine, theirs or FIELD=mine.")


def apply(
    workspace: Workspace, change_set: ChangeSet, arguments: Namespace, output: Output, *, yes_by: str = ""
) -> int:
    """Apply a plan that was described, or go on with it, once somebody agrees; how it ended comes out."""
    report = getattr(arguments, "report", None)
    if change_set.state is ChangeSetState.PLANNED and not change_set.count(RowState.PLANNED):
        workspace.journal.set_state(change_set.id, ChangeSetState.ABANDONED, "nothing to change")
        return end(workspace, change_set.id, report, output)
    connection = workspace.connections.get(change_set.connection_id)
    say_guard(connection, output)
    # Of a yes that cannot count nobody is asked: the run itself says why it is kept back.
    if not arguments.yes and connection.guard.level is not Level.WATCH:
        count = change_set.count(RowState.PLANNED)
        verb = "Put back" if change_set.kind is ChangeSetKind.UNDO else "Change"
        if not agreed(f"{verb} {count:,} account{'' if count == 1 else 's'} in Zoho?"):
            workspace.journal.set_state(change_set.id, ChangeSetState.ABANDONED, "not confirmed")
            output.say("Nothing was sent.")
            return Exit.NOTHING_CHANGED
        yes_by = this_console()  # a yes to what was just described
    is_by_rule = run(workspace, change_set, output, yes_by=yes_by)
    return end(workspace, change_set.id, report, output, is_by_rule=is_by_rule)


def run(workspace: Workspace, change_set: ChangeSet, output: Output, *, yes_by: str = "", stops: bool = False) -> bool:
    """Send what is open, or with `stops` leave it unsent for good; whether a stop rule ended it comes out."""

    def show(progress: Progress) -> None:
        output.progress(f"{progress.done:,} of {progress.total:,} rows settled")

    async def work() -> bool:
        connection = await asyncio.to_thread(workspace.connections.get, change_set.connection_id)
        fields = await workspace.fields(connection)
        client = workspace.client(connection)
        made = Run(
            change_set.id, client, workspace.journal, fields, pace=workspace.pace, yes_by=yes_by, on_progress=show
        )  # fmt: skip
        if stops:
            made.cancel()
        await made.apply()
        return made.is_stopped_by_rule

    is_by_rule = workspace.engine.call(work())
    output.progress_done()
    return is_by_rule


def agreed(question: str) -> bool:
    """Whether somebody at the terminal says yes. Errors: ZohoConfigError where nobody can be asked."""
    if not sys.stdin.isatty():
        raise ZohoConfigError("Nothing was sent.", advice="Add --yes to apply, or --dry-run to only look.")
    return input(f"{question} Type yes: ").strip().lower() == "yes"


def end(
    workspace: Workspace, change_set_id: int, report: Path | None, output: Output, *, is_by_rule: bool = False
) -> int:
    """Say what a run came to, write its report where one is wanted; its exit code comes out."""
    change_set = workspace.journal.change_set(change_set_id)
    output.say(summary(change_set))
    if change_set.note:
        output.say(change_set.note)
    if report is not None:
        write_report(workspace, change_set_id, report, output)
        output.say(f"The report is in {report}.")
    output.value(job_value(change_set))
    return exit_of(change_set, is_by_rule=is_by_rule)


def exit_of(change_set: ChangeSet, *, is_by_rule: bool = False) -> Exit:
    """How this run ended; of a plan that was only looked at, how it would have."""
    if change_set.state is ChangeSetState.PAUSED:
        return Exit.STOPPED_BY_RULE if is_by_rule else Exit.PAUSED
    good = change_set.count(RowState.UPDATED, RowState.UNCHANGED, RowState.PLANNED)
    if good == change_set.total:
        return Exit.DONE
    return Exit.PARTLY if good or change_set.count(RowState.UNPROVED) else Exit.NOTHING_CHANGED


def write_report(
    workspace: Workspace,
    change_set_id: int,
    path: Path,
    output: Output,
    *,
    form: Form = "spreadsheet",
    states: Collection[RowState] = (),
) -> int:
    """Write the report of a run, or its rows in some states; how many rows it has comes out."""

    def show(progress: Progress) -> None:
        output.progress(f"{progress.done:,} of {progress.total:,} rows written")

    report = save_report(workspace.journal, change_set_id, path, form=form, states=states, on_progress=show)
    rows = workspace.engine.call(report)
    output.progress_done()
    return rows


def _lineage(change_set: ChangeSet) -> str:
    if change_set.undo_of:
        return f", the undo of run {change_set.undo_of}"
    return f", a retry of run {change_set.retries}" if change_set.retries else ""
