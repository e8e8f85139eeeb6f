"""Decisions about values that file and Zoho both changed, made by the database for thousands of rows at once.

The same rules as `bulk.planning.decided`, which plans rows one by one while they are compared; a test holds the two
against each other. The sentences of such rows are made when they are read (`domain.drifts.explained`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from sqlalchemy import Connection, func, select, text

from zoho_console.domain.drifts import Policy
from zoho_console.store.database import FOR_MANY_ROWS
from zoho_console.store.tables import change_rows

BLOCK = 5000  # numbers of rows; about a third of a second
LAST_NUMBER = 2**31 - 1

_WITH_POLICY = """
    json_build_object('who', cell.value -> 'who', 'mine', cell.value -> 'mine', 'theirs', cell.value -> 'theirs',
        'was', cell.value -> 'was', 'usual', cell.value -> 'usual', 'policy', {policy})
"""
_OF_COLUMN = f"""
    with said as materialized (
        select number, before, after, (
            select json_object_agg(cell.key, case when cell.key = :field
                then {_WITH_POLICY.format(policy="cast(:policy as text)")} else cell.value end)
            from json_each(drift) as cell
        ) as drift
        from change_rows where change_set_id = :id and number > :after and number <= :last and state <> 'invalid'
            and (:all or number = any(:numbers)) and drift -> :field ->> 'who' = 'both'
    )
"""
# A decision is what differs from the policy of its column. It holds for the same record, field and three values, unless
# the column was given another policy since. A retry takes the policies of columns along, for nobody was asked for new.
_OF_FORMER = f"""
    with decided as (
        select record_id, cell.key as field, cell.value
        from change_rows, json_each(drift) as cell
        where change_set_id = :former and state <> 'invalid' and cell.value ->> 'who' = 'both'
            and (:all or cell.value ->> 'policy' <> coalesce(cell.value ->> 'usual', 'ask'))
    ), said as materialized (
        select number, json_object_agg(cell.key, case when decided.value is not null
            and cell.value ->> 'who' = 'both'
            and (cell.value -> 'mine')::text = (decided.value -> 'mine')::text
            and (cell.value -> 'theirs')::text = (decided.value -> 'theirs')::text
            and coalesce(cell.value ->> 'was', '') = coalesce(decided.value ->> 'was', '')
            and cell.value ->> 'policy' in ('ask', coalesce(decided.value ->> 'usual', 'ask'))
            then {_WITH_POLICY.format(policy="decided.value -> 'policy'")} else cell.value end) as drift,
            min(before::text)::json as before, min(after::text)::json as after
        from change_rows cross join json_each(drift) as cell
            left join decided on decided.record_id = change_rows.record_id and decided.field = cell.key
        where change_set_id = :id and state <> 'invalid'
        group by number having count(decided.value) > 0
    )
"""
# What others changed alone, and what is left to them, is not sent; the rest of the row is as it was planned.
_IS_LEFT = (
    "(cell.value ->> 'who' = 'only theirs' or cell.value ->> 'who' = 'both' and cell.value ->> 'policy' = 'theirs')"
)
_IS_ASKED = "(cell.value ->> 'who' = 'both' and cell.value ->> 'policy' = 'ask')"
_VALUES = """
    select json_object_agg(key, value) from (
        select key, value from json_each(said.{image}) where said.drift -> key is null
        union all select key, cell.value -> '{side}' from json_each(said.drift) as cell where not {is_left}
    ) as every
"""
_PLAN = f"""
    , made as materialized (
        select number, drift,
            ({_VALUES.format(image="before", side="theirs", is_left=_IS_LEFT)}) as before,
            ({_VALUES.format(image="after", side="mine", is_left=_IS_LEFT)}) as after,
            (select bool_or({_IS_ASKED}) from json_each(said.drift) as cell) as is_asked
        from said
    )
    update change_rows set drift = made.drift, batch = null, reason = '', advice = '',
        before = coalesce(made.before, '{{}}'), after = coalesce(made.after, '{{}}'),
        state = case when is_asked then 'conflict' when made.after is null then 'unchanged' else 'planned' end,
        code = case when is_asked then 'changed-in-both' when made.after is null then 'theirs' else '' end
    from made where change_rows.change_set_id = :id and change_rows.number = made.number
        and change_rows.number > :after and change_rows.number <= :last
"""
_DECIDE, _CARRY = text(_OF_COLUMN + _PLAN), text(_OF_FORMER + _PLAN)


def decide(
    connection: Connection,
    change_set_id: int,
    field: str,
    policy: Policy,
    rows: Collection[int],
    on_rows: Callable[[int], None],
) -> None:
    """Decide a field in these rows, or in every row that both changed if none is named; their batches are none.

    `on_rows` is told the rows so far, each few thousand; what it raises passes.
    """
    values = {"id": change_set_id, "field": field, "policy": str(policy), "all": not rows, "numbers": list(rows)}
    ends = select(func.max(change_rows.c.number)).where(change_rows.c.change_set_id == change_set_id)
    first, end = (min(rows), max(rows)) if rows else (0, connection.execute(ends).scalar_one() or 0)
    connection.execute(FOR_MANY_ROWS)
    done = 0
    for after in range(first - 1, end, BLOCK):
        found = connection.execute(_DECIDE, {**values, "after": after, "last": min(after + BLOCK, end)})
        done += found.rowcount
        on_rows(done)


def carry(connection: Connection, change_set_id: int, former: int, *, every: bool) -> None:
    """Decisions of a former plan that still apply, made in this one; with `every` its columns' policies too."""
    connection.execute(FOR_MANY_ROWS)
    values = {"id": change_set_id, "former": former, "all": every, "after": 0, "last": LAST_NUMBER}
    connection.execute(_CARRY, values)
