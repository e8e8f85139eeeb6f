"""Hands for the tour: real mouse and keyboard events, waiting, pictures, and a browser that is none."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
import urllib.error
import urllib.request
import warnings
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

PATIENCE_S = 30.0
_LEFT = Qt.MouseButton.LeftButton


class TourFailed(Exception):
    """Something the tour waited for did not happen."""


def click(widget: QWidget) -> None:
    """Press a widget with the mouse. Errors: TourFailed if a person could not."""
    if not widget.isVisible() or not widget.isEnabled():
        raise TourFailed(f"“{widget.accessibleName() or widget.objectName() or widget}” cannot be pressed")
    QTest.mouseClick(widget, _LEFT, Qt.KeyboardModifier.NoModifier, widget.rect().center())


def type_text(widget: QWidget, text: str) -> None:
    """Type with the keyboard."""
    widget.setFocus()
    QTest.keyClicks(widget, text)


def press_enter(widget: QWidget) -> None:
    """Press Enter."""
    QTest.keyClick(widget, Qt.Key.Key_Return)


def drop_file(widget: QWidget, *paths: Path) -> None:
    """Drag files onto a widget and let go."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    place, keys = QPoint(200, 200), Qt.KeyboardModifier.NoModifier
    with warnings.catch_warnings():
        # Qt 6.12 calls this form outdated, and 6.11 has no other.
        warnings.simplefilter("ignore", DeprecationWarning)
        enter = QDragEnterEvent(place, Qt.DropAction.CopyAction, data, _LEFT, keys)
    QApplication.sendEvent(widget, enter)
    drop = QDropEvent(QPointF(place), Qt.DropAction.CopyAction, data, _LEFT, keys)
    QApplication.sendEvent(widget, drop)


async def until(condition: Callable[[], object], what: str) -> None:
    """Wait until something is true. Errors: TourFailed after half a minute."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            raise TourFailed(f"waited in vain until {what}")
        await asyncio.sleep(0.02)


async def picture(window: QWidget, path: Path) -> None:
    """Write what the window shows, after it has drawn itself."""
    for _ in range(3):
        await asyncio.sleep(0.05)
    window.grab().save(str(path))


def free_port() -> int:
    """A port of this computer that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def browse(address: str, *, forged_first: bool = False) -> None:
    """What a browser does with the consent page of a simulator that agrees at once; first a forged answer if asked."""
    redirect = parse_qs(urlsplit(address).query)["redirect_uri"][0]
    forged = f"{redirect}?code=1000.forged&state=forged"

    def visit() -> None:
        for one in [forged, address] if forged_first else [address]:
            try:
                urllib.request.urlopen(one, timeout=10).close()  # loopback only
            except urllib.error.HTTPError as refused:
                refused.close()
                time.sleep(1.5)

    threading.Thread(target=visit, name="browser", daemon=True).start()
