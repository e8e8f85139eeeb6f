"""`ZohoSDKClient`, the guide's client: blocking, safe for any number of threads, a line for each method."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from zoho_console.background import BackgroundLoop
from zoho_console.domain.records import Record
from zoho_console.sdk.async_client import AsyncZohoClient
from zoho_console.sdk.config import ZohoSDKConfig
from zoho_console.sdk.opening import Ground
from zoho_console.store.token_store import TokenStore

T = TypeVar("T")


class ZohoSDKClient:
    """Accounts of one organisation for scripts and jobs; the methods are those of `AsyncZohoClient`, which see.

    All threads share one client, one pool of connections and one refresh of the token. `database_url` None: that of
    the configuration or of `DATABASE_URL`, else our own Postgres in the user's data folder. A process forked after the
    client was made begins with connections of its own. Errors: as `AsyncZohoClient`, and those of `Ground`.
    """

    def __init__(
        self,
        config: ZohoSDKConfig,
        database_url: str | None = None,
        max_retries: int = 3,
        retry_delay: float = 1.0,
    ) -> None:
        self._made_of = (config, database_url, max_retries, retry_delay)
        self._lock = threading.Lock()
        self._parts = _Parts(*self._made_of)
        self._end = weakref.finalize(self, self._parts.close)

    def __enter__(self) -> ZohoSDKClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give connections and database back; without it that happens when the program ends."""
        self._end()

    @property
    def token_store(self) -> TokenStore:
        """Where the tokens are."""
        return self._present().ground.token_store

    def get_accounts(
        self,
        limit: int = 200,
        page: int = 1,
        sort_by: str | None = None,
        sort_order: str | None = None,
        fields: Sequence[str] | None = None,
    ) -> list[Record]:
        """One page of accounts, pages counted from 1; an empty list after the last."""
        return self._call(lambda client: client.get_accounts(limit, page, sort_by, sort_order, fields))

    def get_account(self, account_id: str) -> Record:
        """One account with all its fields. Errors: NotFound."""
        return self._call(lambda client: client.get_account(account_id))

    def update_account(
        self,
        account_id: str,
        field_data: Mapping[str, Any],
        *,
        trigger: Sequence[str] | None = None,
        unless_changed_since: datetime | None = None,
    ) -> Record:
        """The account's new values with what Zoho confirmed."""
        return self._call(
            lambda client: client.update_account(
                account_id, field_data, trigger=trigger, unless_changed_since=unless_changed_since
            )
        )

    def bulk_read_accounts(self, criteria: str | None = None, fields: Sequence[str] | None = None) -> list[Record]:
        """All accounts that meet the criteria."""
        return self._call(lambda client: client.bulk_read_accounts(criteria, fields))

    def stream_accounts(self, criteria: str | None = None, fields: Sequence[str] | None = None) -> Iterator[Record]:
        """As `bulk_read_accounts`, one after the other, so that memory does not grow with their number."""
        parts = self._present()
        slices = parts.client.account_slices(criteria, fields)
        end: list[Record] = []

        async def following() -> list[Record]:
            return await anext(slices, end)

        async def stop() -> None:
            await slices.aclose()

        try:
            while (accounts := parts.loop.call(following())) is not end:
                yield from accounts
        finally:
            parts.loop.call(stop())

    def bulk_update_accounts(
        self, records: Sequence[Mapping[str, Any]], *, trigger: Sequence[str] | None = None, by_jobs: bool = False
    ) -> dict[str, Any]:
        """Any number of accounts updated: `{"total", "updated", "failed", "unknown", "message", "results"}`."""
        return self._call(lambda client: client.bulk_update_accounts(records, trigger=trigger, by_jobs=by_jobs))

    def export_accounts(self, path: Path, criteria: str | None = None, fields: Sequence[str] | None = None) -> int:
        """Write all matching accounts to a CSV file, the cheapest way, and give their number."""
        return self._call(lambda client: client.export_accounts(path, criteria, fields))

    def search_accounts(self, criteria: str, limit: int = 200, fields: Sequence[str] | None = None) -> list[Record]:
        """The first `limit` accounts that meet the criteria."""
        return self._call(lambda client: client.search_accounts(criteria, limit, fields))

    def _refresh_access_token(self) -> None:
        """Get and store a new access token now; named as in the guide's troubleshooting."""
        self._call(lambda client: client.refresh_access_token())

    def _call(self, method: Callable[[AsyncZohoClient], Coroutine[Any, Any, T]]) -> T:
        parts = self._present()
        return parts.loop.call(method(parts.client))

    def _present(self) -> _Parts:
        """Loop, client and database of this process: threads and sockets do not survive a fork."""
        if self._parts.process != os.getpid():
            with self._lock:
                if self._parts.process != os.getpid():
                    self._end.detach()
                    self._parts = _Parts(*self._made_of)
                    self._end = weakref.finalize(self, self._parts.close)
        return self._parts


class _Parts:
    """What belongs to one process."""

    def __init__(self, config: ZohoSDKConfig, database_url: str | None, max_retries: int, retry_delay: float) -> None:
        self.process = os.getpid()
        self.ground = Ground(config, database_url)
        self.loop = BackgroundLoop("zoho-sdk")
        self.client = AsyncZohoClient(config, database_url, max_retries, retry_delay, ground=self.ground)

    def close(self) -> None:
        if self.process == os.getpid():
            self.loop.call(self.client.aclose())
            self.loop.close()
            self.ground.close()
