"""Cells that no spreadsheet turns into something else, and the way back. Pure.

A spreadsheet runs a cell that begins as a formula (OWASP ASVS 1.2.10), shows a number of 12 or more digits rounded and
saves it so, and drops leading zeros and plus signs. Such cells have a ' before them, and so have those that begin with
that ' already: taking one off gives back what was there, to the letter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from zoho_console.domain.fields import RECORD_ID

# For spreadsheets: UTF-8 with a mark, cells escaped. Exact: UTF-8, every cell to the letter.
Form = Literal["spreadsheet", "exact"]

# Titles of the row numbers in our reports and exports; by them a file with escaped cells is known when it comes back.
MARK, EXACT_MARK = "Row (' keeps a cell as text)", "Row (cells to the letter)"

# Negative numbers stay numbers: nothing in them runs. Signs of full width are formulas to some spreadsheets.
_AT_RISK = re.compile(r"'*(?:[\t\r\n]|\s*(?:-(?![0-9]+(?:\.[0-9]+)?\Z)|[=+@＝＋－＠])|-?[0-9]{12}|-?0[0-9])")
_ESCAPED_ID = re.compile(rf"'(?:{RECORD_ID.pattern})")
_ESCAPED = re.compile(rf"'(?={_AT_RISK.pattern})")


def are_escaped(titles: Sequence[str], rows: Sequence[Sequence[str]] = ()) -> bool:
    """Whether the cells under these titles are escaped: the last of our files that they went through says so.

    Where nothing says so, for somebody took the column away or copied a part into another file, a column of nothing but
    escaped ids among the first `rows` does: no id begins with a mark.
    """
    marks = [title for title in titles if title.startswith((MARK, EXACT_MARK))]
    if marks:
        return marks[-1].startswith(MARK)
    columns = ([cell for cell in column if cell] for column in zip(*rows, strict=True))
    return any(cells and all(map(_ESCAPED_ID.fullmatch, cells)) for cells in columns)


def escaped(text: str) -> str:
    """The cell as a spreadsheet leaves it alone."""
    if text[:1].isalpha():
        return text  # most cells, at a tenth of the time
    return f"'{text}" if _AT_RISK.match(text) else text


def unescaped(text: str) -> str:
    """The cell as it was before `escaped`."""
    return text[1:] if text[:1] == "'" and _ESCAPED.match(text) else text
