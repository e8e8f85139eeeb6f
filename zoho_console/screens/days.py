"""The days of all connections, and which of them is plotted."""

from __future__ import annotations

from collections.abc import Mapping

from zoho_console.domain.connections import Connection
from zoho_console.screens.day_words import limits_words
from zoho_console.workspace.overview import Overview


class Days:
    """`plotted` is the id of the connection whose day is shown, the one in use unless another was chosen; 0: none."""

    def __init__(self) -> None:
        self._overviews: Mapping[int, Overview] = {}
        self._chosen = 0
        self.plotted = 0

    @property
    def is_known(self) -> bool:
        """Whether they were read."""
        return bool(self._overviews)

    @property
    def overview(self) -> Overview:
        """The day that is plotted."""
        return self._overviews.get(self.plotted, Overview())

    def limits(self, connection: Connection) -> str:
        """How much of Zoho's limits the sign-ins of a connection have used, "" before it is known."""
        overview = self._overviews.get(connection.id)
        return limits_words(overview) if overview else ""

    def take(self, overviews: Mapping[int, Overview], in_use: Connection | None) -> None:
        """Show these from now on."""
        self._overviews = overviews
        wanted = (self._chosen, in_use.id if in_use else 0, *overviews)
        self.plotted = next((one for one in wanted if one in overviews), 0)

    def choose(self, connection_id: int) -> None:
        """Plot the day of this connection."""
        self._chosen = self.plotted = connection_id
