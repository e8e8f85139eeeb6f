"""The rules of the house that no linter knows."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "zoho_console"
FILES = sorted(PACKAGE.rglob("*.py"))
MOST_LINES, MOST_PUBLIC_METHODS, MOST_METHODS, MOST_FUNCTION_LINES = 300, 15, 25, 40
# Names Qt calls by itself are not ours to count.
QT_OVERRIDE = re.compile(r"[a-z]+[A-Z]")


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_file_tells_one_story_in_under_300_lines(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= MOST_LINES


def test_classes_keep_to_their_budget() -> None:
    too_big = []
    for path in FILES:
        for node in ast.walk(tree(path)):
            # The methods of a Transformer are the rules of a grammar: as many as it has.
            is_grammar = isinstance(node, ast.ClassDef) and "Transformer" in " ".join(map(ast.unparse, node.bases))
            if isinstance(node, ast.ClassDef) and not is_grammar:
                methods = [part.name for part in node.body if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef)]
                ours = [name for name in methods if not QT_OVERRIDE.match(name)]
                public = [name for name in ours if not name.startswith("_")]
                if len(public) > MOST_PUBLIC_METHODS or len(methods) > MOST_METHODS:
                    too_big.append(f"{path.name}:{node.name} {len(public)} public, {len(methods)} in all")
    assert too_big == []


def test_functions_keep_to_their_budget() -> None:
    too_long = []
    for path in FILES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
                first = node.body[0]
                is_documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
                start = first.end_lineno if is_documented and first.end_lineno else node.lineno
                if node.end_lineno - start > MOST_FUNCTION_LINES:
                    too_long.append(f"{path.name}:{node.name} {node.end_lineno - start}")
    assert too_long == []


def test_no_nested_qt_loop_anywhere() -> None:
    banned = {"exec", "exec_", "processEvents"}
    static_boxes = {"question", "warning", "critical", "information", "about", "getOpenFileName", "getSaveFileName"}
    found = []
    for path in FILES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = node.func.value.id if isinstance(node.func.value, ast.Name) else ""
                is_box = owner in ("QMessageBox", "QFileDialog", "QInputDialog") and node.func.attr in static_boxes
                if node.func.attr in banned or is_box:
                    found.append(f"{path.name}:{node.lineno}")
    assert found == []


def test_colours_live_in_the_theme_only() -> None:
    literal = re.compile(r"#[0-9A-Fa-f]{6}\b|QColor\(\s*[0-9]")
    styles = sorted((ROOT / "resources" / "style").glob("*.qss"))
    # The simulator's consent page is no part of the window.
    ours = [path for path in FILES if "simulator" not in path.relative_to(PACKAGE).parts]
    guilty = [path.name for path in [*ours, *styles] if literal.search(path.read_text("utf-8"))]
    assert guilty == ["theme.py"]


def test_imports_stand_at_the_top_but_for_the_start() -> None:
    late = []
    for path in FILES:
        if path.parent.name == "app" or path.name == "__main__.py":
            continue
        for function in ast.walk(tree(path)):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                late += [
                    f"{path.name}:{node.lineno}"
                    for node in ast.walk(function)
                    if isinstance(node, ast.Import | ast.ImportFrom)
                ]
    assert late == []


def test_labels_are_made_by_the_helper_that_never_reads_html() -> None:
    # QLabel guesses HTML from text; `label()` sets plain text. A bare QLabel may only hold a picture.
    guilty = []
    for path in sorted((PACKAGE / "ui").rglob("*.py")):
        if path.name == "basics.py":
            continue
        for node in ast.walk(tree(path)):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "QLabel"
                and node.args
            ):
                guilty.append(f"{path.name}:{node.lineno}")
    assert guilty == []


def test_nothing_that_qt_may_take_for_html_reaches_a_widget() -> None:
    # A tooltip guesses as a label does; what is no text of ours goes through `plain_tooltip`.
    guilty = []
    rich = {"setHtml", "insertHtml", "appendHtml", "RichText", "AutoText", "MarkdownText", "QMessageBox"}
    for path in sorted((PACKAGE / "ui").rglob("*.py")):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Attribute | ast.Name) and ast.unparse(node).rpartition(".")[2] in rich:
                guilty.append(f"{path.name}:{node.lineno}")
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".setToolTip"):
                parts = [node.args[0]]
                if isinstance(parts[0], ast.IfExp):
                    parts = [parts[0].body, parts[0].orelse]
                is_plain = all(
                    isinstance(one, ast.Constant)
                    or (isinstance(one, ast.Name) and one.id.isupper())
                    or (isinstance(one, ast.Call) and ast.unparse(one.func) == "plain_tooltip")
                    for one in parts
                )
                if not is_plain:
                    guilty.append(f"{path.name}:{node.lineno}")
    assert guilty == []


def test_the_library_loads_no_qt() -> None:
    code = "import sys, zoho_console; sys.exit(any(name.startswith('PySide6') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_the_command_line_loads_no_qt() -> None:
    code = (
        "import sys, zoho_console.cli.commands, zoho_console.__main__;"
        "sys.exit(any(name.startswith('PySide6') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_qt_calls_keep_their_hands_off_the_count_of_none() -> None:
    # PySide6 6.12 before Python 3.12 drops a reference to None per call until the process aborts.
    code = (
        "import sys; from PySide6.QtCore import QObject; one = QObject(); before = sys.getrefcount(None);"
        "[one.parent() for _ in range(100)]; sys.exit(sys.getrefcount(None) <= before - 50)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_nothing_but_the_look_at_a_certificate_that_was_not_trusted_believes_everybody() -> None:
    blind = re.compile(r"CERT_NONE|CERT_OPTIONAL|check_hostname *=|verify *= *False|_create_unverified")
    found = {path.relative_to(PACKAGE).as_posix() for path in FILES if blind.search(path.read_text("utf-8"))}
    assert found == {"zoho/certificates.py"}
