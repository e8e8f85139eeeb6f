"""Whom a person should hear of: connections that began to need one. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from zoho_console.workspace.health import Health, HealthState


@dataclass(frozen=True, slots=True)
class Alert:
    """A title and a sentence for the desktop's own notices."""

    title: str
    text: str


class Alerts:
    """Remembers how connections were, so that each trouble is told once; those of the first look are on the screen."""

    def __init__(self) -> None:
        self._states: dict[int, HealthState] | None = None

    def news(self, every: Iterable[Health]) -> list[Alert]:
        """What began since the last look to need a person."""
        former, known = self._states, list(every)
        self._states = {one.connection.id: one.state for one in known}
        if former is None:
            return []
        return [
            Alert(f"{one.connection.name}: {one.verdict.word.lower()}", one.verdict.sentence)
            for one in known
            if one.needs_a_person and one.connection.id in former and former[one.connection.id] is not one.state
        ]
