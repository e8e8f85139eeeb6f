"""Campaigns against the sign-in's loopback server: forged answers, hostile servers, junk, and who holds the port."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from random import Random
from urllib.parse import parse_qs, urlsplit

import aiohttp
import psutil

from tests.torture.stage import Stage
from zoho_console.app.hands import browse, free_port
from zoho_console.domain.connections import CUSTOM, DEFAULT_SCOPES, REDIRECT_PATH, NewConnection, custom_origins
from zoho_console.errors import PortTaken, SignInCancelled
from zoho_console.simulator.server import Simulator, SimulatorOptions
from zoho_console.workspace.sign_in import SignInAttempt
from zoho_console.zoho.oauth import OAuthApp
from zoho_console.zoho.signin import SignIn

AT_ONCE = 50
HALF_OPEN = 200
Request = Callable[[str, int], bytes]


def request(query: str, port: int, *, method: str = "GET", path: str = REDIRECT_PATH, host: str = "") -> bytes:
    """What a browser would send."""
    return f"{method} {path}?{query} HTTP/1.1\r\nHost: {host or f'localhost:{port}'}\r\n\r\n".encode()


# Made of the true state and the port; none of them is an answer to this attempt.
FORGED: tuple[Request, ...] = (
    lambda state, port: request("code=1000.forged", port),
    lambda state, port: request("code=1000.forged&state=", port),
    lambda state, port: request(f"code=1000.forged&state={state[::-1]}", port),
    lambda state, port: request(f"code=1000.forged&state={state[:-1]}", port),
    lambda state, port: request(f"code=1000.forged&state={state}A", port),
    lambda state, port: request(f"code=1000.forged&state={state.swapcase()}", port),
    lambda state, port: request(f"code=1000.forged&state={state}%00", port),
    lambda state, port: request(f"code=1000.forged&state=+{state}", port),
    lambda state, port: request(f"code=1000.forged&State={state}", port),
    lambda state, port: request(f"code=1000.forged&state={state}&state={state}", port),
    lambda state, port: request(f"code=1000.a&code=1000.b&state={state}", port),
    lambda state, port: request(f"code=1000.forged&error=no&state={state}", port),
    lambda state, port: request(f"state={state}", port),
    lambda state, port: request(f"code=&state={state}", port),
    lambda state, port: request(f"code=1000.forged;state={state}", port),
    lambda state, port: request(f"code=%ff&state={state}", port),
    lambda state, port: request("error=access_denied", port),
    lambda state, port: request("error=access_denied&state=forged", port),
    lambda state, port: request(f"code=1000.forged&state={state}", port, method="POST"),
    lambda state, port: request(f"code=1000.forged&state={state}", port, method="HEAD"),
    lambda state, port: request(f"code=1000.forged&state={state}", port, path=f"{REDIRECT_PATH}/"),
    lambda state, port: request(f"code=1000.forged&state={state}", port, path="/OAuth/callback"),
    lambda state, port: request(f"code=1000.forged&state={state}", port, host="attacker.example"),
    lambda state, port: request(f"code=1000.forged&state={state}", port, host=f"localhost:{port}.attacker.example"),
)


async def send(port: int, data: bytes, host: str = "127.0.0.1") -> int:
    """Send a request; the status that comes back, 0 for none."""
    with contextlib.suppress(OSError):
        reader, writer = await asyncio.open_connection(host, port)
        with contextlib.closing(writer):
            writer.write(data)
            words = (await reader.read()).split(b" ", 2)
            return int(words[1]) if len(words) == 3 else 0
    return 0


def attempt_at(simulator: Simulator, port: int) -> SignIn:
    """A sign-in to the simulator."""
    origins = custom_origins(simulator.url, simulator.url)
    app = OAuthApp(simulator.client_id, lambda: simulator.client_secret)
    return SignIn(origins, app, DEFAULT_SCOPES, port, is_custom=True)


def state_of(attempt: SignIn) -> str:
    """The secret that binds an answer to an attempt."""
    return parse_qs(urlsplit(attempt.consent_url).query)["state"][0]


async def true_answer(attempt: SignIn, port: int) -> bytes:
    """The request that the consent page sends a browser to."""
    async with aiohttp.ClientSession() as browser, browser.get(attempt.consent_url, allow_redirects=False) as page:
        return request(urlsplit(page.headers["Location"]).query, port)


def callbacks(random: Random, *, size: int) -> dict[str, int]:
    """Forged, stale and doubled answers around one true one; `accepted` were taken, `lost` counts a true one that was
    not, `doubled` token calls beyond the one."""
    with Simulator(SimulatorOptions(accounts=1, auto_consent=True)) as simulator:
        return asyncio.run(_callbacks(simulator, random, size))


async def _callbacks(simulator: Simulator, random: Random, size: int) -> dict[str, int]:
    port, figures = free_port(), Counter[str](answers=size)
    former = attempt_at(simulator, port)
    stale = [await true_answer(former, port) for _ in range(3)]
    await former.aclose()
    attempt, told = attempt_at(simulator, port), list[str]()
    attempt.on_rejected = told.append
    await attempt.listen()
    try:
        state, true = state_of(attempt), await true_answer(attempt, port)
        forged = [random.choice(FORGED)(state, port) for _ in range(size - len(stale))] + stale
        random.shuffle(forged)
        at = random.randrange(size)
        room = asyncio.Semaphore(AT_ONCE)

        async def one(data: bytes) -> None:
            async with room:
                status = await send(port, data, random.choice(("127.0.0.1", "::1")))
                figures["accepted"] += status in (0, 200)
                figures["after the true one"] += status == 410

        await asyncio.gather(*map(one, forged[:at]))
        refused = attempt.rejected
        figures["lost"] = int(await send(port, true) != 200)
        await asyncio.gather(*map(one, [*forged[at:], true, true]))
        consent = await attempt.wait_for_code(5)
        await attempt.exchange(consent)
        figures["miscounted"] = abs(len(told) - refused)
        figures["told"] = len(told)
    finally:
        await attempt.aclose()
    return {**figures, "doubled": simulator.traffic.counts["POST /oauth/v2/token"] - 1}


# Sends what is no answer, from a process of its own; argument: port, number of requests.
FLOOD = """
import asyncio, os, random, sys
port, count = int(sys.argv[1]), int(sys.argv[2])
host = f"Host: localhost:{port}\\r\\n\\r\\n"
KINDS = [text.encode("latin-1") for text in (
    *(f"{line} HTTP/1.1\\r\\n{host}" for line in (
        "GET /favicon.ico", "HEAD /", "POST /oauth/callback", "OPTIONS *", "GET /oauth/callback?state=x&code=y",
        "GET /oauth/callback?%zz", "CONNECT a:1", "GET  / ", "GET /../../etc/passwd", "GET /" + "a" * 9000,
    )),
    "GET / HTTP/1.0\\r\\n\\r\\n", "GET /oauth/callback HTTP/1.1\\r\\n\\r\\n", "GET /oauth/callback\\r\\n\\r\\n",
    "GET http://attacker.example/ HTTP/1.1\\r\\nHost: attacker.example\\r\\n\\r\\n",
    "\\r\\n\\r\\n", "SSH-2.0-x\\r\\n\\r\\n",
    "PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n", "\\x16\\x03\\x01\\x02\\x00\\x01\\x00\\x01\\xfc\\x03\\x03\\r\\n\\r\\n",
    "\\x00" * 64 + "\\r\\n\\r\\n", "GET / HTTP/1.1\\r\\n" + "X: y\\r\\n" * 2000 + host,
)]
async def one(room):
    async with room:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(random.choice(KINDS))
            await reader.read()
            writer.close()
        except OSError:
            pass
async def main():
    room = asyncio.Semaphore(50)
    print("on", flush=True)
    await asyncio.gather(*(one(room) for _ in range(count)))
    print("off", flush=True)
asyncio.run(main())
"""


def junk(random: Random, *, size: int) -> dict[str, int]:
    """Junk from another process and 200 half-open sockets: the true answer is taken. Milliseconds and MB are told."""
    with Simulator(SimulatorOptions(accounts=1, auto_consent=True)) as simulator:
        return asyncio.run(_junk(simulator, random, size))


async def _junk(simulator: Simulator, random: Random, size: int) -> dict[str, int]:
    port = free_port()
    attempt, memory = attempt_at(simulator, port), psutil.Process().memory_info
    await attempt.listen()
    before, slowest = memory().rss, 0.0
    flood = await asyncio.create_subprocess_exec(
        sys.executable, "-c", FLOOD, str(port), str(size), stdout=asyncio.subprocess.PIPE
    )
    assert flood.stdout is not None
    half_open = []
    try:
        await flood.stdout.readline()
        true = await true_answer(attempt, port)
        for number in range(HALF_OPEN):
            half_open.append(await asyncio.open_connection("127.0.0.1", port))
            half_open[-1][1].write(b"GET /oauth/callback?code=" + random.randbytes(9).hex().encode())
            if number % 10 == 0:  # what a person would see of a callback that is refused
                began = time.perf_counter()
                await send(port, request("state=wrong&code=x", port))
                slowest = max(slowest, time.perf_counter() - began)
        began = time.perf_counter()
        answered = await send(port, true)
        took = time.perf_counter() - began
        is_early = flood.returncode is None
        consent = await attempt.wait_for_code(5)
        await attempt.exchange(consent)
        await flood.stdout.readline()
        grown = memory().rss - before
    finally:
        for _reader, writer in half_open:
            writer.transport.abort()
        await attempt.aclose()
        await flood.wait()
    return {
        "junk": size,
        "half open": HALF_OPEN,
        "lost": int(answered != 200),
        "while it lasted": int(is_early),
        "ms to the true answer": round(took * 1000),
        "ms to the slowest refusal": round(slowest * 1000),
        "MB grown": grown // 2**20,
    }


# Holds a port until its input ends; arguments: port, then addresses.
SQUATTER = """
import socket, sys
held = []
for address in sys.argv[2:]:
    one = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if hasattr(socket, "SO_REUSEPORT"):
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    if ":" in address:
        one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    one.bind((address, int(sys.argv[1])))
    one.listen()
    held.append(one)
print("held", flush=True)
sys.stdin.read()
"""
SQUATTED = (("127.0.0.1",), ("0.0.0.0",), ("::1",), ("::",), ("127.0.0.1", "::1"), ("0.0.0.0", "::"))


@contextlib.contextmanager
def squatting(port: int, addresses: tuple[str, ...]) -> Iterator[None]:
    """Another program holds the port."""
    command = [sys.executable, "-c", SQUATTER, str(port), *addresses]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as squatter:
        assert squatter.stdout is not None
        assert squatter.stdin is not None
        assert squatter.stdout.readline() == b"held\n"
        yield
        squatter.stdin.close()


def squatters(stage: Stage, _random: Random, *, size: int, rows: int) -> dict[str, int]:
    """Somebody holds either loopback address: no browser opens; let go, the next try works. `rows` plays no part."""
    del rows
    figures, slowest = Counter[str](), 0.0
    for number in range(size):
        port = free_port()
        origins = custom_origins(stage.simulator.url, stage.simulator.url)
        new = NewConnection(f"Squatted {port}", CUSTOM, stage.simulator.client_id, origins, redirect_port=port)
        connection = stage.workspace.add_connection(new, stage.simulator.client_secret)
        opened = list[str]()
        with squatting(port, SQUATTED[number % len(SQUATTED)]):
            began = time.perf_counter()
            try:
                attempt = SignInAttempt(stage.workspace, connection)
                stage.workspace.engine.call(attempt.through_browser(opened.append, time_limit_s=1))
            except PortTaken as error:
                figures["named"] += error.port == port
            except SignInCancelled:
                figures["opened"] += 1
            slowest = max(slowest, time.perf_counter() - began)
        figures["opened"] += len(opened)
        stage.workspace.engine.call(SignInAttempt(stage.workspace, connection).through_browser(browse))
        figures["signed in once it was free"] += 1
    return {"squatters": size, **figures, "lost": size - figures["named"], "ms to the name": round(slowest * 1000)}
