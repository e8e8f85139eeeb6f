"""Cells that no spreadsheet turns into something else, and the way back. Pure.

A spreadsheet runs a cell that begins as a formula (OWASP ASVS 1.2.10), shows a number of 12 or more digits rounded and
saves it so, and drops leading zeros and plus signs. Such cells have a ' before them, and so have those that begin with
that ' already: taking one off gives back what was there, to the letter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

# For spreadsheets: UTF-8 with a mark, cells escaped. Exact: UTF-8, every cell to the letter.
Form = Literal["spreadsheet", "exact"]

# Titles of the row numbers in our reports and exports; by them a file with escaped cells is known when it comes back.
MARK, EXACT_MARK = "Row (' keeps a cell as text)", "Row (cells to the letter)"

# Negative numbers stay numbers: nothing in them runs. Signs of full width are formulas to some spreadsheets.
_AT_RISK = re.compile(r"'*(?:[\t\r\n]|\s*(?:-(?![0-9]+(?:\.[0-9]+)?\Z)|[=+@＝＋－＠])|-?[0-9]{12}|-?0[0-9])")
_ESCAPED = re.compile(rf"'(?={_AT_RISK.pattern})")


def are_escaped(titles: Sequence[str]) -> bool:
    """Whether the cells under these titles are escaped: the last of our files that it went through says so."""
    marks = [title for title in titles if title.startswith((MARK, EXACT_MARK))]
    return bool(marks) and marks[-1].startswith(MARK)


def escaped(text: str) -> str:
    """The cell as a spreadsheet leaves it alone."""
    if text[:1].isalpha():
        return text  # most cells, at a tenth of the time
    return f"'{text}" if _AT_RISK.match(text) else text


def unescaped(text: str) -> str:
    """The cell as it was before `escaped`."""
    return text[1:] if text[:1] == "'" and _ESCAPED.match(text) else text
