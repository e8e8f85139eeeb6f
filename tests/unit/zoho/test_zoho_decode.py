"""Answers become values or typed errors."""

from __future__ import annotations

import json
from typing import Any

import pytest

from zoho_console.errors import (
    NotFound,
    NotReachable,
    ScopeMissing,
    SignInNeeded,
    UnreadableAnswer,
    ZohoAPIError,
    ZohoRateLimitError,
)
from zoho_console.zoho import decode
from zoho_console.zoho.call import Answer


def answer(status: int, body: Any = b"", **headers: str) -> Answer:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, names, content, "ZohoCRM.modules.READ")


def flat(code: str, message: str = "no", **details: Any) -> dict[str, Any]:
    return {"code": code, "message": message, "details": details, "status": "error"}


def success(record_id: str) -> dict[str, Any]:
    return {"code": "SUCCESS", "status": "success", "message": "record updated", "details": {"id": record_id}}


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_with_nothing_is_an_empty_slice(status: int) -> None:
    assert decode.one_slice(answer(status)).records == ()
    assert decode.records(answer(status)) == []
    assert decode.value(answer(status)) is None


def test_a_slice_knows_how_to_go_on() -> None:
    part = decode.one_slice(
        answer(200, {"data": [{"id": "1"}], "info": {"more_records": True, "next_page_token": "t"}})
    )

    assert part.records == ({"id": "1"},)
    assert part.more
    assert part.page_token == "t"


@pytest.mark.parametrize("info", [None, [], {"more_records": False, "next_page_token": None}])
def test_a_slice_without_a_next_ends_the_listing(info: Any) -> None:
    part = decode.one_slice(answer(200, {"data": [], "info": info}))

    assert not part.more
    assert part.page_token == ""


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>Welcome to our Wi-Fi</html>", b'{"data":[{"id":"1"', b"[]", b"null", b'{"data":[NaN]}', b"\xff\xfe"],
)
def test_what_is_not_a_json_object_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableAnswer) as caught:
        decode.value(answer(200, body, content_type="text/html"))

    assert caught.value.sent
    assert caught.value.advice
    assert caught.value.details["content_type"] == "text/html"


@pytest.mark.parametrize("body", [{"data": {"id": "1"}}, {"data": ["1"]}, {}])
def test_a_missing_list_of_records_is_unreadable(body: dict[str, Any]) -> None:
    with pytest.raises(UnreadableAnswer):
        decode.records(answer(200, body))


def test_a_redirect_is_unreadable() -> None:
    with pytest.raises(UnreadableAnswer):
        decode.value(answer(302, {}))


@pytest.mark.parametrize("body", [b"<html>Bad gateway</html>", flat("INTERNAL_ERROR", "Internal Server Error")])
def test_a_broken_server_leaves_a_doubt(body: Any) -> None:
    with pytest.raises(NotReachable) as caught:
        decode.replies(answer(503, body), 1)

    assert caught.value.sent
    assert caught.value.status == 503


@pytest.mark.parametrize("code", ["INVALID_TOKEN", "AUTHENTICATION_FAILURE"])
def test_a_refused_token_asks_for_sign_in(code: str) -> None:
    with pytest.raises(SignInNeeded) as caught:
        decode.value(answer(401, flat(code)))

    assert caught.value.details["code"] == code


def test_a_refused_token_is_found_inside_data_too() -> None:
    with pytest.raises(SignInNeeded):
        decode.replies(answer(401, {"data": [flat("INVALID_TOKEN")]}), 1)


def test_a_missing_scope_is_named_and_never_a_refused_token() -> None:
    with pytest.raises(ScopeMissing, match=r"“ZohoCRM\.modules\.READ”") as caught:
        decode.value(answer(401, flat("OAUTH_SCOPE_MISMATCH", "Unauthorized")))

    assert caught.value.details["scope"] == "ZohoCRM.modules.READ"


def test_a_missing_scope_without_a_name_still_reads_well() -> None:
    error = decode.refusal(Answer(401), flat("OAUTH_SCOPE_MISMATCH"))

    assert str(error) == "The sign-in lacks the permission that this needs."


@pytest.mark.parametrize("body", [b"", flat("TOO_MANY_REQUESTS"), b"<html></html>"])
def test_a_429_asks_for_ten_seconds_whatever_its_body(body: Any) -> None:
    with pytest.raises(ZohoRateLimitError) as caught:
        decode.value(answer(429, body))

    assert caught.value.retry_after == 10
    assert "retry_after" not in caught.value.details


def test_a_429_with_retry_after_asks_for_that_long() -> None:
    with pytest.raises(ZohoRateLimitError) as caught:
        decode.value(answer(429, flat("TOO_MANY_REQUESTS"), retry_after="37"))

    assert caught.value.retry_after == 37
    assert caught.value.details["retry_after"] == 37


def test_a_429_without_credits_says_so() -> None:
    with pytest.raises(ZohoRateLimitError, match="credits"):
        decode.value(answer(429, flat("TOO_MANY_REQUESTS"), x_api_credits_remaining="0"))


def test_a_rate_code_counts_whatever_the_status() -> None:
    with pytest.raises(ZohoRateLimitError) as caught:
        decode.value(answer(400, flat("RATE_LIMIT_EXCEEDED")))

    assert caught.value.status == 400


@pytest.mark.parametrize(
    "body", [flat("NO_PERMISSION"), {"data": [flat("NO_PERMISSION")]}, {"users": [flat("NO_PERMISSION")]}]
)
def test_a_refusal_is_found_flat_and_wrapped(body: dict[str, Any]) -> None:
    with pytest.raises(ZohoAPIError, match="profile") as caught:
        decode.value(answer(403, body))

    assert caught.value.code == "NO_PERMISSION"
    assert caught.value.status == 403
    assert caught.value.advice


def test_a_refusal_with_status_200_is_a_refusal() -> None:
    with pytest.raises(ZohoAPIError) as caught:
        decode.value(answer(200, flat("INVALID_MODULE")))

    assert caught.value.code == "INVALID_MODULE"


def test_a_missing_thing_is_not_found() -> None:
    with pytest.raises(NotFound):
        decode.value(answer(404, flat("RESOURCE_NOT_FOUND")))


def test_an_unknown_code_is_told_in_zohos_words() -> None:
    with pytest.raises(ZohoAPIError) as caught:
        decode.value(answer(400, flat("SOMETHING_NEW", "invalid\ndata.", api_name="Phone")))

    assert str(caught.value) == "Zoho refused “Phone”: invalid·data."
    assert caught.value.details == {"api_name": "Phone", "message": "invalid\ndata."}


@pytest.mark.parametrize("body", [{}, {"data": []}, {"message": "gone"}, {"status": "error", "details": None}])
def test_a_refusal_without_any_words_still_reads_well(body: dict[str, Any]) -> None:
    with pytest.raises(ZohoAPIError, match=r"Zoho refused: no reason given\."):
        decode.value(answer(400, body))


@pytest.mark.parametrize("status", [200, 207, 400, 403, 412])
def test_replies_come_out_whatever_the_status(status: int) -> None:
    items = [success("1"), flat("DUPLICATE_DATA", "duplicate data", id="9")]

    good, bad = decode.replies(answer(status, {"data": items}), 2)

    assert (good.ok, good.id, good.code) == (True, "1", "SUCCESS")
    assert (bad.ok, bad.code, bad.message) == (False, "DUPLICATE_DATA", "duplicate data")


def test_a_refusals_id_is_no_proof_whose_it_is() -> None:
    (reply,) = decode.replies(answer(400, {"data": [flat("DUPLICATE_DATA", id="9")]}), 1)

    assert reply.id == ""
    assert reply.details["id"] == "9"


def test_one_refusal_for_many_records_refuses_the_whole_call() -> None:
    with pytest.raises(ZohoAPIError) as caught:
        decode.replies(answer(400, {"data": [flat("LIMIT_EXCEEDED")]}), 101)

    assert caught.value.code == "LIMIT_EXCEEDED"


def test_one_success_for_many_records_is_passed_on() -> None:
    assert len(decode.replies(answer(200, {"data": [success("1")]}), 2)) == 1


@pytest.mark.parametrize("body", [{}, {"data": []}, {"data": {}}, {"data": [1]}])
def test_a_good_status_without_items_leaves_a_doubt(body: dict[str, Any]) -> None:
    with pytest.raises(UnreadableAnswer):
        decode.replies(answer(200, body), 1)


def test_a_flat_refusal_of_a_write_is_typed() -> None:
    with pytest.raises(ZohoAPIError) as caught:
        decode.replies(answer(400, flat("INVALID_MODULE")), 2)

    assert caught.value.code == "INVALID_MODULE"


def test_a_refused_reply_names_the_field() -> None:
    (reply,) = decode.replies(answer(400, {"data": [flat("INVALID_DATA", "invalid data", api_name="Phone")]}), 1)

    error = decode.refused_reply(reply)

    assert "“Phone”" in str(error)
    assert type(error) is ZohoAPIError


def test_a_refused_reply_about_the_id_is_not_found() -> None:
    (reply,) = decode.replies(answer(400, {"data": [flat("INVALID_DATA", "the id given seems to be invalid")]}), 1)

    assert isinstance(decode.refused_reply(reply), NotFound)
