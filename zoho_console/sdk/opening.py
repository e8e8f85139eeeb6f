"""What a client of the library stands on: its database, the token store in it, and the grant to begin with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from zoho_console.domain.connections import DEFAULT_SCOPES
from zoho_console.domain.grants import Grant
from zoho_console.paths import data_home
from zoho_console.sdk.config import ZohoSDKConfig
from zoho_console.store.embedded import EmbeddedPostgres
from zoho_console.store.token_store import TokenStore
from zoho_console.store.tokens import ConnectionVault
from zoho_console.zoho.oauth import OAuthApp


class Ground:
    """An opened token store, and the Postgres under it if that is ours. Blocks about a second the first time.

    Errors: ZohoDatabaseError, SecretError (no place for this computer's key), NotEnrolled.
    """

    def __init__(self, config: ZohoSDKConfig, database_url: str | None) -> None:
        address = database_url or config.database_url
        self._postgres = None if address else EmbeddedPostgres(data_home())
        self.token_store = TokenStore(self._postgres.start() if self._postgres else address)
        self._config = config
        self._begin()

    @property
    def app(self) -> OAuthApp:
        """Client id and secret."""
        return OAuthApp(self._config.client_id, self._config.client_secret.get_secret_value)

    @property
    def vault(self) -> ConnectionVault:
        """Where the client's grant is."""
        return self.token_store.vault()

    def close(self) -> None:
        """Give the database back; our own Postgres stops with its last user."""
        self.token_store.close()
        if self._postgres is not None:
            self._postgres.stop()

    def _begin(self) -> None:
        """Store the refresh token of the configuration, unless the store holds it already: the newer word wins."""
        refresh_token = self._config.refresh_token.get_secret_value()
        try:
            known = self.token_store.get_token()
            if known is None or known["refresh_token"] != refresh_token:
                ended = datetime.now(UTC) - timedelta(seconds=1)
                # No access token yet: the first call makes one.
                self.vault.save(Grant(refresh_token, "", ended, DEFAULT_SCOPES), event="signed_in")
        except BaseException:
            self.close()
            raise
