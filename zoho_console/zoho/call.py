"""One HTTP exchange with Zoho's API as a value, before anything is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, headers with lower-case names, body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """Method, path below the API host, query, JSON body, and how to read the answer.

    `repeatable` calls change nothing and may be sent again; others are sent at most once after a byte left. `credits`
    is the price by Zoho's table (API limits, v8).
    """

    method: str
    path: str
    decode: Callable[[Answer], T]
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    repeatable: bool = True
    credits: int = 1
