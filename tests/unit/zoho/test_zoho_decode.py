"""From Zoho's answers to values and typed errors."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from zoho_console.errors import (
    BadQuery,
    NotFound,
    NotReachable,
    ScopeMissing,
    SignInNeeded,
    UnreadableAnswer,
    ZohoAPIError,
    ZohoConfigError,
    ZohoRateLimitError,
)
from zoho_console.zoho import decode, metadata, records, search
from zoho_console.zoho.call import Answer
from zoho_console.zoho.limits import coql_credits, next_wait, retry_after, write_credits


def answer(status: int, body: Any = None, **headers: str) -> Answer:
    raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    return Answer(status, {key.replace("_", "-"): value for key, value in headers.items()}, raw)


def flat(code: str, message: str = "said", **details: Any) -> dict[str, Any]:
    return {"code": code, "details": details, "message": message, "status": "error"}


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (answer(401, flat("INVALID_TOKEN")), decode.TokenRefused),
        (answer(401, flat("AUTHENTICATION_FAILURE")), SignInNeeded),
        (answer(401, flat("OAUTH_SCOPE_MISMATCH")), ScopeMissing),
        (answer(429, flat("TOO_MANY_REQUESTS")), ZohoRateLimitError),
        (answer(400, flat("RATE_LIMIT_EXCEEDED")), ZohoRateLimitError),
        (answer(500, flat("INTERNAL_ERROR")), UnreadableAnswer),
        (answer(503, b"<html>busy"), UnreadableAnswer),
        (answer(200, b"<html>hotel portal"), UnreadableAnswer),
        (answer(200, b'{"data": [{"id"'), UnreadableAnswer),
        (answer(200), UnreadableAnswer),
        (answer(400, []), UnreadableAnswer),
        (answer(400, flat("SYNTAX_ERROR", "missing clause", clause="where")), BadQuery),
        (answer(400, flat("INVALID_QUERY", "column given seems to be invalid", column_name="Foo")), BadQuery),
        (answer(400, flat("INVALID_QUERY", "")), BadQuery),
        (answer(400, flat("LIMIT_EXCEEDED", "limit exceeded", by="limit", limit=2000)), BadQuery),
        (answer(404, flat("NOT_FOUND")), NotFound),
        (answer(400, flat("INVALID_DATA", "the id given seems to be invalid")), NotFound),
        (answer(403, flat("NO_PERMISSION")), ZohoAPIError),
        (answer(400, flat("REQUIRED_PARAM_MISSING", param_name="fields")), ZohoAPIError),
        (answer(400, {"data": [flat("INVALID_MODULE")]}), ZohoAPIError),
    ],
)
def test_an_error_is_judged_by_its_body(given: Answer, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        decode.checked(given)


def test_the_place_of_a_wrong_query_is_kept() -> None:
    with pytest.raises(BadQuery) as caught:
        decode.checked(answer(400, flat("SYNTAX_ERROR", "unexpected token", line=2, column=7, near="frm")))
    assert (caught.value.line, caught.value.column) == (2, 7)
    assert "frm" in str(caught.value)


def test_nothing_found_is_an_empty_slice() -> None:
    assert decode.record_slice(answer(204)).records == ()
    assert decode.items(answer(204), "fields") == []


def test_a_slice_knows_how_to_go_on() -> None:
    info = {"more_records": True, "next_page_token": "abc"}
    found = decode.record_slice(answer(200, {"data": [{"id": "1"}], "info": info}))
    assert (found.more, found.page_token, found.records) == (True, "abc", ({"id": "1"},))


@pytest.mark.parametrize("body", [{"data": "x"}, {"data": [1]}, [], {"other": []}])
def test_an_answer_without_records_is_unreadable(body: Any) -> None:
    with pytest.raises(UnreadableAnswer):
        decode.record_slice(answer(200, body))
    with pytest.raises(UnreadableAnswer):
        decode.replies(answer(200, body))


def test_one_record_or_none() -> None:
    assert decode.one_record(answer(200, {"data": [{"id": "1"}]})) == {"id": "1"}
    with pytest.raises(NotFound):
        decode.one_record(answer(204))
    with pytest.raises(UnreadableAnswer):
        decode.one_record(answer(200, {"data": [{"id": "1"}, {"id": "2"}]}))


@pytest.mark.parametrize("status", [200, 202, 207, 400])
def test_replies_are_read_whatever_the_status(status: int) -> None:
    good = {"code": "SUCCESS", "details": {"id": "1"}, "message": "record updated", "status": "success"}
    found = decode.replies(answer(status, {"data": [good, flat("INVALID_DATA", api_name="X", id="9")]}))
    assert [(one.ok, one.id, one.code) for one in found] == [(True, "1", "SUCCESS"), (False, "", "INVALID_DATA")]


def test_a_refused_write_as_a_whole_is_an_error() -> None:
    with pytest.raises(SignInNeeded):
        decode.replies(answer(401, {"data": [flat("INVALID_TOKEN")]}))
    with pytest.raises(ZohoAPIError):
        decode.replies(answer(400, flat("INVALID_MODULE")))


def test_metadata_without_its_key_is_unreadable() -> None:
    with pytest.raises(UnreadableAnswer):
        decode.items(answer(200, {"data": []}), "fields")
    with pytest.raises(UnreadableAnswer):
        metadata.organisation().decode(answer(204))


def test_a_field_is_writable_by_the_reliable_flags() -> None:
    item = {
        "api_name": "Owner", "field_label": "Owner", "data_type": "ownerlookup", "length": 120, "read_only": False,
        "field_read_only": True, "operation_type": {"api_update": True}, "unique": {},
        "pick_list_values": [
            {"actual_value": "-None-"}, {"actual_value": "A", "type": "used"}, {"actual_value": "B", "type": "unused"},
        ],
    }  # fmt: skip
    other = {**item, "api_name": "F", "data_type": "formula", "length": True, "display_label": "Shown"}
    owner, formula = metadata.fields("Accounts").decode(answer(200, {"fields": [item, other]}))
    assert owner.is_writable
    assert owner.pick_values == ("A",)
    assert not formula.is_writable
    assert formula.length is None
    assert formula.label == "Shown"


def test_modules_that_the_api_cannot_read_are_left_out() -> None:
    modules = [{"api_name": "Accounts", "api_supported": True, "editable": True}, {"api_name": "Feeds"}]
    assert [one.api_name for one in metadata.modules().decode(answer(200, {"modules": modules}))] == ["Accounts"]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("7", 7.0), ("", 10.0), ("soon", 10.0), ("99999", 300.0), ("Wed, 04 Mar 2026 12:00:30 GMT", 30.0)],
)
def test_retry_after_is_obeyed_within_reason(text: str, seconds: float) -> None:
    now = datetime(2026, 3, 4, 12, 0, 0, tzinfo=UTC)
    assert retry_after({"retry-after": text}, now) == seconds


def test_only_what_cannot_do_harm_is_sent_again() -> None:
    limited = ZohoRateLimitError("slow", retry_after=5)
    lost, unsent = NotReachable("lost", sent=True), NotReachable("no", sent=False)
    facts = {"delay_s": 1.0, "draw": 0.5}
    assert next_wait(limited, 0, repeatable=False, **facts) == 5.5
    assert next_wait(lost, 1, repeatable=True, **facts) == 1.0
    assert next_wait(lost, 1, repeatable=False, **facts) is None
    assert next_wait(unsent, 2, repeatable=False, **facts) == 2.0
    assert next_wait(UnreadableAnswer("?"), 0, repeatable=False, **facts) is None
    assert next_wait(UnreadableAnswer("?"), 0, repeatable=True, **facts) == 0.5
    assert next_wait(BadQuery("?"), 0, repeatable=True, **facts) is None


def test_credits_by_zohos_table() -> None:
    assert [write_credits(count) for count in (1, 10, 11, 100)] == [1, 1, 2, 10]
    assert [coql_credits(limit) for limit in (200, 201, 2000)] == [1, 2, 3]


@pytest.mark.parametrize(
    ("query", "limit"),
    [
        ("select id from Accounts where id is not null", (None, 0)),
        ("select id from Accounts where id is not null LIMIT 5", (5, 0)),
        ("select id from A where x = 'limit 5'", (None, 0)),
        ("select id from A where x = 'y' limit 5 offset 10;", (5, 10)),
        ("select id from A where x = 'y' limit 10, 5", (5, 10)),
    ],
)
def test_the_limit_of_a_query_is_found(query: str, limit: tuple[int | None, int]) -> None:
    assert search.limit_of(query) == limit


def test_a_value_enters_coql_quoted() -> None:
    assert search.quote("O'Brien') or (id is not null") == "'O''Brien'') or (id is not null'"
    with pytest.raises(BadQuery):
        search.paged("select id from A where id is not null", offset=0, rows=2001)


def test_an_update_of_too_many_or_unnamed_records_is_refused_here() -> None:
    for wrong in ([], [{"id": "1"}] * 101, [{"Account_Name": "x"}]):
        with pytest.raises(ZohoConfigError):
            records.update_records("Accounts", wrong)
    with pytest.raises(ZohoConfigError):
        records.list_records("Accounts", [])
    assert records.update_records("Accounts", [{"id": "1"}], trigger=()).body["trigger"] == []
