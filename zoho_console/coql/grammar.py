"""The grammar of COQL, and of the looser criteria that people write. Source: fact sheet 3.2.

Wider than Zoho's: words without quotes as values, `==`, `<>`, `= null`, `contains`, conditions without bracket pairs.
What is read so is printed in Zoho's spelling.
"""

from __future__ import annotations

from functools import cache

from lark import Lark

from zoho_console.coql.spelling import RESERVED

_GRAMMAR = r"""
query: _SELECT columns _FROM source [where] [groups] [orders] [limit] [_END]
condition: _condition

columns: _column ("," _column)*
_column: plain | aggregate
plain: path [[_AS] alias]
aggregate: NAME "(" (path | STAR) ")" [[_AS] alias]
alias: NAME | STRING
where: _WHERE _condition
source: NAME ["#" NUMBER]

_condition: either
either: both (_OR both)*
both: atom (_AND atom)*
?atom: "(" _condition ")" -> bracketed
     | criterion
?criterion: path COMPARED value -> comparison
     | path COMPARED NULL -> comparison
     | path COMPARED "(" query ")" -> comparison
     | path [NOT] _LIKE value -> like
     | path [NOT] SHAPE value -> shaped
     | path [NOT] _IN "(" value ("," value)* ")" -> listed
     | path [NOT] _IN "(" query ")" -> listed
     | path [NOT] _BETWEEN value _AND value -> between
     | path _IS [NOT] NULL -> blank
value: STRING -> text
     | NUMBER -> number
     | WORD (WORD | NUMBER)* -> words
path: NAME | STRING

groups: _GROUP _BY path ("," path)*
orders: _ORDER _BY order ("," order)*
order: path [ASC | DESC]
limit: _LIMIT NUMBER [_OFFSET NUMBER]
     | _LIMIT NUMBER "," NUMBER -> offset_limit

_SELECT.2: /selectEND/i
_FROM.2: /fromEND/i
_WHERE.2: /whereEND/i
_AS.2: /asEND/i
_AND.2: /andEND/i
_OR.2: /orEND/i
NOT.2: /notEND/i
_LIKE.2: /likeEND/i
SHAPE.2: /(contains|starts?[ _]?with|ends?[ _]?with)END/i
_IN.2: /inEND/i
_BETWEEN.2: /betweenEND/i
_IS.2: /isEND/i
NULL.2: /nullEND/i
_GROUP.2: /groupEND/i
_ORDER.2: /orderEND/i
_BY.2: /byEND/i
_LIMIT.2: /limitEND/i
_OFFSET.2: /offsetEND/i
ASC.2: /ascEND/i
DESC.2: /descEND/i
COMPARED: /==|!=|<>|<=|>=|=|<|>/
STAR: "*"
_END: ";"
NAME: /(?!(?:KEYWORDS)END)!?[A-Za-z_$][A-Za-z0-9_$]*(\.[A-Za-z_$][A-Za-z0-9_$]*)*(->[A-Za-z0-9_$.]+)?/i
NUMBER.1: /-?[0-9]+(\.[0-9]+)?(?![^\s(),;'"=<>!])/
WORD: /[^\s(),;'"=<>!]+(;+[^\s(),;'"=<>!]+)*/
STRING: /'(?:[^']|'')*'|"(?:[^"]|"")*"/
%ignore /\s+/
"""
_END_OF_WORD = r"(?![\w.$])"


@cache
def parser() -> Lark:
    """The parser, made on first use; starts are `query` and `condition`."""
    text = _GRAMMAR.replace("KEYWORDS", "|".join(RESERVED)).replace("END/", f"{_END_OF_WORD}/")
    text = text.replace(")END)", f"){_END_OF_WORD})")
    return Lark(text, parser="lalr", start=["query", "condition"], maybe_placeholders=True)
