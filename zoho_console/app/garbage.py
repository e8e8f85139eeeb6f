"""Python's garbage, collected by the window's thread only."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QObject, QTimer

LOOK_MS = 500


@contextmanager
def collected_here(owner: QObject) -> Iterator[None]:
    """While this lasts, garbage in cycles is collected from Qt's loop in the calling thread, and nowhere else.

    Left to itself Python collects in whichever thread happens to allocate. A widget in a cycle would then be destroyed
    by the engine's thread, or in the middle of Qt's own work on it, and the process would end.
    """
    timer = QTimer(owner)
    timer.timeout.connect(_collect)
    gc.disable()
    timer.start(LOOK_MS)
    try:
        yield
    finally:
        timer.stop()
        timer.deleteLater()
        gc.enable()


def _collect() -> None:
    """The oldest generation that is due, as Python itself would."""
    due = [count > limit for count, limit in zip(gc.get_count(), gc.get_threshold(), strict=True)]
    if any(due):
        gc.collect(max(generation for generation, is_due in enumerate(due) if is_due))
