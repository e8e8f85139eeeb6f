"""A window onto a long listing: records 2,001 to 2,200, say, though Zoho only knows “the next slice”.

Page numbers reach the first 2,000 records; beyond, each slice names the token of the next (fact sheet 2.1). A listing
remembers the tokens it met, so that reading on from where one stopped costs one call and not all calls again.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

from zoho_console.domain.records import Record, Slice
from zoho_console.errors import UnreadableAnswer

PAGED_RECORDS = 2000
TOKEN_LIFE_S = 12 * 3600.0  # half of what Zoho promises

# (page, page_token) → slice; exactly one of the two is given.
Fetch = Callable[[int, str], Awaitable[Slice]]


class Listing:
    """One listing in a fixed order, read in slices of `per_page` records."""

    def __init__(self, fetch: Fetch, per_page: int) -> None:
        self._fetch = fetch
        self._per_page = per_page
        self._tokens: dict[int, str] = {}  # by the number of records before
        self._began_at = time.monotonic()

    @property
    def is_usable(self) -> bool:
        """Whether the remembered tokens still live."""
        return time.monotonic() - self._began_at < TOKEN_LIFE_S

    async def window(self, start: int, limit: int) -> list[Record]:
        """The `limit` records after the first `start`, fewer at the end of the listing.

        Cost: one call for each slice in the window, and for each slice before it that was never met.
        """
        if start == 0:
            self._tokens.clear()  # whoever begins anew wants the listing as it is now
            self._began_at = time.monotonic()
        position = self._nearest(start)
        found: list[Record] = []
        while position < start + limit:
            part = await self._slice_at(position)
            found += part.records[max(start - position, 0) : start + limit - position]
            position += len(part.records)
            if part.page_token:
                self._tokens[position] = part.page_token
            if not part.more or not part.records:
                break
        return found

    def _nearest(self, start: int) -> int:
        """The last place at or before `start` that one call reaches."""
        paged = min(start, PAGED_RECORDS - self._per_page) // self._per_page * self._per_page
        return max([paged, *(place for place in self._tokens if place <= start)])

    async def _slice_at(self, position: int) -> Slice:
        if token := self._tokens.get(position):
            return await self._fetch(0, token)
        if position % self._per_page or position + self._per_page > PAGED_RECORDS:
            raise UnreadableAnswer("Zoho did not say how the listing goes on.", advice="Start the listing again.")
        return await self._fetch(position // self._per_page + 1, "")
