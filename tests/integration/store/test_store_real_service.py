"""A real Secret Service under the window: set, gone, locked, unlocked, silent, missing; the window lives throughout."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from zoho_console.simulator.server import Simulator
from zoho_console.store.desktops import KEY_VARIABLE
from zoho_console.workspace.health import HealthState

PASSWORD = "only-for-this-test"
ROOT = Path(__file__).resolve().parents[3]
UNLOCK = """
import sys
from contextlib import closing
from jeepney import DBusAddress, new_method_call
from secretstorage import dbus_init
from secretstorage.util import format_secret, open_session
secrets = DBusAddress(
    "/org/freedesktop/secrets", "org.freedesktop.secrets", "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface"
)
with closing(dbus_init()) as bus:
    secret = format_secret(open_session(bus), sys.argv[1].encode(), "text/plain")
    told = ("/org/freedesktop/secrets/collection/login", secret)
    answer = bus.send_and_get_reply(new_method_call(secrets, "UnlockWithMasterPassword", "o(oayays)", told))
    assert answer.body == (), answer.body
"""
ServiceIn = Callable[[Path, str | None], AbstractContextManager[dict[str, str]]]


class Console:
    """A window in a process of its own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def do(self, *words: str) -> None:
        assert self._process.stdin is not None
        print(*words, file=self._process.stdin, flush=True)

    def hear(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        heard: dict[str, Any] = json.loads(self._process.stdout.readline())
        return heard

    def shows(self, state: HealthState, words: str, *, after: str = "look") -> int:
        """Look at the page, or press its remedy; how often the window's timer ticked until it showed this comes out."""
        self.do(after)
        heard = self.hear()
        assert heard["state"] == state
        assert words in heard["sentence"]
        return int(heard["ticks"])

    def end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        print(self.hear())
        assert self._process.wait(timeout=20) == 0


Start = Callable[[dict[str, str]], AbstractContextManager[Console]]


@pytest.fixture
def started(database_url: str) -> Start:
    """Starts a console on the store that an environment leads to; its key is in that store and in no variable."""

    @contextmanager
    def start(environment: dict[str, str]) -> Iterator[Console]:
        without = ("DBUS_SESSION_BUS_ADDRESS", "DISPLAY", KEY_VARIABLE)
        kept = {name: value for name, value in os.environ.items() if name not in without}
        process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("health_window.py")), database_url, "1"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env={**kept, **environment, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        guard = threading.Timer(60, process.kill)
        guard.start()
        try:
            with process:
                console = Console(process)
                yield console
                console.end()
        finally:
            guard.cancel()
            process.kill()

    return start


@pytest.fixture
def home(secret_service_in: ServiceIn, started: Start, simulator: Simulator, tmp_path: Path) -> Path:
    """The folder of a password store in which a console keeps its secrets."""
    with secret_service_in(tmp_path, PASSWORD) as environment, started(environment) as console:
        console.do("connect", simulator.url, simulator.client_id, simulator.client_secret)
        console.shows(HealthState.WORKS, "Last good call")
    return tmp_path


def test_a_locked_store_is_said_and_unlocking_it_mends_it_without_a_restart(
    home: Path, secret_service_in: ServiceIn, started: Start
) -> None:
    with secret_service_in(home, None) as environment, started(environment) as console:
        console.shows(HealthState.KEYRING_LOCKED, "Unlock it and try again; nothing is lost")
        unlock(environment)
        console.shows(HealthState.WORKS, "Last good call", after="press")


def test_a_store_that_goes_away_is_said(home: Path, secret_service_in: ServiceIn, started: Start) -> None:
    with secret_service_in(home, PASSWORD) as environment, started(environment) as console:
        console.shows(HealthState.WORKS, "Last good call")
        keeper = keeper_of(environment)
        keeper.kill()
        keeper.wait()
        console.shows(HealthState.KEYRING_LOCKED, "password store")


def test_a_store_that_keeps_silent_holds_no_window_up(home: Path, secret_service_in: ServiceIn, started: Start) -> None:
    with secret_service_in(home, PASSWORD) as environment, started(environment) as console:
        console.shows(HealthState.WORKS, "Last good call")
        keeper = keeper_of(environment)
        keeper.send_signal(signal.SIGSTOP)
        ticks = console.shows(HealthState.KEYRING_LOCKED, "does not answer")
        keeper.send_signal(signal.SIGCONT)
        console.shows(HealthState.WORKS, "Last good call", after="wait")
    assert ticks > 10  # while the store kept silent; a hundred would fit


def test_without_a_store_the_person_is_told_how_to_go_on(home: Path, started: Start) -> None:
    nowhere = {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={home / 'none'}", "HOME": str(home)}
    with started(nowhere) as console:
        console.shows(HealthState.NO_KEYRING, "GNOME Keyring or KWallet")


def unlock(environment: dict[str, str]) -> None:
    """What happens when a person types the password into the desktop's own prompt, which is not here."""
    subprocess.run([sys.executable, "-c", UNLOCK, PASSWORD], check=True, env={**os.environ, **environment})


def keeper_of(environment: dict[str, str]) -> psutil.Process:
    """The service's process on this bus."""
    for process in psutil.process_iter(["name"]):
        if process.info["name"].startswith("gnome-keyring"):
            with suppress(psutil.Error):  # another one's, which has just ended
                bus = process.environ().get("DBUS_SESSION_BUS_ADDRESS")
                if bus == environment["DBUS_SESSION_BUS_ADDRESS"]:
                    return process
    raise AssertionError("the service is not running")
