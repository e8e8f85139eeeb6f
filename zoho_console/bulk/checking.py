"""Rows to changes: every mapped cell becomes a value of its field, or the row a named problem. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping as Named
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from zoho_console.domain.changes import Blanks, Change, Mapping, Problem, Row
from zoho_console.domain.fields import RECORD_ID, Field, ValueProblem, parse_text, shortened

SCIENTIFIC = re.compile(r"[0-9]([.,][0-9]+)?[eE]\+?[0-9]+", re.ASCII)
# Spreadsheets keep 15 digits of a number and write zeros for the others. True ids of 18 and more digits end so in one
# of a thousand cases; a file in which more do went through a spreadsheet.
ROUNDED = re.compile(r"[0-9]{15}0{3,5}", re.ASCII)
_TRUE_SHARE = 0.01
# What a spreadsheet shows of a number that it keeps rounded, and where a formula failed (ECMA-376, part 1, 18.17.3).
_SHOWN_ROUNDED = re.compile(r"-?[0-9]([.,][0-9]+)?E\+[0-9]{2,3}", re.ASCII)
_FAILED = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"})
_WHOLE = re.compile(r"-?[0-9]+", re.ASCII)

# The gaps are for an s and the numbers of the other rows.
TWINS = Problem("duplicate", "The same account is in row%s %s as well.", "Keep one row for each account.")


def are_rounded(suspects: int, rows: int) -> bool:
    """Whether a file with so many rows and so many ids that look rounded went through a spreadsheet."""
    return suspects > max(1, _TRUE_SHARE * rows)


def check_row(
    row: Row,
    mapping: Mapping,
    fields: Named[str, Field],
    header: Sequence[str],
    *,
    blanks: Blanks = "keep",
    has_rounded_ids: bool = False,
) -> Change | Problem:
    """The row's change, or what is wrong with its key; cells that are no values are the change's unreadable ones.

    An empty cell keeps the field or clears it, by `blanks`. With `has_rounded_ids` (see `are_rounded`) an id that ends
    as rounded ones do is refused: it may be that of another record.
    """
    key_text = row.texts[mapping.key_column].strip()
    if problem := _key_problem(key_text, mapping.key_field, fields, has_rounded_ids=has_rounded_ids):
        return replace(problem, column=header[mapping.key_column])
    values: dict[str, Any] = {}
    unreadable: dict[str, tuple[str, Problem]] = {}
    for column, name in mapping.targets.items():
        text = row.texts[column]
        if not text.strip() and blanks == "keep":
            continue
        if problem := _spreadsheet_problem(text.strip()):
            unreadable[name] = text.strip(), replace(problem, column=header[column])
            continue
        try:
            values[name] = parse_text(fields[name], text)
        except ValueProblem as error:
            unreadable[name] = text.strip(), Problem(error.code, str(error), error.advice, header[column])
    return Change(row, key_text, values, unreadable)


def _key_problem(text: str, name: str, fields: Named[str, Field], *, has_rounded_ids: bool) -> Problem | None:
    if not text:
        return Problem("no-key", "The cell is empty, so the account cannot be found.", "Fill in the cell.")
    if name == "id":
        return _id_problem(text, has_rounded_ids=has_rounded_ids)
    if problem := _spreadsheet_problem(text):
        return problem
    # Zoho refuses the whole question if one of its values is not of the field's type.
    if fields[name].is_number and not _WHOLE.fullmatch(text):
        return Problem("not-a-number", f"“{shortened(text)}” is not a whole number.", "Write digits only.")
    return None


def _spreadsheet_problem(text: str) -> Problem | None:
    """What a spreadsheet left instead of a value."""
    if text.startswith("#") and text in _FAILED:
        return Problem("failed-formula", f"“{text}” is a formula that failed.", "Mend it, or type the value.")
    if "E+" in text and _SHOWN_ROUNDED.fullmatch(text):
        return Problem(
            "number-ruined",
            f"“{shortened(text)}” is a number that a spreadsheet rounded.",
            "Format the column as text and enter the whole number again.",
        )
    return None


def _id_problem(text: str, *, has_rounded_ids: bool) -> Problem | None:
    if SCIENTIFIC.fullmatch(text) or (has_rounded_ids and ROUNDED.fullmatch(text)):
        return Problem(
            "id-ruined",
            f"The id “{shortened(text)}” was rounded by a spreadsheet.",
            "Export the ids again and keep the column as text.",
        )
    if not RECORD_ID.fullmatch(text):
        return Problem(
            "not-an-id", f"“{shortened(text)}” is not a record id.", "An id has 15 to 20 digits and nothing else."
        )
    return None
