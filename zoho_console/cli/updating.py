"""The command that changes accounts from a file."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from zoho_console.bulk.drift import policies_from
from zoho_console.bulk.mapping import mapping_from
from zoho_console.bulk.preparing import prepare
from zoho_console.bulk.progress import Progress
from zoho_console.bulk.reading import Table, open_table
from zoho_console.cli.connecting import chosen
from zoho_console.cli.output import Output
from zoho_console.cli.running import apply, describe, end
from zoho_console.domain.changes import ChangeSet, ChangeSetState
from zoho_console.domain.terms import AUTOMATIONS, Terms
from zoho_console.workspace.workspace import Workspace


def update(workspace: Workspace, arguments: Namespace, output: Output, _home: Path) -> int:
    """Compare a file with Zoho, say what would change, and apply it on demand."""
    table = open_table(arguments.file, sheet=arguments.sheet)
    if table.sheet:
        output.say(f"Sheet “{table.sheet}” is read, of {', '.join(table.sheets)}.")
    change_set = workspace.engine.call(_prepare(workspace, table, arguments, output))
    output.progress_done()
    describe(workspace, change_set, output)
    if arguments.dry_run:
        workspace.journal.set_state(change_set.id, ChangeSetState.ABANDONED, "dry run")
        return end(workspace, change_set.id, arguments.report, output)
    return apply(workspace, change_set, arguments, output)


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
            AUTOMATIONS[arguments.automation],
            waves=not arguments.no_waves,
            verify=arguments.verify,
            reserve=max(0, arguments.reserve),
            jobs=not arguments.no_jobs,
        ),
        policies=policies_from(arguments.drift, [one.api_name for one in fields]),
        created_by=connection.user.name if connection.user else "",
        on_progress=show,
    )
