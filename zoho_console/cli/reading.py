"""Commands that read: accounts and coql."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import AsyncIterator, Iterable, Sequence
from pathlib import Path

from zoho_console.bulk.exporting import CsvExport, ExportForm
from zoho_console.cli.connecting import chosen
from zoho_console.cli.output import Output
from zoho_console.coql import parse
from zoho_console.domain.connections import Connection
from zoho_console.domain.fields import Field, nearest, print_value
from zoho_console.domain.records import Record, Slice
from zoho_console.errors import ZohoConfigError
from zoho_console.workspace.accounts import PAGE_ROWS, AccountQuery
from zoho_console.workspace.workspace import Workspace

USEFUL = ("Account_Name", "Industry", "Account_Status", "Health_Score", "Annual_Revenue", "Website", "Owner")


def accounts(workspace: Workspace, arguments: Namespace, output: Output, _home: Path) -> int:
    """List accounts, sorted and limited by Zoho."""
    connection = chosen(workspace, arguments.connection)
    return workspace.engine.call(_accounts(workspace, connection, arguments, output))


async def _accounts(workspace: Workspace, connection: Connection, arguments: Namespace, output: Output) -> int:
    fields = await workspace.fields(connection)
    names = _named(fields, arguments.fields)
    sort = arguments.sort or ("Account_Name" if "Account_Name" in names else "id")
    query = AccountQuery(names, sort_by=_known(fields, sort.lstrip("-")), ascending=not sort.startswith("-"))
    client = workspace.client(connection)

    async def slices() -> AsyncIterator[Slice]:
        offset = 0
        while offset < arguments.limit:
            found = await query.read(client, fields, offset)
            yield Slice(found.records[: arguments.limit - offset], found.more)
            offset += PAGE_ROWS
            if not found.more:
                return

    return await _show(slices(), dict.fromkeys(("id", *names)), arguments, output)


def coql(workspace: Workspace, arguments: Namespace, output: Output, _home: Path) -> int:
    """Run a COQL query; without a limit of its own it is read page by page up to `--limit`."""
    connection = chosen(workspace, arguments.connection)
    return workspace.engine.call(_coql(workspace, connection, arguments, output))


async def _coql(workspace: Workspace, connection: Connection, arguments: Namespace, output: Output) -> int:
    query = parse(arguments.query)
    for sentence in query.mended:
        output.say(sentence)
    slices = workspace.client(connection).coql_all(str(query), limit=arguments.limit)
    keys = [column.key for column in query.columns]
    return await _show(slices, keys if query.is_total else dict.fromkeys((*keys, "id")), arguments, output)


async def _show(slices: AsyncIterator[Slice], columns: Iterable[str], arguments: Namespace, output: Output) -> int:
    """Records to a CSV file as they come, else to the screen."""
    titles = list(columns)
    if arguments.csv is not None:
        form = ExportForm("exact" if arguments.exact else "spreadsheet", stamped=arguments.stamp and "id" in titles)
        with CsvExport(arguments.csv, titles, form) as export:
            async for part in slices:
                export.add(part.records)
                output.progress(f"{export.count:,} records")
        output.progress_done()
        output.value({"file": str(arguments.csv), "records": export.count})
        output.say(f"{export.count:,} records written to {arguments.csv}.")
        return 0
    records: list[Record] = [record async for part in slices for record in part.records]
    output.value(records)
    output.table(titles, [[print_value(record.get(title)) for title in titles] for record in records])
    output.say(f"{len(records):,} records.")
    return 0


def _named(fields: Sequence[Field], text: str) -> tuple[str, ...]:
    if text:
        return tuple(_known(fields, name.strip()) for name in text.split(",") if name.strip())
    present = {one.api_name for one in fields}
    return tuple(name for name in USEFUL if name in present)


def _known(fields: Sequence[Field], name: str) -> str:
    names = [one.api_name for one in fields] + ["id"]
    if name not in names:
        near = nearest(name, names)
        raise ZohoConfigError(
            f"Accounts have no field “{name}”.", advice=f"Did you mean “{near}”?" if near else "Check the API name."
        )
    return name
