"""Campaigns against the sign-in: forged answers, hostile server names, junk at the door, ports in other hands."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from random import Random
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from zoho_console.app.hands import free_port
from zoho_console.domain.connections import DATA_CENTRES, Environment, Origins, custom_origins, origins_for
from zoho_console.errors import NotReachable, PortTaken, ZohoError
from zoho_console.zoho.call import Answer
from zoho_console.zoho.oauth import Consent, OAuthApp, exchange
from zoho_console.zoho.signin import SignIn
from zoho_console.zoho.transport import Transport

APP = OAuthApp("1000.ID", lambda: "s3cret")
NOWHERE = custom_origins("http://127.0.0.1:9", "http://127.0.0.1:9")
TRUE = "1000.true"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
LIMIT_MS = 500
AT_ONCE = 50


class Attempt:
    """A sign-in that listens, and what a browser needs to answer it."""

    def __init__(self, origins: Origins = NOWHERE) -> None:
        self.port = free_port()
        self.signin = SignIn(origins, APP, ("ZohoCRM.modules.ALL",), self.port, is_custom=origins is NOWHERE)
        self.state = parse_qs(urlsplit(self.signin.consent_url).query)["state"][0]

    def request(
        self, query: str, *, method: str = "GET", path: str = "/oauth/callback", host: str = "", port: int = 0
    ) -> bytes:
        head = f"{method} {path}?{query} HTTP/1.1\r\nHost: {host or 'localhost'}:{port or self.port}\r\n\r\n"
        return head.encode("latin-1", "replace")

    async def send(self, request: bytes) -> int:
        """The status of the answer; 0 where none came."""
        try:
            reader, writer = await asyncio.open_connection(("127.0.0.1", "::1")[len(request) % 2], self.port)
            with contextlib.closing(writer):
                writer.write(request)
                answer = await reader.read(400)
        except OSError:
            return 0
        return int(answer[9:12]) if answer[:5] == b"HTTP/" else 0


@asynccontextmanager
async def listening() -> AsyncIterator[Attempt]:
    attempt = Attempt()
    await attempt.signin.listen()
    try:
        yield attempt
    finally:
        await attempt.signin.aclose()


def callbacks(random: Random, *, size: int) -> dict[str, int]:
    """`size` forged, stale or doubled callbacks before, beside and after one true one; `wrong`: others that won."""
    return asyncio.run(_callbacks(random, size))


async def _callbacks(random: Random, size: int) -> dict[str, int]:
    stale = Attempt().state
    async with listening() as attempt:
        requests = [_forged(attempt, stale, random) for _ in range(size)]
        requests.insert(random.randrange(size), attempt.request(f"state={attempt.state}&code={TRUE}"))
        answers: list[int] = []
        for start in range(0, len(requests), AT_ONCE):
            batch = requests[start : start + AT_ONCE]
            answers += await asyncio.gather(*(attempt.send(one) for one in batch))
        consent = await attempt.signin.wait_for_code(5)
        accepted = sum(status == 200 for status in answers)
        wrong = accepted - 1 + (consent.code != TRUE) + attempt.signin._outcomes.qsize()
        return {"callbacks": size, "true ones accepted": int(consent.code == TRUE), "wrong": wrong}


def _forged(attempt: Attempt, stale: str, random: Random) -> bytes:
    good = f"state={attempt.state}&code=1000.forged"
    bent = "".join(random.sample(attempt.state, len(attempt.state)))
    ways = (
        attempt.request("code=1000.forged"),
        attempt.request(f"state={stale}&code=1000.stale"),
        attempt.request(f"state={bent}&code=1000.bent"),
        attempt.request(f"state={attempt.state[:-1]}&code=1000.short"),
        attempt.request(f"state={attempt.state}x&code=1000.long"),
        attempt.request(f"state={attempt.state.swapcase()}&code=1000.case"),
        attempt.request(f"{good}&state={attempt.state}"),
        attempt.request(f"{good}&code=1000.again"),
        attempt.request(f"{good}&error=access_denied"),
        attempt.request(f"state={stale}&error=access_denied"),
        attempt.request("error=access_denied"),
        attempt.request(f"state={attempt.state}"),
        attempt.request(good, method=random.choice(("POST", "HEAD", "PUT", "OPTIONS"))),
        attempt.request(good, path=random.choice(("/", "/oauth/callback/", "/oauth//callback", "/OAUTH/CALLBACK"))),
        attempt.request(good, host=random.choice(("evil.example", "localhost.evil.example", "127.0.0.2"))),
        attempt.request(good, port=attempt.port % 65535 + 1),
    )
    return random.choice(ways)


def spellings(random: Random, *, size: int) -> dict[str, int]:
    """`size` hostile spellings of `accounts-server`, and as many of `api_domain`; `left`: requests that went out.

    Whatever would go out meets a proxy that counts; a rightly spelled server proves that it does.
    """
    with _trap() as (address, caught), _proxy(address):
        figures = asyncio.run(_spellings(random, size))
        left = caught["requests"]
        asyncio.run(_let_one_out())
        return {**figures, "left": left, "caught on purpose": caught["requests"] - left}


async def _spellings(random: Random, size: int) -> dict[str, int]:
    servers = [one.origins.accounts for one in DATA_CENTRES.values()]
    apis = [one.origins.api for one in DATA_CENTRES.values()]
    own = origins_for("us", Environment.PRODUCTION)
    figures: Counter[str] = Counter()
    for number in range(size):
        attempt = Attempt(own)
        code, home = random.choice(list(DATA_CENTRES.items()))
        answer = {"state": attempt.state, "code": "1000.code", "location": code}
        answer["accounts-server"] = hostile(servers[number % len(servers)], number, random)
        with contextlib.suppress(ZohoError):
            attempt.signin.paste(f"http://localhost:{attempt.port}/oauth/callback?{urlencode(answer)}")
            await attempt.signin.exchange(await attempt.signin.wait_for_code(0.2))
            figures["wrong"] += 1
        await attempt.signin.aclose()
        named = hostile(apis[number % len(apis)], number, random)
        call = exchange(Consent("1000.code", home.origins.accounts), own, "1000.ID", "s3cret", scopes=(), asked_at=NOW)
        body = {"access_token": "1000.a", "refresh_token": "1000.r", "api_domain": named}
        with contextlib.suppress(ZohoError):
            call.decode(Answer(200, {}, json.dumps(body).encode()))
            figures["wrong"] += 1
        figures["spellings"] += 2
    return {"wrong": 0, **figures}


async def _let_one_out() -> None:
    transport = Transport()
    home = origins_for("eu", Environment.PRODUCTION)
    call = exchange(Consent("1000.code", home.accounts), home, "1000.ID", "s3cret", scopes=(), asked_at=NOW)
    with contextlib.suppress(NotReachable):
        await transport.send(call, home.accounts)
    await transport.aclose()


def hostile(server: str, number: int, random: Random) -> str:
    """A spelling that somebody might take for this server, and is not it."""
    host = server.removeprefix("https://")
    place = random.randrange(1, len(host))
    ways = (
        f"{server}/", f"{server}.", f"{server}:443", f"{server}:8443", f"http://{host}", f"HTTPS://{host}", f"//{host}",
        host, f"{server}@evil.example", f"https://user:word@{host}", f"https://evil.example/{host}", f"{server}\t",
        f"https://{host}.evil.example", f"https://evil{host}", f"https://{host[:place]}{host[place:].upper()}-",
        f"https://{host.upper()}", f"{server}?", f"{server}#", f"{server}/oauth", f" {server}", f"{server}\n",
        f"{server}\x00", f"https:\\\\{host}", f"https:/{host}", f"https://{host.replace('.', '%2E', 1)}",
        f"https://{quote(host, safe='')}%2F", f"https://{host.replace('o', 'о', 1)}", f"https://xn--{host}",
        f"https://{host.replace('.', '。', 1)}", f"https://{host}%00.evil.example", f"https://{host};evil.example",
        f"https://[{host}]", f"https://{host}\u200b", f"javascript:{host}", f"https://{host[:place]}\u00ad{host[place:]}",
        f"https://{host.replace('zoho', 'zohо')}", f"https://{host.replace('zoho', 'z0ho')}", f"https://{host},{host}",
        f"https://evil.example#{host}", f"https://evil.example?{host}", f"https://127.0.0.1#{server}",
    )  # fmt: skip
    return ways[number % len(ways)]


def junk(random: Random, *, size: int) -> dict[str, int]:
    """`size` junk requests in 20 attempts, each beside 200 sockets that were opened and say no more; the true answer
    comes in the middle. `lost`: true answers that did not win; the slowest is given in ms."""
    figures, slowest = Counter({"lost": 0}), 0
    for _ in range(20):
        won, took_ms = asyncio.run(_besieged(random, max(1, size // 20)))
        figures["lost"] += not won
        figures["over 500 ms"] += took_ms > LIMIT_MS
        figures["junk"] += max(1, size // 20)
        slowest = max(slowest, took_ms)
    return {**figures, "half-open": 200, "slowest answer in ms": slowest}


async def _besieged(random: Random, size: int) -> tuple[bool, int]:
    async with listening() as attempt:
        halves = [await asyncio.open_connection("127.0.0.1", attempt.port) for _ in range(200)]
        for _, writer in halves:
            writer.write(random.randbytes(random.randrange(1, 60)).replace(b"\r\n\r\n", b""))
        gate = asyncio.Semaphore(AT_ONCE)

        async def throw(request: bytes) -> None:
            async with gate:
                await attempt.send(request)

        async with asyncio.TaskGroup() as group:
            for _ in range(size):
                group.create_task(throw(_junk(attempt, random)))
            await asyncio.sleep(random.uniform(0, 0.2))
            began = time.monotonic()
            status = await attempt.send(attempt.request(f"state={attempt.state}&code={TRUE}"))
            took_ms = round((time.monotonic() - began) * 1000)
        consent = await attempt.signin.wait_for_code(1)
        for _, writer in halves:
            writer.transport.abort()
        return status == 200 and consent.code == TRUE, took_ms


def _junk(attempt: Attempt, random: Random) -> bytes:
    ways = (
        random.randbytes(random.randrange(1, 400)) + b"\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        attempt.request("x=" + "a" * random.randrange(9000)),
        attempt.request(f"state={random.randbytes(20).hex()}&code=x"),
        attempt.request("", path="/favicon.ico"),
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * random.randrange(2000) + b"\r\n",
    )
    return random.choice(ways)


def squatters(_random: Random, *, size: int) -> dict[str, int]:
    """Ports held by others on every loopback address, `size` times each; `browsers`: how many would have opened."""
    figures: Counter[str] = Counter({"browsers": 0})
    for _ in range(size):
        for held in ((), ("127.0.0.1",), ("0.0.0.0",), ("::1",), ("::",), ("127.0.0.1", "::1")):
            opened = asyncio.run(_squatted(held))
            figures["browsers"] += bool(held) and opened
            figures["lost"] += not held and not opened
            figures["attempts"] += 1
    return dict(figures)


async def _squatted(held: tuple[str, ...]) -> bool:
    attempt = Attempt()
    with contextlib.ExitStack() as stack:
        for host in held:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            squatter = stack.enter_context(socket.socket(family))
            if family is socket.AF_INET6:
                squatter.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(host == "::1"))
            squatter.bind((host, attempt.port))
            squatter.listen()
        try:
            await attempt.signin.listen()
        except PortTaken:
            return False
        finally:
            await attempt.signin.aclose()
        return True


@contextmanager
def _trap() -> Iterator[tuple[str, Counter[str]]]:
    """A proxy that refuses everybody and counts them."""
    caught: Counter[str] = Counter()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        ended = threading.Event()

        def serve() -> None:
            while not ended.is_set():
                with contextlib.suppress(TimeoutError):
                    visitor, _ = server.accept()
                    caught["requests"] += 1
                    visitor.close()

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}", caught
        finally:
            ended.set()
            thread.join()


@contextmanager
def _proxy(address: str) -> Iterator[None]:
    names = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy", "NO_PROXY", "no_proxy")
    former = {name: os.environ.pop(name, None) for name in names}
    os.environ["ALL_PROXY"] = address
    try:
        yield
    finally:
        for name, value in former.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
