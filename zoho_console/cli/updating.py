"""Commands that change: update, and jobs with show, undo, retry, resume and report."""

from __future__ import annotations

import asyncio
import sys
from argparse import Namespace
from pathlib import Path

from zoho_console.bulk.applying import Run
from zoho_console.bulk.drift import policies_from
from zoho_console.bulk.forecast import price
from zoho_console.bulk.mapping import mapping_from
from zoho_console.bulk.preparing import FAILED, prepare, prepare_retry
from zoho_console.bulk.progress import Progress
from zoho_console.bulk.reading import Table, open_table
from zoho_console.bulk.reporting import Form, save_report, summary
from zoho_console.bulk.undoing import Choice, prepare_undo
from zoho_console.cli.connecting import chosen
from zoho_console.cli.guarding import say_guard
from zoho_console.cli.output import Output, job_value
from zoho_console.domain.changes import ChangeSet, ChangeSetKind, ChangeSetState, RowState
from zoho_console.domain.guards import Level
from zoho_console.domain.terms import AUTOMATIONS, Terms
from zoho_console.errors import ZohoConfigError
from zoho_console.store.desktops import this_console
from zoho_console.workspace.workspace import Workspace

SHOWN_PROBLEMS = 20


def update(workspace: Workspace, arguments: Namespace, output: Output, _home: Path) -> int:
    """Compare a file with Zoho, say what would change, and apply it on demand."""
    table = open_table(arguments.file, sheet=arguments.sheet)
    if table.sheet:
        output.say(f"Sheet “{table.sheet}” is read, of {', '.join(table.sheets)}.")
    change_set = workspace.engine.call(_prepare(workspace, table, arguments, output))
    output.progress_done()
    _describe(workspace, change_set, output)
    if arguments.dry_run:
        workspace.journal.set_state(change_set.id, ChangeSetState.ABANDONED, "dry run")
        return _end(workspace, change_set.id, arguments.report, output)
    return _apply(workspace, change_set, arguments, output)


async def _prepare(workspace: Workspace, table: Table, arguments: Namespace, output: Output) -> ChangeSet:
    connection = chosen(workspace, arguments.connection)
    fields = await workspace.fields(connection, reload=True)
    mapping = mapping_from(table.header, fields, arguments.key, arguments.map)

    def show(progress: Progress) -> None:
        output.progress(f"compared {progress.done:,} of {progress.total:,} rows with Zoho")

    return await prepare(
        table,
        mapping,
        fields,
        workspace.client(connection),
        workspace.journal,
        connection_id=connection.id,
        blanks=arguments.blanks,
        terms=Terms(
            AUTOMATIONS[arguments.automation], not arguments.no_waves, arguments.verify, max(0, arguments.reserve)
        ),
        policies=policies_from(arguments.drift, [one.api_name for one in fields]),
        created_by=connection.user.name if connection.user else "",
        on_progress=show,
    )


def jobs(workspace: Workspace, _arguments: Namespace, output: Output, _home: Path) -> int:
    """List runs, newest first."""
    every = workspace.journal.change_sets()
    output.value([job_value(one) for one in every])
    output.table(
        ("Id", "State", "Source", "Begun", "Outcome"),
        [(str(one.id), str(one.state), one.source, _when(one), summary(one)) for one in every],
    )
    if not every:
        output.say("There is no run yet.")
    return 0


def jobs_show(workspace: Workspace, arguments: Namespace, output: Output, _home: Path) -> int:
    """Show one run: its counts, and the rows that were not applied."""
    change_set = workspace.journal.change_set(arguments.id)
    output.value(job_value(change_set))
    _describe(workspace, change_set, output)
    return 0


def jobs_undo(workspace: Workspace, arguments: Namespace, output: Output, _home: Path) -> int:
    """Put back what a run changed, or a part of it, where the value is still ours."""
    former = workspace.journal.change_set(arguments.id)
    state = RowState.UNPROVED if arguments.unproved else RowState.UPDATED
    choice = Choice(frozenset({state}), frozenset(arguments.field), frozenset(arguments.row))
    change_set = workspace.engine.call(_prepare_undo(workspace, former, choice))
    _describe(workspace, change_set, output)
    return _apply(workspace, change_set, arguments, output)


async def _prepare_undo(workspace: Workspace, former: ChangeSet, choice: Choice) -> ChangeSet:
    connection = workspace.connections.get(former.connection_id)
    return await prepare_undo(
        former.id,
        workspace.client(connection),
        workspace.journal,
        await workspace.fields(connection),
        choice=choice,
        created_by=connection.user.name if connection.user else "",
    )


def jobs_retry(workspace: Workspace, arguments: Namespace, output: Output, _home: Path) -> int:
    """Compare the rows that a run did not apply with Zoho anew, and apply them on demand."""
    former = workspace.journal.change_set(arguments.id)
    states = FAILED | {RowState.UNPROVED} if arguments.unproved else FAILED
    change_set = workspace.engine.call(_prepare_retry(workspace, former, states))
    _describe(workspace, change_set, output)
    return _apply(workspace, change_set, arguments, output)


async def _prepare_retry(workspace: Workspace, former: ChangeSet, states: frozenset[RowState]) -> ChangeSet:
    connection = workspace.connections.get(former.connection_id)
    return await prepare_retry(
        former.id,
        workspace.client(connection),
        workspace.journal,
        await workspace.fields(connection, reload=True),
        states=states,
        created_by=connection.user.name if connection.user else "",
    )


def jobs_resume(workspace: Workspace, arguments: Namespace, output: Output, _home: Path) -> int:
    """Go on with a run that is planned, paused or was cut off."""
    change_set = workspace.journal.change_set(arguments.id)
    open_states = (ChangeSetState.PLANNED, ChangeSetState.PAUSED, ChangeSetState.APPLYING)
    if change_set.state not in open_states:
        raise ZohoConfigError(
            f"Job {change_set.id} is {change_set.state}; there is nothing to go on with.", advice="Choose another one."
        )
    return _apply(workspace, change_set, arguments, output, yes_by=this_console())


def jobs_report(workspace: Workspace, arguments: Namespace, output: Output, _home: Path) -> int:
    """Write the report of a run: one line for every row of its file."""
    rows = _report(workspace, arguments.id, arguments.file, output, form="exact" if arguments.exact else "spreadsheet")
    output.value({"file": str(arguments.file), "rows": rows})
    output.say(f"{rows:,} rows written to {arguments.file}.")
    return 0


def _report(workspace: Workspace, change_set_id: int, path: Path, output: Output, *, form: Form = "spreadsheet") -> int:
    def show(progress: Progress) -> None:
        output.progress(f"{progress.done:,} of {progress.total:,} rows written")

    rows = workspace.engine.call(save_report(workspace.journal, change_set_id, path, form=form, on_progress=show))
    output.progress_done()
    return rows


def _apply(
    workspace: Workspace, change_set: ChangeSet, arguments: Namespace, output: Output, *, yes_by: str = ""
) -> int:
    report = getattr(arguments, "report", None)
    if change_set.state is ChangeSetState.PLANNED and not change_set.count(RowState.PLANNED):
        workspace.journal.set_state(change_set.id, ChangeSetState.ABANDONED, "nothing to change")
        return _end(workspace, change_set.id, report, output)
    connection = workspace.connections.get(change_set.connection_id)
    say_guard(connection, output)
    # Of a yes that cannot count nobody is asked: the run itself says why it is kept back.
    if not arguments.yes and connection.guard.level is not Level.WATCH:
        if not _agreed(change_set):
            workspace.journal.set_state(change_set.id, ChangeSetState.ABANDONED, "not confirmed")
            output.say("Nothing was sent.")
            return 2
        yes_by = this_console()  # a yes to what was just described
    workspace.engine.call(_run(workspace, change_set, output, yes_by))
    output.progress_done()
    return _end(workspace, change_set.id, report, output)


async def _run(workspace: Workspace, change_set: ChangeSet, output: Output, yes_by: str) -> ChangeSet:
    connection = await asyncio.to_thread(workspace.connections.get, change_set.connection_id)

    def show(progress: Progress) -> None:
        output.progress(f"{progress.done:,} of {progress.total:,} rows settled")

    fields = await workspace.fields(connection)
    client = workspace.client(connection)
    run = Run(change_set.id, client, workspace.journal, fields, pace=workspace.pace, yes_by=yes_by, on_progress=show)
    return await run.apply()


def _agreed(change_set: ChangeSet) -> bool:
    if not sys.stdin.isatty():
        raise ZohoConfigError("Nothing was sent.", advice="Add --yes to apply, or --dry-run to only look.")
    count = change_set.count(RowState.PLANNED)
    verb = "Put back" if change_set.kind is ChangeSetKind.UNDO else "Change"
    accounts = f"{count:,} account{'' if count == 1 else 's'}"
    return input(f"{verb} {accounts} in Zoho? Type yes: ").strip().lower() == "yes"


def _describe(workspace: Workspace, change_set: ChangeSet, output: Output) -> None:
    output.say(f"Run {change_set.id}{_lineage(change_set)}, {change_set.source}: {summary(change_set)}")
    planned = change_set.count(RowState.PLANNED)
    if planned and change_set.state is ChangeSetState.PLANNED:
        usage = workspace.usage(change_set.connection_id)
        output.say(price(planned, change_set.terms, usage.credits_left if usage else None))
    facets = workspace.journal.facets(change_set.id)
    output.table(
        ("Field", "From", "To", "Rows"),
        [
            (one.label, *("(any)" if text is None else text or "(blank)" for text in (one.before, one.after)),
             f"{one.rows:,}")
            for one in facets
        ],
    )  # fmt: skip
    wrong = workspace.journal.rows(
        change_set.id,
        states=(RowState.INVALID, RowState.REFUSED, RowState.CONFLICT, RowState.UNPROVED),
        limit=SHOWN_PROBLEMS,
    )
    for row in wrong:
        output.say(f"  row {row.number}: {row.reason} {row.advice}".rstrip())
    more = change_set.count(RowState.INVALID, RowState.REFUSED, RowState.CONFLICT, RowState.UNPROVED) - len(wrong)
    if more > 0:
        output.say(f"  and {more:,} more; the report lists them all.")


def _lineage(change_set: ChangeSet) -> str:
    if change_set.undo_of:
        return f", the undo of run {change_set.undo_of}"
    return f", a retry of run {change_set.retries}" if change_set.retries else ""


def _end(workspace: Workspace, change_set_id: int, report: Path | None, output: Output) -> int:
    change_set = workspace.journal.change_set(change_set_id)
    output.say(summary(change_set))
    if change_set.note:
        output.say(change_set.note)
    if report is not None:
        _report(workspace, change_set_id, report, output)
        output.say(f"The report is in {report}.")
    output.value(job_value(change_set))
    if change_set.state is ChangeSetState.PAUSED:
        return 4
    good = change_set.count(RowState.UPDATED, RowState.UNCHANGED, RowState.PLANNED)
    return 0 if good == change_set.total else 1


def _when(change_set: ChangeSet) -> str:
    return change_set.created_at.astimezone().strftime("%Y-%m-%d %H:%M")
