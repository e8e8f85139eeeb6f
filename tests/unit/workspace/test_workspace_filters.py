"""What is typed under a header becomes the condition that is meant."""

from __future__ import annotations

from datetime import datetime

import pytest

from zoho_console.coql import EVERY, is_between, parse_condition
from zoho_console.domain.fields import Field
from zoho_console.errors import BadQuery
from zoho_console.workspace.accounts import AccountQuery
from zoho_console.workspace.filters import condition, is_filterable


def field(kind: str, name: str = "A") -> Field:
    return Field(name, "The field", kind)


@pytest.mark.parametrize(
    ("kind", "typed", "text"),
    [
        ("text", "O'Hara", "A like '%O''Hara%'"),
        ("text", "%x%", "A like '%x%'"),
        ("text", "= ') or (id is not null", "A = ''') or (id is not null'"),
        ("picklist", "!= Retail", "A != 'Retail'"),
        ("text", "(blank)", "A is null"),
        ("text", "(Not blank)", "A is not null"),
        ("integer", "1,000", "A = 1000"),
        ("currency", "< 40.5", "A < 40.5"),
        ("bigint", ">= 777000000000510001", "A >= '777000000000510001'"),
        ("date", ">= 2026-03-04", "A >= '2026-03-04'"),
        ("boolean", "yes", "A = 'true'"),
        ("boolean", "!= true", "A = 'false'"),
        ("datetime", "> 2026-03-04T09:30:00+01:00", "A > '2026-03-04T09:30:00+01:00'"),
        ("ownerlookup", "Vogel", "A.last_name like '%Vogel%'"),
        ("lookup", "= Acme", "A.Account_Name = 'Acme'"),
    ],
)
def test_a_filter_means_a_condition(kind: str, typed: str, text: str) -> None:
    asked = condition(field(kind), typed)
    assert str(asked) == text
    assert str(parse_condition(str(asked))) == text


def test_a_day_means_all_of_it() -> None:
    first = datetime(2026, 3, 4).astimezone()
    last = datetime(2026, 3, 4, 23, 59, 59).astimezone()
    assert condition(field("datetime"), "2026-03-04") == is_between("A", first, last)
    assert condition(field("datetime"), "!= 2026-03-04") == is_between("A", first, last, negated=True)
    assert str(condition(field("datetime"), "> 2026-03-04")) == f"A > '{last.isoformat()}'"
    assert str(condition(field("datetime"), "< 2026-03-04")) == f"A < '{first.isoformat()}'"


@pytest.mark.parametrize(
    ("kind", "typed"), [("integer", "high"), ("date", "soon"), ("datetime", "> soon"), ("boolean", "x")]
)
def test_a_filter_that_cannot_be_read_names_its_field(kind: str, typed: str) -> None:
    with pytest.raises(BadQuery, match="“The field”") as caught:
        condition(field(kind), typed)
    assert caught.value.advice


def test_not_every_field_can_be_filtered() -> None:
    assert is_filterable(field("text"))
    assert not is_filterable(field("textarea"))


def test_filters_of_several_headers_are_joined() -> None:
    fields = [field("text", "A"), field("integer", "B"), field("text", "C")]
    asked = AccountQuery(("A",), {"A": "x", "B": "> 5", "C": "(blank)", "Unknown": "y"})
    assert str(asked.where(fields)) == "((A like '%x%' and B > 5) and C is null)"
    assert AccountQuery(("A",), {"A": "  "}).where(fields) == EVERY
