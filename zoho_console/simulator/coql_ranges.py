"""What a query says about the id, so that a million records are not gone through for 200 of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from zoho_console.simulator.coql_grammar import Condition, Junction, Predicate
from zoho_console.simulator.records import Record, Records

_DIGITS = 18
_MOST = 10**_DIGITS - 1


@dataclass(frozen=True, slots=True)
class Range:
    """The ids that may match, both ends included, and the conditions that are left to be tested."""

    low: int = 0
    high: int = _MOST
    rest: tuple[Condition, ...] = ()

    def records(self, records: Records, *, newest_first: bool) -> Iterator[Record]:
        """The records of the range."""
        if self.low > self.high:
            return iter(())
        low, high = (f"{number:0{_DIGITS}d}" for number in (self.low, self.high))
        return records.through(low, high, newest_first=newest_first)

    def page(self, records: Records, start: int, stop: int, *, newest_first: bool) -> list[Record] | None:
        """The records at these places, at once if nothing narrows them; else None."""
        narrowed = self.rest or (self.low, self.high) != (0, _MOST)
        return None if narrowed else records.page(start, stop, newest_first=newest_first)


def id_range(where: Condition | None) -> Range:
    """Read the bounds on `id` off the parts that must all hold."""
    low, high = 0, _MOST
    rest: list[Condition] = []
    for part in _conjuncts(where) if where is not None else ():
        bounds = _bounds(part)
        if bounds is None or _is_list(part):
            rest.append(part)
        if bounds is not None:
            low, high = max(low, bounds[0]), min(high, bounds[1])
    return Range(low, high, tuple(rest))


def _conjuncts(condition: Condition) -> Iterator[Condition]:
    if isinstance(condition, Junction) and condition.joint == "and":
        for part in condition.parts:
            yield from _conjuncts(part)
    else:
        yield condition


def _is_list(part: Condition) -> bool:
    """Whether its bounds are only where its values lie, so that each record is still to be tested."""
    return isinstance(part, Predicate) and part.operator == "in"


def _bounds(part: Condition) -> tuple[int, int] | None:
    if not isinstance(part, Predicate) or part.column != "id":
        return None
    numbers = [int(value) for value in part.values if value is not None] or [0]
    if part.operator == "in":
        return min(numbers), max(numbers)
    first, last = numbers[0], numbers[-1]
    return {
        "is not null": (0, _MOST),
        "=": (first, first),
        ">": (first + 1, _MOST),
        ">=": (first, _MOST),
        "<": (0, first - 1),
        "<=": (0, first),
        "between": (first, last),
    }.get(part.operator)
