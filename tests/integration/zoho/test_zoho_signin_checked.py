"""What a sign-in leaves behind: the right one is stored, any other is named and leaves nothing, here or at Zoho."""

from __future__ import annotations

import asyncio
import urllib.request
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from scripted_zoho import free_port

from zoho_console.domain.connections import (
    CUSTOM,
    Connection,
    Environment,
    NewConnection,
    Organisation,
    User,
    custom_origins,
    origins_for,
)
from zoho_console.errors import PortTaken, ScopeMissing, UnexpectedSignIn, ZohoConfigError
from zoho_console.simulator.grants import Consent
from zoho_console.simulator.server import Simulator
from zoho_console.workspace.sign_in import SignInAttempt, Step
from zoho_console.workspace.sign_in_checks import other_data_centre, other_ports, unexpected
from zoho_console.workspace.workspace import Workspace

BETA = Organisation("999", "Beta GmbH")
BOB = User("998", "Bob Berg", "bob@example.org")


@pytest.fixture
def fresh(workspace: Workspace, simulator: Simulator) -> Connection:
    """A connection nobody has signed in to."""
    origins = custom_origins(simulator.url, simulator.url)
    new = NewConnection("Fresh", CUSTOM, simulator.client_id, origins, redirect_port=free_port())
    return workspace.add_connection(new, simulator.client_secret)


def run(workspace: Workspace, work: Coroutine[Any, Any, Any]) -> Any:
    return workspace.engine.call(work)


def code_of(simulator: Simulator, connection: Connection, *without: str) -> str:
    scopes = tuple(one for one in connection.scopes if one not in without)
    return simulator.grants.issue_code(Consent(simulator.client_id, "", scopes))


def visit(address: str) -> None:
    asyncio.get_running_loop().run_in_executor(None, lambda: urllib.request.urlopen(address, timeout=10).close())


def test_through_the_browser_every_step_is_told_and_the_tokens_are_stored(
    workspace: Workspace, fresh: Connection
) -> None:
    steps: list[Step] = []
    attempt = SignInAttempt(workspace, fresh, on_step=steps.append)
    identity = run(workspace, attempt.through_browser(visit))

    assert steps == list(Step)
    assert workspace.connections.get(fresh.id).organisation == identity.organisation
    assert workspace.vault(fresh.id).health().generation == 1
    assert workspace.connections.get(fresh.id).spare_ports == ()


def test_another_port_that_an_answer_came_back_to_is_remembered(workspace: Workspace, fresh: Connection) -> None:
    port = free_port()
    for _ in range(2):
        run(workspace, SignInAttempt(workspace, fresh, port=port).through_browser(visit))
    assert workspace.connections.get(fresh.id).spare_ports == (port,)


def test_a_self_clients_code_needs_no_browser_and_no_address(
    workspace: Workspace, simulator: Simulator, fresh: Connection
) -> None:
    steps: list[Step] = []
    attempt = SignInAttempt(workspace, fresh, on_step=steps.append)
    run(workspace, attempt.by_code(f" {code_of(simulator, fresh)}\n"))

    assert steps == [Step.CODE, Step.EXCHANGED, Step.STORED]
    assert workspace.vault(fresh.id).health().has_grant


@pytest.mark.parametrize("code", ["", "short", "1000.with a blank in it", "1000." + "x" * 600, "1000.ünïcode"])
def test_what_is_no_code_is_not_sent(workspace: Workspace, simulator: Simulator, fresh: Connection, code: str) -> None:
    with pytest.raises(ZohoConfigError, match="not a code"):
        run(workspace, SignInAttempt(workspace, fresh).by_code(code))
    assert not simulator.traffic.counts["POST /oauth/v2/token"]


def test_an_address_from_another_computers_browser_is_judged_like_a_callback(
    workspace: Workspace, simulator: Simulator, fresh: Connection
) -> None:
    attempt = SignInAttempt(workspace, fresh)
    asked = parse_qs(urlsplit(attempt.consent_url).query)
    state, challenge = asked["state"][0], asked["code_challenge"][0]
    consent = Consent(simulator.client_id, fresh.redirect_uri, fresh.scopes, challenge=challenge, method="S256")
    query = f"state={state}&code={simulator.grants.issue_code(consent)}"
    port = fresh.redirect_port
    for wrong in (
        "", "hello", query, f"?{query}", f"https://localhost:{port}/oauth/callback?{query}",
        f"http://localhost:{port + 1}/oauth/callback?{query}", f"http://localhost:{port}/oauth/callback/?{query}",
        f"http://localhost:{port}/OAuth/callback?{query}", f"http://evil.example/oauth/callback?{query}",
        f"http://localhost:{port}@evil.example/oauth/callback?{query}", f"{fresh.redirect_uri}?code=x",
        f"{fresh.redirect_uri}?state={state}", f"{fresh.redirect_uri}?state={state}x&code=x",
    ):  # fmt: skip
        with pytest.raises(ZohoConfigError, match="cannot be used"):
            run(workspace, attempt.by_address(wrong))
    assert not simulator.traffic.counts["POST /oauth/v2/token"]

    run(workspace, attempt.by_address(f"  localhost:{port}/oauth/callback?{query}#top\n"))
    assert workspace.vault(fresh.id).health().has_grant


def test_a_pasted_address_counts_once(workspace: Workspace, fresh: Connection) -> None:
    attempt = SignInAttempt(workspace, fresh)
    state = parse_qs(urlsplit(attempt.consent_url).query)["state"][0]
    run(workspace, attempt.paste(f"{fresh.redirect_uri}?state={state}&code=1000.first"))
    run(workspace, attempt.paste("anything"))


@pytest.mark.parametrize(
    ("organisation", "user", "what"), [(BETA, None, "organisation"), (None, BOB, "user"), (BETA, BOB, "organisation")]
)
def test_somebody_else_is_named_and_nothing_changes(
    workspace: Workspace,
    simulator: Simulator,
    acme: Connection,
    organisation: Organisation | None,
    user: User | None,
    what: str,
) -> None:
    assert acme.organisation is not None
    assert acme.user is not None
    workspace.connections.identified(acme.id, organisation or acme.organisation, user or acme.user)
    before, alive = workspace.vault(acme.id).load(), simulator.grants.living
    known = workspace.connections.get(acme.id)
    attempt = SignInAttempt(workspace, known)

    with pytest.raises(UnexpectedSignIn) as caught:
        run(workspace, attempt.by_code(code_of(simulator, acme)))
    run(workspace, attempt.drop())

    assert caught.value.what == what
    assert caught.value.may_keep is (what == "user")
    assert caught.value.advice
    after = workspace.vault(acme.id).load()
    assert before is not None
    assert after is not None
    assert (after.refresh_token, after.generation) == (before.refresh_token, before.generation)
    assert workspace.connections.get(acme.id) == known
    # Another user's sign-in is withdrawn; that of the connection's own user might take the stored one with it.
    assert simulator.grants.living == alive + (user is None)


def test_another_user_is_kept_if_a_person_says_so(workspace: Workspace, simulator: Simulator, acme: Connection) -> None:
    assert acme.organisation is not None
    workspace.connections.identified(acme.id, acme.organisation, BOB)
    attempt = SignInAttempt(workspace, workspace.connections.get(acme.id))
    with pytest.raises(UnexpectedSignIn, match=r"this connection was Bob Berg's"):
        run(workspace, attempt.by_code(code_of(simulator, acme)))

    assert run(workspace, attempt.keep()).user == acme.user
    assert workspace.connections.get(acme.id).user == acme.user
    with pytest.raises(ZohoConfigError, match="no sign-in to keep"):
        run(workspace, attempt.keep())


def test_too_few_permissions_are_named_with_what_they_are_for(
    workspace: Workspace, simulator: Simulator, fresh: Connection
) -> None:
    attempt = SignInAttempt(workspace, fresh)
    with pytest.raises(UnexpectedSignIn) as caught:
        run(workspace, attempt.by_code(code_of(simulator, fresh, "ZohoCRM.coql.READ", "ZohoFiles.files.ALL")))

    assert str(caught.value) == (
        "The sign-in lacks ZohoCRM.coql.READ, ZohoFiles.files.ALL, needed for: Queries and the accounts table; Large "
        "exports and imports."
    )
    assert not workspace.vault(fresh.id).health().has_grant


def test_without_the_permission_to_ask_who_it_is_the_sign_in_is_withdrawn(
    workspace: Workspace, simulator: Simulator, fresh: Connection
) -> None:
    with pytest.raises(ScopeMissing):
        run(workspace, SignInAttempt(workspace, fresh).by_code(code_of(simulator, fresh, "ZohoCRM.org.READ")))
    assert simulator.grants.living == 0
    assert not workspace.vault(fresh.id).health().has_grant


def test_an_answer_from_another_data_centre_is_named_before_its_code_is_spent(workspace: Workspace) -> None:
    new = NewConnection("US", "us", "1000.ID", origins_for("us", Environment.PRODUCTION), redirect_port=free_port())
    connection = workspace.add_connection(new, "secret")
    attempt = SignInAttempt(workspace, connection)
    state = parse_qs(urlsplit(attempt.consent_url).query)["state"][0]
    query = f"state={state}&code=1000.code&location=eu&accounts-server=https%3A%2F%2Faccounts.zoho.eu"

    with pytest.raises(UnexpectedSignIn, match="data centre Europe, but the connection is for United States") as caught:
        run(workspace, attempt.by_address(f"{connection.redirect_uri}?{query}"))
    assert not caught.value.may_keep
    assert not workspace.vault(connection.id).health().has_grant


def test_a_connection_with_servers_of_its_own_has_no_other_data_centre(fresh: Connection) -> None:
    assert other_data_centre(fresh, fresh.origins.accounts) is None
    problem = other_data_centre(fresh, "https://accounts.zoho.eu")
    assert problem is not None
    assert fresh.place in str(problem)


def test_a_first_sign_in_is_expected_whoever_it_is(fresh: Connection, acme: Connection, workspace: Workspace) -> None:
    grant = workspace.vault(acme.id).load()
    assert grant is not None
    assert unexpected(fresh, grant, BETA, BOB) is None
    odd = unexpected(replace(fresh, scopes=("ZohoCRM.odd.READ",)), grant, BETA, BOB)
    assert str(odd) == "The sign-in lacks ZohoCRM.odd.READ."


def test_ports_that_are_registered_for_the_same_client_are_offered(fresh: Connection, acme: Connection) -> None:
    one = replace(fresh, redirect_port=8000, spare_ports=(8001,))
    same, foreign = replace(acme, redirect_port=8002, spare_ports=(8001,)), replace(acme, client_id="other")
    assert other_ports(one, [one, same, replace(foreign, redirect_port=9)], 8000) == [8001, 8002]


def test_who_holds_the_port_is_named(workspace: Workspace, fresh: Connection) -> None:
    async def squatted() -> None:
        server = await asyncio.start_server(lambda *_: None, "127.0.0.1", fresh.redirect_port)
        try:
            await SignInAttempt(workspace, fresh).through_browser(lambda url: pytest.fail("a browser was opened"))
        finally:
            server.close()
            await server.wait_closed()

    with pytest.raises(PortTaken, match=r"is used by “.+” \(process \d+\)"):
        run(workspace, squatted())
