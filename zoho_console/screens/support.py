"""Writes the support file, for a screen that offers it."""

from __future__ import annotations

from pathlib import Path

from zoho_console import settings
from zoho_console.paths import data_home
from zoho_console.screens.screen import Screen
from zoho_console.workspace.support import write_support_file

_TASK = "support"


class Support:
    """Part of a screen: one file at a time."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen

    @property
    def is_writing(self) -> bool:
        """Whether a file is being written."""
        return self._screen.tasks.is_running(_TASK)

    def save(self, path: Path) -> None:
        """Write it; what is in it is told at the end."""
        self._screen.tasks.start(self._save(path), name=_TASK)

    async def _save(self, path: Path) -> None:
        home = data_home()
        chosen = await self._screen.blocking(settings.load, home)
        await self._screen.blocking(write_support_file, self._screen.workspace, home, chosen, path)
        words = "It holds no token, secret or account, but names of connections and files: look before you send it."
        self._screen.notice(f"The support file is {path}.", words)
