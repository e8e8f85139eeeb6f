"""How far tokens had come when this desktop last saw them, kept over restarts: an old copy of the database shows."""

from __future__ import annotations

import json
import logging
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from threading import Lock

from zoho_console.store.file_locks import FileLock

logger = logging.getLogger(__name__)

_LOCK_LIMIT_S = 2.0


class Marks:
    """A number by name, which only rises; in a file of this desktop, or without one until the program ends.

    The file is written when a number rises, about once an hour for each connection. One that cannot be read or written
    is logged and costs the memory over restarts, nothing else. Safe for threads and processes.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._lock = Lock()
        self._known: dict[str, int] | None = None

    def now(self) -> Mapping[str, int]:
        """Every number at this moment. Take it before the database is asked: what it says then is no older."""
        with self._lock:
            return dict(self._loaded())

    def rise(self, name: str, number: int) -> None:
        """Remember a number, unless a higher one is known."""
        with self._lock:
            known = self._loaded()
            if number > known.get(name, 0):
                known[name] = number
                self._keep(known)

    def _loaded(self) -> dict[str, int]:
        if self._known is None:
            self._known = self._read()
        return self._known

    def _read(self) -> dict[str, int]:
        if self._path is None or not self._path.exists():
            return {}
        try:
            found = json.loads(self._path.read_text("utf-8"))
            return {str(name): int(number) for name, number in found.items()}
        except (OSError, ValueError, TypeError, AttributeError) as error:
            logger.warning("%s cannot be read (%s); it begins anew", self._path.name, type(error).__name__)
            return {}

    def _keep(self, known: dict[str, int]) -> None:
        """Write what is known, together with what other consoles of this desktop wrote meanwhile."""
        if self._path is None:
            return
        turn = FileLock(self._path.with_suffix(".lock"))
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            if not turn.acquire(_LOCK_LIMIT_S):
                raise TimeoutError
            for name, number in self._read().items():
                known[name] = max(number, known.get(name, 0))
            _replace(self._path, json.dumps(known, indent=1))
        except OSError as error:
            logger.warning("%s cannot be written (%s)", self._path.name, type(error).__name__)
        finally:
            turn.release()


def _replace(path: Path, text: str) -> None:
    """Write a file whole or not at all; only its owner can read it."""
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
