"""The Columns step: which column finds the account, which sets which field, and what an empty cell means."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from zoho_console.bulk.drift import TITLE, Policies
from zoho_console.bulk.escaping import EXACT_MARK, MARK
from zoho_console.bulk.mapping import KEY_TYPES, check_mapping, is_target, suggest
from zoho_console.bulk.reading import Table
from zoho_console.domain.changes import Blanks, ChangeSet, ChangeSetKind, Mapping, Problem
from zoho_console.domain.drifts import Policy
from zoho_console.domain.fields import Field, shortened

CHOSEN = "chosen by you"
_SAMPLES = 3
_AS_IN = "as in run"


class ColumnMapping:
    """State: `table`, `fields`, `mapping`, `why` (by column), `problems`, `blanks`, `policies`.

    `on_change` is called after each choice of the person.
    """

    def __init__(self, on_change: Callable[[], None]) -> None:
        self._on_change = on_change
        self.forget()

    def forget(self) -> None:
        """Nothing is mapped."""
        self.table: Table | None = None
        self.fields: list[Field] = []
        self.mapping = Mapping(-1, "", {})
        self.why: dict[int, str] = {}
        self.problems: list[Problem] = []
        self.blanks: Blanks = "keep"
        self.policies = Policies()

    def begin(self, table: Table, fields: Sequence[Field], runs: Iterable[ChangeSet] = ()) -> None:
        """Start from how the newest of these runs mapped the same titles, or else from what the titles suggest."""
        self.table, self.fields = table, list(fields)
        self.mapping, self.why = suggest(table.header, table.sample, fields)
        former = next((run for run in runs if self._is_as_in(run, table.header)), None)
        if former is not None and former.mapping != self.mapping:
            self.why |= dict.fromkeys(_differing(former.mapping, self.mapping), f"{_AS_IN} {former.id}")
            self.mapping = former.mapping
        self.problems = check_mapping(self.mapping, table.header, fields)

    # --- what the page reads ---

    @property
    def key_title(self) -> str:
        """The title of the column that finds the accounts, or ""."""
        found = self.table is not None and 0 <= self.mapping.key_column < len(self.table.header)
        return self.table.header[self.mapping.key_column] if found and self.table else ""

    @property
    def key_fields(self) -> list[Field]:
        """Fields that accounts can be found by, besides the id."""
        return _by_label(one for one in self.fields if one.type in KEY_TYPES and one.api_name != "id")

    @property
    def target_fields(self) -> list[Field]:
        """Fields that a column can set."""
        return _by_label(one for one in self.fields if is_target(one))

    @property
    def is_stamped(self) -> bool:
        """Whether the file shows who changed what since it was exported."""
        return self.table is not None and TITLE in self.table.header

    @property
    def general_problem(self) -> str:
        """What is wrong with the mapping as a whole, or ""."""
        return _first(one for one in self.problems if not one.column)

    @property
    def problem(self) -> str:
        """The first thing that is wrong, or ""."""
        return _first(self.problems)

    def problem_of(self, column: int) -> str:
        """What is wrong with this column, or ""."""
        title = self.table.header[column] if self.table else ""
        return _first(one for one in self.problems if one.column == title)

    def role(self, column: int) -> str:
        """Why this column sets its field or finds the accounts, or why it does neither."""
        is_used = column == self.mapping.key_column or column in self.mapping.targets
        why = self.why.get(column, "")
        if is_used:
            return why
        title = self.table.header[column] if self.table is not None else ""
        if title == TITLE:
            return "shows who changed what"
        if title.startswith((MARK, EXACT_MARK)):
            return "numbers of the rows"
        if why.startswith(_AS_IN):
            return f"left out {why}"
        return "left out" if why else "not recognised, left out"

    def samples(self, column: int) -> str:
        """The first different values of a column."""
        texts = [row.texts[column].strip() for row in self.table.sample] if self.table else []
        different = list(dict.fromkeys(text for text in texts if text))
        return " · ".join(shortened(text, 32) for text in different[:_SAMPLES]) or "(all blank)"

    # --- intents ---

    def set_key(self, column: int, field: str) -> None:
        """Find accounts by this column and field."""
        targets = {key: name for key, name in self.mapping.targets.items() if key != column}
        self._map(Mapping(column, field, targets), column)

    def set_target(self, column: int, field: str) -> None:
        """Let this column set this field; "" leaves it out."""
        targets = {key: name for key, name in self.mapping.targets.items() if key != column}
        if field:
            targets[column] = field
        self._map(Mapping(self.mapping.key_column, self.mapping.key_field, dict(sorted(targets.items()))), column)

    def set_blanks(self, blanks: Blanks) -> None:
        """What an empty cell means: keep the field or clear it."""
        self.blanks = blanks
        self._on_change()

    def set_policy(self, policy: Policy, column: int | None = None) -> None:
        """What becomes of values that were changed in Zoho too: in this column, or in all."""
        if column is None:
            self.policies = Policies(policy)
        else:
            by_field = {**(self.policies.by_field or {}), self.mapping.targets.get(column, ""): policy}
            self.policies = Policies(self.policies.usual, by_field)
        self._on_change()

    def _is_as_in(self, run: ChangeSet, header: tuple[str, ...]) -> bool:
        """Whether a run was begun on a file of these titles, and its mapping can be used still."""
        is_one = run.kind is ChangeSetKind.UPDATE and run.started_at is not None and run.header == header
        return is_one and not check_mapping(run.mapping, header, self.fields)

    def _map(self, mapping: Mapping, column: int) -> None:
        self.mapping = mapping
        self.why = {**self.why, column: CHOSEN}
        if self.table is not None:
            self.problems = check_mapping(mapping, self.table.header, self.fields)
        self._on_change()


def _differing(one: Mapping, other: Mapping) -> list[int]:
    """The columns that two mappings use in different ways."""
    ways = [{**each.targets, each.key_column: f"finds by {each.key_field}"} for each in (one, other)]
    return [column for column in {**ways[0], **ways[1]} if ways[0].get(column) != ways[1].get(column)]


def _first(problems: Iterable[Problem]) -> str:
    return next((f"{one.sentence} {one.advice}" for one in problems), "")


def _by_label(fields: Iterable[Field]) -> list[Field]:
    return sorted(fields, key=lambda one: one.label.lower())
