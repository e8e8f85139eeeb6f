"""The tour's frame: takes steps in the real window on the simulator, checks and pictures each, and reports."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Coroutine, Iterable
from pathlib import Path
from typing import Any

from zoho_console.app.compose import Console
from zoho_console.app.hands import TourFailed, browse, click, picture, until
from zoho_console.app.life import WindowLife
from zoho_console.settings import Settings
from zoho_console.simulator.server import Simulator
from zoho_console.ui.dialogs import Confirmation
from zoho_console.ui.theme import Look

Work = Callable[[], Coroutine[Any, Any, None]]


class _Errors(logging.Handler):
    """Collects what is logged as an error: a fault that no check looks for must not pass either."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(self.format(record))


class Tour:
    """One tour; `main` ends with 0 only if every check held."""

    def __init__(self, look: Look, settings: Settings, folder: Path) -> None:
        self._life = WindowLife(look, settings, demo=True, open_url=self._open_url)
        self.window = self._life.window
        self.folder = folder
        self._steps: list[dict[str, Any]] = []
        self._checks: list[dict[str, Any]] = []
        self.forge_next = False

    async def main(self, works: Callable[[Tour], Iterable[Work]]) -> int:
        """Run every step; write the pictures and tour.json."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.window.show()
        failure, errors = "", _Errors()
        logging.getLogger().addHandler(errors)
        try:
            await self._life.load()
            for work in works(self):
                await self._step(work)
        except TourFailed as error:
            failure = str(error)
            await picture(self.window, self.folder / "failed.png")
        finally:
            await self._life.close()
            logging.getLogger().removeHandler(errors)
        failure = failure or "".join(errors.texts[:1])
        good = not failure and all(check["ok"] for step in self._steps for check in step["checks"])
        facts = {"ok": good, "failure": failure, "steps": self._steps}
        (self.folder / "tour.json").write_text(json.dumps(facts, indent=2, ensure_ascii=False), "utf-8")
        for step in self._steps:
            held = all(check["ok"] for check in step["checks"])
            print(f"{'ok  ' if held else 'FAIL'} {step['name']:20} {len(step['checks'])} checks")
        if failure:
            print(f"FAIL {failure}")
        return 0 if good else 1

    # --- what the steps share ---

    @property
    def console(self) -> Console:
        """The window's contents."""
        assert self._life.console is not None
        return self._life.console

    @property
    def simulator(self) -> Simulator:
        """The simulator, whose records and counters are the proof."""
        assert self._life.demo is not None
        return self._life.demo.simulator

    @property
    def number(self) -> str:
        """The number of the step that is being taken."""
        return f"{len(self._steps) + 1:02}"

    async def _step(self, step: Any) -> None:
        self._checks = []
        started = time.monotonic()
        await step()
        name = f"{len(self._steps) + 1:02}-{step.__name__.replace('_', '-')}"
        await picture(self.window, self.folder / f"{name}.png")
        self._steps.append({"name": name, "seconds": round(time.monotonic() - started, 2), "checks": self._checks})

    def check(self, what: str, found: object, expected: object) -> None:
        """Note a check."""
        self._checks.append({"what": what, "ok": found == expected, "found": str(found), "expected": str(expected)})

    def open_page(self, name: str) -> None:
        """Press a page in the rail."""
        click(self.window.rail.entry(name))

    def _open_url(self, address: str) -> None:
        browse(address, forged_first=self.forge_next)

    async def agree(self) -> None:
        """Press the verb of the confirmation that is open."""
        await until(lambda: self.confirmation() is not None, "a confirmation is asked")
        dialog = self.confirmation()
        assert dialog is not None
        click(dialog.verb)

    def confirmation(self) -> Confirmation | None:
        """The confirmation that is open."""
        return next((one for one in self.window.findChildren(Confirmation) if one.isVisible()), None)
