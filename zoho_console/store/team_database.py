"""The address of a team's database, and its password, which is kept in the system's password store and in no file."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import URL, text

from zoho_console.errors import NoPasswordStore
from zoho_console.store.address import address_of
from zoho_console.store.database import Database
from zoho_console.store.secrets import MemorySecrets, Secrets

_SERVER = text(
    """
    select current_setting('server_version') as version, current_user as person,
        to_regclass('change_sets') is not null as has_tables
    """
)


@dataclass(frozen=True, slots=True)
class Server:
    """What answered at an address. `has_tables` says whether a console has been there before."""

    host: str
    version: str
    person: str
    is_proven: bool
    has_tables: bool


class TeamDatabase:
    """Takes addresses apart and puts them together again. Errors of all: ZohoConfigError (an address that is none)."""

    def __init__(self, secrets: Secrets | MemorySecrets) -> None:
        self._secrets = secrets

    def whole(self, address: str) -> str:
        """The address with the password that is kept for it, if it names none itself.

        Blocks on the password store; one that is missing is no error, for a password may be kept elsewhere. Errors:
        SecretError (locked or silent).
        """
        known = address_of(address)
        if known.password or not known.username:
            return address
        try:
            password = self._secrets.get(_name(known), "")
        except NoPasswordStore:
            return address
        return _written(known, password) if password else address

    def without_password(self, address: str) -> str:
        """The address as it may be shown and written down."""
        known = address_of(address)
        return _written(known, None) if known.password else address

    def keep(self, address: str, password: str) -> str:
        """Keep the password, or the one in the address; the address without comes out. Blocks. Errors: SecretError."""
        known = address_of(address)
        if secret := password or str(known.password or ""):
            self._secrets.set(_name(known), secret, "")
        return self.without_password(address)

    def forget(self, address: str) -> None:
        """Forget the password for an address. Blocks. Errors: SecretError."""
        self._secrets.delete(_name(address_of(address)))

    def server(self, address: str, password: str) -> Server:
        """Who answers there; nothing is changed. Blocks for 10 s at most. Errors: ZohoDatabaseError, SecretError."""
        known = address_of(address)
        database = Database(_written(known, password) if password else self.whole(address))
        try:
            with database.begin() as connection:
                found = connection.execute(_SERVER).one()
        finally:
            database.close()
        host = known.host or "this computer"
        return Server(host, found.version, found.person, database.is_proven, found.has_tables)


def _name(address: URL) -> str:
    return f"database {address.username}@{address.host}:{address.port or 5432}/{address.database}"


def _written(address: URL, password: str | None) -> str:
    made = URL.create(
        "postgresql", address.username, password, address.host, address.port, address.database, address.query
    )
    return made.render_as_string(hide_password=False)
