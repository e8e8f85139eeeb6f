"""An editor for COQL: keywords, texts and numbers coloured; Ctrl+Enter runs."""

from __future__ import annotations

import re

from PySide6.QtCore import Signal
from PySide6.QtGui import (
    QFont,
    QFontDatabase,
    QKeySequence,
    QShortcut,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit

from zoho_console.ui.theme import Look

_KEYWORDS = re.compile(
    r"\b(select|from|where|and|or|not|in|like|between|is|null|group|order|by|asc|desc|limit|offset|as)\b", re.IGNORECASE
)
_FUNCTIONS = re.compile(r"\b(COUNT|SUM|MIN|MAX|AVG)(?=\s*\()")
_NUMBERS = re.compile(r"\b\d+(\.\d+)?\b")
_TEXTS = re.compile(r"'(?:[^']|'')*'?|\"(?:[^\"]|\"\")*\"?")


class _Highlighter(QSyntaxHighlighter):
    def __init__(self, editor: QPlainTextEdit, look: Look) -> None:
        super().__init__(editor.document())
        self._look = look
        look.changed.connect(self.rehighlight)

    def highlightBlock(self, text: str) -> None:
        for pattern, token, bold in (
            (_KEYWORDS, "accent", True),
            (_FUNCTIONS, "accent", False),
            (_NUMBERS, "warn", False),
            (_TEXTS, "good", False),
        ):
            form = QTextCharFormat()
            form.setForeground(self._look.colour(token))
            if bold:
                form.setFontWeight(QFont.Weight.DemiBold)
            for found in pattern.finditer(text):
                self.setFormat(found.start(), found.end() - found.start(), form)


class CoqlEditor(QPlainTextEdit):
    """Signals: `run_wanted` on Ctrl+Enter."""

    run_wanted = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPixelSize(13)
        self.setFont(font)
        self.setAccessibleName("COQL query")
        self.setPlaceholderText("select Account_Name from Accounts where Industry = 'Banking'")
        self.setTabChangesFocus(True)
        self._highlighter = _Highlighter(self, look)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self).activated.connect(self.run_wanted)

    def mark(self, line: int | None, column: int | None) -> None:
        """Underline the place of a problem, counted from 1, and put the cursor there; None takes the mark away."""
        if line is None or column is None:
            self.setExtraSelections([])
            return
        block = self.document().findBlockByNumber(line - 1)
        cursor = QTextCursor(block)
        cursor.setPosition(min(block.position() + max(0, column - 1), block.position() + max(0, block.length() - 1)))
        self.setTextCursor(cursor)
        cursor.movePosition(QTextCursor.MoveOperation.EndOfWord, QTextCursor.MoveMode.KeepAnchor)
        mark = QTextEdit.ExtraSelection()
        form = QTextCharFormat()
        form.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        form.setUnderlineColor(self._look.colour("bad"))
        form.setBackground(self._look.colour("bad_bg"))
        mark.format = form
        mark.cursor = cursor
        self.setExtraSelections([mark])
