"""The query page: COQL above, its rows below."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from zoho_console.screens.query import EXAMPLES, QueryScreen
from zoho_console.ui.dialogs import save_file
from zoho_console.ui.one_field_dialog import ask_one_field
from zoho_console.ui.parts.basics import EmptyState, button, card, label, row, set_tone
from zoho_console.ui.parts.coql_editor import CoqlEditor
from zoho_console.ui.parts.page import Page
from zoho_console.ui.parts.progress import ProgressLine
from zoho_console.ui.parts.table import TableView
from zoho_console.ui.theme import Look


class QueryPage(Page):
    """Shows a `QueryScreen`."""

    def __init__(self, screen: QueryScreen, look: Look) -> None:
        super().__init__("Query", look)
        self._screen = screen
        self.export = button("Export CSV", lambda: screen.tasks.start(self._export(), name="save"))
        self.update_these = button("Update these rows…", lambda: screen.tasks.start(self._update(), name="ask"))
        self.run = button("Run", self._run_or_cancel, "primary")
        self.run.setToolTip("Ctrl+Enter")
        self.add_buttons(self.export, self.update_these, self.run)
        self.editor = CoqlEditor(look)
        self.editor.setPlainText(screen.text)
        self.line = label("", "small")
        self.view = TableView(look, screen.table, "Result")
        self.progress = ProgressLine(screen.exporting.cancel)
        self._empty = EmptyState(
            look, "query", "No result yet",
            "Write a query and press Ctrl+Enter. Every query needs a where; “where id is not null” takes all.",
        )  # fmt: skip
        self._build()
        screen.changed.connect(self._show)
        self.editor.textChanged.connect(lambda: screen.edit(self.editor.toPlainText()))
        self.editor.run_wanted.connect(screen.run)
        self._show()

    def _build(self) -> None:
        examples = QHBoxLayout()
        examples.setSpacing(14)
        examples.addWidget(label("Examples", "small"))
        for name, text in EXAMPLES:
            examples.addWidget(button(name, partial(self.editor.setPlainText, text), "link"))
        examples.addStretch(1)
        top = QWidget()
        layout = QVBoxLayout(top)
        layout.setContentsMargins(0, 0, 0, 6)
        layout.setSpacing(6)
        layout.addLayout(examples)
        layout.addWidget(self.editor, 1)
        layout.addLayout(row(self.line, None))
        frame: QFrame
        frame, inside = card(margins=(1, 1, 1, 1), spacing=0)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.view)
        self._stack.addWidget(self._empty)
        inside.addWidget(self._stack)
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(top)
        split.addWidget(frame)
        split.setChildrenCollapsible(False)
        split.setSizes([220, 440])
        self.content.addWidget(split, 1)
        self.content.addWidget(self.progress)

    def _show(self) -> None:
        screen = self._screen
        if self.editor.toPlainText() != screen.text:
            self.editor.setPlainText(screen.text)
        problem = screen.problem
        if problem is not None:
            self.line.setText(f"{problem} {problem.advice}".strip())
            self.editor.mark(problem.line, problem.column)
        else:
            self.line.setText(screen.price)
            self.editor.mark(None, None)
        set_tone(self.line, "bad" if problem is not None else "muted")
        has_rows = bool(screen.table.rows)
        self._stack.setCurrentWidget(self.view if has_rows else self._empty)
        if screen.ran and not has_rows:
            self._empty.say("Nothing matches", "The query is right; no account fits it.")
        self.run.setText("Cancel" if screen.is_running else "Run")
        self.export.setEnabled(has_rows)
        why = screen.why_not_updatable
        self.update_these.setEnabled(not why)
        self.update_these.setToolTip(why)
        if screen.is_running:
            self.say("Asking Zoho…")
        elif screen.seconds is None:
            self.say("Ask in COQL; press Ctrl+Enter to run")
        else:
            more = "more as you scroll" if screen.has_more else ""
            self.say(f"{len(screen.table.rows):,} rows", more, f"{screen.seconds:.2f} s", why)
        self.progress.say(f"{screen.exporting.count:,} rows written" if screen.exporting.count is not None else "")

    def _run_or_cancel(self) -> None:
        if self._screen.is_running:
            self._screen.cancel()
        else:
            self._screen.run()

    async def _export(self) -> None:
        path = await save_file(self, "Export rows", "query.csv", "CSV (*.csv)")
        if path is not None:
            self._screen.export(path)

    async def _update(self) -> None:
        screen = self._screen
        chosen = await ask_one_field(self, len(screen.table.rows), list(screen.fields.values()))
        if chosen is not None:
            screen.offer_update(*chosen)
