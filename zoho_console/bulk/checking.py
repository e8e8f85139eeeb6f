"""Rows to changes: every mapped cell becomes a value of its field, or the row a named problem. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping as Named
from collections.abc import Sequence
from typing import Literal

from zoho_console.domain.changes import Change, Mapping, Problem, Row
from zoho_console.domain.fields import RECORD_ID, Field, ValueProblem, parse_text, shortened

Blanks = Literal["keep", "clear"]

_SCIENTIFIC = re.compile(r"[0-9][.,]?[0-9]*[eE]\+?[0-9]+")
_ROUNDED = re.compile(r"[0-9]{13,15}0{4,}", re.ASCII)


def check_row(
    row: Row, mapping: Mapping, fields: Named[str, Field], header: Sequence[str], *, blanks: Blanks = "keep"
) -> Change | Problem:
    """The row's change, or the first problem of its cells. An empty cell keeps the field or clears it, by `blanks`."""
    key_text = row.texts[mapping.key_column].strip()
    if problem := _key_problem(key_text, mapping, header):
        return problem
    values = {}
    for column, name in mapping.targets.items():
        text = row.texts[column]
        if not text.strip() and blanks == "keep":
            continue
        try:
            values[name] = parse_text(fields[name], text)
        except ValueProblem as error:
            return Problem(error.code, str(error), error.advice, header[column])
    return Change(row, key_text, values)


def _key_problem(text: str, mapping: Mapping, header: Sequence[str]) -> Problem | None:
    column = header[mapping.key_column]
    if not text:
        return Problem("no-key", f"“{column}” is empty, so the account cannot be found.", "Fill in the cell.", column)
    if mapping.key_field != "id":
        return None
    if _SCIENTIFIC.fullmatch(text) or _ROUNDED.fullmatch(text):
        return Problem(
            "id-ruined",
            f"The id “{shortened(text)}” was rounded by a spreadsheet.",
            "Export the ids again and keep the column as text.",
            column,
        )
    if not RECORD_ID.fullmatch(text):
        return Problem(
            "not-an-id",
            f"“{shortened(text)}” is not a record id.",
            "An id has 15 to 20 digits and nothing else.",
            column,
        )
    return None


def duplicates(numbers_by_record: Named[str, Sequence[int]]) -> dict[int, Problem]:
    """The problem of each row whose record another row of the file changes as well, by row number."""
    problems = {}
    for numbers in numbers_by_record.values():
        if len(numbers) > 1:
            for number in numbers:
                others = ", ".join(str(other) for other in numbers if other != number)
                word = "rows" if len(numbers) > 2 else "row"
                problems[number] = Problem(
                    "duplicate", f"The same account is in {word} {others} as well.", "Keep one row for each account."
                )
    return problems
