"""What a COQL text says about its answer: columns in order, module, how to count its rows. Zoho alone judges the text.

Source: fact sheet 3.1 (keys of rows are the select items or their aliases, in no order) and 3.2 (grammar).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_TOKEN = re.compile(r"'(?:[^']|'')*'?|\"(?:[^\"]|\"\")*\"?|[(),]|[^\s'\"(),]+")
_CLAUSES = frozenset({"select", "from", "where", "group", "order", "limit"})
_AGGREGATES = ("SUM(", "MIN(", "MAX(", "AVG(", "COUNT(")


@dataclass(frozen=True, slots=True)
class QueryText:
    """A COQL text taken apart. `items` are the keys of its rows, without blanks, in the order of the select list.

    `module` is "" where none is named. `is_total` says that rows are sums over records, so that they have no id.
    `select` is the text before FROM, `body` the text from there up to ORDER BY or LIMIT.
    """

    items: tuple[str, ...]
    module: str
    is_total: bool
    select: str
    body: str

    @property
    def counting(self) -> str:
        """A query that counts the rows of this one, its limit aside; "" for totals, whose rows nothing counts."""
        return "" if self.is_total or not self.body else f"select COUNT(id) as Total {self.body}"

    @property
    def unordered(self) -> str:
        """This query without order and limit: rows come by id, so that none is skipped or read twice."""
        return f"{self.select} {self.body}".strip()

    def in_order(self, keys: Iterable[str]) -> list[str]:
        """Keys of rows in the order of the select list; what it does not name comes last, as it came."""
        places = {item: place for place, item in enumerate(self.items)}
        return sorted(keys, key=lambda key: places.get(_bare(key), len(places)))


def read_query(text: str) -> QueryText:
    """Take a text apart; one that is no query has no items."""
    text = text.strip().rstrip(";")
    clauses: dict[str, int] = {}
    selected: list[list[str]] = [[]]
    source: list[str] = []
    clause, depth = "", 0
    for found in _TOKEN.finditer(text):
        token = found[0]
        depth += {"(": 1, ")": -1}.get(token, 0)
        if depth == 0 and token.lower() in _CLAUSES:
            clause = token.lower()
            clauses.setdefault(clause, found.start())
        elif clause == "select" and depth == 0 and token == ",":
            selected.append([])
        elif clause == "select":
            selected[-1].append(token)
        elif clause == "from":
            source.append(token)
    items = tuple(_key(tokens) for tokens in selected if tokens)
    start = clauses.get("from", len(text))
    end = min((clauses[name] for name in ("order", "limit") if name in clauses), default=len(text))
    return QueryText(
        items=items,
        module=source[0].partition("#")[0] if source else "",
        is_total="group" in clauses or any("".join(tokens).startswith(_AGGREGATES) for tokens in selected),
        select=text[:start].strip(),
        body=text[start:end].strip(),
    )


def place_in(text: str, line: int | None, column: int | None, word: str = "") -> tuple[int, int] | None:
    """Where a problem is, as start and length: by line and column from 1 if Zoho names them, else at `word`."""
    lines = text.split("\n")
    if line is not None and column is not None and line <= len(lines):
        start = sum(len(one) + 1 for one in lines[: line - 1]) + min(column - 1, len(lines[line - 1]))
        token = _TOKEN.match(text, start)
        return start, len(token[0]) if token else 1
    if word and (found := re.search(rf"(?<![\w.]){re.escape(word)}(?![\w.])", text)):
        return found.start(), len(word)
    return None


def _key(tokens: list[str]) -> str:
    """The key under which rows hold a select item: its alias, or the text itself."""
    has_alias = len(tokens) > 1 and tokens[-1] != ")"
    return _bare(tokens[-1]) if has_alias else _bare("".join(tokens))


def _bare(text: str) -> str:
    return "".join(text.split()).strip("'\"")
