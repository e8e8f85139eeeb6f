"""From (status, headers, body) to a value or a typed error: the only place that reads Zoho's error envelopes.

Source: fact sheet 2.0 (writes answer item by item, whatever the status), 9.1 (the envelope, flat or wrapped), 9.2.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from zoho_console.domain.fields import shortened
from zoho_console.domain.records import Record, Reply, Slice
from zoho_console.errors import (
    NotFound,
    NotReachable,
    ScopeMissing,
    SignInNeeded,
    UnreadableAnswer,
    ZohoAPIError,
    ZohoError,
    ZohoRateLimitError,
)
from zoho_console.zoho.call import Answer
from zoho_console.zoho.limits import RATE_WAIT_S, retry_after

_NOTHING = (204, 304)  # nothing found, nothing changed: an empty body
_RATE_CODES = ("TOO_MANY_REQUESTS", "RATE_LIMIT_EXCEEDED")
_MISSING_CODES = ("NOT_FOUND", "RESOURCE_NOT_FOUND")

_NO_RIGHT = ("The Zoho profile of this user does not allow it.", "Ask a Zoho administrator to change the profile.")
_STALE_PLACE = ("The place in this listing is no longer valid.", "Start the listing again.")
_TOO_MUCH = ("The call asks for more than Zoho takes at once.", "Ask for less at once.")
_LISTING_END = ("Zoho lists 100,000 records and no more.", "Narrow the listing with a query.")
_NOT_OFFERED = ("Zoho does not offer this for the module or the edition.", "Choose another module.")
# Zoho's code → one sentence, one remedy.
_SENTENCES: dict[str, tuple[str, str]] = {
    "NO_PERMISSION": _NO_RIGHT,
    "AUTHORIZATION_FAILED": _NO_RIGHT,
    "INVALID_MODULE": ("Zoho has no such module, or this user may not see it.", "Choose another module."),
    "LIMIT_EXCEEDED": _TOO_MUCH,
    "CRITERIA_LIMIT_EXCEEDED": _TOO_MUCH,
    "DISCRETE_PAGINATION_LIMIT_EXCEEDED": _LISTING_END,
    "PAGINATION_LIMIT_EXCEEDED": _LISTING_END,
    "LIMIT_REACHED": ("Zoho's search finds 2,000 records and no more.", "Narrow the criteria, or use a query."),
    "EXPIRED_VALUE": _STALE_PLACE,
    "TOKEN_BOUND_DATA_MISMATCH": _STALE_PLACE,
    "NOT_SUPPORTED": _NOT_OFFERED,
    "FEATURE_NOT_SUPPORTED": _NOT_OFFERED,
    "NOT_SUPPORTED_FEATURE": _NOT_OFFERED,
    "ALREADY_MODIFIED": ("Somebody else changed the record meanwhile.", "Read it again and decide anew."),
    "RECORD_LOCKED": ("The record is locked in Zoho.", "Unlock it there, or try again later."),
    "NOT_APPROVED": ("The record waits for an approval in Zoho.", "Finish the approval there first."),
    "RECORD_IN_BLUEPRINT": ("A blueprint in Zoho owns this field now.", "Take the blueprint's step there first."),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """Zoho's error envelope; `code` is "" where the answer holds none."""

    code: str = ""
    message: str = ""
    details: dict[str, Any] = field(default_factory=dict)


def value(answer: Answer) -> dict[str, Any] | None:
    """The JSON object of a good answer, or None where Zoho has nothing (204, 304).

    Errors: whatever `opened` and `refusal` tell.
    """
    if answer.status in _NOTHING:
        return None
    body = opened(answer)
    if answer.status >= 300 or body.get("status") == "error":
        raise refusal(answer, body)
    return body


def records(answer: Answer, key: str = "data") -> list[Record]:
    """The list of objects under `key`; empty where Zoho has nothing. Errors: as `value`."""
    body = value(answer)
    return [] if body is None else _objects(answer, body.get(key))


def one_slice(answer: Answer) -> Slice:
    """The records of a listing with the way to the next. Errors: as `value`."""
    body = value(answer)
    if body is None:
        return Slice(())
    info = body.get("info")
    info = info if isinstance(info, dict) else {}
    found = tuple(_objects(answer, body.get("data")))
    return Slice(found, more=info.get("more_records") is True, page_token=str(info.get("next_page_token") or ""))


def replies(answer: Answer, count: int) -> list[Reply]:
    """Zoho's answers about `count` records of a write, in Zoho's order; good and bad ones alike.

    The id comes out for a success only: in a refusal Zoho's `details.id` may be another record's (a duplicate's).
    Errors: the refusal of the whole call (no items, or one refusal for many records); NotReachable(sent=True) and
    UnreadableAnswer where nothing proves what Zoho did.
    """
    body = opened(answer)
    items = body.get("data")
    if answer.status == 401 or not isinstance(items, list) or not items:
        if answer.status < 300 and body.get("status") != "error":
            raise unreadable(answer, "no items")
        raise refusal(answer, body)
    found = [_reply(item) for item in _objects(answer, items)]
    if count > 1 and len(found) == 1 and not found[0].ok and answer.status >= 400:
        raise refusal(answer, body)
    return found


def opened(answer: Answer) -> dict[str, Any]:
    """The JSON object of any answer below 500.

    Errors: NotReachable(sent=True) from 500 on, ZohoRateLimitError for 429, UnreadableAnswer for anything that is not
    a JSON object (a proxy's page, cut JSON, an empty body, a redirect).
    """
    body = _parsed(answer.body)
    if answer.status >= 500:
        raise _broken(answer, _fault(body or {}))
    if answer.status == 429:
        raise _slow_down(answer, _fault(body or {}))
    if body is None:
        raise unreadable(answer, "not a JSON object")
    return body


def refusal(answer: Answer, body: dict[str, Any]) -> ZohoError:
    """The typed error for an answer that says no. `details` are Zoho's, with its own text under `message`."""
    fault = _fault(body)
    details = {**fault.details, "message": fault.message}
    if not fault.code and answer.status < 400:
        return unreadable(answer, "neither a value nor a refusal")
    if fault.code == "OAUTH_SCOPE_MISMATCH":
        return _scope_missing(answer, details)
    if answer.status == 401:
        return SignInNeeded(
            "Zoho no longer accepts this sign-in.", advice="Sign in again.", details={**details, "code": fault.code}
        )
    if fault.code in _RATE_CODES:
        return _slow_down(answer, fault)
    sentence, advice = _SENTENCES.get(fault.code, (_in_zohos_words(fault), ""))
    kind = NotFound if fault.code in _MISSING_CODES else ZohoAPIError
    return kind(sentence, status=answer.status, code=fault.code, advice=advice, details=details)


def refused_reply(reply: Reply) -> ZohoAPIError:
    """The error that says why Zoho refused one record."""
    fault = Fault(reply.code, reply.message, reply.details)
    sentence, advice = _SENTENCES.get(reply.code, (_in_zohos_words(fault), ""))
    kind = NotFound if names_no_record(reply.code, reply.message) else ZohoAPIError
    return kind(
        sentence, status=400, code=reply.code, advice=advice, details={**reply.details, "message": fault.message}
    )


def names_no_record(code: str, message: str) -> bool:
    """Whether a refusal means that the id belongs to no record (fact sheet 2.2, 2.3)."""
    return code == "INVALID_DATA" and "the id given seems to be invalid" in message.lower()


def unreadable(answer: Answer, why: str) -> UnreadableAnswer:
    """The error for an answer that Zoho does not send; `why` goes into the details only."""
    return UnreadableAnswer(
        "Something between this computer and Zoho answered in Zoho's place, or the answer was cut short.",
        status=answer.status,
        advice="Check the network: a sign-in page of a Wi-Fi or a proxy is the usual cause.",
        details={"reason": why, "content_type": answer.headers.get("content-type", "")},
    )


def _parsed(body: bytes) -> dict[str, Any] | None:
    try:
        parsed = json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) else None


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _objects(answer: Answer, items: Any) -> list[dict[str, Any]]:
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise unreadable(answer, "no list of objects")
    return items


def _reply(item: dict[str, Any]) -> Reply:
    fault = _envelope(item)
    is_ok = item.get("status") == "success"
    return Reply(
        ok=is_ok,
        id=str(fault.details.get("id") or "") if is_ok else "",
        code=fault.code,
        message=fault.message,
        details=fault.details,
    )


def _fault(body: dict[str, Any]) -> Fault:
    """The envelope, flat or as the first item of a list under any key."""
    if "code" in body:
        return _envelope(body)
    for items in body.values():
        if isinstance(items, list) and items and isinstance(items[0], dict) and "code" in items[0]:
            return _envelope(items[0])
    return Fault()


def _envelope(item: dict[str, Any]) -> Fault:
    details = item.get("details")
    return Fault(
        code=str(item.get("code") or ""),
        message=str(item.get("message") or ""),
        details=details if isinstance(details, dict) else {},
    )


def _broken(answer: Answer, fault: Fault) -> NotReachable:
    error = NotReachable(
        "Zoho is out of order at the moment.",
        sent=True,
        details={"status": answer.status, "code": fault.code, "message": fault.message},
    )
    error.status, error.code = answer.status, fault.code
    return error


def _slow_down(answer: Answer, fault: Fault) -> ZohoRateLimitError:
    wait_s = retry_after(answer.headers.get("retry-after", ""), datetime.now(UTC))
    details: dict[str, Any] = {**fault.details, "message": fault.message}
    if wait_s is not None:
        details["retry_after"] = wait_s
    if answer.headers.get("x-api-credits-remaining") == "0":
        sentence = "The organisation's API credits for the last 24 hours are used up."
    else:
        sentence = "Zoho asks for a pause: there were too many calls at once."
    return ZohoRateLimitError(
        sentence,
        retry_after=RATE_WAIT_S if wait_s is None else wait_s,
        status=answer.status,
        code=fault.code,
        details=details,
    )


def _scope_missing(answer: Answer, details: dict[str, Any]) -> ScopeMissing:
    named = f" “{answer.scope}”" if answer.scope else ""
    return ScopeMissing(
        f"The sign-in lacks the permission{named} that this needs.",
        advice="Sign in again and accept every permission.",
        details={**details, "scope": answer.scope, "code": "OAUTH_SCOPE_MISMATCH"},
    )


def _in_zohos_words(fault: Fault) -> str:
    words = shortened(fault.message or fault.code or "no reason given", 200).rstrip(".")
    name = fault.details.get("api_name")
    subject = f"Zoho refused “{shortened(str(name))}”" if name else "Zoho refused"
    return f"{subject}: {words}."
