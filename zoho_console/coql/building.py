"""Conditions and queries from names and values in code: the only way a value enters a query."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from zoho_console.coql.spelling import Scalar
from zoho_console.coql.tree import (
    EVERY,
    Between,
    Blank,
    Column,
    Comparison,
    Condition,
    Like,
    Listed,
    Operator,
    Order,
    Query,
    joined,
)
from zoho_console.errors import BadQuery


def select(
    columns: Iterable[str | Column],
    module: str,
    where: Condition = EVERY,
    *,
    order_by: Sequence[Order] = (),
    limit: int | None = None,
    offset: int | None = None,
) -> Query:
    """A query for some fields of a module's records, each field once. Without `limit` Zoho gives 200 rows."""
    chosen = tuple(dict.fromkeys(one if isinstance(one, Column) else Column(one) for one in columns))
    return Query(columns=chosen, module=module, where=where, order_by=tuple(order_by), limit=limit, offset=offset)


def equals(path: str, value: Scalar | None) -> Condition:
    """The field has this value; None: it has none. Zoho compares texts without case."""
    return Blank(path) if value is None else Comparison(path, "=", value)


def compared(path: str, operator: Operator, value: Scalar) -> Condition:
    """The field compared with a value. Fields without a value meet no comparison, not even `!=`."""
    return Comparison(path, operator, value)


def is_in(path: str, values: Iterable[Scalar]) -> Condition:
    """The field has one of these values, at most 100 for Zoho. Errors: BadQuery for none."""
    return Listed(path, _some(path, values))


def not_in(path: str, values: Iterable[Scalar]) -> Condition:
    """The field has a value, and none of these. Errors: BadQuery for none."""
    return Listed(path, _some(path, values), negated=True)


def is_between(path: str, low: Scalar, high: Scalar, *, negated: bool = False) -> Condition:
    """The field lies between two values or is one of them; `negated`: it lies outside."""
    return Between(path, low, high, negated)


def is_blank(path: str) -> Condition:
    """The field has no value."""
    return Blank(path)


def is_filled(path: str) -> Condition:
    """The field has a value."""
    return Blank(path, negated=True)


def is_like(path: str, pattern: str, *, negated: bool = False) -> Condition:
    """The text fits a pattern, in which `%` at an end stands for any text. Zoho negates patterns `%text%` only."""
    return Like(path, pattern, negated)


def contains(path: str, text: str) -> Condition:
    """The field's text holds this one. Errors: BadQuery for a percent sign, which Zoho cannot look for."""
    return Like(path, f"%{_literal(text)}%")


def starts_with(path: str, text: str) -> Condition:
    """The field's text begins so. Errors: BadQuery as in `contains`."""
    return Like(path, f"{_literal(text)}%")


def ends_with(path: str, text: str) -> Condition:
    """The field's text ends so. Errors: BadQuery as in `contains`."""
    return Like(path, f"%{_literal(text)}")


def all_of(*conditions: Condition) -> Condition:
    """Every one of these conditions; of none: every record."""
    return joined("and", conditions) if conditions else EVERY


def any_of(*conditions: Condition) -> Condition:
    """At least one of these conditions. Errors: BadQuery for none."""
    if not conditions:
        raise BadQuery("A choice between no conditions matches nothing.", advice="Give at least one condition.")
    return joined("or", conditions)


def _some(path: str, values: Iterable[Scalar]) -> tuple[Scalar, ...]:
    some = tuple(values)
    if not some:
        raise BadQuery(f"The list of values for “{path}” is empty.", advice="Give at least one value.")
    return some


def _literal(text: str) -> str:
    if "%" in text:
        raise BadQuery(
            "Zoho cannot look for a percent sign: in a pattern it stands for any text.",
            advice="Look for the text before or after it.",
        )
    return text
