"""A draft in the journal that ends as a plan or is given up; never left behind half made."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from zoho_console.background import in_thread
from zoho_console.domain.changes import ChangeSetState, NewChangeSet
from zoho_console.errors import ZohoError
from zoho_console.store.journal import Journal


@asynccontextmanager
async def draft(journal: Journal, new: NewChangeSet) -> AsyncIterator[int]:
    """The id of a new change set in DRAFT; whatever goes wrong within makes it ABANDONED, with the reason as its note.

    Errors: ZohoDatabaseError, and everything that is raised within.
    """
    made: list[int] = []

    def begin() -> None:
        made.append(journal.begin(new))

    try:
        await in_thread(begin)
        yield made[0]
    except BaseException as error:
        for change_set_id in made:
            await in_thread(journal.set_state, change_set_id, ChangeSetState.ABANDONED, _reason(error))
        raise


def _reason(error: BaseException) -> str:
    if isinstance(error, asyncio.CancelledError):
        return "cancelled"
    return str(error) if isinstance(error, ZohoError) else "The console ran into an error of its own."
