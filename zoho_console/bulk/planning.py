"""A change and the record it means become one planned row: what changes from what to what. Pure."""

from __future__ import annotations

from collections.abc import Mapping as Named
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from zoho_console.bulk.drift import Drift, Policies, Policy, drift_of
from zoho_console.domain.changes import Change, ChangeSet, Outcome, Problem, Row, RowRecord, RowState
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
    decided by `policies`.
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
    differing = [name for name, value in change.values.items() if not same_value(fields[name], record.get(name), value)]
    if stamp:
        drifts = {name: drift_of(fields[name], change.values[name], record, stamp) for name in differing}
        asked = [name for name in differing if drifts[name] is Drift.BOTH and policies.of(name) is Policy.ASK]
        if asked:
            return _drifted(planned, asked, record, fields)
        left = [name for name in differing if _is_left(drifts[name], policies.of(name))]
        differing = [name for name in differing if name not in left]
        if left and not differing:
            which = ", ".join(f"“{fields[name].label}”" for name in left)
            reason = f"Others changed {which} since the export; that is left as it is."
            return replace(planned, state=RowState.UNCHANGED, code="theirs", reason=reason)
    if not differing:
        return replace(
            planned,
            state=RowState.UNCHANGED,
            code="unchanged",
            reason="Zoho holds these values already." if change.values else "The row has no value to set.",
        )
    return replace(
        planned,
        before={name: record.get(name) for name in differing},
        after={name: change.values[name] for name in differing},
    )


def _is_left(drift: Drift, policy: Policy) -> bool:
    return drift is Drift.THEIRS or (drift is Drift.BOTH and policy is Policy.THEIRS)


def _drifted(planned: RowRecord, names: Sequence[str], live: Record, fields: Named[str, Field]) -> RowRecord:
    which = ", ".join(f"“{fields[name].label}”" for name in names)
    values = ", ".join(_shown(live.get(name)) for name in names)
    return replace(
        planned,
        state=RowState.CONFLICT,
        code="changed-in-both",
        reason=f"You changed {which} in the file, and somebody in Zoho; now it is {values} there.",
        advice="Decide which value is right, and run the row again.",
    )


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
    which = ", ".join(f"“{labels.get(name, name)}”" for name in names)
    values = ", ".join(_shown(live.get(name)) for name in names)
    return f"Somebody changed {which} meanwhile; now it is {values}."


def key_text(record: Record, key_field: str) -> str:
    """What a file must say to mean this record."""
    return print_value(record.get(key_field)).strip()


def _shown(value: Any) -> str:
    text = shortened(print_value(value))
    return f"“{text}”" if text else "blank"


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
