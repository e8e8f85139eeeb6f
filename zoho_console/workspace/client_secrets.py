"""The client secret of each connection, in the password store."""

from __future__ import annotations

from zoho_console.domain.connections import Connection
from zoho_console.errors import SecretError, ZohoConfigError
from zoho_console.store.secrets import MemorySecrets, Secrets


class ClientSecrets:
    """Every method blocks on the password store. Errors: SecretError."""

    def __init__(self, secrets: Secrets | MemorySecrets) -> None:
        self._secrets = secrets

    def has(self, connection: Connection) -> bool:
        """Whether the secret is on this computer."""
        return bool(self._secrets.get(_name(connection)))

    def get(self, connection: Connection) -> str:
        """The secret. Errors: SecretError if it is not on this computer."""
        secret = self._secrets.get(_name(connection))
        if not secret:
            raise SecretError(
                f"The client secret for “{connection.name}” is not on this computer.",
                advice="Paste it once from Zoho's API console, on the Token health page.",
            )
        return secret

    def set(self, connection: Connection, secret: str) -> None:
        """Keep a secret. Errors: ZohoConfigError (empty)."""
        if not secret.strip():
            raise ZohoConfigError("The client secret is empty.", advice="Copy it from Zoho's API console.")
        self._secrets.set(_name(connection), secret.strip())

    def delete(self, connection: Connection) -> None:
        """Forget the secret."""
        self._secrets.delete(_name(connection))


def _name(connection: Connection) -> str:
    return f"connection-{connection.id}"
