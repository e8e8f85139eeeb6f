"""Client secrets: in the system's password store and nowhere else."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TimedOut
from contextlib import suppress
from queue import SimpleQueue
from typing import TypeVar

import keyring
from keyring.backend import KeyringBackend
from keyring.backends.chainer import ChainerBackend

from zoho_console.errors import NoPasswordStore, PasswordStoreLocked, SecretError
from zoho_console.logs import hide

T = TypeVar("T")

SERVICE = "zoho-console"
VARIABLE = "ZOHO_SDK_CLIENT_SECRET"
LIMIT_S = 10.0
# Who keeps a secret has just typed it, and may be asked for the store's own password first.
KEEP_LIMIT_S = 60.0
LONGEST_BYTES = 2560
# The stores that encrypt and belong to the person's session. All others are refused by not being here: none at all,
# and plain files.
TRUSTED = frozenset(
    {
        "keyring.backends.SecretService.Keyring",
        "keyring.backends.kwallet.DBusKeyring",
        "keyring.backends.kwallet.DBusKeyringKWallet4",
        "keyring.backends.macOS.Keyring",
        "keyring.backends.Windows.WinVaultKeyring",
    }
)
_UNLOCK = "Unlock it and try again; nothing is lost."


class Secrets:
    """Reads and writes the keyring. A store that keeps silent may wait for a person to unlock it: reading gives up
    after `limit_s` seconds, keeping a secret after `keep_limit_s`; what is answered later, `answers_late` tells.

    Where the keyring does not answer, a variable of the environment does, for this run: ZOHO_SDK_CLIENT_SECRET, or
    the one the caller names ("" for none).
    """

    def __init__(
        self,
        environment: Mapping[str, str] = os.environ,
        *,
        find: Callable[[], KeyringBackend] = keyring.get_keyring,
        limit_s: float = LIMIT_S,
        keep_limit_s: float = KEEP_LIMIT_S,
    ) -> None:
        self._environment = environment
        self._find = find
        self._limit_s, self._keep_limit_s = limit_s, keep_limit_s
        self._late: SimpleQueue[str] = SimpleQueue()

    def get(self, name: str, variable: str = VARIABLE) -> str | None:
        """The secret of this name, or None. Errors: SecretError (locked or silent, and nothing in the environment)."""
        given = self._environment.get(variable)
        try:
            found = self._ask(lambda store: store.get_password(SERVICE, name)) or given
        except SecretError as error:
            if not given and not isinstance(error, NoPasswordStore):
                raise
            found = given
        hide(found or "")
        return found

    def set(self, name: str, secret: str, variable: str = VARIABLE) -> None:
        """Keep a secret of at most 1,280 characters. Errors: SecretError, unless the environment holds this very one.

        The limit is that of the Windows credential store: 2,560 bytes of UTF-16 (CRED_MAX_CREDENTIAL_BLOB_SIZE).
        """
        if len(secret.encode("utf-16-le")) > LONGEST_BYTES:
            raise SecretError("That secret is too long for a password store.", advice="Check what was pasted.")
        hide(secret)
        try:
            self._ask(lambda store: store.set_password(SERVICE, name, secret), self._keep_limit_s)
        except SecretError:
            if self._environment.get(variable) != secret:
                raise

    def delete(self, name: str) -> None:
        """Forget a secret; one that is not there is fine. Errors: SecretError (locked or silent)."""

        def forget(store: KeyringBackend) -> None:
            if store.get_password(SERVICE, name) is not None:
                store.delete_password(SERVICE, name)

        with suppress(NoPasswordStore):
            self._ask(forget)

    def problem(self) -> SecretError | None:
        """Why secrets cannot be kept here; None if they can. A locked keyring is no problem yet."""
        try:
            self._ask(lambda _store: None)
        except SecretError as error:
            return error
        return None

    def answers_late(self) -> bool:
        """Whether a question that was given up on has found its answer since the last time this was asked."""
        found = not self._late.empty()
        while not self._late.empty():
            self._late.get()
        return found

    def _ask(self, question: Callable[[KeyringBackend], T], limit_s: float = 0.0) -> T:
        answer: Future[T] = Future()

        def work() -> None:
            try:
                answer.set_result(question(_trusted(self._find())))
            except Exception as error:  # each store has errors of its own, not only those of keyring
                answer.set_exception(error)

        # A daemon, and not a pool's thread: one that waits for an answer nobody gives must not keep the program alive.
        threading.Thread(target=work, name="keyring", daemon=True).start()
        try:
            return answer.result(limit_s or self._limit_s)
        except TimedOut as error:
            answer.add_done_callback(self._note_late)
            raise PasswordStoreLocked("Your system's password store does not answer.", advice=_UNLOCK) from error
        except NoPasswordStore:
            raise
        except Exception as error:
            raise PasswordStoreLocked(
                "Your system's password store is locked, or it refused.",
                advice=_UNLOCK,
                details={"store": f"{type(error).__name__}: {error}"},
            ) from error

    def _note_late(self, answer: Future[T]) -> None:
        if answer.exception() is None:  # after a no, asking again would only bring its question up again
            self._late.put("answered")


class MemorySecrets:
    """Keeps secrets in memory for one run: those of the demo, and of a person who wants none kept."""

    def __init__(self) -> None:
        self._kept: dict[str, str] = {}

    def get(self, name: str, variable: str = "") -> str | None:
        """The secret of this name, or None."""
        return self._kept.get(name)

    def set(self, name: str, secret: str, variable: str = "") -> None:
        """Keep a secret until the program ends."""
        self._kept[name] = secret

    def delete(self, name: str) -> None:
        """Forget a secret; one that is not there is fine."""
        self._kept.pop(name, None)

    def problem(self) -> SecretError | None:
        """Nothing is in the way."""
        return None

    def answers_late(self) -> bool:
        """Every answer comes at once."""
        return False


def _no_store() -> NoPasswordStore:
    return NoPasswordStore(
        "This computer has no password store the console may use, and it writes no secret to disk without one.",
        advice=f"Start one, such as GNOME Keyring or KWallet, or set {VARIABLE} in the environment for this run.",
    )


def _trusted(found: KeyringBackend) -> KeyringBackend:
    """The store that may be used: what was found, or the first link of a chain that is one, and that link alone."""
    for store in found.backends if isinstance(found, ChainerBackend) else (found,):
        if f"{type(store).__module__}.{type(store).__qualname__}" in TRUSTED:
            return store
    raise _no_store()
