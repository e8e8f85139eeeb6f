"""Commands for runs: list, show, undo, retry, resume, stop, report."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from zoho_console.bulk.drift import policies_from
from zoho_console.bulk.escaping import Form
from zoho_console.bulk.preparing import FAILED, prepare_retry
from zoho_console.bulk.reporting import PROBLEMS, not_retried, summary
from zoho_console.bulk.undoing import Choice, prepare_undo
from zoho_console.cli.exits import Exit
from zoho_console.cli.output import Output, job_value
from zoho_console.cli.running import agreed, apply, describe, end, run, write_report
from zoho_console.domain.changes import ChangeSet, ChangeSetState, RowState
from zoho_console.errors import ZohoConfigError
from zoho_console.store.desktops import this_console
from zoho_console.workspace.workspace import Workspace

_OPEN = (ChangeSetState.PLANNED, ChangeSetState.PAUSED, ChangeSetState.APPLYING)


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
    return Exit.DONE


def show(workspace: Workspace, arguments: Namespace, output: Output, _home: Path) -> int:
    """Show one run: its counts, and the rows that were not applied."""
    change_set = workspace.journal.change_set(arguments.id)
    output.value(job_value(change_set))
    describe(workspace, change_set, output)
    return Exit.DONE


def undo(workspace: Workspace, arguments: Namespace, output: Output, _home: Path) -> int:
    """Put back what a run changed, or a part of it, where the value is still ours."""
    former = workspace.journal.change_set(arguments.id)
    state = RowState.UNPROVED if arguments.unproved else RowState.UPDATED
    rows = frozenset(number for some in arguments.row for number in some)
    choice = Choice(frozenset({state}), frozenset(arguments.field), rows, dict(arguments.set))

    async def prepare() -> ChangeSet:
        connection = workspace.connections.get(former.connection_id)
        return await prepare_undo(
            former.id,
            workspace.client(connection),
            workspace.journal,
            await workspace.fields(connection),
            choice=choice,
            created_by=connection.user.name if connection.user else "",
        )

    change_set = workspace.engine.call(prepare())
    describe(workspace, change_set, output)
    return apply(workspace, change_set, arguments, output)


def retry(workspace: Workspace, arguments: Namespace, output: Output, _home: Path) -> int:
    """Compare the rows that a run did not apply with Zoho anew, and apply them on demand."""
    former = workspace.journal.change_set(arguments.id)
    states = FAILED | {RowState.UNPROVED} if arguments.unproved else FAILED

    async def prepare() -> ChangeSet:
        connection = workspace.connections.get(former.connection_id)
        fields = await workspace.fields(connection, reload=True)
        return await prepare_retry(
            former.id,
            workspace.client(connection),
            workspace.journal,
            fields,
            states=states,
            policies=policies_from(arguments.drift, [one.api_name for one in fields]),
            created_by=connection.user.name if connection.user else "",
        )

    change_set = workspace.engine.call(prepare())
    describe(workspace, change_set, output)
    if words := not_retried(former, states):
        output.say(words)
    return apply(workspace, change_set, arguments, output)


def resume(workspace: Workspace, arguments: Namespace, output: Output, _home: Path) -> int:
    """Go on with a run that is planned, paused or was cut off."""
    change_set = _open(workspace, arguments.id)
    return apply(workspace, change_set, arguments, output, yes_by=this_console())


def stop(workspace: Workspace, arguments: Namespace, output: Output, _home: Path) -> int:
    """End an open run: what was sent is settled, the rest stays unsent for good."""
    change_set = _open(workspace, arguments.id)
    if change_set.state is ChangeSetState.PLANNED:
        workspace.journal.set_state(change_set.id, ChangeSetState.ABANDONED, "given up")
    else:
        planned = change_set.count(RowState.PLANNED)
        if not arguments.yes and not agreed(f"Leave {planned:,} rows unsent for good?"):
            output.say("The run stays as it is.")
            return Exit.NOTHING_CHANGED
        run(workspace, change_set, output, stops=True)
    code = end(workspace, change_set.id, None, output)
    return Exit.PAUSED if code is Exit.PAUSED else Exit.DONE


def report(workspace: Workspace, arguments: Namespace, output: Output, _home: Path) -> int:
    """Write the report of a run: one line for every row of its file, or for those that are to be corrected."""
    form: Form = "exact" if arguments.exact else "spreadsheet"
    states = PROBLEMS if arguments.to_correct else ()
    rows = write_report(workspace, arguments.id, arguments.file, output, form=form, states=states)
    output.value({"file": str(arguments.file), "rows": rows})
    output.say(f"{rows:,} rows written to {arguments.file}.")
    return Exit.DONE


def _open(workspace: Workspace, change_set_id: int) -> ChangeSet:
    change_set = workspace.journal.change_set(change_set_id)
    if change_set.state not in _OPEN:
        raise ZohoConfigError(
            f"Job {change_set.id} is {change_set.state}; there is nothing to go on with.", advice="Choose another one."
        )
    return change_set


def _when(change_set: ChangeSet) -> str:
    return change_set.created_at.astimezone().strftime("%Y-%m-%d %H:%M")
