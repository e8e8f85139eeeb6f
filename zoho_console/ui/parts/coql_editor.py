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

from zoho_console.coql import AGGREGATES, KEYWORDS
from zoho_console.ui.theme import Look

_KEYWORDS = re.compile(rf"\b({'|'.join(KEYWORDS)})\b", re.IGNORECASE)
_FUNCTIONS = re.compile(rf"\b({'|'.join(AGGREGATES)})(?=\s*\()")
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
            (_TEXTS, "good", False),  # last, for within a text nothing is a keyword
        ):
            form = QTextCharFormat()
            form.setForeground(self._look.colour(token))
            if bold:
                form.setFontWeight(QFont.Weight.DemiBold)
            for found in pattern.finditer(text):
                start = _units(text[: found.start()])
                self.setFormat(start, _units(found[0]), form)


class CoqlEditor(QPlainTextEdit):
    """Signals: `run_wanted` on Ctrl+Enter."""

    run_wanted = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._place: tuple[int, int] | None = None
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPixelSize(13)
        self.setFont(font)
        self.setAccessibleName("COQL query")
        self.setPlaceholderText("select Account_Name, Industry\nfrom Accounts\nwhere Industry = 'Retail'")
        self.setTabChangesFocus(True)
        self._highlighter = _Highlighter(self, look)
        look.changed.connect(self._draw_mark)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self).activated.connect(self.run_wanted)

    def replace_text(self, text: str) -> None:
        """Put another text in place of all, in a way that Ctrl+Z takes back."""
        cursor = self.textCursor()
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text)
        self.setFocus()

    def mark(self, place: tuple[int, int] | None) -> None:
        """Underline a place (start and length in the text) and put the cursor there; None takes the mark away."""
        if place == self._place:
            return
        self._place = place
        if place is not None:
            cursor = self.textCursor()
            cursor.setPosition(_units(self.toPlainText()[: place[0]]))
            self.setTextCursor(cursor)
        self._draw_mark()

    def _draw_mark(self) -> None:
        if self._place is None:
            self.setExtraSelections([])
            return
        start, length = self._place
        text = self.toPlainText()
        mark = QTextEdit.ExtraSelection()
        form = QTextCharFormat()
        form.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        form.setUnderlineColor(self._look.colour("bad"))
        form.setBackground(self._look.colour("bad_bg"))
        mark.format = form
        cursor = QTextCursor(self.document())
        cursor.setPosition(_units(text[:start]))
        cursor.setPosition(_units(text[: start + length]), QTextCursor.MoveMode.KeepAnchor)
        mark.cursor = cursor
        self.setExtraSelections([mark])


def _units(text: str) -> int:
    """Length as Qt counts: characters beyond the first 65,536, such as emoji, take two units."""
    return len(text) + sum(mark > "\uffff" for mark in text)
