"""The document about COQL tells the truth."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from zoho_console.coql import parse_condition

DOCUMENT = (Path(__file__).resolve().parents[3] / "docs" / "coql.md").read_text("utf-8")
ROWS = re.findall(r"^\| `(.+?)` \| `(.+?)` \|$", DOCUMENT, re.MULTILINE)


@pytest.mark.parametrize(("written", "sent"), ROWS)
def test_what_is_written_is_sent_as_the_document_says(written: str, sent: str) -> None:
    assert str(parse_condition(written)) == sent


def test_the_code_of_the_document_runs() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)
    names: dict[str, object] = {}
    exec(code, names)
    assert str(names["query"]) == (
        "select Account_Name, Parent_Account.Account_Name from Accounts"
        " where Industry in ('Retail', 'O''Hara') and Health_Score < 40 order by Account_Name asc"
    )
