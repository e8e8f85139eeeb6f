"""Client secrets: in the system's password store and nowhere else."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TimedOut
from typing import TypeVar

import keyring
from keyring.backend import KeyringBackend
from keyring.backends import SecretService, Windows, kwallet, macOS
from keyring.errors import KeyringError, PasswordDeleteError

from zoho_console.errors import SecretError

T = TypeVar("T")

SERVICE = "zoho-console"
VARIABLE = "ZOHO_SDK_CLIENT_SECRET"
LIMIT_S = 20.0
_TRUSTED = (SecretService.Keyring, Windows.WinVaultKeyring, kwallet.DBusKeyring, macOS.Keyring)
_ADVICE = (
    "Install and start one (GNOME Keyring, KWallet), or set ZOHO_SDK_CLIENT_SECRET in the environment for this run."
)


class Secrets:
    """Reads and writes the keyring, one call at a time in a thread of its own, each with a time limit.

    Without a usable keyring the guide's environment variable answers for this run, and nothing is written anywhere.
    """

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._environment = environment
        # One worker: a keyring that waits for a person must not block a second question behind a second thread.
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="keyring")

    def get(self, name: str) -> str | None:
        """The secret of this name, or None. Errors: SecretError (locked, no answer)."""
        backend = self._backend()
        if backend is None:
            return self._environment.get(VARIABLE)
        return self._ask(lambda: backend.get_password(SERVICE, name)) or self._environment.get(VARIABLE)

    def set(self, name: str, secret: str) -> None:
        """Keep a secret. Errors: SecretError where there is no keyring and the environment does not hold this one."""
        backend = self._backend()
        if backend is not None:
            self._ask(lambda: backend.set_password(SERVICE, name, secret))
        elif self._environment.get(VARIABLE) != secret:
            raise SecretError(self.problem(), advice=_ADVICE)

    def delete(self, name: str) -> None:
        """Forget a secret; one that is not there is fine."""
        backend = self._backend()
        if backend is not None:
            try:
                self._ask(lambda: backend.delete_password(SERVICE, name))
            except SecretError as error:
                if not isinstance(error.__cause__, PasswordDeleteError):
                    raise

    def problem(self) -> str:
        """Why secrets cannot be kept here, in one sentence; "" if they can."""
        if self._backend() is not None:
            return ""
        return "This computer has no password store the console may use, and it writes no secret to disk without one."

    def _backend(self) -> KeyringBackend | None:
        backend = self._ask(keyring.get_keyring)
        # A chain may hold a plain-text file among its parts, so only the known stores themselves are trusted.
        return backend if isinstance(backend, _TRUSTED) else None

    def _ask(self, question: Callable[[], T]) -> T:
        answer: Future[T] = self._worker.submit(question)
        try:
            return answer.result(LIMIT_S)
        except TimedOut as error:
            self._worker.shutdown(wait=False)
            self._worker = ThreadPoolExecutor(1, thread_name_prefix="keyring")
            raise SecretError(
                "Your system's password store did not answer.", advice="Unlock it and try again; nothing is lost."
            ) from error
        except (KeyringError, RuntimeError, OSError) as error:
            raise SecretError(
                "Your system's password store is locked or refused.", advice="Unlock it and try again; nothing is lost."
            ) from error


class MemorySecrets:
    """Keeps secrets for one run in memory: the demo's, which are no secret."""

    def __init__(self) -> None:
        self._kept: dict[str, str] = {}

    def get(self, name: str) -> str | None:
        """The secret of this name, or None."""
        return self._kept.get(name)

    def set(self, name: str, secret: str) -> None:
        """Keep a secret until the program ends."""
        self._kept[name] = secret

    def delete(self, name: str) -> None:
        """Forget a secret."""
        self._kept.pop(name, None)

    def problem(self) -> str:
        """Nothing is in the way."""
        return ""
