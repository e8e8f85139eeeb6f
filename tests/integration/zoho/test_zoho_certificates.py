"""A certificate that is not trusted: what is wrong with it, who issued it, and that nothing was sent."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import pytest

from tests.authority import Authority
from zoho_console.errors import NotReachable
from zoho_console.zoho.call import Answer, Call
from zoho_console.zoho.limits import RetryPolicy
from zoho_console.zoho.transport import Transport

PROXY = "Contoso <b>Proxy</b> CA"
IT = "IT department"


def text_of(answer: Answer) -> str:
    return str(answer.body)


def told(context: ssl.SSLContext, host: str = "localhost") -> NotReachable:
    """What is said of a server that shows this certificate; it hears nothing, however often it is visited."""
    heard: list[bytes] = []

    async def visited(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(100))
        writer.close()

    async def body() -> NotReachable:
        server = await asyncio.start_server(visited, "127.0.0.1", 0, ssl=context)
        port = server.sockets[0].getsockname()[1]
        transport = Transport(RetryPolicy(2))
        with pytest.raises(NotReachable) as caught:
            await transport.send(Call("GET", "/", text_of), f"https://{host}:{port}", "token")
        await transport.aclose()
        server.close()
        await server.wait_closed()
        assert not any(heard)
        assert str(caught.value).startswith(f"This computer does not trust the certificate shown for {host}:{port}")
        return caught.value

    error = asyncio.run(body())
    assert not error.sent
    assert error.details["reason"] == "certificate"
    return error


@pytest.fixture
def proxy(tmp_path: Path) -> Authority:
    return Authority(tmp_path, PROXY)


def test_its_unknown_issuer_is_named_as_plain_text(proxy: Authority) -> None:
    error = told(proxy.server("localhost"))
    assert str(error).endswith(f": it is issued by “{PROXY}”, which is unknown here.")
    assert IT in error.advice
    assert error.details["issuer"] == PROXY


@pytest.mark.parametrize(("begins", "ends", "what"), [(-9, -1, "it ended on 20"), (1, 9, "it begins on 20")])
def test_its_day_is_named_and_the_clock_is_what_to_look_at(proxy: Authority, begins: int, ends: int, what: str) -> None:
    error = told(proxy.server("localhost", ends, begins))
    assert what in str(error)
    assert "date and time" in error.advice


@pytest.mark.parametrize("name", ["zoho.example", "*.localhost", "127.0.0.2"])
def test_the_host_that_it_is_for_is_named(proxy: Authority, name: str) -> None:
    error = told(proxy.server(name), "127.0.0.1" if name[0].isdigit() else "localhost")
    assert f"it is for “{name}” and issued by “{PROXY}”" in str(error)
    assert "proxy" in error.advice


def test_an_address_may_be_a_number(proxy: Authority) -> None:
    assert "which is unknown here" in str(told(proxy.server("127.0.0.1"), "127.0.0.1"))


def test_a_server_that_vouches_for_itself_is_told(tmp_path: Path) -> None:
    error = told(Authority(tmp_path, "localhost").server("localhost"))
    assert "nobody but the server itself vouches for it" in str(error)
