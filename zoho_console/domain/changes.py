"""The bulk journey's values: rows of a file, their mapping, problems, planned rows, outcomes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from zoho_console.domain.drifts import Drifted
from zoho_console.domain.terms import USUAL, Proof, Terms

Blanks = Literal["keep", "clear"]  # what an empty cell does to its field
STARTING = "starting"  # in place of the number of a bulk write job: its start was sent, and the answer is not known

BATCH_SIZE = 100  # Zoho takes at most 100 records in one update call (Update Records, v8).


class RowState(StrEnum):
    """What became of one row of the file. Every row has exactly one, so their counts add up to the file."""

    PLANNED = "planned"  # will be sent
    SENT = "sent"  # on its way, or in doubt: the answer is lost and the record is still to be read back
    UPDATED = "updated"  # Zoho confirmed it
    UNCHANGED = "unchanged"  # Zoho held these values already; nothing was sent
    INVALID = "invalid"  # cannot be used; nothing was sent
    REFUSED = "refused"  # Zoho said no to this record
    CONFLICT = "conflict"  # somebody else changed the value meanwhile; nothing was sent
    SKIPPED = "skipped"  # the person cancelled before it was sent
    UNPROVED = "unproved"  # sent, and nothing proves what Zoho did; a person has to look

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen to the row by itself."""
        return self not in (RowState.PLANNED, RowState.SENT)

    @property
    def is_good(self) -> bool:
        """Whether the record now holds what the file says."""
        return self in (RowState.UPDATED, RowState.UNCHANGED)

    def may_become(self, other: RowState) -> bool:
        """Whether a row may go this way. Back from SENT to PLANNED only where it is proved that nothing was done."""
        return other in _ROW_WAYS.get(self, ())


_ROW_WAYS = {
    RowState.PLANNED: (
        RowState.SENT,
        RowState.UNCHANGED,
        RowState.CONFLICT,
        RowState.INVALID,
        RowState.SKIPPED,
    ),
    RowState.SENT: (RowState.PLANNED, RowState.UPDATED, RowState.REFUSED, RowState.UNPROVED),
}


class ChangeSetState(StrEnum):
    """Where a change set stands: DRAFT → PLANNED → APPLYING ⇄ PAUSED → FINISHED, or ABANDONED."""

    DRAFT = "draft"  # rows are being read and checked
    PLANNED = "planned"  # ready; nothing was sent
    APPLYING = "applying"  # batches are being sent
    PAUSED = "paused"  # stopped between batches, can go on
    FINISHED = "finished"  # every row has its outcome
    ABANDONED = "abandoned"  # given up before anything was sent


class ChangeSetKind(StrEnum):
    """Where a change set comes from."""

    UPDATE = "update"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file. `number` is the line it begins in, blank lines counted; of a spreadsheet the sheet's row."""

    number: int
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which column finds the record, and which columns set which fields.

    `key_column` and the keys of `targets` are column indexes from 0; `key_field` and the values are API names.
    """

    key_column: int
    key_field: str
    targets: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row cannot be used, in one sentence with one remedy. `column` is the header's text, or ""."""

    code: str
    sentence: str
    advice: str = ""
    column: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A row whose cells are typed: `key` finds the record, `values` maps API names to JSON values.

    `unreadable` has, by API name, the texts that are no value of their field (an owner's name, a number in words), and
    why. They change nothing where Zoho shows just this text, and are the row's problem elsewhere.
    """

    row: Row
    key: str
    values: dict[str, Any]
    unreadable: dict[str, tuple[str, Problem]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RowRecord:
    """One row as the journal keeps it.

    `before` and `after` hold only the fields that change, by API name, as JSON values. `code`, `reason` and `advice`
    are filled for every state but PLANNED, SENT and UPDATED. `batch` is None for a row that is not sent, `attempt`
    says in which sending of its batch it went last (0: in none), `seen_at` is the record's Modified_Time just before.
    `proof` is what reading back showed; of a row that is ALTERED or NOT_STORED `reason` says more. `drift` has, by API
    name, the cells in which a stamped file and Zoho differ.
    """

    number: int
    texts: tuple[str, ...]
    state: RowState
    record_id: str = ""
    record_name: str = ""
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    code: str = ""
    reason: str = ""
    advice: str = ""
    batch: int | None = None
    attempt: int = 0
    seen_at: str = ""
    proof: Proof = Proof.NONE
    drift: dict[str, Drifted] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to send for one job. A later holder has a higher epoch; what an earlier one writes changes nothing."""

    change_set_id: int
    epoch: int


@dataclass(frozen=True, slots=True)
class Doubt:
    """Rows of one sending that Zoho may or may not have carried out.

    `age_s` is for how long, by the database's clock; `is_lost` whether the whole answer is missing, or one came that
    does not name these rows. `zoho_job` is the number of the bulk write job that has them, STARTING while it is not
    known, or "".
    """

    batch: int
    attempt: int
    age_s: float
    is_lost: bool
    rows: tuple[RowRecord, ...]
    zoho_job: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row of a batch."""

    number: int
    state: RowState
    code: str = ""
    reason: str = ""
    advice: str = ""


@dataclass(frozen=True, slots=True)
class NewChangeSet:
    """What is known when a change set begins. `header` are the file's column titles, `created_by` a user's name.

    `file_id` is the staged content of its rows, `retries` the job whose failed rows it takes up again, `blanks` what an
    empty cell means.
    """

    connection_id: int
    module: str
    kind: ChangeSetKind
    source: str
    header: tuple[str, ...]
    mapping: Mapping
    labels: dict[str, str] = field(default_factory=dict)
    created_by: str = ""
    undo_of: int | None = None
    file_id: int | None = None
    retries: int | None = None
    blanks: Blanks = "keep"
    terms: Terms = USUAL


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """A change set as the journal keeps it. `counts` has an entry for each state that occurs.

    `owner` is the console that holds its lease, or held it last; `is_held` whether that lease still runs. `yes_by` said
    yes to this very plan; nobody where plan and yes were one command.
    """

    id: int
    connection_id: int
    module: str
    kind: ChangeSetKind
    source: str
    header: tuple[str, ...]
    mapping: Mapping
    labels: dict[str, str]
    created_by: str
    undo_of: int | None
    state: ChangeSetState
    note: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    counts: dict[RowState, int]
    epoch: int = 0
    owner: str = ""
    is_held: bool = False
    file_id: int | None = None
    retries: int | None = None
    blanks: Blanks = "keep"
    terms: Terms = USUAL
    yes_by: str = ""
    yes_at: datetime | None = None
    job_rows: int = 0

    @property
    def is_interrupted(self) -> bool:
        """Whether a console began it and is gone, so that any other may go on with it."""
        return self.state is ChangeSetState.APPLYING and not self.is_held

    @property
    def may_be_retried(self) -> bool:
        """Whether nobody is at it and rows may have failed: over, paused, or interrupted."""
        return self.state in (ChangeSetState.FINISHED, ChangeSetState.PAUSED) or self.is_interrupted

    @property
    def total(self) -> int:
        """Rows of the file."""
        return sum(self.counts.values())

    def count(self, *states: RowState) -> int:
        """Rows in any of these states."""
        return sum(self.counts.get(state, 0) for state in states)


@dataclass(frozen=True, slots=True)
class Facet:
    """One kind of change in a change set: this field, from one value to another, so many rows.

    `before` or `after` is None where the rows of the facet differ in it.
    """

    field: str
    label: str
    before: str | None
    after: str | None
    rows: int
