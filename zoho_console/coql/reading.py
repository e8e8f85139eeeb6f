"""From text to tree.

What is mended on the way is said in `mended`; what cannot be read is a BadQuery with its place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar, get_args

from lark import Token
from lark.exceptions import UnexpectedInput, VisitError
from lark.visitors import Transformer_NonRecursive

from zoho_console.coql.grammar import parser
from zoho_console.coql.problems import bad_place, bad_text
from zoho_console.coql.spelling import RESERVED, Scalar, number_of, plain_text, spelled_name, typed, unquoted
from zoho_console.coql.tree import (
    AGGREGATES,
    EVERY,
    Between,
    Blank,
    Column,
    Comparison,
    Condition,
    Joint,
    Junction,
    Like,
    Listed,
    Operator,
    Order,
    Query,
    criteria,
    joined,
)
from zoho_console.errors import BadQuery

T = TypeVar("T", Query, Condition)
_OPERATORS: dict[str, Operator] = {"==": "=", "<>": "!=", **{operator: operator for operator in get_args(Operator)}}
_EDGES = {"c": ("%", "%"), "s": ("", "%"), "e": ("%", "")}  # of a pattern, by the first letter of contains and others
_TYPOGRAPHIC = "‘’‚“”„«»`´"  # quotes as word processors make them
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)


def parse(text: str) -> Query:
    """The query that a text means. Errors: BadQuery with line, column and what was expected."""
    return _read(text, "query", Query)


def parse_condition(text: str) -> Condition:
    """The condition that criteria mean, such as `Industry=Technology` or `(A = 'b' or C > 5) and D is null`.

    Errors: BadQuery with line, column and what was expected.
    """
    return _read(text, "condition", Condition)


def _read(text: str, start: str, kind: type[T]) -> T:
    try:
        tree = parser().parse(text, start=start)
    except UnexpectedInput as error:
        raise bad_text(error, text) from None
    reader = _Reader(text, is_query=start == "query")
    try:
        found = reader.transform(tree)
    except VisitError as error:
        raise error.orig_exc from None
    assert isinstance(found, kind)
    return replace(found, mended=tuple(dict.fromkeys(reader.mended)))


@dataclass(frozen=True, slots=True)
class _Bracketed:
    condition: Condition


class _Reader(Transformer_NonRecursive[Token, Any]):
    """Makes each part of the tree from its own parts; methods are named as the rules of the grammar."""

    def __init__(self, text: str, *, is_query: bool) -> None:
        super().__init__(visit_tokens=False)
        self._is_query = is_query
        self.mended: list[str] = []
        self._text = text
        self._is_unpaired = False

    def query(self, parts: list[Any]) -> Query:
        columns, source, where, groups, orders, limit = parts
        if where is None:
            self._mend("“where id is not null” was added, for Zoho wants a condition.")
        rows, offset = limit or (None, None)
        return Query(
            columns=columns,
            module=source[0],
            view=source[1],
            where=where or EVERY,
            group_by=groups or (),
            order_by=orders or (),
            limit=rows,
            offset=offset,
        )

    def condition(self, parts: list[Any]) -> Condition:
        return self._whole(parts[0])

    where = condition

    # --- the select list ---

    def columns(self, parts: list[Column]) -> tuple[Column, ...]:
        return tuple(parts)

    def plain(self, parts: list[Any]) -> Column:
        path, alias = parts
        return Column(path, alias=alias or "")

    def aggregate(self, parts: list[Any]) -> Column:
        name, path, alias = parts
        function = name.upper()
        if function not in AGGREGATES:
            raise self._wrong(name, f"“{name}” is no function of COQL.", "Use SUM, MIN, MAX, AVG or COUNT.")
        if isinstance(path, Token):  # a star
            path = "id"
            self._mend(f"“{name}(*)” was read as “{function}(id)”.")
        elif name != function:
            self._mend(f"“{name}” was written “{function}”.")
        return Column(path, function, alias or "")

    def alias(self, parts: list[Token]) -> str:
        return _plain(parts[0])

    def source(self, parts: list[Any]) -> tuple[str, int | None]:
        module, view = parts
        return str(module), None if view is None else self._whole_number(view)

    # --- conditions ---

    def either(self, parts: list[Any]) -> Any:
        return self._joined("or", parts)

    def both(self, parts: list[Any]) -> Any:
        return self._joined("and", parts)

    def bracketed(self, parts: list[Any]) -> _Bracketed:
        return _Bracketed(_bare(parts[0]))

    def comparison(self, parts: list[Any]) -> Condition:
        path, compared, value = parts
        operator = _OPERATORS[compared]
        if isinstance(value, Token):  # null
            if operator not in ("=", "!="):
                raise self._wrong(compared, "Nothing is less or more than null.", "Use “is null” or “is not null”.")
            blank = Blank(path, negated=operator == "!=")
            self._mend(f"“{compared} null” was read as “{str(blank).removeprefix(spelled_name(path)).strip()}”.")
            return blank
        if operator != compared:
            self._mend(f"“{compared}” was read as “{operator}”.")
        return Comparison(path, operator, self._moment(value) if operator not in ("=", "!=") else value)

    def like(self, parts: list[Any]) -> Like:
        path, negated, value = parts
        return Like(path, plain_text(value), negated is not None)

    def shaped(self, parts: list[Any]) -> Like:
        path, negated, shape, value = parts
        before, after = _EDGES[shape[0].lower()]
        made = Like(path, f"{before}{plain_text(value)}{after}", negated is not None)
        self._mend(f"“{shape}” was read as “like '{made.pattern}'”.")
        return made

    def listed(self, parts: list[Any]) -> Listed:
        path, negated, *values = parts
        return Listed(path, values[0] if isinstance(values[0], Query) else tuple(values), negated is not None)

    def between(self, parts: list[Any]) -> Between:
        path, negated, low, high = parts
        return Between(path, self._moment(low), self._moment(high), negated is not None)

    def blank(self, parts: list[Any]) -> Blank:
        path, negated, _null = parts
        return Blank(path, negated is not None)

    def text(self, parts: list[Token]) -> Scalar:
        return typed(unquoted(parts[0]))

    def number(self, parts: list[Token]) -> Scalar:
        number = number_of(parts[0])
        return self._quoting(str(parts[0])) if number is None else number

    def words(self, parts: list[Token]) -> Scalar:
        """A text without quotes: one word in a query, as Zoho takes it; in criteria several."""
        if parts[0][0] in _TYPOGRAPHIC:
            raise self._wrong(parts[0], f"“{parts[0][0]}” is no quote to COQL.", "Use straight ones: 'Acme'.")
        if len(parts) > 1:
            odd = parts[1] if self._is_query else next((part for part in parts if part.lower() in RESERVED), None)
            if odd is not None:
                raise self._wrong(odd, f"“{odd}” cannot be read here.", "Put a text of several words in quotes.")
        written = self._text[parts[0].start_pos : parts[-1].end_pos]
        return written.lower() == "true" if written.lower() in ("true", "false") else self._quoting(written)

    def path(self, parts: list[Token]) -> str:
        return _plain(parts[0])

    # --- groups, orders, limit ---

    def groups(self, parts: list[str]) -> tuple[str, ...]:
        return tuple(parts)

    def orders(self, parts: list[Order]) -> tuple[Order, ...]:
        return tuple(parts)

    def order(self, parts: list[Any]) -> Order:
        path, direction = parts
        return Order(path, direction is not None and direction.type == "DESC")

    def limit(self, parts: list[Any]) -> tuple[int, int | None]:
        rows, offset = parts
        return self._whole_number(rows), None if offset is None else self._whole_number(offset)

    def offset_limit(self, parts: list[Token]) -> tuple[int, int]:
        offset, rows = parts
        return self._whole_number(rows), self._whole_number(offset)

    # --- what the rules share ---

    def _mend(self, sentence: str) -> None:
        self.mended.append(sentence)

    def _quoting(self, written: str) -> Scalar:
        self._mend(f"“{written}” was put in quotes.")
        return typed(written)

    def _joined(self, joint: Joint, parts: list[Any]) -> Any:
        if len(parts) == 1:
            return parts[0]
        self._is_unpaired |= len(parts) > 2 or any(isinstance(part, Junction) for part in parts)
        return joined(joint, map(_bare, parts))

    def _whole(self, part: Any) -> Condition:
        condition: Condition = _bare(part)
        if self._is_unpaired and sum(1 for _ in criteria(condition)) > 2:
            self._mend("The conditions were put in pairs of brackets, as Zoho wants them.")
        return condition

    def _moment(self, value: Any) -> Any:
        """A moment in Zoho's spelling: no fraction of a second, and an offset in digits."""
        if not isinstance(value, str) or not _MOMENT.fullmatch(value):
            return value
        try:
            moment = datetime.fromisoformat(value).replace(microsecond=0)
        except ValueError:  # 30 February has the shape of a moment
            return value
        self._mend(f"“{value}” was written “{plain_text(moment)}”.")
        return moment

    def _whole_number(self, token: Token) -> int:
        if not token.isdecimal():
            raise self._wrong(token, f"“{token}” is not a whole number.", "Write digits only.")
        return int(token)

    def _wrong(self, token: Token, message: str, advice: str) -> BadQuery:
        return bad_place(message, self._text, token.start_pos or 0, near=str(token), advice=advice)


def _bare(part: Any) -> Any:
    return part.condition if isinstance(part, _Bracketed) else part


def _plain(token: Token) -> str:
    return unquoted(token) if token.type == "STRING" else str(token)
