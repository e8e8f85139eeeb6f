"""Our saved ways into organisations: data centres, origins, OAuth apps, connections."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlsplit

from zoho_console.domain.guards import OPEN, Guard
from zoho_console.errors import ZohoConfigError

# The console's default; the person may register others and say so per connection.
DEFAULT_REDIRECT_PORT = 8000
REDIRECT_PATH = "/oauth/callback"

# Everything the console does needs these (Zoho CRM v8, scopes page; COQL, search and bulk are not in modules.ALL).
DEFAULT_SCOPES = (
    "ZohoCRM.modules.ALL",
    "ZohoCRM.settings.ALL",
    "ZohoCRM.users.READ",
    "ZohoCRM.org.READ",
    "ZohoCRM.coql.READ",
    "ZohoCRM.bulk.ALL",
    "ZohoFiles.files.ALL",
    "ZohoSearch.securesearch.READ",
)

CUSTOM = "custom"


class Environment(StrEnum):
    """Which edition of an organisation a sign-in belongs to; a token never works in another."""

    PRODUCTION = "production"
    SANDBOX = "sandbox"
    DEVELOPER = "developer"


@dataclass(frozen=True, slots=True)
class Origins:
    """The three servers of an organisation, each `scheme://host[:port]` without a path."""

    accounts: str
    api: str
    upload: str


@dataclass(frozen=True, slots=True)
class DataCentre:
    """Where Zoho keeps an organisation, with its production servers."""

    code: str
    place: str
    origins: Origins


def _centre(code: str, place: str, accounts: str, api: str, upload: str) -> DataCentre:
    return DataCentre(code, place, Origins(f"https://{accounts}", f"https://{api}", f"https://{upload}"))


# Hosts as in Zoho's Python SDK 8.0; uk and ae are known from third parties only, their upload hosts by analogy.
DATA_CENTRES: dict[str, DataCentre] = {
    centre.code: centre
    for centre in (
        _centre("us", "United States", "accounts.zoho.com", "www.zohoapis.com", "content.zohoapis.com"),
        _centre("eu", "Europe", "accounts.zoho.eu", "www.zohoapis.eu", "content.zohoapis.eu"),
        _centre("in", "India", "accounts.zoho.in", "www.zohoapis.in", "content.zohoapis.in"),
        _centre("au", "Australia", "accounts.zoho.com.au", "www.zohoapis.com.au", "content.zohoapis.com.au"),
        _centre("jp", "Japan", "accounts.zoho.jp", "www.zohoapis.jp", "content.zohoapis.jp"),
        _centre("cn", "China", "accounts.zoho.com.cn", "www.zohoapis.com.cn", "content.zohoapis.com.cn"),
        _centre("ca", "Canada", "accounts.zohocloud.ca", "www.zohoapis.ca", "upload.zohocloud.ca"),
        _centre("sa", "Saudi Arabia", "accounts.zoho.sa", "www.zohoapis.sa", "files.zoho.sa"),
        _centre("uk", "United Kingdom", "accounts.zoho.uk", "www.zohoapis.uk", "content.zohoapis.uk"),
        _centre("ae", "United Arab Emirates", "accounts.zoho.ae", "www.zohoapis.ae", "content.zohoapis.ae"),
    )
}


def origins_for(data_centre: str, environment: Environment) -> Origins:
    """The servers of a built-in data centre; sandbox and developer differ in the API host only.

    Errors: ZohoConfigError for an unknown code. Source: Zoho's Python SDK 8.0, `dc` package.
    """
    centre = DATA_CENTRES.get(data_centre)
    if centre is None:
        known = ", ".join([*DATA_CENTRES, CUSTOM])
        raise ZohoConfigError(f"There is no data centre “{data_centre}”.", advice=f"Choose one of: {known}.")
    if environment is Environment.PRODUCTION:
        return centre.origins
    api = centre.origins.api.replace("https://www.", f"https://{environment}.", 1)
    return Origins(centre.origins.accounts, api, centre.origins.upload)


def custom_origins(accounts: str, api: str, upload: str = "") -> Origins:
    """Servers that a person names; without an upload server the API server takes uploads.

    Errors: ZohoConfigError unless each is `https://host[:port]`, or `http` on this computer itself.
    """
    return Origins(
        *(_origin(name, url) for name, url in (("accounts", accounts), ("API", api), ("upload", upload or api)))
    )


def _origin(name: str, url: str) -> str:
    parts = urlsplit(url.strip())
    try:
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        port = None
    host = parts.hostname or ""
    secure = parts.scheme == "https" or (parts.scheme == "http" and host in ("localhost", "127.0.0.1", "::1"))
    extra = parts.path.strip("/") or parts.query or parts.fragment or parts.username
    if not secure or not host or port is None or extra:
        raise ZohoConfigError(
            f"The {name} address “{url}” cannot be used.",
            advice="Give it as https://host or, on this computer only, http://localhost:port.",
        )
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}{port}"


@dataclass(frozen=True, slots=True)
class Organisation:
    """One customer's Zoho CRM. `edition` is Zoho's `paid_type`; `currency` an ISO code."""

    id: str
    name: str
    environment: str = "production"
    edition: str = ""
    currency: str = ""
    time_zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class User:
    """The Zoho user a sign-in belongs to."""

    id: str
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class NewConnection:
    """What a person says to make a connection; no secret in it."""

    name: str
    data_centre: str
    client_id: str
    origins: Origins
    environment: Environment = Environment.PRODUCTION
    redirect_port: int = DEFAULT_REDIRECT_PORT
    scopes: tuple[str, ...] = DEFAULT_SCOPES


@dataclass(frozen=True, slots=True)
class Connection:
    """A saved way into one organisation; `colour` is an index into the theme's connection colours.

    `spare_ports` are further ports that Zoho's answer came back to, so they are registered for this client too.
    """

    id: int
    name: str
    data_centre: str
    client_id: str
    origins: Origins
    environment: Environment
    redirect_port: int
    scopes: tuple[str, ...]
    organisation: Organisation | None
    user: User | None
    colour: int
    created_at: datetime
    guard: Guard = OPEN
    spare_ports: tuple[int, ...] = ()

    @property
    def name_to_type(self) -> str:
        """What a person types to lower its guard: the organisation's name, before one is known its own."""
        return self.organisation.name if self.organisation else self.name

    @property
    def redirect_uri(self) -> str:
        """The exact address that must be registered in Zoho's API console."""
        return redirect_uri(self.redirect_port)

    @property
    def place(self) -> str:
        """Where it leads, in words: the data centre, or the host of a custom one."""
        if self.data_centre == CUSTOM:
            return f"custom · {urlsplit(self.origins.api).netloc}"
        return self.data_centre.upper()


def redirect_uri(port: int) -> str:
    """The address Zoho sends the browser back to; Zoho compares it letter by letter with the registered one."""
    return f"http://localhost:{port}{REDIRECT_PATH}"
