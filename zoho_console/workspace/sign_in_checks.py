"""Whether a sign-in is the one its connection is for: right data centre, organisation, user and permissions. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from zoho_console.domain.connections import CUSTOM, DATA_CENTRES, Connection, Organisation, User
from zoho_console.domain.grants import Grant
from zoho_console.domain.scopes import features_without, lacking
from zoho_console.errors import UnexpectedSignIn


def other_data_centre(connection: Connection, accounts_url: str) -> UnexpectedSignIn | None:
    """What is wrong with an answer from this accounts server; known before a code is spent."""
    if accounts_url == connection.origins.accounts:
        return None
    place = next((one.place for one in DATA_CENTRES.values() if one.origins.accounts == accounts_url), accounts_url)
    own = DATA_CENTRES[connection.data_centre].place if connection.data_centre != CUSTOM else connection.place
    return UnexpectedSignIn(
        "data centre",
        f"This Zoho account is kept in the data centre {place}, but the connection is for {own}.",
        advice=f"Sign in with an account of {own}, or add a connection with the data centre {place}.",
    )


def unexpected(connection: Connection, grant: Grant, organisation: Organisation, user: User) -> UnexpectedSignIn | None:
    """What is unexpected about a sign-in, the gravest first; None if it is the one the connection is for."""
    known = connection.organisation
    if known is not None and known.id != organisation.id:
        return UnexpectedSignIn(
            "organisation",
            f"You signed in to “{organisation.name}”, but this connection belongs to “{known.name}”.",
            advice="Sign in with the right organisation chosen, or add a new connection for this one.",
        )
    former = connection.user
    if former is not None and former.id != user.id:
        return UnexpectedSignIn(
            "user",
            f"You signed in as {user.name} ({user.email}), but this connection was {former.name}'s ({former.email}).",
            advice=f"Sign in as {former.name}, or keep it: all that is done is then done in the name of {user.name}.",
            may_keep=True,
        )
    return _too_little(connection, grant)


def _too_little(connection: Connection, grant: Grant) -> UnexpectedSignIn | None:
    missing = lacking(grant.scopes, connection.scopes)
    if not missing:
        return None
    features = features_without(missing)
    needed = f", needed for: {'; '.join(features)}" if features else ""
    return UnexpectedSignIn(
        "permissions",
        f"The sign-in lacks {', '.join(missing)}{needed}.",
        advice="Sign in again with all permissions, or keep it and do without.",
        may_keep=True,
    )


def other_ports(connection: Connection, every: Iterable[Connection], taken: int) -> list[int]:
    """Ports to use in place of one that is taken: all that are known to be registered for the same client."""
    same = [connection, *(one for one in every if one.client_id == connection.client_id)]
    known = {port: None for one in same for port in (one.redirect_port, *one.spare_ports)}
    return [port for port in known if port != taken]
