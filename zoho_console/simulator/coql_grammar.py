"""COQL from text to tree, in the simulator's own grammar.

The tree: `Query(items, module, where, group, order, limit, offset)`; a condition is ("and"|"or", left, right) or
(operator, path, value).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedInput
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedToken

_GRAMMAR = r"""
start: "select"i items "from"i WORD where? group? order? limit?
items: item ("," item)*
item: (aggregate | column) ("as"i? alias)?
aggregate: WORD "(" column ")"
alias: WORD | TEXT
column: WORD | TEXT
where: "where"i condition
?condition: conjunct | condition "or"i conjunct -> either
?conjunct: predicate | conjunct "and"i predicate -> both
?predicate: "(" condition ")"
    | column COMPARISON value -> compare
    | column "like"i TEXT -> like
    | column "not"i "like"i TEXT -> not_like
    | column "in"i "(" value ("," value)* ")" -> isin
    | column "not"i "in"i "(" value ("," value)* ")" -> not_in
    | column "between"i value "and"i value -> between
    | column "not"i "between"i value "and"i value -> not_between
    | column "is"i "null"i -> is_null
    | column "is"i "not"i "null"i -> is_not_null
value: TEXT | NUMBER | WORD
group: "group"i "by"i column ("," column)*
order: "order"i "by"i sorting ("," sorting)*
sorting: column DIRECTION?
limit: "limit"i NUMBER -> limit_only
    | "limit"i NUMBER "offset"i NUMBER -> limit_offset
    | "limit"i NUMBER "," NUMBER -> offset_limit
DIRECTION.2: /(asc|desc)\b/i
COMPARISON: "!=" | "<=" | ">=" | "=" | "<" | ">"
WORD: /[A-Za-z_$][A-Za-z0-9_$]*(\.[A-Za-z_$][A-Za-z0-9_$]*)*/
NUMBER: /-?[0-9]+(\.[0-9]+)?/
TEXT: /'(?:[^']|'')*'/ | /"(?:[^"]|"")*"/
%ignore /\s+/
"""


@dataclass(frozen=True, slots=True)
class Item:
    """One select item: a path, or an aggregate over one; `title` is its key in the rows."""

    path: str
    title: str
    function: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query."""

    items: tuple[Item, ...]
    module: str
    where: Any = None
    group: tuple[str, ...] = ()
    order: tuple[tuple[str, bool], ...] = ()
    limit: int = 200
    offset: int = 0
    criteria: int = field(default=0)


class Refused(Exception):
    """A query Zoho would refuse: code, message and details of its error."""

    def __init__(self, code: str, message: str, details: dict[str, Any]) -> None:
        super().__init__(message)
        self.code, self.message, self.details = code, message, details


class _Tree(Transformer[Token, Any]):
    """Lark's tree to ours; terminals keep the grammar's upper case."""

    def WORD(self, token: Token) -> str:
        return str(token)

    def TEXT(self, token: Token) -> str:
        mark = token[0]
        return str(token)[1:-1].replace(mark * 2, mark)

    def column(self, parts: list[str]) -> str:
        return parts[0]

    def value(self, parts: list[Any]) -> str:
        return str(parts[0])

    def alias(self, parts: list[str]) -> str:
        return parts[0]

    def aggregate(self, parts: list[str]) -> Item:
        return Item(parts[1], f"{parts[0]}({parts[1]})", parts[0])

    def item(self, parts: list[Any]) -> Item:
        made = parts[0] if isinstance(parts[0], Item) else Item(parts[0], parts[0])
        return Item(made.path, parts[1], made.function) if len(parts) > 1 else made

    def items(self, parts: list[Item]) -> tuple[Item, ...]:
        return tuple(parts)

    def where(self, parts: list[Any]) -> tuple[str, Any]:
        return "where", parts[0]

    def group(self, parts: list[str]) -> tuple[str, Any]:
        return "group", tuple(parts)

    def sorting(self, parts: list[Any]) -> tuple[str, bool]:
        return parts[0], len(parts) < 2 or str(parts[1]).lower() == "asc"

    def order(self, parts: list[Any]) -> tuple[str, Any]:
        return "order", tuple(parts)

    def limit_only(self, parts: list[Any]) -> tuple[str, Any]:
        return "limit", (parts[0], "0")

    def limit_offset(self, parts: list[Any]) -> tuple[str, Any]:
        return "limit", (parts[0], parts[1])

    def offset_limit(self, parts: list[Any]) -> tuple[str, Any]:
        return "limit", (parts[1], parts[0])

    def both(self, parts: list[Any]) -> tuple[Any, ...]:
        return "and", parts[0], parts[1]

    def either(self, parts: list[Any]) -> tuple[Any, ...]:
        return "or", parts[0], parts[1]

    def compare(self, parts: list[Any]) -> tuple[Any, ...]:
        return str(parts[1]), parts[0], parts[2]

    def start(self, parts: list[Any]) -> Query:
        clauses = dict(parts[2:])
        limit, offset = clauses.get("limit", ("200", "0"))
        return Query(
            parts[0], parts[1], clauses.get("where"), clauses.get("group", ()), clauses.get("order", ()),
            _whole(limit), _whole(offset), _count(clauses.get("where")),
        )  # fmt: skip


def _predicate(name: str) -> Any:
    def made(_self: _Tree, parts: list[Any]) -> tuple[Any, ...]:
        return name, parts[0], parts[1:]

    return made


for _name in ("like", "not_like", "isin", "not_in", "between", "not_between", "is_null", "is_not_null"):
    setattr(_Tree, _name, _predicate(_name))

_PARSER = Lark(_GRAMMAR, parser="lalr", maybe_placeholders=False)


def parse(text: str) -> Query:
    """The tree of a query. Errors: Refused, in Zoho's words (fact sheet 3.6)."""
    stripped = text.strip().rstrip(";")
    if not stripped.lower().startswith("select"):
        raise Refused("SYNTAX_ERROR", "given coql query not supported", {})
    try:
        tree = _PARSER.parse(stripped)
    except UnexpectedInput as error:
        raise _syntax_error(error, stripped) from error
    query: Query = _Tree().transform(tree)
    if query.where is None:
        raise Refused("SYNTAX_ERROR", "missing clause", {"clause": "where"})
    return query


def _syntax_error(error: UnexpectedInput, text: str) -> Refused:
    if isinstance(error, UnexpectedEOF) or (isinstance(error, UnexpectedToken) and error.token.type == "$END"):
        clause = "from" if " from " not in f" {text.lower()} " else ""
        if clause:
            return Refused("SYNTAX_ERROR", "missing clause", {"clause": clause})
        return Refused("SYNTAX_ERROR", "error occured while parsing the query", {"near": text.rsplit(maxsplit=1)[-1]})
    near = str(error.token) if isinstance(error, UnexpectedToken) else ""
    if isinstance(error, UnexpectedCharacters):
        near = text[error.pos_in_stream : error.pos_in_stream + 10] if error.pos_in_stream is not None else ""
    if near.lower() == "not":
        return Refused("SYNTAX_ERROR", "operator not supported", {"operator": "not"})
    return Refused("SYNTAX_ERROR", "unexpected token", {"line": error.line, "column": error.column, "near": near})


def _whole(text: str) -> int:
    if not str(text).isdigit():
        raise Refused("INVALID_QUERY", "limit given seems to be invalid", {"limit": str(text)})
    return int(text)


def _count(condition: Any) -> int:
    if condition is None:
        return 0
    if condition[0] in ("and", "or"):
        return _count(condition[1]) + _count(condition[2])
    return 1
