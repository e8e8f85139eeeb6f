"""What a person types to make a connection, and what is still wrong with it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from zoho_console.domain.connections import CUSTOM, DATA_CENTRES, DEFAULT_REDIRECT_PORT, custom_origins
from zoho_console.errors import ZohoConfigError


@dataclass(frozen=True, slots=True)
class Draft:
    """What the form holds."""

    name: str
    data_centre: str
    environment: str
    client_id: str
    secret: str
    port: int = DEFAULT_REDIRECT_PORT
    accounts_url: str = ""
    api_url: str = ""
    upload_url: str = ""

    @property
    def console_url(self) -> str:
        """Zoho's API console of this data centre, where a client is registered."""
        centre = DATA_CENTRES.get(self.data_centre, DATA_CENTRES["us"])
        return centre.origins.accounts.replace("//accounts.", "//api-console.", 1)

    def problems(self, taken: Collection[str] = ()) -> dict[str, str]:
        """What is filled in wrongly: a sentence by field. `taken` are the names other connections have."""
        found = {}
        if self.name.strip() in taken:
            found["name"] = f"There is a connection “{self.name.strip()}” already."
        if any(mark.isspace() for mark in self.client_id.strip()):
            found["client_id"] = "A client id has no blanks in it."
        if not 1024 <= self.port <= 65535:
            found["port"] = "The port is a number from 1024 to 65535."
        for field in ("accounts_url", "api_url", "upload_url"):
            url = getattr(self, field)
            if self.data_centre == CUSTOM and url.strip():
                try:
                    custom_origins(url, url)
                except ZohoConfigError as error:
                    found[field] = error.advice
        return found

    def missing(self) -> str:
        """What must still be filled in, in a sentence; "" if nothing."""
        wanted = [("a name", self.name), ("the client id", self.client_id), ("the client secret", self.secret)]
        if self.data_centre == CUSTOM:
            wanted += [("the accounts address", self.accounts_url), ("the API address", self.api_url)]
        lacking = [words for words, text in wanted if not text.strip()]
        return f"Fill in {', '.join(lacking)}." if lacking else ""
