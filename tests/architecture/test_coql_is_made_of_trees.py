"""COQL is printed by the tree alone: nobody glues a value into a text."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "zoho_console"
# The tree itself, and those that speak other languages: the simulator's errors and the store's SQL.
OTHERS = {"coql", "simulator", "store"}
FILES = sorted(path for path in PACKAGE.rglob("*.py") if path.relative_to(PACKAGE).parts[0] not in OTHERS)
GLUED = re.compile(
    r"\bselect\b.*\{\}.*\bfrom\b|\bfrom \{\}.*\bwhere\b"
    r"|\border by\b.*\{\}|\blimit \{\}|\boffset \{\}"
    r"|\bwhere\b[^{]*(=|<|>|\blike|\bin \()\s*'?%?\{\}"
    r"|\{\} (=|!=|<|>|<=|>=|like|not like) |\bin \(\{\}\)|[\w.] (=|!=|<|>|like) '%?\{\}",
    re.IGNORECASE | re.DOTALL,
)


def glued(source: str) -> list[str]:
    """The texts with holes in a source that look like COQL; each hole is `{}`."""
    texts = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr):
            texts.append("".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values))
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
            sides = (node.left, node.right)
            texts.append("".join(str(side.value) if isinstance(side, ast.Constant) else "{}" for side in sides))
    return [text for text in texts if GLUED.search(re.sub(r"%s", "{}", text))]


def test_no_value_is_glued_into_coql() -> None:
    found = {str(path.relative_to(PACKAGE)): glued(path.read_text("utf-8")) for path in FILES}
    assert {path: texts for path, texts in found.items() if texts} == {}


@pytest.mark.parametrize(
    "source",
    [
        """f"select id from Accounts where Account_Name = '{name}'" """,
        """f"select {columns} from Accounts where id is not null" """,
        """f"({one.api_name} = {quote(value)})" """,
        """f"{where} and (id > '{last}')" """,
        """f"{query} order by {field} asc" """,
        """f"{query} limit {rows} offset {offset}" """,
        """f"{field} like '%{text}%'" """,
        """f"{field} in ({values})" """,
        """"select id from Accounts where id = '%s'" % value """,
        """"select id from Accounts where id = " + value """,
    ],
)
def test_glue_is_found_where_it_is(source: str) -> None:
    assert glued(source.strip())


def test_words_for_people_are_no_coql() -> None:
    assert not glued("""f"“{near}” cannot be read here: “from” or “where” is expected, in {file}." """.strip())
