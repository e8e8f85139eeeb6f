"""A team's database: roles with the least rights, and a pooler that shares connections between transactions."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import URL, make_url, text

from tests.torture import pooler
from zoho_console.app.demo import sign_in_to
from zoho_console.bulk.applying import Run
from zoho_console.bulk.mapping import mapping_from
from zoho_console.bulk.preparing import prepare
from zoho_console.bulk.reading import open_table
from zoho_console.domain.changes import ChangeSet, ChangeSetState
from zoho_console.domain.connections import Connection
from zoho_console.domain.grants import Grant
from zoho_console.errors import ZohoDatabaseError
from zoho_console.paths import shipped
from zoho_console.simulator.server import Simulator
from zoho_console.store.database import Database
from zoho_console.store.migrate import bring_to_head
from zoho_console.store.secrets import MemorySecrets
from zoho_console.workspace.workspace import Workspace

ROLES = shipped("resources") / "sql" / "team-roles.sql"
PASSWORD = "only-for-this-test"


def run_sql(url: str, statements: str) -> None:
    database = Database(url)
    with database.session() as session:
        session.exec_driver_sql(statements)
    database.close()


def of_role(url: str, role: str) -> str:
    address: URL = make_url(url).set(username=role, password=PASSWORD)
    return address.render_as_string(hide_password=False)


@pytest.fixture
def team(empty_url: str, server_url: str) -> Iterator[str]:
    """A database for a team, as an administrator prepares it: “anna” works in it, “admin” brings its schema to date."""
    run_sql(empty_url, ROLES.read_text("utf-8"))
    run_sql(empty_url, f"create role anna login password '{PASSWORD}' in role zoho_console_user")
    run_sql(empty_url, f"create role admin login password '{PASSWORD}' in role zoho_console_owner")
    run_sql(empty_url, "alter role admin set role zoho_console_owner")
    yield empty_url
    for role in ("anna", "admin", "zoho_console_user", "zoho_console_owner"):
        run_sql(empty_url, f"drop owned by {role} cascade; drop role {role}")


def update_of(workspace: Workspace, simulator: Simulator, connection: Connection, folder: Path) -> ChangeSet:
    """Two corrections, from a file to their outcomes."""
    ids = list(simulator.world.records("Accounts"))[:2]
    path = folder / "two.csv"
    path.write_text("id,Health Score\n" + "".join(f"{one},99\n" for one in ids), "utf-8")

    async def work() -> ChangeSet:
        table, client = open_table(path), workspace.client(connection)
        fields = await workspace.fields(connection)
        mapping = mapping_from(table.header, fields, "")
        planned = await prepare(table, mapping, fields, client, workspace.journal, connection_id=connection.id)
        return await Run(planned.id, client, workspace.journal, fields).apply()

    return workspace.engine.call(work())


def test_a_user_of_a_team_works_with_the_least_rights(team: str, simulator: Simulator, tmp_path: Path) -> None:
    with pytest.raises(ZohoDatabaseError, match="does not let this user"):
        bring_to_head(database := Database(of_role(team, "anna")))
    database.close()
    bring_to_head(database := Database(of_role(team, "admin")))
    database.close()
    run_sql(team, ROLES.read_text("utf-8"))  # again, as after each new version

    database = Database(of_role(team, "anna"))
    bring_to_head(database)
    workspace = Workspace(database, MemorySecrets())
    try:
        connection = sign_in_to(simulator, workspace, "Acme")
        workspace.engine.call(workspace.refresh(connection))
        assert update_of(workspace, simulator, connection, tmp_path).state is ChangeSetState.FINISHED
        for forbidden in (
            "create table mine (id int)",
            "alter table change_rows add column mine int",
            "drop table attempts",
            "update zoho_console_version set version_num = '9999'",
        ):
            with pytest.raises(ZohoDatabaseError, match="does not let this user"), database.begin() as session:
                session.execute(text(forbidden))
    finally:
        workspace.close()


@pytest.fixture
def pooled(database_url: str, open_folder: Path) -> Iterator[str]:
    """The same database through PgBouncer in transaction mode."""
    with pooler.pooled(database_url, open_folder) as url:
        yield url


def test_a_whole_journey_goes_through_a_pooler(pooled: str, simulator: Simulator, tmp_path: Path) -> None:
    database = Database(pooled)
    bring_to_head(database)
    workspace = Workspace(database, MemorySecrets())
    try:
        connection = sign_in_to(simulator, workspace, "Acme")
        assert update_of(workspace, simulator, connection, tmp_path).state is ChangeSetState.FINISHED
        assert set(simulator.world.effects.values()) == {1}
    finally:
        workspace.close()


def test_of_many_consoles_behind_a_pooler_one_refreshes(pooled: str, simulator: Simulator) -> None:
    consoles = [Workspace(Database(pooled), MemorySecrets()) for _ in range(8)]
    connection = sign_in_to(simulator, consoles[0], "Acme")
    vault = consoles[0].vault(connection.id)
    grant = vault.load()
    assert grant is not None
    vault.save(Grant(grant.refresh_token, "", datetime.now(UTC) - timedelta(seconds=1), grant.scopes, grant.api_domain))
    before = simulator.traffic.counts["POST /oauth/v2/token"]
    secret = consoles[0].client_secrets.get(connection)
    for console in consoles[1:]:
        console.client_secrets.set(connection, secret)
    threads = [
        threading.Thread(target=console.engine.call, args=(console.identify(connection),)) for console in consoles
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    for console in consoles:
        console.close()
    assert simulator.traffic.counts["POST /oauth/v2/token"] == before + 1
