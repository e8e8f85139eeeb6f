"""Garbage is collected by the window's thread: a thread that destroys a widget ends the process."""

from __future__ import annotations

import gc
import threading
import weakref

from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from zoho_console.app.garbage import collected_here


class Dropped(QWidget):
    """A widget that nobody has any more but itself."""

    def __init__(self) -> None:
        super().__init__()
        self.itself = self


def much_garbage() -> None:
    for _ in range(100 * gc.get_threshold()[0]):
        cycle: list[object] = []
        cycle.append(cycle)


def test_what_a_thread_throws_away_is_collected_by_the_window(qtbot: QtBot) -> None:
    collected_in: list[int] = []
    weakref.finalize(Dropped(), lambda: collected_in.append(threading.get_ident()))
    worker = threading.Thread(target=much_garbage)
    worker.start()
    worker.join()
    assert not collected_in
    qtbot.waitUntil(lambda: bool(collected_in))
    assert set(collected_in) == {threading.get_ident()}


def test_python_collects_by_itself_again_afterwards(qapp: QApplication) -> None:
    assert not gc.isenabled()
    with collected_here(qapp):
        assert not gc.isenabled()
    assert gc.isenabled()
    gc.disable()  # as the fixture had it
