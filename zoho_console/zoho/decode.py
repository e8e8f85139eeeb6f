"""From an answer to a value or a typed error: the one place where Zoho's wire form is judged.

Source: fact sheet sections 1.11, 2.0, 8.4 and 9; the status is never believed without the body.
"""

from __future__ import annotations

import json
from typing import Any

from zoho_console.domain.records import Record, Reply, Slice
from zoho_console.errors import (
    BadQuery,
    NotFound,
    ScopeMissing,
    SignInNeeded,
    UnreadableAnswer,
    ZohoAPIError,
    ZohoRateLimitError,
)
from zoho_console.zoho.call import Answer
from zoho_console.zoho.limits import retry_after

_TOKEN_CODES = frozenset({"INVALID_TOKEN", "AUTHENTICATION_FAILURE"})
_QUERY_CODES = frozenset({"SYNTAX_ERROR", "INVALID_QUERY", "INVALID_ALIAS", "DUPLICATE_ALIAS"})
_ADVICE = {
    "NO_PERMISSION": "A Zoho administrator can give your profile this permission.",
    "AUTHORIZATION_FAILED": "A Zoho administrator can give your profile this permission.",
    "INVALID_MODULE": "Check the module's API name.",
}


class TokenRefused(SignInNeeded):
    """Zoho did not take the access token; a fresh one may do. Never leaves this package."""


def body_of(answer: Answer) -> Any:
    """The JSON body; None for 204 and 304. Errors: UnreadableAnswer."""
    if answer.status in (204, 304) or not answer.body:
        if answer.status in (200, 201, 207):
            raise _unreadable(answer, "an empty page")
        return None
    try:
        return json.loads(answer.body)
    except ValueError as error:
        raise _unreadable(answer, "something that is not JSON") from error


def checked(answer: Answer) -> Any:
    """The JSON body of an answer that is not an error as a whole."""
    body = body_of(answer)
    if 200 <= answer.status < 300 or answer.status == 304:
        return body
    raise error_from(answer, body)


def error_from(answer: Answer, body: Any) -> ZohoAPIError | SignInNeeded | ScopeMissing:
    """The typed error for an answer that refuses the whole call; flat or wrapped in a list, both are met."""
    item = _error_item(body)
    code, message = str(item.get("code", "")), str(item.get("message", ""))
    details = item.get("details") or {}
    facts = {"status": answer.status, "code": code, "message": message, "details": details}
    if answer.status == 401 and code in _TOKEN_CODES:
        return TokenRefused("Zoho does not accept this sign-in.", advice="Sign in again.", details=facts)
    if code == "OAUTH_SCOPE_MISMATCH":
        return ScopeMissing(
            "The sign-in lacks a permission that this needs.", advice="Sign in again and accept it.", details=facts
        )
    if answer.status == 429 or code in ("TOO_MANY_REQUESTS", "RATE_LIMIT_EXCEEDED"):
        wait_s = retry_after(answer.headers)
        return ZohoRateLimitError(
            "Zoho takes no more calls for now.", retry_after=wait_s, status=answer.status, code=code, details=facts
        )
    if answer.status >= 500 or not code:
        return UnreadableAnswer(
            f"Zoho answered with an error of its own ({answer.status}).", status=answer.status, code=code, details=facts
        )
    if code in _QUERY_CODES or (code == "LIMIT_EXCEEDED" and "by" in details):
        return _bad_query(answer, code, message, details)
    if answer.status == 404 or message == "the id given seems to be invalid":
        return NotFound("Zoho has no such record.", status=answer.status, code=code, details=facts)
    sentence = f"Zoho refused: {message or code}."
    if name := details.get("api_name") or details.get("param_name"):
        sentence = f"Zoho refused “{name}”: {message or code}."
    return ZohoAPIError(sentence, status=answer.status, code=code, advice=_ADVICE.get(code, ""), details=facts)


def one_record(answer: Answer) -> Record:
    """The record of a get-one call. Errors: NotFound for 204 as well as for the error form."""
    body = checked(answer)
    if body is None:
        raise NotFound("Zoho has no such record.", status=answer.status)
    records = _records(answer, body)
    if len(records) != 1:
        raise _unreadable(answer, "more than one record")
    return records[0]


def record_slice(answer: Answer) -> Slice:
    """Part of a listing or of a query's result; 204 means none."""
    body = checked(answer)
    if body is None:
        return Slice(())
    info = body.get("info") or {}
    return Slice(
        tuple(_records(answer, body)),
        more=bool(info.get("more_records")),
        page_token=str(info.get("next_page_token") or ""),
    )


def replies(answer: Answer) -> list[Reply]:
    """Zoho's answer for each record of a write, whatever the status; an error of the whole call is raised."""
    body = body_of(answer)
    items = body.get("data") if isinstance(body, dict) else None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        if 200 <= answer.status < 300:
            raise _unreadable(answer, "no result for the records")
        raise error_from(answer, body)
    # One error item that names no record and comes with a request-level status speaks for the whole call.
    if answer.status in (401, 403, 404, 429) or answer.status >= 500:
        raise error_from(answer, body)
    return [_reply(item) for item in items]


def items(answer: Answer, key: str) -> list[dict[str, Any]]:
    """The list under a key of a metadata answer; 204 means none."""
    body = checked(answer)
    if body is None:
        return []
    found = body.get(key) if isinstance(body, dict) else None
    if not isinstance(found, list):
        raise _unreadable(answer, f"no “{key}”")
    return found


def _reply(item: dict[str, Any]) -> Reply:
    details = item.get("details") or {}
    return Reply(
        ok=item.get("status") == "success" and item.get("code") == "SUCCESS",
        id=str(details.get("id") or "") if item.get("status") == "success" else "",
        code=str(item.get("code", "")),
        message=str(item.get("message", "")),
        details=details,
    )


def _records(answer: Answer, body: Any) -> list[Record]:
    records = body.get("data") if isinstance(body, dict) else None
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise _unreadable(answer, "no records")
    return records


def _error_item(body: Any) -> dict[str, Any]:
    if isinstance(body, dict):
        if "code" in body:
            return body
        for value in body.values():
            if isinstance(value, list) and value and isinstance(value[0], dict):
                return value[0]
    return {}


def _bad_query(answer: Answer, code: str, message: str, details: dict[str, Any]) -> BadQuery:
    named = details.get("column_name") or details.get("near") or details.get("clause") or details.get("operator")
    if details.get("clause") and message == "missing clause":
        text = f"The query has no “{details['clause']}” clause."
    elif named:
        text = f"Zoho cannot read the query at “{named}”: {message}."
    else:
        text = f"Zoho cannot read the query: {message or details.get('reason', code)}."
    advice = "Every COQL query needs a where; “where id is not null” takes all." if "clause" in details else ""
    return BadQuery(
        text, line=details.get("line"), column=details.get("column"), code=code, status=answer.status,
        advice=advice, details=dict(details),
    )  # fmt: skip


def _unreadable(answer: Answer, what: str) -> UnreadableAnswer:
    return UnreadableAnswer(
        f"Instead of Zoho's answer came {what}.", status=answer.status, advice="Check the network, then try again."
    )
