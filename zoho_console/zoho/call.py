"""One HTTP exchange as a value: what to ask, how to read the answer, whether it may be asked again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Header names are lower case; `scope` is the permission that the call needs."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """One exchange with Zoho, before it is sent.

    `path` begins with a slash and is already quoted; `origin` is "" for the API server. `body` is sent as JSON, `form`
    as a form, `file` as a form's file by name; at most one is given, and none shows in `repr`, for they hold
    customers' values and secrets. `decode` makes the value or raises.
    `is_repeatable`: asking twice has the same effect as asking once, so that no answer may be asked for again.
    `credits` is what Zoho takes from the day's allowance (fact sheet 8.2); of `is_heavy` calls fewer may run at once
    (8.3). `guard` is called just before bytes leave, each time; what it raises keeps them here.
    """

    method: str
    path: str
    decode: Callable[[Answer], T]
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    file: tuple[str, bytes] | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    origin: str = ""
    is_repeatable: bool = True
    credits: int = 1
    is_heavy: bool = False
    scope: str = ""
    guard: Callable[[], None] | None = None

    @property
    def is_write(self) -> bool:
        """Whether it may change records, so that a lost answer leaves a doubt."""
        return self.body is not None and not self.is_repeatable
