"""Secrets in a real keyring, and how its absence, its lock and its silence are said."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from keyring.backend import KeyringBackend
from keyring.backends import SecretService, fail, null
from keyring.backends.chainer import ChainerBackend

from zoho_console.errors import SecretError
from zoho_console.store.secrets import SERVICE, VARIABLE, MemorySecrets, Secrets


class PlainFile(KeyringBackend):
    """Stands for any store that is not one of the system's."""

    priority = 9  # type: ignore[assignment]

    def get_password(self, service: str, username: str) -> str | None:
        raise AssertionError

    def set_password(self, service: str, username: str, password: str) -> None:
        raise AssertionError


class Silent(KeyringBackend):
    """Stands for a system's store that waits for a person who is not there."""

    priority = 1  # type: ignore[assignment]

    def get_password(self, service: str, username: str) -> str | None:
        threading.Event().wait()
        raise AssertionError

    def set_password(self, service: str, username: str, password: str) -> None:
        raise AssertionError


Silent.__module__, Silent.__qualname__ = SecretService.Keyring.__module__, SecretService.Keyring.__qualname__


def ask(environment: dict[str, str], code: str) -> str:
    """What a fresh program with this environment prints."""
    kept = {name: value for name, value in os.environ.items() if name not in ("DBUS_SESSION_BUS_ADDRESS", "DISPLAY")}
    program = f"from zoho_console.store.secrets import Secrets\nsecrets = Secrets()\n{code}"
    ended = subprocess.run(
        [sys.executable, "-c", program], env={**kept, **environment}, capture_output=True, text=True, check=True
    )
    return ended.stdout.strip()


@pytest.mark.usefixtures("secret_service")
def test_a_secret_is_kept_changed_and_forgotten() -> None:
    secrets = Secrets({})
    assert secrets.problem() is None
    assert secrets.get("connection-1") is None

    secrets.set("connection-1", "geheim “Ω”")
    secrets.set("connection-2", "other")
    assert secrets.get("connection-1") == "geheim “Ω”"
    secrets.set("connection-1", "new")
    assert secrets.get("connection-1") == "new"
    secrets.delete("connection-1")
    secrets.delete("connection-1")
    assert secrets.get("connection-1") is None
    assert secrets.get("connection-2") == "other"


def test_another_program_of_the_session_finds_it(secret_service: dict[str, str]) -> None:
    Secrets({}).set("shared", "between programs")

    assert ask(secret_service, "print(secrets.problem(), secrets.get('shared'))") == "None between programs"


@pytest.mark.usefixtures("secret_service")
def test_the_environment_answers_where_the_keyring_holds_nothing() -> None:
    assert Secrets({VARIABLE: "given"}).get("nobody-kept-this") == "given"


def test_without_a_store_nothing_is_kept_and_the_person_is_told_how_to_go_on(tmp_path: Path) -> None:
    nowhere = {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={tmp_path / 'none'}", "HOME": str(tmp_path)}

    assert "no password store" in ask(nowhere, "print(secrets.problem())")
    assert ask(nowhere, "print(secrets.get('x')); secrets.delete('x')") == "None"
    assert ask({**nowhere, VARIABLE: "given"}, "secrets.set('x', 'given'); print(secrets.get('x'))") == "given"
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize("store", [fail.Keyring, null.Keyring, PlainFile])
def test_a_store_that_is_not_the_systems_is_refused(store: type[KeyringBackend]) -> None:
    secrets = Secrets({VARIABLE: "this one"}, find=store)

    with pytest.raises(SecretError, match="no secret to disk") as caught:
        secrets.set("connection-1", "another one")
    assert VARIABLE in caught.value.advice
    secrets.set("connection-1", "this one")
    assert secrets.get("connection-1") == "this one"


@pytest.mark.usefixtures("secret_service")
def test_of_a_chain_only_the_systems_store_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ChainerBackend, "backends", [PlainFile(), SecretService.Keyring()])
    secrets = Secrets({}, find=ChainerBackend)

    secrets.set("in-a-chain", "kept")
    assert SecretService.Keyring().get_password(SERVICE, "in-a-chain") == "kept"
    monkeypatch.setattr(ChainerBackend, "backends", [PlainFile()])
    assert "no password store" in str(secrets.problem())


def test_a_locked_store_is_said_so_and_the_environment_goes_on(
    tmp_path: Path, secret_service_in: Callable[[Path, str | None], AbstractContextManager[dict[str, str]]]
) -> None:
    with secret_service_in(tmp_path, "first") as unlocked:
        ask(unlocked, "secrets.set('kept', 'before')")
    code = (
        "try:\n    print(secrets.get('kept'))\n"
        "except Exception as error:\n    print(type(error).__name__, error, error.advice)"
    )

    with secret_service_in(tmp_path, None) as locked:
        said = ask(locked, code)
        assert said.startswith("PasswordStoreLocked Your system's password store is locked")
        assert "Unlock it" in said
        assert ask({**locked, VARIABLE: "given"}, code) == "given"


def test_a_store_that_does_not_answer_does_not_hold_us_up() -> None:
    silent = Secrets({}, find=Silent, limit_s=0.1)

    with pytest.raises(SecretError, match="does not answer"):
        silent.get("connection-1")
    with pytest.raises(SecretError, match="does not answer"):
        silent.delete("connection-1")
    assert Secrets({VARIABLE: "given"}, find=Silent, limit_s=0.1).get("connection-1") == "given"


def test_an_answer_that_comes_late_is_told_once_and_a_late_no_never() -> None:
    may_answer, answered = threading.Event(), threading.Semaphore(0)

    class Slow(Silent):
        def get_password(self, service: str, username: str) -> str | None:
            may_answer.wait()
            answered.release()
            if username == "refused":
                raise PermissionError
            return "kept"

    Slow.__module__, Slow.__qualname__ = SecretService.Keyring.__module__, SecretService.Keyring.__qualname__
    secrets = Secrets({}, find=Slow, limit_s=0.1)
    with pytest.raises(SecretError, match="does not answer"):
        secrets.get("refused")
    may_answer.set()
    assert answered.acquire(timeout=60)
    assert not secrets.answers_late()

    may_answer.clear()
    with pytest.raises(SecretError, match="does not answer"):
        secrets.get("connection-1")
    assert not secrets.answers_late()
    may_answer.set()
    assert any(secrets.answers_late() or threading.Event().wait(0.01) for _ in range(6000))
    assert not secrets.answers_late()
    assert secrets.get("connection-1") == "kept"


def test_a_program_ends_though_a_store_never_answers() -> None:
    code = (
        "import threading; from keyring.backends.null import Keyring\n"
        "def never(): threading.Event().wait()\n"
        "print(Secrets({}, find=never, limit_s=0.1).problem())"
    )

    assert ask({}, code) == "Your system's password store does not answer."


def test_memory_forgets_with_the_program() -> None:
    secrets = MemorySecrets()
    secrets.set("a", "b")

    assert (secrets.get("a"), secrets.get("c"), secrets.problem()) == ("b", None, None)
    secrets.delete("a")
    secrets.delete("a")
    assert secrets.get("a") is None
