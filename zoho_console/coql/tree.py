"""A COQL query as a tree of frozen values; `str` of any part is its text as Zoho wants it.

Source: fact sheet 3.1 (keys of rows), 3.2 (grammar, brackets), 3.5 (limits).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from zoho_console.coql.spelling import Scalar, quoted, spelled, spelled_name
from zoho_console.errors import BadQuery

Operator: TypeAlias = Literal["=", "!=", "<", "<=", ">", ">="]
Joint: TypeAlias = Literal["and", "or"]

AGGREGATES = ("SUM", "MIN", "MAX", "AVG", "COUNT")
USUAL_LIMIT = 200  # rows of a query without a limit
MOST_DEEP = 100  # brackets within brackets; Zoho takes 25 conditions in all


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What a record has to meet. `mended` says in sentences what was read otherwise than it was written."""

    mended: tuple[str, ...] = field(default=(), compare=False)
    depth: int = field(default=0, init=False, compare=False, repr=False)  # brackets within brackets


@dataclass(frozen=True, slots=True)
class Comparison(Condition):
    """A field compared with a value, or with the one value that a query yields. `operator`: = != < <= > >=."""

    path: str
    operator: Operator
    value: Scalar | Query

    def __str__(self) -> str:
        value = f"({self.value})" if isinstance(self.value, Query) else spelled(self.value)
        return f"{spelled_name(self.path)} {self.operator} {value}"


@dataclass(frozen=True, slots=True)
class Like(Condition):
    """A text that fits a pattern, in which `%` at an end stands for any text."""

    path: str
    pattern: str
    negated: bool = False

    def __str__(self) -> str:
        return f"{spelled_name(self.path)} {_not(self.negated)}like {quoted(self.pattern)}"

    @property
    def core(self) -> str:
        """The pattern without its ends."""
        return self.pattern.removeprefix("%").removesuffix("%")

    @property
    def shape(self) -> str:
        """What is asked: contains, starts_with, ends_with, equal; "" if a `%` stands within the text."""
        if "%" in self.core:
            return ""
        ends = (self.pattern.startswith("%"), self.pattern.endswith("%"))
        if self.pattern == "%":
            return "contains"
        return {(True, True): "contains", (False, True): "starts_with", (True, False): "ends_with"}.get(ends, "equal")


@dataclass(frozen=True, slots=True)
class Listed(Condition):
    """A field whose value is one of some, or one of those that a query yields."""

    path: str
    values: tuple[Scalar, ...] | Query
    negated: bool = False

    def __str__(self) -> str:
        values = str(self.values) if isinstance(self.values, Query) else ", ".join(map(spelled, self.values))
        return f"{spelled_name(self.path)} {_not(self.negated)}in ({values})"


@dataclass(frozen=True, slots=True)
class Between(Condition):
    """A field from one value to another, both included."""

    path: str
    low: Scalar
    high: Scalar
    negated: bool = False

    def __str__(self) -> str:
        name = spelled_name(self.path)
        return f"{name} {_not(self.negated)}between {spelled(self.low)} and {spelled(self.high)}"


@dataclass(frozen=True, slots=True)
class Blank(Condition):
    """A field without a value; negated: with one."""

    path: str
    negated: bool = False

    def __str__(self) -> str:
        return f"{spelled_name(self.path)} is {_not(self.negated)}null"


@dataclass(frozen=True, slots=True)
class Junction(Condition):
    """Two or more conditions joined by one `joint`, “and” or “or”; made by `joined`, which keeps it flat."""

    joint: Joint
    parts: tuple[Condition, ...]

    def __post_init__(self) -> None:
        depth = 1 + max(part.depth for part in self.parts)
        if depth > MOST_DEEP:
            raise BadQuery("The brackets of this condition are too deep.", advice="Take it apart.")
        object.__setattr__(self, "depth", depth)

    def __str__(self) -> str:
        text = _paired(self)
        return text if len(self.parts) > 2 or self.depth > 1 else text[1:-1]


EVERY = Blank("id", negated=True)  # the condition that every record meets, for Zoho wants one


@dataclass(frozen=True, slots=True)
class Column:
    """One item of the select list: a field, alone or in an aggregate, under its own name or an alias."""

    path: str
    aggregate: str = ""
    alias: str = ""

    def __str__(self) -> str:
        name = spelled_name(self.path)
        text = f"{self.aggregate}({name})" if self.aggregate else name
        return f"{text} as {spelled_name(self.alias)}" if self.alias else text

    @property
    def key(self) -> str:
        """Under which name rows hold its values."""
        return self.alias or (f"{self.aggregate}({self.path})" if self.aggregate else self.path)


@dataclass(frozen=True, slots=True)
class Order:
    """A field or alias to sort by."""

    path: str
    descending: bool = False

    def __str__(self) -> str:
        return f"{spelled_name(self.path)} {'desc' if self.descending else 'asc'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A whole query. `view` is a custom view's id. `limit` None: 200 rows. `mended` as in `Condition`."""

    columns: tuple[Column, ...]
    module: str
    where: Condition = EVERY
    view: int | None = None
    group_by: tuple[str, ...] = ()
    order_by: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int | None = None
    mended: tuple[str, ...] = field(default=(), compare=False)

    def __str__(self) -> str:
        source = spelled_name(self.module) + ("" if self.view is None else f"#{self.view}")
        text = f"select {', '.join(map(str, self.columns))} from {source} where {self.where}"
        if self.group_by:
            text += f" group by {', '.join(map(spelled_name, self.group_by))}"
        if self.order_by:
            text += f" order by {', '.join(map(str, self.order_by))}"
        if self.limit is not None:
            text += f" limit {self.limit}"
            text += "" if self.offset is None else f" offset {self.offset}"
        return text

    @property
    def credits(self) -> int:
        """Credits that the query costs: 1 up to 200 rows, which is the limit without one, 2 up to 1,000, 3 above."""
        limit = self.limit or USUAL_LIMIT
        if limit <= 200:
            return 1
        return 2 if limit <= 1000 else 3

    @property
    def is_total(self) -> bool:
        """Whether rows are sums over records, so that they have no id."""
        return bool(self.group_by) or any(column.aggregate for column in self.columns)

    @property
    def counting(self) -> Query | None:
        """A query that counts the rows of this one as `Total`, its limit aside; None for totals."""
        if self.is_total:
            return None
        return replace(self, columns=(Column("id", "COUNT", "Total"),), order_by=(), limit=None, offset=None)

    @property
    def unordered(self) -> Query:
        """This query without order and limit: rows come by id, so that none is skipped or read twice."""
        return replace(self, order_by=(), limit=None, offset=None)

    def limited(self, rows: int, offset: int = 0) -> Query:
        """This query cut to `rows` rows after the first `offset`."""
        return replace(self, limit=rows, offset=offset)

    def in_order(self, keys: Iterable[str]) -> list[str]:
        """Keys of rows in the order of the select list; what it does not name comes last, as it came."""
        places = {column.key: place for place, column in enumerate(self.columns)}
        return sorted(keys, key=lambda key: places.get(key, len(places)))


def joined(joint: Joint, parts: Iterable[Condition]) -> Condition:
    """Conditions joined into one; a single one stays itself, those of the same joint become one row of parts."""
    flat: list[Condition] = []
    mended: tuple[str, ...] = ()
    for part in parts:
        flat += part.parts if isinstance(part, Junction) and part.joint == joint else [part]
        mended += part.mended
    return flat[0] if len(flat) == 1 else Junction(joint, tuple(flat), mended=mended)


def criteria(condition: Condition) -> Iterator[Condition]:
    """Every single criterion of a condition, from left to right."""
    if isinstance(condition, Junction):
        for part in condition.parts:
            yield from criteria(part)
    else:
        yield condition


def _paired(condition: Condition) -> str:
    """With more than two conditions Zoho wants each joint between exactly two, in brackets."""
    if not isinstance(condition, Junction):
        return str(condition)
    text = _paired(condition.parts[0])
    for part in condition.parts[1:]:
        text = f"({text} {condition.joint} {_paired(part)})"
    return text


def _not(negated: bool) -> str:
    return "not " if negated else ""
