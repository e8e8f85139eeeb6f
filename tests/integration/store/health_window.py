"""The token health page in a window of a process of its own, on the password store that its environment leads to.

Arguments: address of the database, seconds that the store may keep silent. Commands on standard input, a line each:
`connect URL ID SECRET`, `look`, `press` (the remedy), `wait` (until another state is shown). It prints a JSON line for
each state that the card shows, and at the end how often a timer of the window ticked and its longest pause in seconds.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from zoho_console.app import loop
from zoho_console.app.hands import browse, click, free_port, until
from zoho_console.domain.connections import CUSTOM, NewConnection, custom_origins
from zoho_console.screens.screen import Desk
from zoho_console.screens.token_health import TokenHealthScreen
from zoho_console.store.database import Database
from zoho_console.store.secrets import Secrets
from zoho_console.ui.pages.token_health import TokenHealthPage
from zoho_console.ui.theme import Look
from zoho_console.workspace.sign_in import SignInAttempt
from zoho_console.workspace.workspace import Workspace


class Pulse:
    """A timer of the window: how often it ticked, and its longest pause."""

    def __init__(self) -> None:
        self.ticks, self.longest_s, self._last = 0, 0.0, time.monotonic()
        self._timer = QTimer()
        self._timer.timeout.connect(self._tick)
        self._timer.start(10)

    def _tick(self) -> None:
        now = time.monotonic()
        self.ticks, self.longest_s, self._last = self.ticks + 1, max(self.longest_s, now - self._last), now


def say(**words: object) -> None:
    print(json.dumps(words), flush=True)


class Window:
    """The page, a hand for its remedy, and a mouth."""

    def __init__(self, look: Look, workspace: Workspace) -> None:
        self.workspace = workspace
        self.desk = Desk(workspace, open_url=lambda _url: None)
        self.screen = TokenHealthScreen(self.desk)
        self.page = TokenHealthPage(self.screen, look)
        self.pulse = Pulse()

    async def do(self, command: str, *what: str) -> None:
        ticks = self.pulse.ticks
        if command == "connect":
            await asyncio.to_thread(self._connect, *what)
            return
        if command == "press":
            click(self.page.cards[0].remedy)
        elif command == "wait":
            former = self.screen.health[0].state
            await until(lambda: self.screen.health[0].state is not former, "another state is shown")
        else:
            self.screen.shown()
        await until(lambda: not self._is_busy, "the look has ended")
        shown = self.page.cards[0].sentence.text()
        say(state=self.screen.health[0].state, sentence=shown, ticks=self.pulse.ticks - ticks)

    @property
    def _is_busy(self) -> bool:
        running = self.screen.tasks.is_running
        return running("secrets") or running("load") or not self.screen.health

    def _connect(self, url: str, client_id: str, secret: str) -> None:
        origins = custom_origins(url, url)
        new = NewConnection("Acme", CUSTOM, client_id, origins, redirect_port=free_port())
        connection = self.workspace.add_connection(new, secret)
        self.workspace.engine.call(SignInAttempt(self.workspace, connection).through_browser(browse))

    async def main(self) -> int:
        self.page.show()
        while line := await asyncio.to_thread(sys.stdin.readline):
            await self.do(*line.split())
        await self.screen.aclose()
        say(ticks=self.pulse.ticks, longest_s=round(self.pulse.longest_s, 3))
        return 0


def main() -> int:
    application = QApplication(sys.argv[:1])
    workspace = Workspace(Database(sys.argv[1]), Secrets({}, limit_s=float(sys.argv[2])))
    try:
        return loop.run(application, Window(Look(application, "light"), workspace).main)
    finally:
        workspace.close()


if __name__ == "__main__":
    sys.exit(main())
