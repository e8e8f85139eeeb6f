"""One attempt to sign in, with a browser that is a socket."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from http import HTTPStatus
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from scripted_zoho import TOKEN_PATH, Say, ScriptedZoho, free_port

from zoho_console.domain.connections import Origins
from zoho_console.errors import PortTaken, SecretError, SignInCancelled, SignInNeeded, ZohoAuthError
from zoho_console.zoho.callback import CallbackServer, holder_of
from zoho_console.zoho.oauth import OAuthApp
from zoho_console.zoho.signin import SignIn

APP = OAuthApp("1000.ID", lambda: "s3cret")
HEADERS = (
    b"Cache-Control: no-store",
    b"Content-Security-Policy: default-src 'none'",
    b"Referrer-Policy: no-referrer",
    b"X-Content-Type-Options: nosniff",
)


class Attempt:
    """A sign-in under way and a browser to answer it."""

    def __init__(self, origins: Origins) -> None:
        self.port = free_port()
        self.signin = SignIn(origins, APP, ("ZohoCRM.modules.ALL",), self.port, is_custom=True)
        self.told: list[str] = []
        self.signin.on_rejected = self.told.append
        self.asked = {name: values[0] for name, values in parse_qs(urlsplit(self.signin.consent_url).query).items()}
        self.state = self.asked["state"]

    async def send(self, request: bytes, host: str = "127.0.0.1") -> bytes:
        reader, writer = await asyncio.open_connection(host, self.port)
        with contextlib.closing(writer):
            writer.write(request)
            return await reader.read()

    async def browse(self, method: str = "GET", path: str = "/oauth/callback", host: str = "", **query: str) -> bytes:
        target = f"{path}?{urlencode({name.replace('_', '-'): value for name, value in query.items()})}"
        lines = f"{method} {target} HTTP/1.1\r\nHost: {host or f'localhost:{self.port}'}\r\n\r\n"
        return await self.send(lines.encode("utf-8"))


@contextlib.asynccontextmanager
async def listening(origins: Origins | None = None) -> AsyncIterator[Attempt]:
    attempt = Attempt(origins or Origins("http://127.0.0.1:9", "http://127.0.0.1:9", "http://127.0.0.1:9"))
    await attempt.signin.listen()
    try:
        yield attempt
    finally:
        await attempt.signin.aclose()


def run(test: Callable[[Attempt], Awaitable[None]]) -> None:
    async def body() -> None:
        async with listening() as attempt:
            await test(attempt)

    asyncio.run(body())


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def test_a_consent_becomes_a_grant() -> None:
    async def body() -> None:
        async with ScriptedZoho() as zoho, listening(zoho.origins) as attempt:
            token = {"access_token": "a", "refresh_token": "r", "scope": "ZohoCRM.org.READ", "expires_in": 3600}
            zoho.on("POST", TOKEN_PATH, Say({**token, "api_domain": zoho.url}))

            answer = await attempt.browse(
                state=attempt.state, code="1000.code", location="us", accounts_server=zoho.url
            )
            consent = await attempt.signin.wait_for_code(5)
            grant = await attempt.signin.exchange(consent)

            assert status_of(answer) == 200
            assert (grant.refresh_token, grant.access_token, grant.generation) == ("r", "a", 0)
            assert grant.scopes == ("ZohoCRM.org.READ",)
            (seen,) = zoho.asked(TOKEN_PATH)
            form = {name: values[0] for name, values in parse_qs(seen.body.decode()).items()}
            assert seen.query == {}
            assert form["code"] == "1000.code"
            assert form["redirect_uri"] == attempt.asked["redirect_uri"]
            assert 43 <= len(form["code_verifier"]) <= 128

    asyncio.run(body())


def test_each_attempt_has_its_own_state_and_challenge() -> None:
    origins = Origins("http://127.0.0.1:9", "http://127.0.0.1:9", "http://127.0.0.1:9")

    one, other = Attempt(origins).asked, Attempt(origins).asked

    assert one["state"] != other["state"]
    assert one["code_challenge"] != other["code_challenge"]
    assert len(one["state"]) == 43


def test_both_loopback_addresses_are_held() -> None:
    async def body(attempt: Attempt) -> None:
        for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
            with socket.socket(family) as other, contextlib.suppress(OSError):
                other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                other.bind((host, attempt.port))
                other.listen()
                raise AssertionError(f"{host} is free")

    run(body)


@contextlib.contextmanager
def squatting(family: socket.AddressFamily, host: str, port: int) -> Iterator[None]:
    with socket.socket(family) as squatter:
        squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family is socket.AF_INET6:
            squatter.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(host == "::1"))
        squatter.bind((host, port))
        squatter.listen()
        yield


@pytest.mark.parametrize(
    ("family", "host"),
    [
        (socket.AF_INET, "127.0.0.1"),
        (socket.AF_INET, "0.0.0.0"),
        (socket.AF_INET6, "::1"),
        (socket.AF_INET6, "::"),
    ],
)
def test_a_port_held_by_another_is_told_before_any_browser_opens(family: socket.AddressFamily, host: str) -> None:
    async def body() -> None:
        attempt = Attempt(Origins("http://127.0.0.1:9", "http://127.0.0.1:9", "http://127.0.0.1:9"))
        with squatting(family, host, attempt.port):
            began = time.monotonic()
            with pytest.raises(PortTaken) as caught:
                await attempt.signin.listen()
            assert time.monotonic() - began < 1
            assert caught.value.port == attempt.port

        await attempt.signin.listen()
        await attempt.signin.aclose()

    asyncio.run(body())


def test_nobody_holds_a_port_that_is_free() -> None:
    assert holder_of(free_port()) == ""


def test_another_program_that_answers_by_our_name_is_found_out() -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\nhello")
        writer.close()

    async def body() -> None:
        port = free_port()
        probe = CallbackServer(port, "/oauth/callback", lambda query: HTTPStatus.OK)
        assert not await probe._asked("127.0.0.1")
        with pytest.raises(PortTaken):
            await probe._probe()

        stranger = await asyncio.start_server(greet, "127.0.0.1", port)
        with pytest.raises(PortTaken, match=str(port)):
            await probe._asked("127.0.0.1")
        stranger.close()
        await stranger.wait_closed()

    asyncio.run(body())


def test_a_finished_sign_in_never_blocks_the_next() -> None:
    async def body() -> None:
        first = Attempt(Origins("http://127.0.0.1:9", "http://127.0.0.1:9", "http://127.0.0.1:9"))
        for _ in range(20):
            signin = SignIn(Origins("http://a", "http://a", "http://a"), APP, ("A",), first.port)
            await signin.listen()
            await first.browse(state="wrong")
            await signin.aclose()

    asyncio.run(body())


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"code": "1000.forged"},
        {"state": "", "code": "1000.forged"},
        {"state": "wrong", "code": "1000.forged"},
        {"error": "access_denied"},
        {"state": "wrong", "error": "access_denied"},
    ],
)
def test_a_forged_callback_is_refused_and_the_waiting_goes_on(query: dict[str, str]) -> None:
    async def body(attempt: Attempt) -> None:
        assert status_of(await attempt.browse(**query)) == 400
        assert attempt.signin.rejected == 1
        assert len(attempt.told) == 1

        await attempt.browse(state=attempt.state, code="1000.true")
        assert (await attempt.signin.wait_for_code(5)).code == "1000.true"

    run(body)


def test_forged_callbacks_before_and_after_never_win() -> None:
    async def body(attempt: Attempt) -> None:
        for number in range(50):
            await attempt.browse(state=f"{attempt.state}{number}", code="1000.forged")
        await attempt.browse(state=attempt.state, code="1000.true")
        later = await attempt.browse(state=attempt.state, code="1000.later")

        assert (await attempt.signin.wait_for_code(5)).code == "1000.true"
        assert status_of(later) == 410
        assert attempt.signin.rejected == 50

    run(body)


def test_a_foreign_accounts_server_ends_the_sign_in_and_gets_nothing() -> None:
    async def body(attempt: Attempt) -> None:
        await attempt.browse(state=attempt.state, code="1000.true", accounts_server="https://accounts.evil.example")

        with pytest.raises(SignInNeeded, match="nothing was sent there"):
            await attempt.signin.wait_for_code(5)

    run(body)


def test_rejected_callbacks_are_counted_without_a_listener() -> None:
    async def body(attempt: Attempt) -> None:
        attempt.signin.on_rejected = None
        await attempt.browse(state="wrong")

        assert attempt.signin.rejected == 1

    run(body)


@pytest.mark.parametrize(("method", "status"), [("HEAD", 405), ("POST", 405), ("OPTIONS", 405), ("get", 405)])
def test_only_get_is_answered(method: str, status: int) -> None:
    async def body(attempt: Attempt) -> None:
        assert status_of(await attempt.browse(method, state=attempt.state, code="c")) == status
        assert attempt.signin.rejected == 0

    run(body)


@pytest.mark.parametrize(
    "path", ["/", "/favicon.ico", "/oauth/callback/", "/OAuth/callback", "/oauth/../oauth/callback"]
)
def test_only_the_exact_path_is_answered(path: str) -> None:
    async def body(attempt: Attempt) -> None:
        assert status_of(await attempt.browse(path=path, state=attempt.state, code="c")) == 404

    run(body)


def test_only_our_own_names_are_answered() -> None:
    async def body(attempt: Attempt) -> None:
        for host in (
            "evil.example",
            "localhost",
            f"localhost:{attempt.port}.evil.example",
            f"evil@localhost:{attempt.port}",
        ):
            assert status_of(await attempt.browse(host=host, state=attempt.state, code="c")) == 400
        for host in (f"127.0.0.1:{attempt.port}", f"[::1]:{attempt.port}"):
            assert status_of(await attempt.browse(host=host, state="wrong")) == 400
        assert attempt.signin.rejected == 2

    run(body)


@pytest.mark.parametrize(
    "junk",
    [
        b"GET /oauth/callback HTTP/1.1\r\n\r\n",
        b"GET /oauth/callback\r\nHost: localhost\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET / a b HTTP/1.1\r\n\r\n",
        b"GET /oauth/callback SPDY/3\r\nHost: x\r\n\r\n",
    ],
)
def test_what_is_not_http_is_refused(junk: bytes) -> None:
    async def body(attempt: Attempt) -> None:
        assert status_of(await attempt.send(junk)) == 400

    run(body)


def test_two_hosts_in_one_request_are_refused() -> None:
    async def body(attempt: Attempt) -> None:
        name = f"Host: localhost:{attempt.port}\r\n".encode()
        answer = await attempt.send(b"GET /oauth/callback?state=x HTTP/1.1\r\n" + name + name + b"\r\n")

        assert status_of(answer) == 400
        assert attempt.signin.rejected == 0

    run(body)


def test_an_endless_head_is_cut_off() -> None:
    async def body(attempt: Attempt) -> None:
        with contextlib.suppress(ConnectionError):
            assert await attempt.send(b"GET /oauth/callback?x=" + b"a" * 100_000) == b""

        await attempt.browse(state=attempt.state, code="1000.true")
        assert (await attempt.signin.wait_for_code(5)).code == "1000.true"

    run(body)


def test_dawdlers_do_not_keep_the_true_answer_out() -> None:
    async def body(attempt: Attempt) -> None:
        seed = random.randrange(2**32)
        print("seed", seed)
        chance = random.Random(seed)
        dawdlers = [await asyncio.open_connection("127.0.0.1", attempt.port) for _ in range(200)]
        for _, writer in dawdlers:
            writer.write(chance.randbytes(20).replace(b"\r", b""))

        async with asyncio.timeout(2):  # less than what any of them is given for its request
            answer = await attempt.browse(state=attempt.state, code="1000.true")

        assert status_of(answer) == 200
        for _, writer in dawdlers:
            writer.transport.abort()
        await asyncio.sleep(0)

    run(body)


def test_the_page_is_the_same_whatever_was_said() -> None:
    async def body(attempt: Attempt) -> None:
        payloads = ["<script>alert(1)</script>", "a\r\nSet-Cookie: x", "“ünï”", "x" * 2000]
        answers = [await attempt.browse(state="wrong", error=one, error_description=one, code=one) for one in payloads]
        answers.append(await attempt.browse(state=attempt.state, code="1000.true"))
        answers.append(await attempt.browse(path="/favicon.ico"))

        pages = {answer.partition(b"\r\n\r\n")[2] for answer in answers}
        assert len(pages) == 1
        assert b"You can close this tab" in pages.pop()
        assert all(header in answer for header in HEADERS for answer in answers)

    run(body)


def test_a_no_in_the_browser_cancels() -> None:
    async def body(attempt: Attempt) -> None:
        await attempt.browse(state=attempt.state, error="access_denied")

        with pytest.raises(SignInCancelled, match="declined"):
            await attempt.signin.wait_for_code(5)

    run(body)


def test_another_refusal_of_zoho_is_told() -> None:
    async def body(attempt: Attempt) -> None:
        await attempt.browse(state=attempt.state, error="invalid_scope")

        with pytest.raises(ZohoAuthError, match="invalid_scope"):
            await attempt.signin.wait_for_code(5)

    run(body)


def test_the_waiting_ends() -> None:
    async def body(attempt: Attempt) -> None:
        with pytest.raises(SignInCancelled, match="in time"):
            await attempt.signin.wait_for_code(0.05)

    run(body)


def test_a_locked_keyring_is_told_before_the_code_is_spent() -> None:
    async def body() -> None:
        def locked() -> str:
            raise SecretError("The keyring is locked.")

        async with ScriptedZoho() as zoho:
            signin = SignIn(zoho.origins, OAuthApp("1000.ID", locked), ("A",), free_port(), is_custom=True)
            attempt = Attempt(zoho.origins)
            await attempt.signin.listen()
            await attempt.browse(state=attempt.state, code="1000.true")
            consent = await attempt.signin.wait_for_code(5)

            with pytest.raises(SecretError):
                await signin.exchange(consent)

            assert zoho.seen == []
            await attempt.signin.aclose()
            await signin.aclose()

    asyncio.run(body())


def test_closing_lets_go_of_the_port_and_of_visitors() -> None:
    async def body() -> None:
        async with listening() as attempt:
            reader, writer = await asyncio.open_connection("127.0.0.1", attempt.port)
            writer.write(b"GET ")
            await asyncio.sleep(0.05)
        assert await reader.read() == b""
        writer.close()
        with pytest.raises(OSError):
            await asyncio.open_connection("127.0.0.1", attempt.port)
        await attempt.signin.aclose()

    asyncio.run(body())
