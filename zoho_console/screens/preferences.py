"""The preferences screen: what a person may choose, checked as it is written, kept in one file."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import Signal

from zoho_console import settings
from zoho_console.errors import ZohoError
from zoho_console.screens.screen import Desk, Screen
from zoho_console.settings import PORTS, QUARANTINES_S, Settings
from zoho_console.store.team_database import Server, TeamDatabase


@dataclass(frozen=True, slots=True)
class Draft:
    """What stands in the form, as it was written. The password is "" where it stays as it is."""

    redirect_port: str
    quarantine_s: str
    address: str = ""
    password: str = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of trying an address."""

    words: str
    tone: str


class PreferencesScreen(Screen):
    """Signals besides `changed` and `noticed`: `appearance_chosen` (system, light or dark)."""

    appearance_chosen = Signal(str)

    def __init__(self, desk: Desk, home: Path) -> None:
        super().__init__(desk)
        self.home = home
        self.kept = Settings()  # as the file has it; its database without password
        self.trial: Trial | None = None
        self._team = TeamDatabase(desk.workspace.secrets)
        self._in_file = ""  # the address as the file has it, maybe with a password of former days

    @property
    def is_busy(self) -> bool:
        """Whether something is being tried or saved."""
        return self.tasks.is_running("try") or self.tasks.is_running("save")

    @property
    def given_by_environment(self) -> bool:
        """Whether DATABASE_URL stands above what is written here."""
        return bool(os.environ.get("DATABASE_URL"))

    @property
    def draft(self) -> Draft:
        """The form as it is when nothing has been changed."""
        return Draft(str(self.kept.redirect_port), str(self.kept.quarantine_s), self.kept.database_url)

    def shown(self) -> None:
        self.tasks.start(self._load(), name="load")

    def problems(self, draft: Draft) -> dict[str, str]:
        """What is wrong with the form, by the name of the setting."""
        return self._settings(draft).problems

    def choose_appearance(self, appearance: str) -> None:
        """Show it at once, and keep it."""
        if appearance != self.kept.appearance:
            self.kept = replace(self.kept, appearance=appearance)
            self.appearance_chosen.emit(appearance)
            self.tasks.start(self._save_appearance(appearance), name="appearance")

    def try_database(self, draft: Draft) -> None:
        """See who answers at the address; nothing is changed."""
        self.trial = None
        self.tasks.start(self._try(draft), name="try")

    def save(self, draft: Draft) -> None:
        """Keep what was written; nothing if something is wrong with it."""
        if not self.problems(draft):
            self.tasks.start(self._save(draft), name="save")

    def _settings(self, draft: Draft) -> Settings:
        return replace(
            self.kept,
            redirect_port=_number(draft.redirect_port, PORTS),
            quarantine_s=_number(draft.quarantine_s, QUARANTINES_S),
            database_url=draft.address.strip(),
        )

    async def _load(self) -> None:
        found = await self.blocking(settings.load, self.home, {})
        self._in_file = found.database_url
        shown = self._team.without_password(found.database_url) if found.database_url else ""
        self.kept = replace(found, database_url=shown)
        self.changed.emit()

    async def _save_appearance(self, appearance: str) -> None:
        found = await self.blocking(settings.load, self.home, {})
        await self.blocking(settings.save, self.home, replace(found, appearance=appearance))

    async def _try(self, draft: Draft) -> None:
        self.changed.emit()
        try:
            server = await self.blocking(self._team.server, draft.address.strip(), draft.password)
        except ZohoError as error:
            self.trial = Trial(f"That did not work. {error.advice or error}", "bad")
        else:
            self.trial = Trial(_words(server), "good" if server.is_proven else "warn")

    async def _save(self, draft: Draft) -> None:
        chosen, former = self._settings(draft), self.kept
        if chosen.database_url:
            # The form shows an address without its password; where it is the file's, the file's may have one still.
            address = self._in_file if chosen.database_url == former.database_url else chosen.database_url
            chosen = replace(chosen, database_url=await self.blocking(self._team.keep, address, draft.password))
        await self.blocking(settings.save, self.home, chosen)
        if former.database_url and former.database_url != chosen.database_url:
            await self.blocking(self._team.forget, former.database_url)
        self.kept, self._in_file = chosen, chosen.database_url
        self.desk.settings = chosen
        self.workspace.pace = replace(self.workspace.pace, quarantine_s=chosen.quarantine_s)
        moved = chosen.database_url != former.database_url or bool(draft.password)
        self.notice("Saved.", "The database is changed when the console is opened the next time." if moved else "")


def _number(written: str, allowed: range) -> int:
    """What was written, or a number that is not allowed."""
    return int(written) if written.strip().isdecimal() and len(written) < 10 else allowed.start - 1


def _words(server: Server) -> str:
    proof = "it proved who it is" if server.is_proven else "it did not prove who it is"
    tables = (
        "the console's tables are there" if server.has_tables else "the console's tables are made at the first start"
    )
    return f"Postgres {server.version} at {server.host} let “{server.person}” in; {proof}, and {tables}."
