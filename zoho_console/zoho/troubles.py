"""What stands in the way of a connection's calls just now, learnt from the calls themselves. Pure."""

from __future__ import annotations

from zoho_console.errors import NotReachable, ScopeMissing, UnreadableAnswer, ZohoAPIError, ZohoError

_NO_PERMISSION = "NO_PERMISSION"


class Troubles:
    """Remembers errors that are not of one call alone; a call that works again takes its trouble away."""

    def __init__(self) -> None:
        self._away: ZohoError | None = None
        self._refused: tuple[str, ZohoError] | None = None

    @property
    def present(self) -> ZohoError | None:
        """What the person should know: no way to Zoho first, then a missing permission; None if all is well."""
        return self._away or (self._refused[1] if self._refused else None)

    def met(self, path: str, error: ZohoError) -> None:
        """A call to this path failed."""
        if isinstance(error, NotReachable | UnreadableAnswer):
            self._away = error
            return
        self._away = None
        if isinstance(error, ScopeMissing) or (isinstance(error, ZohoAPIError) and error.code == _NO_PERMISSION):
            self._refused = (path, error)

    def passed(self, path: str) -> None:
        """A call to this path worked."""
        self._away = None
        if self._refused and self._refused[0] == path:
            self._refused = None
