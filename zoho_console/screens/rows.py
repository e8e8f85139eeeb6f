"""Tables of a change set's rows: what changes in each, or why it cannot."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from zoho_console.bulk.reporting import state_words
from zoho_console.domain.changes import ChangeSet, ChangeSetKind, RowRecord, RowState
from zoho_console.domain.drifts import Drift
from zoho_console.screens.bulk_words import account_of, are_problems
from zoho_console.screens.cells import STATE_TONES, change_cell, drift_cell, plain
from zoho_console.screens.screen import Screen
from zoho_console.screens.table import Cell, CellKind, Column, RecordsTable
from zoho_console.screens.words import value_text

PAGE = 200
# Widths in px: of a letter, of padding without and with the arrow, of the mark, of the narrowest and the widest column.
LETTER, PADDING, ARROW_ROOM, MARK_ROOM, NARROW, WIDE = 8, 24, 56, 48, 118, 300
# Letters that have room of an old value and of one that is kept; longer ones are shortened, but a new one never for it.
OLD, KEPT = 12, 20
# The other states say why with each row.
_SELF_EXPLAINING = frozenset({RowState.PLANNED, RowState.SENT, RowState.UPDATED, RowState.UNCHANGED})


class RowsTable:
    """A table of rows that reads the journal page by page, for one set of states and one field.

    State: `found`, what was looked for among them.
    """

    def __init__(self, screen: Screen, name: str) -> None:
        self._screen = screen
        self._name = name
        self.table = RecordsTable()
        self.table.more_wanted.connect(self._more)
        self.change_set: ChangeSet | None = None
        self.states: frozenset[RowState] = frozenset()
        self.field = ""
        self.drift: Drift | None = None
        self.found = ""
        self._changing: Collection[str] | None = None

    @property
    def is_loading(self) -> bool:
        """Whether rows are being read."""
        return self._screen.tasks.is_running(self._name)

    def show(
        self,
        change_set: ChangeSet,
        states: Collection[RowState] = (),
        field: str = "",
        drift: Drift | None = None,
        *,
        changing: Collection[str] | None = None,
    ) -> None:
        """Show these rows of a change set from the first one on; `changing` names the fields to give a column.

        What was looked for is looked for in them too, unless they are of another change set.
        """
        former = (self.change_set, self.states, self.field, self.drift)
        self._changing = changing
        if self.change_set is None or self.change_set.id != change_set.id:
            self.found = ""
        self.change_set, self.states, self.field, self.drift = change_set, frozenset(states), field, drift
        if (self.change_set, self.states, self.field, self.drift) != former:
            self.table.set_rows(())  # never rows of one thing under the name of another
        self._screen.tasks.start(self._load(0), name=self._name)

    def find(self, words: str) -> None:
        """Show only rows, among those of the filter, whose account, record id or number this is; "" shows all."""
        if words.strip() != self.found:
            self.found = words.strip()
            self._screen.tasks.start(self._load(0), name=self._name)

    def reload(self, change_set: ChangeSet) -> None:
        """The same rows as they are now, as many as were loaded."""
        self.change_set = change_set
        self._screen.tasks.start(self._load(0, max(PAGE, len(self.table.rows))), name=self._name)

    def _more(self) -> None:
        rows = self.table.rows
        self._screen.tasks.start(self._load(rows[-1].number if rows else 0), name=self._name)

    async def _load(self, after: int, most: int = PAGE) -> None:
        change_set = self.change_set
        if change_set is None:
            return
        try:
            rows = await self._screen.blocking(self._read, change_set.id, after, most)
        except BaseException:
            self.table.loading_failed()
            raise
        if after:
            self.table.append_rows(rows, has_more=len(rows) == PAGE)
            return
        columns = row_columns(change_set, self.states, rows, self._changing)
        if _shape(columns) != _shape(self.table.columns):
            self.table.set_columns(columns)
        self.table.set_rows(rows, has_more=len(rows) == most)

    def _read(self, change_set_id: int, after: int, most: int) -> list[RowRecord]:
        return self._screen.workspace.journal.rows(
            change_set_id,
            states=self.states, field=self.field, drift=self.drift, found=self.found, after=after, limit=most,
        )  # fmt: skip


def row_columns(
    change_set: ChangeSet,
    states: Collection[RowState],
    rows: Sequence[RowRecord],
    changing: Collection[str] | None = None,
) -> list[Column]:
    """Row and account, then either the changed fields (all that are mapped, if not told) or the problem.

    A field's column is as wide as the widest change of these first rows, so that no value is cut without need.
    """
    columns = [
        Column("row", "Row", lambda row: Cell(str(row.number), CellKind.MUTED), 56, can_shrink=False),
        Column("account", "Account", lambda row: _account(change_set, row), 180, can_shrink=False),
    ]
    if are_problems(states):
        return [
            *columns,
            Column("reason", "Problem", lambda row: plain(row.reason), 400),
            Column("advice", "What to do", lambda row: plain(row.advice), 280),
        ]
    if not states or set(states) - {RowState.PLANNED}:
        columns.append(Column("state", "State", lambda row: _state(change_set, row), 149, can_shrink=False))
    columns += [
        Column(
            f"field:{name}", change_set.labels.get(name, name), _value(change_set, column, name),
            _width(change_set, column, name, rows), can_shrink=False,
        )
        for column, name in change_set.mapping.targets.items()
        if changing is None or name in changing
    ]  # fmt: skip
    shown = set(states) or set(change_set.counts)
    if shown - _SELF_EXPLAINING:
        columns.append(Column("reason", "Reason", lambda row: plain(row.reason), 270))
    return columns


def _account(change_set: ChangeSet, row: RowRecord) -> Cell:
    return Cell(account_of(change_set, row), CellKind.STRONG if row.record_name else CellKind.MUTED)


def _state(change_set: ChangeSet, row: RowRecord) -> Cell:
    return Cell(state_words(change_set.kind)[row.state], CellKind.BADGE, STATE_TONES[row.state])


def _value(change_set: ChangeSet, column: int, name: str) -> Callable[[RowRecord], Cell]:
    """The change of a field; where it keeps its value, what the file says, quietly."""

    def cell(row: RowRecord) -> Cell:
        if name in row.drift and row.state is not RowState.INVALID:
            return drift_cell(row.drift[name])
        if name in row.after and row.state is not RowState.INVALID:
            return change_cell(row.before.get(name), row.after[name])
        return Cell(_kept(change_set, column, row), CellKind.MUTED)

    return cell


def _kept(change_set: ChangeSet, column: int, row: RowRecord) -> str:
    # The texts of an undo are those of the run before it.
    is_kept = change_set.kind is ChangeSetKind.UPDATE and row.state is not RowState.INVALID
    return plain(row.texts[column].strip()).text if is_kept and column < len(row.texts) else ""


def _width(change_set: ChangeSet, column: int, name: str, rows: Sequence[RowRecord]) -> int:
    letters = [
        min(len(value_text(None, row.before.get(name))), OLD)
        + len(value_text(None, row.after[name]) or "(blank)")
        + (ARROW_ROOM + (MARK_ROOM if name in row.drift else 0)) // LETTER
        if name in row.after
        else min(len(_kept(change_set, column, row)), KEPT)
        + (PADDING + (MARK_ROOM if name in row.drift else 0)) // LETTER
        for row in rows
    ]
    return min(max(LETTER * max(letters, default=0), NARROW), WIDE)


def _shape(columns: Sequence[Column]) -> list[tuple[str, str, int]]:
    return [(one.key, one.title, one.width) for one in columns]
