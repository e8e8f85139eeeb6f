"""What is wrong with a text that is no COQL: where it is, what stands there, what was expected, in plain words."""

from __future__ import annotations

import re

from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from zoho_console.coql.spelling import RESERVED
from zoho_console.domain.fields import shortened
from zoho_console.errors import BadQuery

_NEAR = re.compile(r"[\w.$]+|\S")
_OPERATORS = "an operator such as =, like or in"
# In Zoho's details, in the order of what tells most precisely where a query went wrong.
_NAMING = ("column_name", "near", "alias", "clause", "operator")
# Names of terminals in the order in which they are said.
_WORDS = {
    "_SELECT": "“select”",
    "COMPARED": _OPERATORS,
    "NAME": "the name of a field",
    "WORD": "a value",
    "COMMA": "a comma",
    "_FROM": "“from”",
    "_WHERE": "“where”",
    "_AND": "“and”",
    "_OR": "“or”",
    "_BY": "“by”",
    "_LIKE": "“like”",
    "NULL": "“null”",
    "NUMBER": "a number",
    "LPAR": "an opening bracket",
    "RPAR": "a closing bracket",
    "$END": "the end",
}


def bad_text(error: UnexpectedInput, text: str) -> BadQuery:
    """The parser's complaint about `text` in words for people, with line, column and `details["near"]`."""
    is_end = isinstance(error, UnexpectedToken) and error.token.type == "$END"
    place = len(text.rstrip()) if is_end else error.pos_in_stream or 0
    found = _NEAR.match(text, place)
    near = found[0] if found else ""
    expected = _expected(error)
    if not near:
        message = f"The text ends too early: {expected} is expected." if text.strip() else "There is no text yet."
    else:
        message = f"“{shortened(near, 40)}” cannot be read here" + (f": {expected} is expected." if expected else ".")
    return bad_place(message, text, place, near=near, advice=_advice(near, expected))


def bad_place(message: str, text: str, place: int, *, near: str, advice: str) -> BadQuery:
    """A BadQuery about the place `place` in `text`."""
    before = text[:place]
    return BadQuery(
        message,
        line=before.count("\n") + 1,
        column=place - before.rfind("\n"),
        advice=advice,
        details={"near": near},
    )


def place_of(problem: BadQuery, text: str) -> tuple[int, int] | None:
    """Start and length of what a problem is about in `text`; None if it names nothing that stands there.

    Zoho's own lines and columns are those of the query as it was sent, so its problems are found by their words.
    """
    if problem.status == 0 and problem.line is not None and problem.column is not None:
        lines = text.split("\n")[: problem.line - 1]
        start = sum(len(line) + 1 for line in lines) + problem.column - 1
        near = str(problem.details.get("near", ""))
        return (start, len(near)) if near else (max(start - 1, 0), 1)
    word = next((str(problem.details[key]) for key in _NAMING if problem.details.get(key)), "")
    found = re.search(rf"(?<![\w.]){re.escape(word)}(?![\w.])", text) if word else None
    return (found.start(), len(word)) if found else None


def _expected(error: UnexpectedInput) -> str:
    names: set[str] = set()
    if isinstance(error, UnexpectedToken):
        names = set(error.accepts or error.expected)
    elif isinstance(error, UnexpectedCharacters):
        names = set(error.allowed or ())
    if names == {"NAME"}:
        return "the name of a module"
    if "COMPARED" in names:
        return _OPERATORS
    if "WORD" in names and not names & {"_AND", "RPAR", "COMMA"}:
        return "a value"
    words = [words for name, words in _WORDS.items() if name in names and not _is_spare(name, names)]
    return f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else "".join(words)


def _is_spare(name: str, names: set[str]) -> bool:
    """Whether a terminal is allowed but not what a person would think of: an alias, another word of a value."""
    is_later = bool(names & {"_FROM", "_AND", "$END"})
    return name in ("NAME", "WORD", "NUMBER", "LPAR") and is_later


def _advice(near: str, expected: str) -> str:
    if near in ("'", '"'):
        return "Close the quotes; write a quote within a text twice, as in 'O''Hara'."
    if near == "*":
        return "Name the fields: COQL has no “*”."
    if near == ")" and not expected:
        return "Take the bracket away, or open one before it."
    if near.lower() == "not":
        return "Turn each condition round instead; COQL has “not” only in “not in”, “not like” and “not between”."
    if near.lower() in RESERVED and "name" in expected:
        return f"If a field is called so, put it in quotes: '{near}'."
    if expected == _OPERATORS or "“and”" in expected:
        return "A value that holds brackets, commas, quotes, “and” or “or” needs quotes around it."
    return "Correct the text there." if near else "Write on."
