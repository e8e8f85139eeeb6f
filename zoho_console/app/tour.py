"""The tour: the real window driven through the whole journey on the simulator, every step checked and pictured.

What counts as proof are the simulator's own records and counters, never what the window says of itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from zoho_console.app.tour_bulk import BulkSteps
from zoho_console.app.tour_connections import ConnectionSteps
from zoho_console.app.tour_frame import Tour, Work
from zoho_console.app.tour_reading import ReadingSteps
from zoho_console.app.tour_returning import ReturningSteps
from zoho_console.settings import Settings
from zoho_console.ui.theme import Look


async def take_tour(look: Look, settings: Settings, folder: Path) -> int:
    """Take every step; 0 only if all checks held. Pictures and tour.json are in `folder`."""
    return await Tour(look, settings, folder).main(_steps)


def _steps(tour: Tour) -> Iterable[Work]:
    parts = (ReadingSteps(tour), BulkSteps(tour), ReturningSteps(tour), ConnectionSteps(tour))
    return (step for part in parts for step in part.steps)
