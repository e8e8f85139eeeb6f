"""A lock that lives in a file: the system frees it when its holder ends, however it ends."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

if sys.platform == "win32":  # pragma: no cover - the other branch is tested
    import msvcrt

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(handle: int) -> None:
        # flock and not lockf: its locks belong to the open file, so two holders in one process exclude each other too.
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


_POLL_S = 0.05


class FileLock:
    """One holder at a time, over threads and processes. The file stays when the lock is given back."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle: int | None = None

    def acquire(self, limit_s: float = 0.0) -> bool:
        """Whether the lock was got within `limit_s` seconds; tries at least once. Errors: OSError (no such folder)."""
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
        deadline = time.monotonic() + limit_s
        while True:
            try:
                _lock(handle)
            except OSError:
                if time.monotonic() >= deadline:
                    os.close(handle)
                    return False
                time.sleep(_POLL_S)  # noqa: TID251 - blocking is the contract
            else:
                self._handle = handle
                return True

    def release(self) -> None:
        """Give the lock back; closing the file does it."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
