"""What was sent and what Zoho says become outcomes: by id, never by position alone. Pure.

Source: fact sheet 2.0: items come in the order of the request by every sample, but nothing promises it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping as Named
from collections.abc import Sequence
from typing import Any

from zoho_console.bulk.planning import conflicts, holds_already
from zoho_console.domain.changes import Outcome, RowRecord, RowState
from zoho_console.domain.fields import Field, shortened
from zoho_console.domain.records import Record, Reply

MOST_ATTEMPTS = 3  # sendings of one row, each after proof that the one before did nothing
SECOND_LOOK = 4  # a part of the quarantine passes between two readings that must agree
_NOT_DONE = frozenset({"SKIPPED", "UNPROCESSED"})  # what the result file of a job calls rows that it left as they were
_NOT_NAMED = "Zoho's answer does not say what became of this row"
_LOST = "Zoho's answer was lost"
_LOOK = "Look at the account in Zoho; running the file again leaves out what is right already."
_ADVICE = {
    "DUPLICATE_DATA": "Use another value; this one belongs to another account.",
    "MANDATORY_NOT_FOUND": "Fill in the cell.",
    "RECORD_LOCKED": "Try again when the account is no longer locked.",
    "NOT_APPROVED": "Finish its approval in Zoho first.",
    "NOT_REVIEWED": "Finish its review in Zoho first.",
    "RECORD_IN_BLUEPRINT": "Change this field through its blueprint in Zoho.",
    "NO_PERMISSION": "A Zoho administrator can give your profile this permission.",
    "AUTHORIZATION_FAILED": "A Zoho administrator can give your profile this permission.",
    "CANNOT_PROCESS": "Try again later.",
    "INTERNAL_ERROR": "Try again later.",
    "SKIPPED": "Run the row again without bulk jobs.",
    "UNPROCESSED": "Run the row again.",
}
_WORDS = {
    "RECORD_LOCKED": "The account is locked in Zoho.",
    "NOT_APPROVED": "The account waits for approval in Zoho.",
    "NOT_REVIEWED": "The account is under review in Zoho.",
    "RECORD_IN_BLUEPRINT": "A blueprint in Zoho owns this field.",
    "RESOURCE_NOT_FOUND": "Zoho has no account with this id.",
    "SKIPPED": "The bulk job left this row out, and Zoho does not say why.",
    "UNPROCESSED": "The bulk job did not come to this row.",
    "NO_PERMISSION": "Your Zoho profile may not change this account.",
    "AUTHORIZATION_FAILED": "Your Zoho profile may not change this account.",
}


def settle(rows: Sequence[RowRecord], replies: Sequence[Reply], labels: Named[str, str]) -> list[Outcome]:
    """The outcomes of the rows that the answer surely names, in the order of the rows; the others stay in doubt.

    A success belongs to the row whose id it names. A refusal names no id as a rule: it is believed by position only if
    there are as many replies as rows and every success stands at its own row.
    """
    named = Counter(reply.id for reply in replies if reply.ok)
    confirmed = {record_id for record_id, times in named.items() if times == 1}
    in_order = len(replies) == len(rows) and all(map(_stands_at, replies, rows))
    outcomes = []
    for position, row in enumerate(rows):
        if row.record_id in confirmed:
            outcomes.append(Outcome(row.number, RowState.UPDATED))
        elif in_order and not replies[position].ok:
            outcomes.append(refusal(row.number, replies[position], labels))
    return outcomes


def settle_by_file(
    rows: Sequence[RowRecord], told: Named[str, tuple[str, str]], labels: Named[str, str]
) -> list[Outcome]:
    """The outcomes of the rows that a job's result file surely names, by id; the others stay in doubt.

    `told` is status and errors, worded `CODE-Field,Field:CODE-Field` (fact sheet 5.4). An update with errors and a
    status that is not known settle nothing.
    """
    outcomes = []
    for row in rows:
        status, errors = told.get(row.record_id, ("", ""))
        if status == "UPDATED" and not errors:
            outcomes.append(Outcome(row.number, RowState.UPDATED))
        elif status in _NOT_DONE:
            code, _, fields = errors.partition(":")[0].partition("-")
            details = {"api_name": fields.partition(",")[0]} if fields else {}
            outcomes.append(refusal(row.number, Reply(False, row.record_id, code or status, "", details), labels))
    return outcomes


def settle_by_reading(
    rows: Sequence[RowRecord],
    live: Named[str, Record],
    fields: Named[str, Field],
    *,
    stamp: str,
    is_lost: bool,
    may_repeat: bool,
) -> list[Outcome]:
    """One outcome for each row in doubt, by what its record (by id) shows after the quarantine.

    All new values prove the update. The old values on a record that nobody modified since it was last looked at prove
    that nothing was done: the row is PLANNED again if it `may_repeat`. Everything else is UNPROVED. `stamp` is the
    field that says when a record was modified; `is_lost` whether the whole answer is missing, or does not name the row.
    """
    what = _LOST if is_lost else _NOT_NAMED
    outcomes = []
    for row in rows:
        record = live.get(row.record_id)
        if holds_already(row, record, fields):
            words = f"{what}; reading back shows the new values."
            outcomes.append(Outcome(row.number, RowState.UPDATED, "proved", words))
            continue
        if record is None:
            words = f"{what}; the account is not in Zoho any more."
        elif conflicts(row, record, fields):
            words = f"{what}; the account shows neither the old nor the new values."
        elif str(record.get(stamp, "")) != row.seen_at:
            words = f"{what}; the account shows the old values, but somebody modified it meanwhile."
        elif may_repeat:
            outcomes.append(Outcome(row.number, RowState.PLANNED))
            continue
        elif not is_lost:
            words = f"Zoho did not change the account in {MOST_ATTEMPTS} attempts and does not say why."
            outcomes.append(Outcome(row.number, RowState.REFUSED, "not-applied", words, _LOOK))
            continue
        else:
            words = f"{what} {MOST_ATTEMPTS} times; the account still shows the old values."
        outcomes.append(Outcome(row.number, RowState.UNPROVED, "lost-answer" if is_lost else "no-answer", words, _LOOK))
    return outcomes


def _stands_at(reply: Reply, row: RowRecord) -> bool:
    return reply.id == row.record_id or (not reply.ok and not reply.id)


def refusal(number: int, reply: Reply, labels: Named[str, str]) -> Outcome:
    """Zoho's no to one record, in words."""
    reason = _reason(reply.code, reply.message, reply.details, labels)
    advice = _ADVICE.get(reply.code, "Correct the cell and run the row again.")
    return Outcome(number, RowState.REFUSED, reply.code, reason, advice)


def _reason(code: str, message: str, details: dict[str, Any], labels: Named[str, str]) -> str:
    if code == "MULTIPLE_OR_MULTI_ERRORS":
        parts = [one for one in details.get("errors", []) if isinstance(one, dict)]
        return " ".join(
            _reason(str(one.get("code")), str(one.get("message")), one.get("details") or {}, labels) for one in parts
        )
    if code in _WORDS:
        return _WORDS[code]
    name = str(details.get("api_name", ""))
    field = f"“{labels.get(name, name)}”"
    if name == "id" or message == "the id given seems to be invalid":
        return "Zoho has no account with this id."
    if code == "INVALID_DATA" and (words := _wrong_value(field, details)):
        return words
    if code == "DUPLICATE_DATA":
        return f"Another account ({details.get('id', 'unknown')}) has this {field} already."
    if code == "MANDATORY_NOT_FOUND":
        return f"{field} must not be empty."
    where = f" ({field})" if name else ""
    return f"Zoho refused: {shortened(message or code, 200)}{where}."


def _wrong_value(field: str, details: dict[str, Any]) -> str:
    if "maximum_length" in details:
        return f"{field} takes at most {details['maximum_length']} characters."
    if "expected_data_type" in details:
        return f"Zoho expects {details['expected_data_type']} in {field}."
    return f"{field} does not take this value." if "supported_values" in details else ""
