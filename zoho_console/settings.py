"""Preferences: one frozen value, one TOML file, a few overrides from the environment."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from zoho_console.domain.connections import DEFAULT_REDIRECT_PORT
from zoho_console.errors import ZohoConfigError

APPEARANCES = ("system", "light", "dark")
PORTS = range(1024, 65536)
QUARANTINES_S = range(10, 3601)


@dataclass(frozen=True, slots=True)
class Settings:
    """What a person may choose. Secrets and tokens are never settings."""

    database_url: str = ""
    """A Postgres server for the team, `postgresql://…`; empty: the console runs its own."""
    appearance: str = "system"
    """system, light or dark."""
    redirect_port: int = DEFAULT_REDIRECT_PORT
    """The port of http://localhost:…/oauth/callback that new connections use."""
    quarantine_s: int = 120
    """Seconds before a write whose answer was lost is settled by reading: a request may land that much later."""

    @property
    def problems(self) -> dict[str, str]:
        """What is wrong, in a sentence by the name of the setting; empty if nothing is."""
        found = {}
        if self.appearance not in APPEARANCES:
            found["appearance"] = "The appearance must be system, light or dark."
        if not isinstance(self.redirect_port, int) or self.redirect_port not in PORTS:
            found["redirect_port"] = "The port must be a number from 1024 to 65535."
        if not isinstance(self.quarantine_s, int) or self.quarantine_s not in QUARANTINES_S:
            found["quarantine_s"] = "The wait must be a number of seconds from 10 to 3600."
        if self.database_url and not self.database_url.startswith(("postgresql://", "postgresql+psycopg2://")):
            found["database_url"] = "The database's address must begin with postgresql://."
        return found


def load(home: Path, environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this user, with `DATABASE_URL` of the environment above the file.

    Errors: ZohoConfigError naming the setting that is wrong.
    """
    path = home / "settings.toml"
    settings = Settings()
    if path.exists():
        try:
            settings = replace(settings, **tomllib.loads(path.read_text("utf-8")))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError) as error:
            raise ZohoConfigError(
                f"The settings file cannot be read: {error}.", advice=f"Correct or remove {path}."
            ) from error
    if url := environment.get("DATABASE_URL"):
        settings = replace(settings, database_url=url)
    _check(settings, f"Correct it in {path}.")
    return settings


def save(home: Path, settings: Settings) -> None:
    """Write the settings whole; a crash leaves the old file or the new one. Errors: ZohoConfigError."""
    _check(settings)
    home.mkdir(parents=True, exist_ok=True)
    lines = [
        f"database_url = {_quoted(settings.database_url)}",
        f"appearance = {_quoted(settings.appearance)}",
        f"redirect_port = {settings.redirect_port}",
        f"quarantine_s = {settings.quarantine_s}",
    ]
    draft = home / "settings.toml.new"
    draft.write_text("\n".join(lines) + "\n", "utf-8")
    draft.replace(home / "settings.toml")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _check(settings: Settings, advice: str = "") -> None:
    for name, sentence in settings.problems.items():
        raise ZohoConfigError(sentence, details={"setting": name}, advice=advice)
