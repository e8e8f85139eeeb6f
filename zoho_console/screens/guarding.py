"""Sets the guard of a connection, for a screen that shows it."""

from __future__ import annotations

from datetime import timedelta

from zoho_console.domain.connections import Connection
from zoho_console.domain.guards import Level
from zoho_console.screens.screen import Screen
from zoho_console.screens.words import guard_words

LOWERED_FOR = timedelta(hours=1)


class Guarding:
    """Part of a screen; what is shown is loaded anew afterwards."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen

    def set(self, connection: Connection, level: Level, is_for_good: bool) -> None:
        """Guard a connection; a level that is less careful holds for an hour, or for good."""
        lowered_for = None if is_for_good else LOWERED_FOR
        self._screen.tasks.start(self._set(connection, level, lowered_for), name="guard")

    async def _set(self, connection: Connection, level: Level, lowered_for: timedelta | None) -> None:
        screen = self._screen
        guarded = await screen.blocking(screen.workspace.connections.set_guard, connection.id, level, lowered_for)
        screen.desk.saw(guarded)
        screen.shown()
        screen.notice(f"“{connection.name}” is {guard_words(guarded.guard)}.", guarded.guard.level.meaning)
