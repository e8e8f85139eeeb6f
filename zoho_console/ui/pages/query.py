"""The query page: COQL above, its rows below."""

from __future__ import annotations

from datetime import date
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from zoho_console.screens.query import QueryScreen, examples
from zoho_console.screens.table import plain_tooltip
from zoho_console.screens.words import count
from zoho_console.screens.writing import EXPORT_FORMS
from zoho_console.ui.dialogs import save_as
from zoho_console.ui.one_field_dialog import ask_one_field
from zoho_console.ui.parts.basics import EmptyState, button, card, label, row, set_tone
from zoho_console.ui.parts.coql_editor import CoqlEditor
from zoho_console.ui.parts.page import Page
from zoho_console.ui.parts.progress import ProgressLine
from zoho_console.ui.parts.table import TableView
from zoho_console.ui.parts.table_cover import TableCover
from zoho_console.ui.theme import Look

RUN_WIDTH = 84  # “Cancel” takes the place of “Run”, and nothing moves


class QueryPage(Page):
    """Shows a `QueryScreen`."""

    def __init__(self, screen: QueryScreen, look: Look) -> None:
        super().__init__("Query", look)
        self._screen = screen
        self.export = button("Export CSV", lambda: screen.tasks.start(self._export(), name="save"))
        self.update_these = button("Update these rows…", lambda: screen.tasks.start(self._update(), name="ask"))
        self.run = button("Run", self._run_or_cancel, "primary")
        self.run.setToolTip("Ctrl+Enter")
        self.run.setMinimumWidth(RUN_WIDTH)
        self.add_buttons(self.export, self.update_these, self.run)
        self.editor = CoqlEditor(look)
        self.line = label("", "small", wraps=True, selectable=True)
        self.view = TableView(look, screen.table, "Result")
        self.cover = TableCover(look, self.view)
        self.progress = ProgressLine(screen.writing.cancel)
        self.empty = EmptyState(look, "query", "No rows yet", "Write a query and press Ctrl+Enter.")
        self.unconnected = EmptyState(
            look, "plug", "Not connected yet", "Connect your Zoho CRM to ask it.",
            button("Connect", lambda: screen.desk.page_wanted.emit("connections")),
        )  # fmt: skip
        self._build()
        screen.changed.connect(self._show)
        self.editor.textChanged.connect(self._edited)
        self.editor.run_wanted.connect(screen.run)
        self._show()

    def _build(self) -> None:
        offers = [
            button(name, partial(self.editor.replace_text, text), "link") for name, text in examples(date.today())
        ]
        under = QWidget()
        under.setLayout(row(label("Begin with an example:", "small"), *offers, None, spacing=14))
        words = QWidget()
        words.setLayout(row(self.line))
        self._under = QStackedWidget()
        self._under.setFixedHeight(26)
        self._under.addWidget(under)
        self._under.addWidget(words)
        top = QWidget()
        layout = QVBoxLayout(top)
        layout.setContentsMargins(0, 0, 0, 4)
        layout.setSpacing(4)
        layout.addWidget(self.editor, 1)
        layout.addWidget(self._under)
        frame, inside = card(margins=(1, 1, 1, 1), spacing=0)
        inside.addWidget(self.view)
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(top)
        split.addWidget(frame)
        split.setChildrenCollapsible(False)
        split.setSizes([220, 440])
        split.setStretchFactor(1, 1)
        self.content.addWidget(split, 1)
        self.content.addWidget(self.progress)

    def _show(self) -> None:
        screen = self._screen
        if self.editor.toPlainText() != screen.text:
            self.editor.setPlainText(screen.text)
        problem = screen.problem
        self.line.setText(f"{problem} {problem.advice}".strip() if problem is not None else screen.price)
        set_tone(self.line, "bad" if problem is not None else "muted")
        self.editor.mark(screen.place)
        self._under.setCurrentIndex(1 if screen.text.strip() else 0)
        self.run.setText("Cancel" if screen.is_running else "Run")
        is_free = screen.writing.count is None
        self.export.setEnabled(bool(screen.table.rows) and is_free)
        self.update_these.setEnabled(not screen.why_not_updatable and is_free)
        self.update_these.setToolTip(plain_tooltip(screen.why_not_updatable))
        self.progress.say(screen.writing.words, screen.writing.count or 0, screen.writing.total)
        self._show_cover()
        self._say()

    def _show_cover(self) -> None:
        screen = self._screen
        if screen.desk.connection is None:
            self.cover.show_words(self.unconnected)
        elif screen.table.rows:
            self.cover.uncover()
        elif screen.is_running:
            self.cover.show_coming()
        elif screen.ran:
            self.empty.say("Nothing matches", "The query is right; no record fits it.")
            self.cover.show_words(self.empty)
        else:
            self.empty.say(
                "No rows yet",
                "Write a query and press Ctrl+Enter. Without a where it takes every record.",
            )
            self.cover.show_words(self.empty)

    def _say(self) -> None:
        screen = self._screen
        rows = len(screen.table.rows)
        if screen.desk.connection is None:
            self.say("No connection in use")
        elif screen.is_running:
            self.say("Asking Zoho…")
        elif screen.seconds is None:
            self.say("Ask in COQL; Ctrl+Enter runs")
        else:
            loaded = f"first {count(rows, 'row')}, more as you scroll" if screen.has_more else count(rows, "row")
            self.say(loaded, f"{screen.seconds:.2f} s", screen.why_not_updatable)

    def _edited(self) -> None:
        self._screen.edit(self.editor.toPlainText())

    def _run_or_cancel(self) -> None:
        if self._screen.is_running:
            self._screen.cancel()
        else:
            self._screen.run()

    async def _export(self) -> None:
        if named := await save_as(self, "Export rows", "query.csv", EXPORT_FORMS):
            self._screen.export(*named)

    async def _update(self) -> None:
        screen = self._screen
        rows = await screen.count_rows()
        chosen = await ask_one_field(self, rows, list(screen.fields.values()), screen.desk.guard)
        if chosen is not None:
            screen.offer_update(*chosen, rows)
