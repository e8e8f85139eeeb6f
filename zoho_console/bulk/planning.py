"""A change and the record it means become one planned row: what changes from what to what. Pure."""

from __future__ import annotations

from collections.abc import Mapping as Named
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from zoho_console.bulk.drift import Policies, drift_of, fingerprint
from zoho_console.domain.changes import Change, ChangeSet, Outcome, Problem, Row, RowRecord, RowState
from zoho_console.domain.drifts import CHANGED_IN_BOTH, LEFT_TO_OTHERS, Drift, Drifted, Policy, explained, listed, shown
from zoho_console.domain.fields import Field, print_value, same_value, shortened
from zoho_console.domain.records import Record
from zoho_console.errors import ZohoConfigError

_LISTED = 5
ASK = Policies()


def plan_row(
    change: Change,
    candidates: Sequence[Record],
    fields: Named[str, Field],
    *,
    key_field: str,
    name_field: str,
    stamp: Named[bytes, bytes] | None = None,
    policies: Policies = ASK,
) -> RowRecord:
    """The row's plan: PLANNED with before and after of what differs, UNCHANGED, or INVALID without one match.

    A match has exactly the text of the key; a candidate that differs in case is named, never taken. By the `stamp` of
    an export, what only others changed since is left as it is; what the file changed too makes a CONFLICT, or is
    decided by `policies`. A cell that is no value is a problem, unless Zoho shows just that text.
    """
    matches = [record for record in candidates if key_text(record, key_field) == change.key]
    if len(matches) != 1:
        alike = [key_text(record, key_field) for record in candidates]
        return invalid_row(change.row, _match_problem(change, matches, alike))
    record = matches[0]
    planned = RowRecord(
        number=change.row.number,
        texts=change.row.texts,
        state=RowState.PLANNED,
        record_id=str(record["id"]),
        record_name=print_value(record.get(name_field)),
    )
    drift = _unreadable(change, record, fields, stamp or {})
    if isinstance(drift, Problem):
        return invalid_row(change.row, drift)
    differing = [name for name, value in change.values.items() if not same_value(fields[name], record.get(name), value)]
    for name in differing if stamp else ():
        who = drift_of(fields[name], change.values[name], record, stamp or {})
        if who is not Drift.UNKNOWN:
            policy, was = policies.of(name), fingerprint(stamp or {}, name)
            drift[name] = Drifted(who, change.values[name], record.get(name), policy, policy, was)
    if not differing and not drift:
        return replace(
            planned,
            state=RowState.UNCHANGED,
            code="unchanged",
            reason="Zoho holds these values already."
            if change.values or change.unreadable
            else "The row has no value to set.",
        )
    planned = replace(
        planned,
        before={name: record.get(name) for name in differing},
        after={name: change.values[name] for name in differing},
        drift=drift,
    )
    return decided(planned, {}, {name: one.label for name, one in fields.items() if name in drift})


def _unreadable(
    change: Change, record: Record, fields: Named[str, Field], stamp: Named[bytes, bytes]
) -> dict[str, Drifted] | Problem:
    """The cells that are no values and say what Zoho showed at the export; or the first that says something else."""
    drift = {}
    for name, (text, problem) in change.unreadable.items():
        if print_value(record.get(name)).strip() == text:
            continue
        if drift_of(fields[name], text, record, stamp) is not Drift.THEIRS:
            return problem
        drift[name] = Drifted(Drift.THEIRS, text, record.get(name))
    return drift


def decided(row: RowRecord, policies: Named[str, Policy], labels: Named[str, str]) -> RowRecord:
    """The row's plan once these fields, among those that both changed, are decided so; the others stay as they are.

    While one of them is asked the row is a CONFLICT, whose before and after say what is at stake.
    """
    drift = {name: replace(one, policy=policies.get(name, one.policy)) for name, one in row.drift.items()}
    asked = [name for name, one in drift.items() if one.is_asked]
    left = [name for name, one in drift.items() if one.is_left]
    taken = {name: one for name, one in drift.items() if name not in left}
    known = [name for name in row.after if name not in drift]
    row = replace(
        row,
        drift=drift,
        before={name: row.before[name] for name in known} | {name: one.theirs for name, one in taken.items()},
        after={name: row.after[name] for name in known} | {name: one.mine for name, one in taken.items()},
    )
    if not asked and row.after:
        return replace(row, state=RowState.PLANNED, code="", reason="", advice="")
    code = CHANGED_IN_BOTH if asked else LEFT_TO_OTHERS
    reason, advice = explained(code, drift, labels)
    state = RowState.CONFLICT if asked else RowState.UNCHANGED
    return replace(row, state=state, code=code, reason=reason, advice=advice)


def fields_of(change_set: ChangeSet, fields: Sequence[Field]) -> dict[str, Field]:
    """The fields that a change set sets, by API name. Errors: ZohoConfigError if Zoho has one of them no longer."""
    by_name = {one.api_name: one for one in fields}
    for name in change_set.mapping.targets.values():
        if name not in by_name:
            raise ZohoConfigError(
                f"Zoho has no field “{change_set.labels.get(name, name)}” any more, which job {change_set.id} sets.",
                advice="Stop the job, and run the file again without this column.",
            )
    return {name: by_name[name] for name in change_set.mapping.targets.values()}


def invalid_row(row: Row, problem: Problem) -> RowRecord:
    """A row that cannot be used."""
    reason = f"{problem.column}: {problem.sentence}" if problem.column else problem.sentence
    return RowRecord(row.number, row.texts, RowState.INVALID, code=problem.code, reason=reason, advice=problem.advice)


def conflicts(row: RowRecord, live: Record | None, fields: Named[str, Field]) -> dict[str, Any]:
    """The fields, with their live values, that are no longer what the before-image says."""
    if live is None:
        return dict.fromkeys(row.before)
    return {
        name: live.get(name)
        for name, before in row.before.items()
        if not same_value(fields[name], live.get(name), before)
    }


def holds_already(row: RowRecord, live: Record | None, fields: Named[str, Field]) -> bool:
    """Whether the record holds every new value of the row."""
    return live is not None and all(same_value(fields[name], live.get(name), row.after[name]) for name in row.after)


def look_again(
    rows: Sequence[RowRecord],
    live: Named[str, Record],
    fields: Named[str, Field],
    labels: Named[str, str],
    *,
    stamp: str,
) -> tuple[list[RowRecord], list[Outcome]]:
    """The rows that may be sent, for their records (by id) still hold the before-image; the outcomes of the others.

    `stamp` is the field that says when a record was last modified: the rows take it along as `seen_at`.
    """
    good, outcomes = [], []
    for row in rows:
        record = live.get(row.record_id)
        differing = conflicts(row, record, fields)
        if record is not None and not differing:
            good.append(replace(row, seen_at=str(record.get(stamp, ""))))
        elif holds_already(row, record, fields):
            reason = "Somebody else set these values meanwhile."
            outcomes.append(Outcome(row.number, RowState.UNCHANGED, "unchanged", reason))
        else:
            words = conflict_words(list(differing), labels, record)
            advice = "Decide which value is right, then run the row again."
            outcomes.append(Outcome(row.number, RowState.CONFLICT, "changed-meanwhile", words, advice))
    return good, outcomes


def conflict_words(names: Sequence[str], labels: Named[str, str], live: Record | None) -> str:
    """What happened to the record, in a sentence."""
    if live is None:
        return "The account is not in Zoho any more."
    which = listed(names, labels)
    values = ", ".join(shown(live.get(name)) for name in names)
    return f"Somebody changed {which} meanwhile; now it is {values}."


def key_text(record: Record, key_field: str) -> str:
    """What a file must say to mean this record."""
    return print_value(record.get(key_field)).strip()


def _match_problem(change: Change, matches: Sequence[Record], alike: Sequence[str]) -> Problem:
    key = shortened(change.key)
    if not matches:
        near = " or ".join(f"“{shortened(text)}”" for text in sorted(set(alike))[:_LISTED])
        advice = f"Did you mean {near}?" if near else "Check the spelling, or use the record's id."
        return Problem("no-match", f"No account is “{key}”.", advice)
    ids = ", ".join(str(record["id"]) for record in matches[:_LISTED])
    more = f" and {len(matches) - _LISTED} more" if len(matches) > _LISTED else ""
    return Problem(
        "several-matches", f"{len(matches)} accounts are “{key}”.", f"Use the id of the one you mean: {ids}{more}."
    )
