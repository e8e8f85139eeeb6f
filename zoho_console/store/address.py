"""Where the database is, and how it is spoken to: by TLS with proof of who answers, unless it is on this computer."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import URL
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from zoho_console.errors import ZohoConfigError
from zoho_console.logs import hide

CONNECT_LIMIT_S = 10
PROOF = "verify-full"
UNPROVEN_VARIABLE = "ZOHO_CONSOLE_UNVERIFIED_DATABASE"
_THIS_COMPUTER = frozenset({"", "localhost", "127.0.0.1", "::1"})
# Where systems keep the certificates they trust. The driver brings its own OpenSSL, which looks at none of them.
_SYSTEM_CERTIFICATES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)


def address_of(url: str) -> URL:
    """The address that a person wrote, for our driver. Errors: ZohoConfigError."""
    try:
        address = make_url(url)
    except (ArgumentError, ValueError) as error:  # ValueError: a port that is no number
        raise ZohoConfigError(
            "The database's address cannot be read.", advice="It looks like postgresql://user@host/name."
        ) from error
    if address.get_backend_name() != "postgresql":
        raise ZohoConfigError(
            "The database's address must lead to Postgres.", advice="It looks like postgresql://user@host/name."
        )
    hide(str(address.password or ""))
    return address.set(drivername="postgresql+psycopg2")


def is_proven(address: URL, environment: Mapping[str, str]) -> bool:
    """Whether nobody between here and the database can read along: it is here, or has to prove who it is."""
    return is_here(address) or _mode(address, environment) == PROOF


def arguments_for(address: URL, environment: Mapping[str, str]) -> dict[str, Any]:
    """What the driver is told besides the address.

    Errors: ZohoConfigError for a server elsewhere that need not prove who it is, unless the environment allows it.
    """
    arguments: dict[str, Any] = {
        "application_name": "zoho-console",
        "connect_timeout": CONNECT_LIMIT_S,
        "keepalives_idle": 30,  # a router that forgets quiet connections would take a job's lock away
    }
    if is_here(address):
        return arguments
    mode = _mode(address, environment)
    if mode != PROOF:
        if environment.get(UNPROVEN_VARIABLE) != "yes":
            raise ZohoConfigError(
                f"With “sslmode={mode}” anybody on the way to the database could read the tokens in it.",
                advice=f"Write “sslmode={PROOF}” in its address, and “sslrootcert=FILE” if its certificate is your"
                f" company's own. {UNPROVEN_VARIABLE}=yes takes the risk, and the window says so all the time.",
            )
        return arguments
    arguments["sslmode"] = PROOF
    if "sslrootcert" not in address.query and "PGSSLROOTCERT" not in environment:
        arguments["sslrootcert"] = _trusted_certificates()
    return arguments


def is_here(address: URL) -> bool:
    """Whether every host it names is this computer, or a socket in a folder of it."""
    named = [address.host or ""]
    for key in ("host", "hostaddr"):
        for value in address.normalized_query.get(key, ()):
            named += value.split(",")
    return all(one in _THIS_COMPUTER or one.startswith(("/", "@")) for one in named)


def _mode(address: URL, environment: Mapping[str, str]) -> str:
    named = address.normalized_query.get("sslmode", ())
    return named[-1] if named else environment.get("PGSSLMODE", PROOF)


def _trusted_certificates() -> str:
    """A person's own for databases, else the system's; “system” where they are in no file, as on Windows."""
    own = Path.home() / ".postgresql" / "root.crt"  # where libpq looks by itself
    known = (str(own), ssl.get_default_verify_paths().cafile or "", *_SYSTEM_CERTIFICATES)
    return next((one for one in known if one and Path(one).is_file()), "system")
