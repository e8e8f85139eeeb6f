"""A query carried out over the records: which rows come out, in Zoho's wire form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from zoho_console.simulator import coql_limits
from zoho_console.simulator.answers import Refusal
from zoho_console.simulator.coql_columns import Column, resolve, unknown_column
from zoho_console.simulator.coql_conditions import compiled
from zoho_console.simulator.coql_grammar import Item, Query, parse, predicates
from zoho_console.simulator.coql_ranges import id_range
from zoho_console.simulator.metadata import LOOKUPS, NUMBERS, PICKLISTS
from zoho_console.simulator.records import Record
from zoho_console.simulator.world import World

_ADDABLE = NUMBERS - {"bigint"}
_MEASURED = {
    "SUM": _ADDABLE,
    "AVG": _ADDABLE,
    "MIN": NUMBERS | {"date", "datetime"},
    "MAX": NUMBERS | {"date", "datetime"},
    "COUNT": NUMBERS | LOOKUPS | PICKLISTS,
}


@dataclass(frozen=True, slots=True)
class Result:
    """What a query gives: rows, whether more follow, what it costs, and its columns for `include_meta`."""

    rows: list[dict[str, Any]]
    more: bool
    credits: int
    module: str
    columns: dict[str, Column]


def run(world: World, text: str, *, strict_brackets: bool = True) -> Result:
    """The answer to a query. Errors: Refusal in Zoho's words."""
    query = parse(text)
    coql_limits.check(query, strict_brackets=strict_brackets)
    limit, offset = coql_limits.window(query)
    module = query.module or ""
    if module not in world.modules:
        raise unknown_column(module, "from")
    if query.view:
        raise Refusal("INVALID_QUERY", "the custom view given seems to be invalid", {"cvid": query.view})
    columns = _columns(world, query, module)
    if query.where is not None:
        compiled(query.where, columns)  # what is wrong anywhere in it is refused, narrowed or not
    if query.group_by or any(item.aggregate for item in query.items):
        rows = _grouped(query, columns, _matching(world, query, columns))[offset : offset + limit + 1]
    else:
        cells = [(item.key, columns[item.column].shown) for item in query.items] + [("id", _id)]
        window = _window(world, query, columns, offset, limit + 1)
        rows = [{key: shown(record) for key, shown in cells} for record in window]
    return Result(rows[:limit], len(rows) > limit, coql_limits.cost(limit), module, columns)


def _matching(
    world: World, query: Query, columns: dict[str, Column], *, newest_first: bool = False
) -> Iterator[Record]:
    found = id_range(query.where)
    tests = [compiled(part, columns) for part in found.rest]
    records = found.records(world.records(query.module or ""), newest_first=newest_first)
    return (record for record in records if all(test(record) for test in tests)) if tests else records


def _window(world: World, query: Query, columns: dict[str, Column], start: int, count: int) -> Iterable[Record]:
    """So many records from this place on: in the order of ids as they come, else all that match are sorted first."""
    if any(path != "id" for path, _ in query.order_by):
        return _ordered(query, columns, _matching(world, query, columns))[start : start + count]
    newest_first = bool(query.order_by and query.order_by[0][1])
    records = world.records(query.module or "")
    page = id_range(query.where).page(records, start, start + count, newest_first=newest_first)
    if page is not None:
        return page
    return islice(_matching(world, query, columns, newest_first=newest_first), start, start + count)


def _columns(world: World, query: Query, module: str) -> dict[str, Column]:
    """Every column of the query by its path."""
    aliases = {item.alias for item in query.items}
    asked = [(item.column, "") for item in query.items]
    asked += [(one.column, "where") for one in predicates(query.where)] if query.where else []
    asked += [(path, "group by") for path in query.group_by]
    asked += [(path, "order by") for path, _ in query.order_by if path not in aliases]
    return {path: resolve(world, module, path, clause=clause) for path, clause in asked}


def _id(record: Record) -> Any:
    return record["id"]


def _ordered(query: Query, columns: dict[str, Column], records: Iterable[Record]) -> list[Record]:
    """Oldest first unless the query says otherwise; records without a value come before the others."""
    named = {item.alias: item.column for item in query.items if item.alias}
    ordered = list(records)
    for path, descending in reversed(query.order_by):
        column = columns[named.get(path, path)]
        if column.spec.is_long_text:
            details = {"column_name": path, "data_type": column.spec.data_type}
            raise Refusal("INVALID_QUERY", "data type not supported", details)
        ordered.sort(key=lambda record, of=column.key: _place(of(record)), reverse=descending)  # type: ignore[misc]
    return ordered


def _place(key: Any) -> tuple[bool, Any]:
    return (key is not None, key if key is not None else 0)


def _grouped(query: Query, columns: dict[str, Column], records: Iterable[Record]) -> list[dict[str, Any]]:
    """One row for each combination of the grouping columns; without them one row for all records."""
    for item in query.items:
        _check_item(item, query, columns)
    groups: dict[tuple[Any, ...], list[Record]] = {} if query.group_by else {(): []}
    for record in records:
        key = tuple(columns[path].key(record) for path in query.group_by)
        groups.setdefault(key, []).append(record)
    rows = [{item.key: _cell(item, columns[item.column], group) for item in query.items} for group in groups.values()]
    keys = {item.column: item.key for item in query.items if not item.aggregate} | {i.key: i.key for i in query.items}
    for path, descending in reversed(query.order_by):
        if path not in keys:
            raise unknown_column(path, "order by")
        rows.sort(key=lambda row, name=keys[path]: _place(_sortable(row[name])), reverse=descending)  # type: ignore[misc]
    return rows


def _check_item(item: Item, query: Query, columns: dict[str, Column]) -> None:
    kind = columns[item.column].spec.compares_as
    if item.aggregate and kind not in _MEASURED[item.aggregate]:
        raise Refusal("INVALID_QUERY", "data type not supported", {"column_name": item.column, "data_type": kind})
    if not item.aggregate and item.column not in query.group_by:
        raise Refusal("INVALID_QUERY", "Invalid query formed", {"column_name": item.column})


def _cell(item: Item, column: Column, group: list[Record]) -> Any:
    if not item.aggregate:
        return column.shown(group[0])
    filled = [record for record in group if column.raw(record) is not None]
    if item.aggregate == "COUNT":
        return len(filled)
    if not filled:
        return None
    if item.aggregate in ("MIN", "MAX"):
        extreme: Callable[..., Record] = min if item.aggregate == "MIN" else max
        return column.raw(extreme(filled, key=column.key))
    total = sum(column.raw(record) for record in filled)
    return total / len(filled) if item.aggregate == "AVG" else total


def _sortable(value: Any) -> Any:
    if isinstance(value, dict):
        return str(value["name"]).casefold()
    return value.casefold() if isinstance(value, str) else value
