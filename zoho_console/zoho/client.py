"""The client of one organisation with the account calls of the integration guide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from zoho_console.background import by_workers
from zoho_console.domain.changes import BATCH_SIZE
from zoho_console.domain.connections import Origins
from zoho_console.domain.grants import GrantVault
from zoho_console.domain.records import Record, Reply, Slice
from zoho_console.errors import NotReachable, UnreadableAnswer, ZohoAuthError, ZohoConfigError, ZohoError
from zoho_console.zoho import decode, records, search
from zoho_console.zoho.bulk import FIRST_POLL_S, BulkJobs
from zoho_console.zoho.bulk_jobs import MOST_WRITTEN
from zoho_console.zoho.core import ZohoCore
from zoho_console.zoho.lanes import MOST_HEAVY
from zoho_console.zoho.listing import Listing
from zoho_console.zoho.oauth import OAuthApp

ACCOUNTS = "Accounts"
# A listing leaves these out even if they are named (fact sheet 2.1).
_NEVER_LISTED = frozenset({"subform", "multiselectlookup", "multiuserlookup"})
_UNNAMED = Reply(False, "", "IN_DOUBT", "Zoho's answer does not say what became of this record.")


class AsyncZohoClient(ZohoCore):
    """Everything the console asks of one organisation; see `ZohoCore` for what all methods share."""

    def __init__(
        self, origins: Origins, app: OAuthApp, vault: GrantVault, *, max_retries: int = 3, retry_delay: float = 1.0
    ) -> None:
        super().__init__(origins, app, vault, max_retries=max_retries, retry_delay=retry_delay)
        self.jobs = BulkJobs(self._send, self.organisation, origins.upload, FIRST_POLL_S * retry_delay)
        self._all_fields: tuple[str, ...] = ()
        self._listing: Listing | None = None
        self._listing_key: tuple[Any, ...] = ()

    async def get_accounts(
        self,
        limit: int = records.SLICE_SIZE,
        page: int = 1,
        sort_by: str | None = None,
        sort_order: str | None = None,
        fields: Sequence[str] | None = None,
    ) -> list[Record]:
        """The accounts of one page of `limit` records, counted from 1; an empty list after the last.

        Sorted by id upwards unless told otherwise; `sort_by`: id, Created_Time or Modified_Time. `fields` None: all
        visible fields that a listing holds. Cost: 1 call for 200 accounts and 50 fields; a first jump beyond 2,000
        accounts costs the way there.
        """
        if limit < 1 or page < 1:
            raise ZohoConfigError("A limit and a page are counted from 1.", advice="Give whole numbers above 0.")
        listing = self._listing_of(
            fields=tuple(fields) if fields is not None else await self._visible_fields(anew=page == 1),
            sort_by=sort_by or "id",
            sort_order=sort_order or "asc",
            per_page=min(limit, records.SLICE_SIZE),
        )
        return await listing.window((page - 1) * limit, limit)

    async def get_account(self, account_id: str) -> Record:
        """One account with all its fields. Errors: NotFound. Cost: 1 call."""
        return await self._send(records.one_record(ACCOUNTS, account_id))

    async def search_accounts(self, criteria: str, limit: int = records.SLICE_SIZE) -> list[Record]:
        """The first accounts that meet criteria such as `(Industry:equals:Technology)`, at most 2,000.

        Zoho's search index is some time behind its records. Errors: ZohoAPIError INVALID_QUERY; ZohoConfigError for
        a limit that a search does not reach. Cost: 1 call and 3 credits for 200 accounts.
        """
        if not 0 < limit <= search.MOST_FOUND:
            raise ZohoConfigError(
                f"A search finds {search.MOST_FOUND:,} records and no more.", advice="Use a query for longer lists."
            )
        found: list[Record] = []
        per_page = min(limit, records.SLICE_SIZE)
        for page in range(1, -(-limit // per_page) + 1):
            part = await self._send(search.search(ACCOUNTS, criteria, page=page, per_page=per_page))
            found += part.records
            if not part.more:
                break
        return found[:limit]

    async def update_account(
        self,
        account_id: str,
        field_data: Record,
        *,
        trigger: Sequence[str] | None = None,
        unless_changed_since: datetime | None = None,
    ) -> Record:
        """The account's new values with what Zoho confirmed: id, Modified_Time, Modified_By and others.

        Errors: NotFound; ZohoAPIError with Zoho's reason; see `update_records` for doubts. Cost: 1 call.
        """
        sent = {**field_data, "id": account_id}
        replies = await self.update_records(
            ACCOUNTS, [sent], trigger=trigger, unless_changed_since=unless_changed_since
        )
        if not replies[0].ok:
            raise decode.refused_reply(replies[0])
        return {**sent, **replies[0].details}

    async def bulk_update_accounts(
        self, changed: Sequence[Record], *, trigger: Sequence[str] | None = None
    ) -> dict[str, Any]:
        """Any number of accounts updated, 100 in a call, several calls at once:
        `{"total", "updated", "failed", "unknown", "message", "results"}`.

        `results` has a mapping for each record, in order: `id`, `code`, `status` (success, error or unknown),
        `message`, `details`. Unknown: the answer was lost or does not name the record, so Zoho may have changed it;
        nothing is sent twice. An error that ends the run carries the same summary of what was done as
        `details["done"]`. Cost: 1 call for 100 records, 1 credit for 10.
        """
        for record in changed:
            records.checked_id(record.get("id"))
        blocks = [changed[start : start + BATCH_SIZE] for start in range(0, len(changed), BATCH_SIZE)]
        results: list[dict[str, Any]] = []
        failure: ZohoError | None = None
        async for outcome in by_workers(partial(self._updated, trigger=trigger), blocks, MOST_HEAVY):
            if isinstance(outcome, ZohoError):
                failure = failure or outcome
                if isinstance(outcome, ZohoAuthError):
                    break  # no other call can do better
            else:
                results += outcome
        if failure is not None:
            failure.details["done"] = _summary(results)
            raise failure
        return _summary(results)

    async def update_by_jobs(self, changed: Sequence[Record]) -> dict[str, Any]:
        """As `bulk_update_accounts`, by bulk write jobs of up to 25,000 records, which run no automation.

        The records set the same fields. Errors: as `BulkJobs.start_update`.
        Cost: 500 credits for 25,000 records.
        """
        fields = {field.api_name: field for field in await self.fields(ACCOUNTS)}
        results: list[dict[str, Any]] = []
        for start in range(0, len(changed), MOST_WRITTEN):
            block = changed[start : start + MOST_WRITTEN]
            try:
                told = await self.jobs.update(ACCOUNTS, block, fields)
            except (NotReachable, UnreadableAnswer) as error:
                if not error.sent:
                    error.details["done"] = _summary(results)
                    raise
                told = {}
            results += [_result(record["id"], _job_reply(record["id"], told)) for record in block]
        return _summary(results)

    async def _updated(
        self, block: Sequence[Record], trigger: Sequence[str] | None
    ) -> list[dict[str, Any]] | ZohoError:
        """The results of one call, or why it was not carried out."""
        try:
            replies = await self.update_records(ACCOUNTS, block, trigger=trigger)
        except (NotReachable, UnreadableAnswer) as error:
            if not error.sent:
                return error
            return [_result(record["id"], replace(_UNNAMED, message=str(error))) for record in block]
        except ZohoError as error:
            return error
        return _results(block, replies)

    async def _visible_fields(self, *, anew: bool) -> tuple[str, ...]:
        if anew or not self._all_fields:
            known = await self.fields(ACCOUNTS)
            self._all_fields = tuple(
                field.api_name for field in known if field.is_visible and field.type not in _NEVER_LISTED
            )
        return self._all_fields

    def _listing_of(self, *, fields: tuple[str, ...], sort_by: str, sort_order: str, per_page: int) -> Listing:
        """The listing last read if it is the same one, for it knows where later slices begin."""
        key = (fields, sort_by, sort_order, per_page)
        if self._listing is None or key != self._listing_key or not self._listing.is_usable:

            async def fetch(page: int, page_token: str) -> Slice:
                return await self._joined_slice(
                    ACCOUNTS,
                    fields,
                    page=page,
                    page_token=page_token,
                    sort_by=sort_by,
                    sort_order=sort_order,
                    per_page=per_page,
                )

            self._listing, self._listing_key = Listing(fetch, per_page), key
        return self._listing


def _results(block: Sequence[Record], replies: Sequence[Reply]) -> list[dict[str, Any]]:
    """One plain mapping for each record: successes found by id, refusals by place if every place is proved."""
    by_id = {reply.id: reply for reply in replies if reply.ok}
    is_paired = len(replies) == len(block) and all(
        not reply.ok or reply.id == record["id"] for record, reply in zip(block, replies, strict=True)
    )
    return [
        _result(record["id"], by_id.get(record["id"]) or (replies[place] if is_paired else _UNNAMED))
        for place, record in enumerate(block)
    ]


def _job_reply(record_id: str, told: Mapping[str, tuple[str, str]]) -> Reply:
    status, errors = told.get(record_id, ("", ""))
    if not status:
        return _UNNAMED
    if status == "UPDATED":
        return Reply(True, record_id, "SUCCESS", "record updated")
    return Reply(False, record_id, errors.partition("-")[0] or status, f"Zoho skipped this record: {errors or status}.")


def _result(record_id: str, reply: Reply) -> dict[str, Any]:
    status = "success" if reply.ok else "unknown" if reply.code == _UNNAMED.code else "error"
    return {
        "id": record_id,
        "code": reply.code,
        "status": status,
        "message": reply.message,
        "details": reply.details,
    }


def _summary(results: list[dict[str, Any]]) -> dict[str, Any]:
    counts = Counter(result["status"] for result in results)
    total, updated, unknown = len(results), counts["success"], counts["unknown"]
    message = f"{updated:,} of {total:,} accounts were updated."
    if unknown:
        message += f" Of {unknown:,} it is unknown: read them again before you send them again."
    return {
        "total": total,
        "updated": updated,
        "failed": counts["error"],
        "unknown": unknown,
        "message": message,
        "results": results,
    }
