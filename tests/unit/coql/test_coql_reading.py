"""What people write is read as they mean it, and what is mended on the way is said."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from zoho_console.coql import (
    Blank,
    Column,
    Comparison,
    Condition,
    Like,
    Listed,
    Order,
    Query,
    all_of,
    any_of,
    equals,
    parse,
    parse_condition,
)

ACTIVE = equals("Account_Status", "Active")
PAIRS = "The conditions were put in pairs of brackets, as Zoho wants them."


@pytest.mark.parametrize(
    ("text", "printed", "mended"),
    [
        ("Industry=Technology", "Industry = 'Technology'", ("“Technology” was put in quotes.",)),
        (
            "(Industry=Technology) AND (Annual_Revenue>1000000)",
            "Industry = 'Technology' and Annual_Revenue > 1000000",
            ("“Technology” was put in quotes.",),
        ),
        ("Account_Status=Active", "Account_Status = 'Active'", ("“Active” was put in quotes.",)),
        ("Account_Name LIKE '%Tech%'", "Account_Name like '%Tech%'", ()),
        (
            """
            (Account_Name LIKE '%Software%' OR Industry='Technology')
            AND Annual_Revenue > 500000
            AND Account_Status = 'Active'
            """,
            "(((Account_Name like '%Software%' or Industry = 'Technology') and Annual_Revenue > 500000)"
            " and Account_Status = 'Active')",
            (PAIRS,),
        ),
    ],
)
def test_every_criteria_of_the_guide_is_read(text: str, printed: str, mended: tuple[str, ...]) -> None:
    condition = parse_condition(text)
    assert (str(condition), condition.mended) == (printed, mended)


@pytest.mark.parametrize(
    ("text", "condition", "mends"),
    [
        ("a == 'b'", equals("a", "b"), 1),
        ("a <> 5", Comparison("a", "!=", 5), 1),
        ("a = null", Blank("a"), 1),
        ("a != NULL", Blank("a", negated=True), 1),
        ("a = Food & Beverage", equals("a", "Food & Beverage"), 1),
        ("a = Food  Court or b = c", any_of(equals("a", "Food  Court"), equals("b", "c")), 2),
        ("a = 40", equals("a", 40), 0),
        ("a = -4.50", equals("a", Decimal("-4.50")), 0),
        ("Billing_Code = 01234", equals("Billing_Code", "01234"), 1),
        ("a = TRUE", equals("a", True), 0),
        ("a = 'true'", equals("a", True), 0),
        ("a = 2026-03-04", equals("a", date(2026, 3, 4)), 1),
        ("a = order", equals("a", "order"), 1),
        ("a = ann@acme.example", equals("a", "ann@acme.example"), 1),
        ("a = English;German", equals("a", "English;German"), 1),
        ("a > '2026-03-04T09:30:00.250Z'", Comparison("a", ">", datetime(2026, 3, 4, 9, 30, tzinfo=UTC)), 1),
        ("a > '2026-02-30T09:30:00Z'", Comparison("a", ">", "2026-02-30T09:30:00Z"), 0),
        ("a = '2026-03-04T09:30:00Z'", equals("a", "2026-03-04T09:30:00Z"), 0),
        ("a contains 'x'", Like("a", "%x%"), 1),
        ("a NOT contains 'x'", Like("a", "%x%", negated=True), 1),
        ("a starts with x", Like("a", "x%"), 2),
        ("a ends_with 'x'", Like("a", "%x"), 1),
        ("a in (b c, 5, 'x''')", Listed("a", ("b c", 5, "x'")), 1),
        ('\'Order\' = "O\'Hara ""x"""', equals("Order", 'O\'Hara "x"'), 0),
        ("What_Id->Leads.Last_Name = 'x'", equals("What_Id->Leads.Last_Name", "x"), 0),
        ("((a = 1))", equals("a", 1), 0),
        ("a = 1 and (b = 2 and (c = 3))", all_of(equals("a", 1), equals("b", 2), equals("c", 3)), 0),
        ("a = 1 or b = 2 and c = 3", any_of(equals("a", 1), all_of(equals("b", 2), equals("c", 3))), 1),
    ],
)
def test_loose_criteria_are_read_as_meant(text: str, condition: Condition, mends: int) -> None:
    read = parse_condition(text)
    assert read == condition
    assert len(read.mended) == mends
    assert parse_condition(str(read)) == condition


def test_a_query_is_read_in_all_its_parts() -> None:
    query = parse(
        "SELECT Industry, Parent_Account.Account_Name AS 'Parent', COUNT(id) Total, Max(Annual_Revenue)\n"
        "FROM Accounts#777 WHERE Account_Status = 'Active' GROUP BY Industry, 'Order'\n"
        "ORDER BY Total DESC, Industry LIMIT 10, 5 ;"
    )
    assert query == Query(
        columns=(
            Column("Industry"),
            Column("Parent_Account.Account_Name", alias="Parent"),
            Column("id", "COUNT", "Total"),
            Column("Annual_Revenue", "MAX"),
        ),
        module="Accounts",
        view=777,
        where=ACTIVE,
        group_by=("Industry", "Order"),
        order_by=(Order("Total", descending=True), Order("Industry")),
        limit=5,
        offset=10,
    )
    assert query.mended == ("“Max” was written “MAX”.",)
    assert str(query) == (
        "select Industry, Parent_Account.Account_Name as Parent, COUNT(id) as Total, MAX(Annual_Revenue)"
        " from Accounts#777 where Account_Status = 'Active' group by Industry, 'Order'"
        " order by Total desc, Industry asc limit 5 offset 10"
    )


def test_a_missing_condition_is_added_for_zoho_wants_one() -> None:
    query = parse("select count(*) from Accounts")
    assert str(query) == "select COUNT(id) from Accounts where id is not null"
    assert len(query.mended) == 2


def test_a_query_in_bracket_pairs_has_nothing_to_mend() -> None:
    text = "select id from Accounts where ((a = 1 and b = 2) and (c = 3 or d = 4))"
    assert parse(text).mended == ()
    assert str(parse(text)) == text


def test_a_query_within_a_query_is_read() -> None:
    query = parse("select id from Accounts where Owner in (select id from Users where status = 'active')")
    assert isinstance(query.where, Listed)
    assert isinstance(query.where.values, Query)
    assert query.where.values.module == "Users"


@pytest.mark.parametrize(
    ("limit", "credits"), [("", 1), ("limit 200", 1), ("limit 201", 2), ("limit 1000", 2), ("limit 5, 1001", 3)]
)
def test_a_query_knows_its_price(limit: str, credits: int) -> None:
    assert parse(f"select id from Accounts {limit}").credits == credits


def test_a_query_tells_its_rows_from_totals_and_their_keys_in_order() -> None:
    listed = parse("select 'Account_Name', Industry as 'Line of business' from Accounts order by Industry limit 7")
    totals = parse("select SUM(Annual_Revenue), Industry from Accounts group by Industry")
    assert (listed.is_total, totals.is_total) == (False, True)
    assert totals.counting is None
    assert str(listed.counting) == "select COUNT(id) as Total from Accounts where id is not null"
    assert listed.unordered.order_by == ()
    assert listed.unordered.limit is None
    assert listed.limited(200, 400).offset == 400
    assert listed.in_order(["id", "Line of business", "Account_Name"]) == ["Account_Name", "Line of business", "id"]
    assert totals.in_order(["Industry", "SUM(Annual_Revenue)"]) == ["SUM(Annual_Revenue)", "Industry"]
