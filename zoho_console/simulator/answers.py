"""How an answer is written down: the error envelope and the answer that a handler gives (Zoho CRM v8, status codes)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

JSON_TYPE = "application/json;charset=utf-8"


class Refusal(Exception):
    """A refusal in Zoho's words; it travels up to the gate, which writes it down as a flat object.

    `wrapped` puts it into `{"data": […]}`, as Zoho does for some refusals of a whole request.
    """

    def __init__(
        self,
        code: str,
        message: str,
        details: dict[str, Any] | None = None,
        *,
        status: int = 400,
        wrapped: bool = False,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.details = details or {}
        self.status = status
        self.wrapped = wrapped

    @property
    def item(self) -> dict[str, Any]:
        """The envelope of one error: code, details, message, status."""
        return {"code": self.code, "details": self.details, "message": self.message, "status": "error"}

    @property
    def body(self) -> dict[str, Any]:
        """The envelope as the whole body of an answer."""
        return {"data": [self.item]} if self.wrapped else self.item


@dataclass(frozen=True, slots=True)
class Answer:
    """What a handler answers: None is an empty body (204, 304), bytes are a file; `credits` is what the call costs."""

    body: Any = None
    status: int = 200
    credits: int = 1
    headers: dict[str, str] = field(default_factory=dict)


NOTHING = Answer(status=204)


def response(body: Any, status: int, headers: dict[str, str]) -> web.Response:
    """A response with JSON, or with a file for bytes, whose type is in the headers."""
    if isinstance(body, bytes):
        return web.Response(status=status, body=body, headers=headers)
    return json_response(body, status, headers)


def json_response(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """A response with JSON in UTF-8, or an empty one for None."""
    if body is None:
        return web.Response(status=status, headers=headers)
    raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return web.Response(status=status, body=raw, headers={**(headers or {}), "Content-Type": JSON_TYPE})


def invalid_module() -> Refusal:
    """The refusal of a module name in the path."""
    return Refusal("INVALID_MODULE", "the module name given seems to be invalid", {"resource_path_index": 0})


def missing_parameter(name: str) -> Refusal:
    """The refusal of a call without a query parameter that it needs."""
    return Refusal("REQUIRED_PARAM_MISSING", "One of the expected parameter is missing", {"param_name": name})


def invalid_parameter(name: str, expected: str) -> Refusal:
    """The refusal of a query parameter with a value of the wrong kind."""
    return Refusal("INVALID_DATA", "invalid data", {"param_name": name, "expected_data_type": expected})
