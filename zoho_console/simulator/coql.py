"""Answers COQL queries over the world. Source: fact sheet section 3."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from zoho_console.simulator.coql_grammar import Item, Query, Refused, parse
from zoho_console.simulator.schema import Spec
from zoho_console.simulator.world import USERS, Record, World, visible_value

MOST_ROWS, MOST_REACHED, MOST_COLUMNS, MOST_CRITERIA, MOST_IN = 2000, 100_000, 500, 25, 100
_NUMBERS = frozenset({"integer", "double", "currency", "percent", "bigint", "formula"})
_ORDERED = frozenset({"date", "datetime"}) | _NUMBERS
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_AGGREGATES: dict[str, Callable[[list[Any]], Any]] = {
    "COUNT": len,
    "SUM": sum,
    "MIN": lambda values: min(values, default=None),
    "MAX": lambda values: max(values, default=None),
    "AVG": lambda values: sum(values) / len(values) if values else None,
}
_USER_TEXT = {"data_type": "text", "api_name": ""}

Getter = Callable[[Record], Any]
Test = Callable[[Record], bool]


class Answerer:
    """Answers one query."""

    def __init__(self, world: World, text: str) -> None:
        self._world = world
        self.query: Query = parse(text)
        if self.query.module not in world.modules:
            raise Refused("INVALID_QUERY", "column given seems to be invalid", {"column_name": self.query.module})
        self._module = world.modules[self.query.module]
        self._check_limits()

    def rows(self) -> tuple[list[Record], bool]:
        """The rows of the page, and whether there are more."""
        test = self._condition(self.query.where)
        found = [record for record in self._module.records.values() if test(record)]
        if self.query.group or any(item.function for item in self.query.items):
            rows = self._aggregated(found)
        else:
            found = self._sorted(found)
            page = found[self.query.offset : self.query.offset + self.query.limit]
            getters = [(item.title, self._shown(item)) for item in self.query.items]
            rows = [{**{title: get(record) for title, get in getters}, "id": record["id"]} for record in page]
            return rows, self.query.offset + self.query.limit < len(found)
        page = rows[self.query.offset : self.query.offset + self.query.limit]
        return page, self.query.offset + self.query.limit < len(rows)

    def _check_limits(self) -> None:
        query = self.query
        if query.limit == 0:
            raise Refused("INVALID_DATA", "limit should be greater than 0", {})
        for name, value, most in (
            ("limit", query.limit, MOST_ROWS),
            ("offset", query.offset + query.limit, MOST_REACHED),
            ("select columns", len(query.items), MOST_COLUMNS),
            ("criteria", query.criteria, MOST_CRITERIA),
        ):
            if value > most:
                raise Refused("LIMIT_EXCEEDED", "limit exceeded", {"by": name, "limit": most})
        titles = [item.title for item in query.items]
        for item in query.items:
            if titles.count(item.title) > 1:
                raise Refused("DUPLICATE_DATA", "duplicate select column", {"column_name": item.path})
            if item.function and item.function not in _AGGREGATES:
                reason = {"reason": "unsupported aggregate function", "column": f"{item.function}({item.path})"}
                raise Refused("INVALID_DATA", "invalid data", reason)

    # --- columns ---

    def _column(self, path: str) -> tuple[Spec, Getter]:
        """The field a path ends at, and how to get its value from a record."""
        name, _, rest = path.partition(".")
        spec = self._module.fields.get(name)
        if spec is None:
            raise Refused("INVALID_QUERY", "column given seems to be invalid", {"column_name": path})
        if not rest:
            return spec, lambda record: visible_value(spec, record)
        if spec["data_type"] == "ownerlookup":
            if rest not in USERS[0]:
                raise Refused("INVALID_QUERY", "column given seems to be invalid", {"column_name": path})
            users = {user["id"]: user for user in USERS}
            return _USER_TEXT, lambda record: users.get((record.get(name) or {}).get("id") or "", {}).get(rest)
        if spec["data_type"] != "lookup":
            raise Refused("INVALID_QUERY", "column given seems to be invalid", {"column_name": path})
        target = self._world.modules[spec["lookup"]["module"]["api_name"]]
        if rest not in target.fields:
            raise Refused("INVALID_QUERY", "column given seems to be invalid", {"column_name": path})
        end = target.fields[rest]

        def through(record: Record) -> Any:
            partner = target.records.get((record.get(name) or {}).get("id") or "")
            return visible_value(end, partner) if partner else None

        return end, through

    def _shown(self, item: Item) -> Getter:
        spec, get = self._column(item.path)
        if spec["data_type"] == "ownerlookup":
            names = {user["id"]: user["last_name"] for user in USERS}

            def owner(record: Record) -> Any:
                value = get(record)
                return {"name": names[value["id"]], "id": value["id"]} if value else None

            return owner
        return get

    # --- conditions ---

    def _condition(self, tree: Any) -> Test:
        if tree[0] in ("and", "or"):
            left, right = self._condition(tree[1]), self._condition(tree[2])
            if tree[0] == "and":
                return lambda record: left(record) and right(record)
            return lambda record: left(record) or right(record)
        kind, path, given = tree
        spec, raw = self._column(path)
        if spec["data_type"] == "textarea":
            raise Refused("INVALID_QUERY", "unsupported column in criteria", {"column_name": path})
        get = self._comparable(spec, raw)
        if kind == "is_null":
            return lambda record: get(record) is None
        if kind == "is_not_null":
            return lambda record: get(record) is not None
        if kind in ("like", "not_like"):
            return self._like(path, spec, get, given[0], negative=kind == "not_like")
        if kind in _COMPARE:
            return self._comparison(kind, path, spec, get, given)
        values = [self._literal(path, spec, text) for text in given]
        if kind in ("between", "not_between"):
            low, high = values
            inside = kind == "between"
            return lambda record: (value := get(record)) is not None and (low <= value <= high) is inside
        if len(values) > MOST_IN:
            raise Refused("LIMIT_EXCEEDED", "limit exceeded", {"by": "in", "limit": MOST_IN})
        wanted, among = set(values), kind == "isin"
        return lambda record: (value := get(record)) is not None and (value in wanted) is among

    def _comparison(self, kind: str, path: str, spec: Spec, get: Getter, text: str) -> Test:
        if kind not in ("=", "!=") and spec["data_type"] not in _ORDERED:
            reason = {"reason": "invalid operator found", "column_name": path, "operator": kind}
            raise Refused("INVALID_QUERY", "Invalid query formed", reason)
        wanted, compare = self._literal(path, spec, text), _COMPARE[kind]
        return lambda record: (value := get(record)) is not None and compare(value, wanted)

    def _like(self, path: str, spec: Spec, get: Getter, pattern: str, *, negative: bool) -> Test:
        if spec["data_type"] in _ORDERED or spec["data_type"] in ("boolean", "lookup", "ownerlookup"):
            reason = {"reason": "invalid operator found", "column_name": path, "operator": "like"}
            raise Refused("INVALID_QUERY", "Invalid query formed", reason)
        regex = re.compile(".*".join(re.escape(part) for part in pattern.lower().split("%")), re.DOTALL)
        return lambda record: (value := get(record)) is not None and bool(regex.fullmatch(value)) is not negative

    @staticmethod
    def _comparable(spec: Spec, get: Getter) -> Getter:
        kind = spec["data_type"]
        if kind in ("lookup", "ownerlookup"):
            return lambda record: (get(record) or {}).get("id")
        if kind == "datetime":
            return lambda record: datetime.fromisoformat(value) if (value := get(record)) else None
        if kind == "bigint":
            return lambda record: int(value) if (value := get(record)) is not None else None
        if kind in _NUMBERS or kind in ("boolean", "date"):
            return get
        if kind == "multiselectpicklist":
            return lambda record: ";".join(value).lower() if (value := get(record)) else None
        return lambda record: str(value).lower() if (value := get(record)) is not None else None

    @staticmethod
    def _literal(path: str, spec: Spec, text: str) -> Any:
        kind = spec["data_type"]
        try:
            if kind == "datetime":
                if "." in text:
                    raise ValueError
                moment = datetime.fromisoformat(text)
                if moment.tzinfo is None:
                    raise ValueError
                return moment
            if kind == "date":
                return datetime.strptime(text, "%Y-%m-%d").date().isoformat()
            if kind in _NUMBERS:
                return int(text) if kind == "bigint" else float(text)
            if kind == "boolean":
                return {"true": True, "false": False}[text.lower()]
        except (ValueError, KeyError) as error:
            details = {"expected_data_type": kind, "column_name": path}
            raise Refused("INVALID_QUERY", "value given seems to be invalid for the column", details) from error
        return text if kind in ("lookup", "ownerlookup") else text.lower()

    # --- order and groups ---

    def _sorted(self, records: list[Record]) -> list[Record]:
        aliases = {item.title: item.path for item in self.query.items}
        for path, ascending in reversed(self.query.order):
            spec, raw = self._column(aliases.get(path, path))
            get = self._comparable(spec, raw)
            filled = [record for record in records if get(record) is not None]
            empty = [record for record in records if get(record) is None]
            filled.sort(key=get, reverse=not ascending)
            records = empty + filled if ascending else filled + empty
        return records

    def _aggregated(self, records: list[Record]) -> list[Record]:
        keys = [(path, self._column(path)[1]) for path in self.query.group]
        groups: dict[tuple[Any, ...], list[Record]] = {}
        for record in records:
            key = tuple(str(get(record)) if isinstance(get(record), list | dict) else get(record) for _, get in keys)
            groups.setdefault(key, []).append(record)
        if not keys and not groups:
            groups[()] = []
        rows = []
        for members in groups.values():
            row: Record = {}
            for item in self.query.items:
                get = self._column(item.path)[1]
                if item.function:
                    values = [value for record in members if (value := get(record)) is not None]
                    row[item.title] = _AGGREGATES[item.function](values)
                else:
                    row[item.title] = get(members[0])
            rows.append(row)
        for path, ascending in reversed(self.query.order):
            rows.sort(key=lambda row: (row.get(path) is not None, row.get(path)), reverse=not ascending)
        return rows
