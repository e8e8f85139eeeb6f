"""How long until the window reacts, beside a bare PySide6 window on the same machine; medians of five, warm."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RUNS = 5
BARE = """
import sys
from PySide6.QtWidgets import QApplication, QLabel
from PySide6.QtCore import QTimer
app = QApplication(sys.argv); window = QLabel("bare"); window.show()
QTimer.singleShot(0, lambda: (print("ready", flush=True), app.quit())); app.exec()
"""
# The first figure: the frame is on the screen and answers; the second: the demo's accounts are shown.
CONSOLE = """
import asyncio, sys
from PySide6.QtWidgets import QApplication
from zoho_console.app import loop
from zoho_console.app.life import WindowLife
from zoho_console.settings import Settings
from zoho_console.ui.theme import Look
app = QApplication(sys.argv[:1])
life = WindowLife(Look(app), Settings(), demo=True)
async def main():
    life.window.show()
    await asyncio.sleep(0)
    print("ready", flush=True)
    await life.load()
    while life.console.accounts.total is None:
        await asyncio.sleep(0.005)
    print("filled", flush=True)
    await life.close()
    return 0
loop.run(app, main)
"""


def timed(code: str) -> dict[str, float]:
    """Seconds from the start of the process to each word it prints."""
    started = time.perf_counter()
    marks = {}
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            marks[line.strip()] = time.perf_counter() - started
    return marks


def main() -> None:
    """Print the figures."""
    bare, console = [], []
    timed(BARE), timed(CONSOLE)  # warm the disk's cache
    for _ in range(RUNS):
        bare.append(timed(BARE))
        console.append(timed(CONSOLE))
    floor = statistics.median(one["ready"] for one in bare)
    print(f"bare PySide6 window reacts      {floor:.2f} s   (median of {RUNS})")
    for word, text in (("ready", "console's window reacts        "), ("filled", "console shows 5,000 demo accounts")):
        seconds = statistics.median(one[word] for one in console)
        print(f"{text} {seconds:.2f} s   {seconds / floor:.1f} times the bare window")
