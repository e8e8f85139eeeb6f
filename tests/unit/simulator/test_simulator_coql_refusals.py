from __future__ import annotations

from typing import Any

import pytest

from zoho_console.simulator.answers import Refusal
from zoho_console.simulator.coql import run
from zoho_console.simulator.world import World

A = "Accounts where id is not null"
REFUSED: list[tuple[str, str, str, dict[str, Any]]] = [
    ("delete from Accounts", "SYNTAX_ERROR", "given coql query not supported", {}),
    ("", "SYNTAX_ERROR", "given coql query not supported", {}),
    ("select id from Accounts", "SYNTAX_ERROR", "missing clause", {"clause": "where"}),
    ("select id where id is not null", "SYNTAX_ERROR", "missing clause", {"clause": "from"}),
    (
        "select id,\n  from Accounts",
        "SYNTAX_ERROR",
        "unexpected token",
        {"line": 2, "column": 3, "near": "from"},
    ),
    (f"select * from {A}", "SYNTAX_ERROR", "unexpected token", {"line": 1, "column": 8, "near": "*"}),
    ("select id from Accounts where", "SYNTAX_ERROR", "error occured while parsing the query", {"near": "where"}),
    (
        "select id from Accounts where not (Employees > 1)",
        "SYNTAX_ERROR",
        "operator not supported",
        {"operator": "not"},
    ),
    (
        f"select Foo from {A}",
        "INVALID_QUERY",
        "column given seems to be invalid",
        {"column_name": "Foo"},
    ),
    (
        "select id from Accounts where Foo.Bar = 1",
        "INVALID_QUERY",
        "column given seems to be invalid",
        {"column_name": "Foo.Bar", "clause": "where"},
    ),
    (
        f"select Parent_Account.Parent_Account.Parent_Account.id from {A}",
        "INVALID_QUERY",
        "column given seems to be invalid",
        {"column_name": "Parent_Account.Parent_Account.Parent_Account.id"},
    ),
    (
        "select id from Foo where id is not null",
        "INVALID_QUERY",
        "column given seems to be invalid",
        {"column_name": "Foo", "clause": "from"},
    ),
    (
        "select id from Accounts#777 where id is not null",
        "INVALID_QUERY",
        "the custom view given seems to be invalid",
        {"cvid": "777"},
    ),
    (
        "select id from Accounts where Employees = 'x'",
        "INVALID_QUERY",
        "value given seems to be invalid for the column",
        {"expected_data_type": "integer", "column_name": "Employees"},
    ),
    (
        "select id from Accounts where Industry != null",
        "INVALID_QUERY",
        "value given seems to be invalid for the column",
        {"expected_data_type": "picklist", "column_name": "Industry"},
    ),
    (
        "select id from Accounts where Owner = 'Mina'",
        "INVALID_QUERY",
        "value given seems to be invalid for the column",
        {"expected_data_type": "bigint", "column_name": "Owner"},
    ),
    (
        "select id from Accounts where Is_Key_Account = 'yes'",
        "INVALID_QUERY",
        "value given seems to be invalid for the column",
        {"expected_data_type": "boolean", "column_name": "Is_Key_Account"},
    ),
    (
        "select id from Accounts where Created_Time > '2026-03-04T09:30:00.000Z'",
        "INVALID_QUERY",
        "value given seems to be invalid for the column",
        {"expected_data_type": "datetime", "column_name": "Created_Time"},
    ),
    (
        "select id from Accounts where Created_Time > '2026-02-30T09:30:00+01:00'",
        "INVALID_QUERY",
        "value given seems to be invalid for the column",
        {"expected_data_type": "datetime", "column_name": "Created_Time"},
    ),
    (
        "select id from Accounts where Account_Name > 'x'",
        "INVALID_QUERY",
        "Invalid query formed",
        {"reason": "invalid operator found", "column_name": "Account_Name", "operator": ">"},
    ),
    (
        "select id from Accounts where Account_Name not like 'x%'",
        "INVALID_QUERY",
        "Invalid query formed",
        {"reason": "invalid operator found", "column_name": "Account_Name", "operator": "not like"},
    ),
    (
        "select id from Accounts where Description like '%x%'",
        "INVALID_QUERY",
        "unsupported column in criteria",
        {"cv_criteria": False, "column_name": "Description", "operator": "like"},
    ),
    (f"select Record_Image from {A}", "INVALID_QUERY", "unsupported column", {"column_name": "Record_Image"}),
    (
        f"select id from {A} order by Description",
        "INVALID_QUERY",
        "data type not supported",
        {"column_name": "Description", "data_type": "textarea"},
    ),
    (
        f"select COUNT(Account_Name) from {A}",
        "INVALID_QUERY",
        "data type not supported",
        {"column_name": "Account_Name", "data_type": "text"},
    ),
    (f"select Industry, COUNT(id) from {A}", "INVALID_QUERY", "Invalid query formed", {"column_name": "Industry"}),
    (
        f"select Industry from {A} group by Industry order by Employees",
        "INVALID_QUERY",
        "column given seems to be invalid",
        {"column_name": "Employees", "clause": "order by"},
    ),
    (
        f"select count(id) from {A}",
        "INVALID_DATA",
        "invalid data",
        {"reason": "unsupported aggregate function", "column": "count(id)"},
    ),
    (f"select id from {A} limit s", "INVALID_QUERY", "limit given seems to be invalid", {"limit": "s"}),
    (f"select id from {A} limit 0", "INVALID_DATA", "limit should be greater than 0", {}),
    (f"select id from {A} limit 2001", "LIMIT_EXCEEDED", "limit exceeded", {"by": "limit", "limit": 2000}),
    (
        f"select id from {A} limit 99999, 2",
        "LIMIT_EXCEEDED",
        "limit exceeded",
        {"by": "offset", "limit": 100000},
    ),
    (
        f"select id as '' from {A}",
        "INVALID_ALIAS",
        "alias name cannot be an empty string",
        {"column_name": "id", "alias": ""},
    ),
    (
        f"select id as x, Industry as x from {A}",
        "DUPLICATE_ALIAS",
        "same alias cannot refer more than one column",
        {"alias": "x", "referred_columns": ["id", "Industry"]},
    ),
    (f"select id, id from {A}", "DUPLICATE_DATA", "duplicate select column", {"column_name": "id"}),
    (
        f"select MAX(id), MAX(id) from {A}",
        "DUPLICATE_DATA",
        "duplicate aggregate function",
        {"column_name": "id", "aggregate": "MAX"},
    ),
    (
        f"select id from Accounts where id in ({','.join(map(str, range(101)))})",
        "LIMIT_EXCEEDED",
        "limit exceeded",
        {"by": "in", "limit": 100},
    ),
]


@pytest.mark.parametrize(("text", "code", "message", "details"), REFUSED)
def test_a_wrong_query_is_refused_in_zohos_words(
    world: World, text: str, code: str, message: str, details: dict[str, Any]
) -> None:
    with pytest.raises(Refusal) as refused:
        run(world, text)

    assert (refused.value.code, refused.value.message, refused.value.details) == (code, message, details)
