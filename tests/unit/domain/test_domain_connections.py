"""Data centres, origins and connections."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from zoho_console.domain.changes import ChangeSet, ChangeSetKind, ChangeSetState, Mapping, RowState
from zoho_console.domain.connections import (
    CUSTOM,
    DATA_CENTRES,
    Connection,
    Environment,
    custom_origins,
    origins_for,
    redirect_uri,
)
from zoho_console.domain.grants import Grant
from zoho_console.errors import ZohoConfigError

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


def connection() -> Connection:
    origins = origins_for("eu", Environment.PRODUCTION)
    return Connection(1, "Acme", "eu", "1000.X", origins, Environment.PRODUCTION, 8000, (), None, None, 0, NOW)


def test_every_region_of_the_guide_is_there() -> None:
    assert {"us", "eu", "au", "in", "cn", "jp"} <= set(DATA_CENTRES)
    assert DATA_CENTRES["au"].origins.api == "https://www.zohoapis.com.au"


def test_a_sandbox_differs_in_the_api_host_only() -> None:
    production = origins_for("eu", Environment.PRODUCTION)
    sandbox = origins_for("eu", Environment.SANDBOX)
    assert sandbox.api == "https://sandbox.zohoapis.eu"
    assert (sandbox.accounts, sandbox.upload) == (production.accounts, production.upload)


def test_an_unknown_data_centre_names_the_known_ones() -> None:
    with pytest.raises(ZohoConfigError) as caught:
        origins_for("mars", Environment.PRODUCTION)
    assert "eu" in caught.value.advice


def test_custom_origins_are_cut_to_scheme_host_and_port() -> None:
    origins = custom_origins("http://localhost:9000/", "https://crm.example.org", "")
    assert origins.accounts == "http://localhost:9000"
    assert origins.upload == origins.api == "https://crm.example.org"
    assert custom_origins("http://[::1]:9000", "https://x.org").accounts == "http://[::1]:9000"


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org", "ftp://x.org", "https://", "x.org", "https://x.org/path", "https://u:p@x.org",
        "https://x.org:99999", "https://x.org?a=1", "https://x.org#a", "",
    ],
)  # fmt: skip
def test_an_origin_that_could_leak_is_refused(url: str) -> None:
    with pytest.raises(ZohoConfigError):
        custom_origins(url, "https://x.org")


def test_a_connection_says_where_it_leads() -> None:
    assert connection().place == "EU"
    assert connection().redirect_uri == redirect_uri(8000) == "http://localhost:8000/oauth/callback"
    custom = replace(
        connection(), data_centre=CUSTOM, origins=custom_origins("http://localhost:1", "http://localhost:2")
    )
    assert custom.place == "custom · localhost:2"


def test_a_token_about_to_expire_is_not_fresh() -> None:
    grant = Grant("refresh", "access", NOW + timedelta(minutes=6))
    assert grant.is_fresh(NOW)
    assert not grant.is_fresh(NOW + timedelta(minutes=2))
    assert not Grant("refresh", "access", datetime(2020, 1, 1, tzinfo=UTC)).is_fresh()


def test_tokens_never_show() -> None:
    assert "secret-token" not in repr(Grant("secret-token", "secret-token", NOW))


def test_counts_of_a_change_set_add_up() -> None:
    counts = {RowState.UPDATED: 3, RowState.INVALID: 2}
    one = ChangeSet(
        1, 1, "Accounts", ChangeSetKind.UPDATE, "x.csv", ("id",), Mapping(0, "id"), {}, "", None,
        ChangeSetState.FINISHED, "", NOW, NOW, NOW, counts,
    )  # fmt: skip
    assert one.total == 5
    assert one.count(RowState.UPDATED, RowState.REFUSED) == 3


def test_states_know_whether_they_are_final_and_good() -> None:
    assert not RowState.SENT.is_final
    assert RowState.UNPROVED.is_final
    assert RowState.UNCHANGED.is_good
    assert not RowState.REFUSED.is_good
