"""The values of a spreadsheet's cells as texts: dates as dates, nothing rounded unseen."""

from __future__ import annotations

import math
import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from zoho_console.bulk.sheet_archive import SheetArchive
from zoho_console.bulk.sheet_xml import NotASheet

# A spreadsheet keeps 15 digits of a number; what is longer was another number once.
_EXACT = 10**15
_LONGEST_PLAIN = 15
_LONGEST_ID = 9  # digits of the number of a format
_LAST_DAY = 2_958_466  # the first of the year 10000, counted from 1900
_DAY_THAT_NEVER_WAS = 60  # 29 February 1900, as Lotus had it (ECMA-376, part 1, 18.17.4.1)
_SECONDS = 86_400
# Formats that have a number only (ECMA-376, part 1, 18.8.30); 27 to 36 and 50 to 58 are dates in East Asia.
_OF_DATES = {*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)}
_OF_SPANS = {46}
_SPAN = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
_NO_SIGNS = re.compile(r'"[^"]*"?|\\.|[_*].|\[[^\]]*\]?')  # texts, single characters, room, colours and conditions


class Shown(StrEnum):
    """What a number is shown as."""

    NUMBER = "number"
    DATE = "date"
    SPAN = "span"


def shown_as(number: int, code: str) -> Shown:
    """What a number format makes of a number; `code` is empty for those that have a number only."""
    if not code:
        return Shown.DATE if number in _OF_DATES else Shown.SPAN if number in _OF_SPANS else Shown.NUMBER
    if _SPAN.search(code):
        return Shown.SPAN
    return Shown.DATE if set(_NO_SIGNS.sub("", code).lower()) & set("dmyhs") else Shown.NUMBER


def shown_by_style(archive: SheetArchive) -> list[Shown]:
    """What each style of a cell shows a number as. Errors: FileProblem, NotASheet."""
    if not (name := archive.shared("styles")):
        return []
    styles = archive.tree(name)
    codes = {one.get("numFmtId", ""): one.get("formatCode", "") for one in styles.iter("numFmt")}
    ids = [one.get("numFmtId", "0") for one in styles.iterfind("cellXfs/xf")]
    if not all(one.isdecimal() and len(one) <= _LONGEST_ID for one in ids):
        raise NotASheet
    return [shown_as(int(one), codes.get(one, "")) for one in ids]


def number_text(text: str) -> str:
    """A number of a cell as it is shown to who looks at it, which `domain.fields.parse_text` takes.

    A whole number beyond 15 digits comes out as spreadsheets show it, such as 7.77E+17: no field takes that.
    Errors: NotASheet.
    """
    if len(text) <= _LONGEST_PLAIN and text.isdecimal() and text.isascii() and (text[0] != "0" or text == "0"):
        return text
    return _number(_float(text))


def day_text(text: str, shown: Shown, *, is_from_1904: bool = False) -> str:
    """A number that is shown as a date, a time or a span, as such. Errors: NotASheet."""
    days = _float(text)
    if shown is Shown.SPAN:
        return str(timedelta(seconds=round(days * _SECONDS))) if abs(days) < _LAST_DAY else _number(days)
    if not 0 <= days < _LAST_DAY:
        return _number(days)  # spreadsheets show it as ######
    seconds = round(days * _SECONDS)
    if seconds < _SECONDS:
        return str((datetime.min + timedelta(seconds=seconds)).time())
    if is_from_1904:
        origin = datetime(1904, 1, 1)
    else:
        origin = datetime(1899, 12, 30) if days >= _DAY_THAT_NEVER_WAS else datetime(1899, 12, 31)
    try:
        return _moment(origin + timedelta(seconds=seconds))
    except OverflowError:
        return _number(days)


def iso_text(text: str) -> str:
    """A date or a moment that stands as such in the file. Errors: NotASheet."""
    try:
        return _moment(datetime.fromisoformat(text))
    except ValueError as error:
        raise NotASheet from error


def _moment(moment: datetime) -> str:
    if (moment.hour, moment.minute, moment.second) == (0, 0, 0) and moment.tzinfo is None:
        return date.isoformat(moment.date())
    return moment.isoformat(timespec="seconds")


def _number(value: float) -> str:
    if abs(value) >= _EXACT:
        return format(value, ".15G")
    # Spreadsheets reckon with 15 digits: 0.1 + 0.2 is 0.3 to who looks at it.
    return format(Decimal(format(value, ".15g")), "f")


def _float(text: str) -> float:
    try:
        value = float(text)
    except ValueError as error:
        raise NotASheet from error
    if not math.isfinite(value):
        raise NotASheet
    return value
