"""The states of a change set and of its rows: which ways there are, and the statements that go them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, Connection, Integer, bindparam, func, select, text, update

from zoho_console.domain.changes import ChangeSetState, Outcome, RowState
from zoho_console.errors import ZohoConfigError, ZohoDatabaseError
from zoho_console.store.tables import Words, change_rows, change_sets

# Every way a change set may go; anything else is a mistake. APPLYING again is how a run goes on after a crash, FINISHED
# straight from PLANNED is one without a row to send.
_NEXT: dict[ChangeSetState, tuple[ChangeSetState, ...]] = {
    ChangeSetState.DRAFT: (ChangeSetState.PLANNED, ChangeSetState.ABANDONED),
    ChangeSetState.PLANNED: (ChangeSetState.APPLYING, ChangeSetState.FINISHED, ChangeSetState.ABANDONED),
    ChangeSetState.APPLYING: (ChangeSetState.APPLYING, ChangeSetState.PAUSED, ChangeSetState.FINISHED),
    ChangeSetState.PAUSED: (ChangeSetState.APPLYING, ChangeSetState.FINISHED),
    ChangeSetState.FINISHED: (),
    ChangeSetState.ABANDONED: (),
}

_SETTLE = text(
    """
    update change_rows set state = said.state, code = said.code, reason = said.reason, advice = said.advice
    from unnest(
        cast(:numbers as integer[]), cast(:states as text[]), cast(:codes as text[]),
        cast(:reasons as text[]), cast(:advices as text[])
    ) as said (number, state, code, reason, advice)
    where change_rows.change_set_id = :id and change_rows.number = said.number and change_rows.state = :former
    """
).bindparams(*(bindparam(name, type_=ARRAY(Words)) for name in ("reasons", "advices")))
_LAND = text("delete from flights where change_set_id = :id and number = any(:numbers)").bindparams(
    bindparam("numbers", type_=ARRAY(Integer))
)


def state_now(connection: Connection, change_set_id: int) -> ChangeSetState:
    """The state, which nobody else can change before this transaction ends. Errors: ZohoConfigError."""
    query = select(change_sets.c.state).where(change_sets.c.id == change_set_id).with_for_update()
    state = connection.execute(query).scalar_one_or_none()
    if state is None:
        raise unknown(change_set_id)
    return ChangeSetState(state)


def move(connection: Connection, change_set_id: int, state: ChangeSetState, note: str, **values: Any) -> None:
    """Move a change set on, and set other columns with it.

    Errors: ZohoConfigError for a way there is not, and for FINISHED while a row has no outcome.
    """
    current = state_now(connection, change_set_id)
    if state not in _NEXT[current]:
        raise ZohoConfigError(f"Job {change_set_id} is {current}; it cannot become {state}.")
    if state is ChangeSetState.FINISHED and (left := _open_rows(connection, change_set_id)):
        raise ZohoConfigError(f"Job {change_set_id} has {left:,} rows without an outcome; it cannot become {state}.")
    values |= {"state": str(state), "note": note}
    if state is ChangeSetState.APPLYING:
        values["started_at"] = func.coalesce(change_sets.c.started_at, func.now())
    if not _NEXT[state]:
        values["finished_at"] = func.now()
    connection.execute(update(change_sets).where(change_sets.c.id == change_set_id).values(**values))


def settle(connection: Connection, change_set_id: int, former: RowState, outcomes: Sequence[Outcome]) -> None:
    """Rows leave the state `former`, all of them or none; their records are not on their way any longer.

    Errors: ValueError for a way there is not; ZohoDatabaseError if one of the rows is not in that state.
    """
    for one in outcomes:
        if not former.may_become(one.state):
            raise ValueError(f"row {one.number} cannot go from {former} to {one.state}")
    if not outcomes:
        return
    columns = {
        "numbers": [one.number for one in outcomes],
        "states": [str(one.state) for one in outcomes],
        "codes": [one.code for one in outcomes],
        "reasons": [one.reason for one in outcomes],
        "advices": [one.advice for one in outcomes],
    }
    found = connection.execute(_SETTLE, {"id": change_set_id, "former": str(former), **columns}).rowcount
    if found != len(outcomes):
        raise ZohoDatabaseError(
            f"Rows of job {change_set_id} are not {former} any more, so nothing was written down.",
            details={"wanted": len(outcomes), "found": found},
        )
    connection.execute(_LAND, {"id": change_set_id, "numbers": columns["numbers"]})


def unknown(change_set_id: int) -> ZohoConfigError:
    """There is no such change set."""
    return ZohoConfigError(f"There is no job {change_set_id}.")


def _open_rows(connection: Connection, change_set_id: int) -> int:
    still_open = [str(state) for state in RowState if not state.is_final]
    query = select(func.count()).where(
        change_rows.c.change_set_id == change_set_id, change_rows.c.state.in_(still_open)
    )
    return int(connection.execute(query).scalar_one())
