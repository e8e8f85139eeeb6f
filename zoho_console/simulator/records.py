"""The records of a module by id. A large organisation is numbered copies of a sample, made when they are looked at."""

from __future__ import annotations

import threading
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, MutableMapping
from typing import Any

Record = dict[str, Any]
_FIRST_PART = 256
Maker = Callable[[str], Record]


class Records(MutableMapping[str, Record]):
    """Records in the order of their ids, which is the order of creation, as a dict would hold them.

    What `[id]` gives is kept from then on and may be changed. `through` and `page` give copies as they are made:
    reading a million of them keeps none. Ids have 18 digits, so their texts sort as their numbers do.
    """

    def __init__(self) -> None:
        self._ids: list[str] = []
        self._kept: dict[str, Record] = {}
        self._lock = threading.RLock()
        self._make: Maker = self._kept.__getitem__

    def add_copies(self, ids: list[str], make: Maker) -> None:
        """Append records that `make` makes from their ids, the same every time; a module takes them once."""
        self._ids += ids
        self._make = make

    def __getitem__(self, record_id: str) -> Record:
        record = self._kept.get(record_id)
        if record is None:
            if record_id not in self:
                raise KeyError(record_id)
            record = self._kept.setdefault(record_id, self._make(record_id))
        return record

    def __setitem__(self, record_id: str, record: Record) -> None:
        with self._lock:
            self._kept[record_id] = record
            if not self._ids or record_id > self._ids[-1]:
                self._ids.append(record_id)
            elif record_id not in self:
                self._ids.insert(bisect_left(self._ids, record_id), record_id)

    def __delitem__(self, record_id: str) -> None:
        with self._lock:
            if record_id not in self:
                raise KeyError(record_id)
            del self._ids[bisect_left(self._ids, record_id)]
            self._kept.pop(record_id, None)

    def __contains__(self, record_id: object) -> bool:
        if not isinstance(record_id, str):
            return False
        with self._lock:
            at = bisect_left(self._ids, record_id)
            return at < len(self._ids) and self._ids[at] == record_id

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids[:])

    def __len__(self) -> int:
        return len(self._ids)

    def look(self, record_id: str) -> Record | None:
        """The record, to read only; None if there is none."""
        record = self._kept.get(record_id)
        return record if record is not None else self._make(record_id) if record_id in self else None

    def through(self, low: str = "", high: str = "~", *, newest_first: bool = False) -> Iterator[Record]:
        """The records with ids from `low` to `high`, to read only; those that vanish meanwhile are passed over."""
        kept, look = self._kept.get, self.look
        for ids in self._parts(low, high, newest_first):
            for record_id in ids:
                record = kept(record_id) or look(record_id)
                if record is not None:
                    yield record

    def _parts(self, low: str, high: str, newest_first: bool) -> Iterator[list[str]]:
        """The ids of a range, some at a time, so that a few of a million cost no more than a few."""
        size = _FIRST_PART
        while ids := self._part(low, high, newest_first, size):
            yield ids
            size *= 2
            # Others may have written meanwhile, so the place is found anew by the last id, which is passed over.
            beyond = f"{int(ids[-1]) + (-1 if newest_first else 1):018d}"
            low, high = (low, beyond) if newest_first else (beyond, high)

    def _part(self, low: str, high: str, newest_first: bool, size: int) -> list[str]:
        with self._lock:
            start, stop = bisect_left(self._ids, low), bisect_right(self._ids, high)
            return (
                self._ids[max(stop - size, start) : stop][::-1]
                if newest_first
                else self._ids[start : min(start + size, stop)]
            )

    def page(self, start: int, stop: int, *, newest_first: bool = False) -> list[Record]:
        """The records at these places, to read only."""
        with self._lock:
            count = len(self._ids)
            ids = self._ids[max(count - stop, 0) : max(count - start, 0)] if newest_first else self._ids[start:stop]
        ids = ids[::-1] if newest_first else ids
        return [record for record in map(self.look, ids) if record is not None]
