"""Cells in a file for spreadsheets, and the way back."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from zoho_console.bulk.escaping import EXACT_MARK, MARK, are_escaped, escaped, unescaped

FORMULAS = (
    "=1+1", '=HYPERLINK("http://x")', "@SUM(A1)", "+1+1", "-1+1", "-A1", " =1+1", "\u00a0=1+1", "\t=1", "\r=1", "\n=1",
    "\tx", "＝1+1", "＋1", "－1", "＠1", "'=1+1", "-", "+", "+49 30 1234", "-1 000",
)  # fmt: skip
RUINED = ("777000000000410001", "-123456789012", "00123", "-01", "0012.5", "123456789012.5")
LEFT_ALONE = (
    "",
    "x",
    "'x",
    "1",
    "-1",
    "-12.5",
    "0",
    "0.5",
    "12345678901",
    "2026-03-04",
    "a=1",
    "Müller + Co",
    "'",
    "日本",
)


@pytest.mark.parametrize("text", [*FORMULAS, *RUINED])
def test_what_a_spreadsheet_would_run_round_or_strip_has_a_mark_before_it(text: str) -> None:
    assert escaped(text) == f"'{text}"
    assert unescaped(escaped(text)) == text


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_all_else_is_left_alone_on_both_ways(text: str) -> None:
    assert escaped(text) == unescaped(text) == text


@given(st.text() | st.text(alphabet="'=+-@\t\r\n 0123456789.＝a\u00a0", max_size=16))
@example("'''=")
@example("' =")
@example("'0")
@example("'00")
def test_escaping_can_be_taken_back(text: str) -> None:
    assert unescaped(escaped(text)) == text
    assert escaped(text) in (text, f"'{text}")


def test_the_last_report_that_a_file_went_through_decides() -> None:
    assert not are_escaped(["id", "Row"])
    assert are_escaped(["id", MARK, "Record id"])
    assert are_escaped(["id", EXACT_MARK, "Record id", f"{MARK} (2)"])
    assert not are_escaped(["id", MARK, EXACT_MARK])
