"""A script of misfortunes: the next matching calls meet an error, a cut connection, a portal page or a slow answer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

Match = Callable[[str, str], bool]
Drop = Literal["", "before", "after", "late"]
Items = Literal["", "shuffled", "doubled", "dropped", "foreign"]
STRANGER = "777000000000000001"

PORTAL = "<!doctype html><html><head><title>Sign in to the network</title></head><body>Welcome, guest.</body></html>"
_BODIES = {
    401: ("INVALID_TOKEN", "invalid oauth token"),
    429: ("TOO_MANY_REQUESTS", "You have exceeded the limit of concurrent calls"),
    500: ("INTERNAL_ERROR", "Internal Server Error"),
    502: ("SERVICE_UNAVAILABLE", "Service Unavailable"),
    503: ("SERVICE_UNAVAILABLE", "Service Unavailable"),
}


@dataclass(slots=True)
class Fault:
    """One misfortune. `skip` matching calls pass first, then `times` calls meet it.

    `status` answers so, with `body` or Zoho's own words; with `executed` the call is carried out first.
    `drop` cuts the connection before or after the call is carried out, or `late_ms` before it is: the caller hears
    nothing, and the effect comes when it has gone on. `items` carries out and gives back the items of a batch out of
    order, with one twice, without one, or with one about the record `STRANGER`. `html` answers a portal page with
    status 200 (or `status`), `cut` carries out and sends half of the JSON. `delay_ms` waits before anything else.
    """

    match: Match
    times: int = 1
    skip: int = 0
    status: int | None = None
    body: Any = None
    executed: bool = False
    drop: Drop = ""
    late_ms: int = 100
    items: Items = ""
    delay_ms: int = 0
    html: bool = False
    cut: bool = False

    @property
    def answer(self) -> Any:
        """The JSON body that goes with the status."""
        if self.body is not None or self.status is None:
            return self.body
        code, message = _BODIES.get(self.status, ("INTERNAL_ERROR", "Internal Server Error"))
        return {"code": code, "details": {}, "message": message, "status": "error"}

    @property
    def prevents(self) -> bool:
        """Whether the call is never carried out."""
        if self.drop or self.cut:
            return self.drop == "before"
        return (self.html or self.status is not None) and not self.executed


class Faults:
    """The script; tests write it while the simulator runs, so every access takes the lock."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._script: list[Fault] = []

    def add(
        self,
        match: Match | None = None,
        *,
        method: str = "",
        path: str = "",
        **settings: Any,
    ) -> Fault:
        """Append a fault; `settings` are the attributes of `Fault`.

        Without `match`, calls with this method and with `path` in their path meet it; either may be "".
        """

        def named(called_method: str, called_path: str) -> bool:
            return method in ("", called_method) and path in called_path

        fault = Fault(match or named, **settings)
        with self._lock:
            self._script.append(fault)
        return fault

    def take(self, method: str, path: str) -> Fault | None:
        """The fault this call meets, counted down; None for an undisturbed call."""
        with self._lock:
            for fault in self._script:
                if not fault.match(method, path):
                    continue
                if fault.skip:
                    fault.skip -= 1
                    return None
                fault.times -= 1
                if fault.times <= 0:
                    self._script.remove(fault)
                return fault
        return None

    def clear(self) -> None:
        """Drop what is left of the script."""
        with self._lock:
            self._script.clear()

    @property
    def left(self) -> int:
        """How many faults have not run out."""
        with self._lock:
            return len(self._script)
