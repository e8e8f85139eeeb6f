"""Scripted trouble: refused, broken, slow, cut and lying answers, for so many matching requests."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any


@dataclass
class Fault:
    """What to do with the next `times` requests whose method and path match (empty matches all).

    `status` with `body` answers instead; `drop` cuts the connection "before" the request is carried out or "after";
    `cut_at` sends only so many bytes of the true answer; `delay_ms` waits first; `skip` lets so many pass before.
    """

    method: str = ""
    path: str = ""
    times: int = 1
    skip: int = 0
    status: int = 0
    body: Any = None
    headers: dict[str, str] | None = None
    drop: str = ""
    cut_at: int | None = None
    delay_ms: int = 0

    def matches(self, method: str, path: str) -> bool:
        """Whether this request is meant."""
        return self.method in ("", method) and self.path in path


class Faults:
    """The script; safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Add a fault to the end of the script."""
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        """Be good from now on."""
        with self._lock:
            self._faults.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """The fault for this request, used up by one."""
        with self._lock:
            for fault in self._faults:
                if fault.matches(method, path):
                    if fault.skip:
                        fault.skip -= 1
                        continue
                    fault.times -= 1
                    if fault.times <= 0:
                        self._faults.remove(fault)
                    return fault
        return None
