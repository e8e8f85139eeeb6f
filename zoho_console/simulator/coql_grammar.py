"""The grammar of COQL and its reading into a query (reconstructed: Zoho CRM v8, COQL overview and error samples)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from zoho_console.simulator.answers import Refusal

# Written without quotes these are never names, so that a slip is reported where it is.
_RESERVED = (
    "select", "from", "where", "as", "and", "or", "not", "like", "in", "between", "is", "null", "group", "order", "by",
    "limit", "offset", "asc", "desc",
)  # fmt: skip

GRAMMAR = r"""
start: _SELECT items [source] [where] [grouping] [ordering] [limit]
items: item ("," item)*
item: (aggregate | column) [_AS? alias]
aggregate: NAME "(" column ")"
column: NAME | STRING
alias: NAME | STRING
source: _FROM NAME ["#" NUMBER]
where: _WHERE cond
cond: either
either: both (_OR both)*
both: atom (_AND atom)*
?atom: "(" cond ")" -> bracket
     | _NOT "(" cond ")" -> negation
     | predicate
predicate: column CMP value -> comparison
     | column _NOT _LIKE value -> not_like
     | column _LIKE value -> like
     | column _NOT _IN "(" value ("," value)* ")" -> not_in
     | column _IN "(" value ("," value)* ")" -> isin
     | column _NOT _BETWEEN value _AND value -> not_between
     | column _BETWEEN value _AND value -> between
     | column _IS _NOT _NULL -> not_null
     | column _IS _NULL -> null
value: STRING | NUMBER | NAME
     | _NULL -> no_value
grouping: _GROUP _BY column ("," column)*
ordering: _ORDER _BY order ("," order)*
order: column [ASC | DESC]
limit: _LIMIT amount [_OFFSET amount] -> limit
     | _LIMIT amount "," amount -> offset_limit
amount: NUMBER | NAME | STRING

_SELECT.2: /select\b/i
_FROM.2: /from\b/i
_WHERE.2: /where\b/i
_AS.2: /as\b/i
_AND.2: /and\b/i
_OR.2: /or\b/i
_NOT.2: /not\b/i
_LIKE.2: /like\b/i
_IN.2: /in\b/i
_BETWEEN.2: /between\b/i
_IS.2: /is\b/i
_NULL.2: /null\b/i
_GROUP.2: /group\b/i
_ORDER.2: /order\b/i
_BY.2: /by\b/i
_LIMIT.2: /limit\b/i
_OFFSET.2: /offset\b/i
ASC.2: /asc\b/i
DESC.2: /desc\b/i
CMP: "!=" | "<=" | ">=" | "=" | "<" | ">"
NAME: /(?!(?i:KEYWORDS)(?![\w.]))!?[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*)*/
NUMBER: /-?\d+(\.\d+)?/
STRING: /'(?:[^']|'')*'|"(?:[^"]|"")*"/
%ignore /\s+/
""".replace("KEYWORDS", "|".join(_RESERVED))


@dataclass(frozen=True, slots=True)
class Item:
    """One thing of the select list."""

    column: str
    aggregate: str = ""
    alias: str | None = None

    @property
    def text(self) -> str:
        """The item as written."""
        return f"{self.aggregate}({self.column})" if self.aggregate else self.column

    @property
    def key(self) -> str:
        """Its key in the rows of the answer."""
        return self.alias or self.text


@dataclass(frozen=True, slots=True)
class Predicate:
    """One criterion. Values are texts as written, without quotes; a bare `null` is None."""

    column: str
    operator: str
    values: tuple[str | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Junction:
    """Conditions joined by `and` or `or`."""

    joint: str
    parts: tuple[Condition, ...]
    bracketed: bool = False


Condition: TypeAlias = Predicate | Junction
Maker: TypeAlias = Callable[[list[Any]], Any]


@dataclass(frozen=True, slots=True)
class Query:
    """A whole query; parts that were not written are None or empty. `order_by` pairs a column with “descending”."""

    items: tuple[Item, ...]
    module: str | None
    view: str | None
    where: Condition | None
    group_by: tuple[str, ...]
    order_by: tuple[tuple[str, bool], ...]
    limit: str | None
    offset: str | None


def parse(text: str) -> Query:
    """The query that the text means. Errors: Refusal in Zoho's words, with the place where they tell it."""
    if not re.match(r"\s*select\b", text, re.IGNORECASE):
        raise Refusal("SYNTAX_ERROR", "given coql query not supported")
    try:
        tree = _parser().parse(text)
    except UnexpectedInput as error:
        raise _syntax_error(error, text) from None
    query: Query = _read(tree)
    for clause, value in (("from", query.module), ("where", query.where)):
        if value is None:
            raise Refusal("SYNTAX_ERROR", "missing clause", {"clause": clause})
    return query


def predicates(condition: Condition) -> Iterator[Predicate]:
    """Every criterion of a condition, from left to right."""
    if isinstance(condition, Predicate):
        yield condition
    else:
        for part in condition.parts:
            yield from predicates(part)


def is_paired(condition: Condition) -> bool:
    """Whether every `and` and `or` joins exactly two operands, each bracketed if it is a junction itself."""
    if isinstance(condition, Predicate):
        return True
    own = all(isinstance(part, Predicate) or part.bracketed for part in condition.parts)
    return own and len(condition.parts) == 2 and all(map(is_paired, condition.parts))


@cache
def _parser() -> Lark:
    return Lark(GRAMMAR, parser="lalr", maybe_placeholders=True)


def _syntax_error(error: UnexpectedInput, text: str) -> Refusal:
    if isinstance(error, UnexpectedToken) and error.token.type != "$END":
        near = str(error.token)
    elif isinstance(error, UnexpectedCharacters):
        near = text[error.pos_in_stream :].split(maxsplit=1)[0]
    else:
        words = text.split()
        return Refusal("SYNTAX_ERROR", "error occured while parsing the query", {"near": words[-1]})
    return Refusal("SYNTAX_ERROR", "unexpected token", {"line": error.line, "column": error.column, "near": near})


def _read(node: Tree[Token] | Token | None) -> Any:
    """The value of a part of the tree, made from the values of its own parts."""
    if not isinstance(node, Tree):
        return node
    return _MAKERS[str(node.data)]([_read(child) for child in node.children])


def _query(parts: list[Any]) -> Query:
    items, source, where, grouping, ordering, limit = parts
    module, view = source or (None, None)
    count, offset = limit or (None, None)
    return Query(items, module, view, where, grouping or (), ordering or (), count, offset)


def _item(parts: list[Any]) -> Item:
    what, alias = parts
    return Item(what.column, what.aggregate, alias) if isinstance(what, Item) else Item(what, alias=alias)


def _junction(joint: str) -> Maker:
    return lambda parts: parts[0] if len(parts) == 1 else Junction(joint, tuple(parts))


def _bracketed(parts: list[Condition]) -> Condition:
    inner = parts[0]
    return Junction(inner.joint, inner.parts, bracketed=True) if isinstance(inner, Junction) else inner


def _predicate(operator: str) -> Maker:
    return lambda parts: Predicate(parts[0], operator, tuple(parts[1:]))


def _first(parts: list[Any]) -> Any:
    return parts[0]


def _plain(token: Token) -> str:
    """A token without its quotes; a doubled quote inside stands for one."""
    if token.type != "STRING":
        return str(token)
    quote = token[0]
    return str(token[1:-1]).replace(quote * 2, quote)


# What each rule of the grammar becomes.
_MAKERS: dict[str, Maker] = {
    "start": _query,
    "items": tuple,
    "item": _item,
    "aggregate": lambda parts: Item(parts[1], str(parts[0])),
    **dict.fromkeys(("column", "alias", "value", "amount"), lambda parts: _plain(parts[0])),
    "no_value": lambda _: None,
    "source": lambda parts: (str(parts[0]), str(parts[1]) if parts[1] else None),
    "where": _first,
    "cond": _first,
    "either": _junction("or"),
    "both": _junction("and"),
    "bracket": _bracketed,
    "negation": lambda _: Predicate("", "not"),
    "comparison": lambda parts: Predicate(parts[0], str(parts[1]), (parts[2],)),
    "like": _predicate("like"),
    "not_like": _predicate("not like"),
    "isin": _predicate("in"),
    "not_in": _predicate("not in"),
    "between": _predicate("between"),
    "not_between": _predicate("not between"),
    "null": _predicate("is null"),
    "not_null": _predicate("is not null"),
    "grouping": tuple,
    "ordering": tuple,
    "order": lambda parts: (parts[0], parts[1] is not None and parts[1].type == "DESC"),
    "limit": tuple,
    "offset_limit": lambda parts: (parts[1], parts[0]),
}
