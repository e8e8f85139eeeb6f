"""Hostile spellings of the servers that an answer names: nothing leaves for any of them.

Traps take every connection that would: one stands as the proxy for the world outside, and spellings that lead to this
computer lead to it too.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from random import Random

from aiohttp import web

from tests.torture.answering import request, send, state_of
from tests.torture.client import Kept
from zoho_console.app.hands import free_port
from zoho_console.domain.connections import (
    DATA_CENTRES,
    DEFAULT_SCOPES,
    Environment,
    Origins,
    custom_origins,
    origins_for,
)
from zoho_console.domain.grants import Grant
from zoho_console.errors import ZohoAuthError, ZohoError
from zoho_console.zoho.client import AsyncZohoClient
from zoho_console.zoho.oauth import Consent, OAuthApp
from zoho_console.zoho.signin import SignIn

APP = OAuthApp("1000.ID", lambda: "s3cret")
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")


def hostile(host: str, trap: int) -> list[str]:
    """What looks like `https://host`, or leads to this computer."""
    name, _, top = host.rpartition(".")
    return [
        f"https://{host}@127.0.0.1:{trap}", f"https://{host}:x@localhost:{trap}", f"https://x@{host}",
        f"https://{host}.attacker.example", f"https://attacker.example/{host}", f"https://attacker.example#{host}",
        f"https://attacker.example?{host}", f"https://{host}:443", f"https://{host}:8443", f"https://{host}:",
        f"https://{host}.", f"https://{host}..", f"https://{host}/", f"https://{host}//", f"https://{host}/oauth",
        f"https://{host}?", f"https://{host}#", f"https://{host}\\", f"https://{host}\\@attacker.example",
        f"https://{host}\t", f" https://{host}", f"https://{host} ", f"https://{host}\n", f"https://{host}\x00",
        f"https://\t{host}", f"https:/{host}", f"https:{host}", f"//{host}", host, f"http://{host}", f"HTTPS://{host}",
        f"https://{host.upper()}", f"https://{host.title()}", f"https://{name}%2e{top}", f"https://{name}\u3002{top}",
        f"https://{name}\uff0e{top}", f"https://{name}\u00ad.{top}", f"https://{host.replace('o', chr(0x43E), 1)}",
        f"https://xn--{host}", f"https://www.{host}", f"https://-{host}", f"https://{host},attacker.example",
        f"https://{host}%00.attacker.example", f"https://{host}%0d%0aHost: attacker.example", f"ftp://{host}",
        f"wss://{host}", f"javascript://{host}", f"data:text/html,{host}", f"file://{host}/etc/passwd",
        f"http://127.0.0.1:{trap}", f"http://localhost:{trap}", f"http://[::1]:{trap}", f"http://2130706433:{trap}",
        f"http://0x7f.1:{trap}", f"http://[::ffff:127.0.0.1]:{trap}", f"https://127.0.0.1:{trap}", "null", "undefined",
    ]  # fmt: skip


async def _trap(seen: list[bytes]) -> asyncio.Server:
    async def visited(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            seen.append(await reader.read(4096))
        writer.close()

    return await asyncio.start_server(visited, ["127.0.0.1", "::1"], free_port())


@contextmanager
def _proxied(port: int) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in PROXIES}
    os.environ.update(dict.fromkeys(PROXIES, f"http://127.0.0.1:{port}"))
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value


def spellings(random: Random, *, size: int) -> dict[str, int]:
    """`size` hostile accounts servers in callbacks, and as many hostile API servers in token answers.

    `left` counts connections that reached a trap, `accepted` answers that were believed, `lost` true pairs that were
    not.
    """
    return asyncio.run(_spellings(random, size))


async def _spellings(random: Random, size: int) -> dict[str, int]:
    seen, figures = list[bytes](), Counter[str]()
    trap = await _trap(seen)
    port = trap.sockets[0].getsockname()[1]
    with _proxied(port):
        homes = [centre.origins for centre in DATA_CENTRES.values()]
        servers = [text for home in homes for text in hostile(home.accounts.removeprefix("https://"), port)]
        for text in random.sample(servers, size):
            figures["accounts servers"] += 1
            figures["accepted"] += await _is_believed(text, random.choice(list(DATA_CENTRES)))
        for code, centre in DATA_CENTRES.items():
            figures["lost"] += not await _is_believed(centre.origins.accounts, code, sends=False)
            other = random.choice([one for one in DATA_CENTRES if one != code])
            figures["accepted"] += await _is_believed(centre.origins.accounts, other)
        apis = [text for home in homes for text in hostile(home.api.removeprefix("https://"), port)]
        await _api_servers(random.sample(apis, size), figures)
    trap.close()
    await trap.wait_closed()
    return {**figures, "left": len(seen)}


async def _is_believed(accounts: str, location: str, *, sends: bool = True) -> bool:
    """Whether a true answer that names this server leads to a consent; its code is then sent there, as would be."""
    port = free_port()
    attempt = SignIn(origins_for("eu", Environment.PRODUCTION), APP, DEFAULT_SCOPES, port)
    try:
        await attempt.listen()
        answer = {"state": state_of(attempt), "code": "1000.true", "location": location, "accounts-server": accounts}
        await send(port, request("&".join(f"{name}={_quoted(value)}" for name, value in answer.items()), port))
        consent = await attempt.wait_for_code(2)
        if sends:
            with suppress(Exception):  # whatever comes of it, the trap tells
                await attempt.exchange(consent)
    except ZohoAuthError:
        return False
    finally:
        await attempt.aclose()
    return True


def _quoted(value: str) -> str:
    return "".join(f"%{byte:02X}" for byte in value.encode())


async def _api_servers(texts: list[str], figures: Counter[str]) -> None:
    """Each as `api_domain` of an exchange and of a refresh; a grant that comes out is used for a call."""
    named = ""

    async def token(_request: web.Request) -> web.Response:
        return web.json_response({"access_token": "1000.a", "refresh_token": "1000.r", "api_domain": named})

    application = web.Application()
    application.router.add_post("/oauth/v2/token", token)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    origins = custom_origins(url, url)
    attempt = SignIn(origins, APP, DEFAULT_SCOPES, free_port(), is_custom=True)
    for named in texts:
        figures["API servers"] += 1
        with suppress(ZohoError):
            grant = await attempt.exchange(Consent("1000.true", url))
            figures["accepted"] += 1
            await _call(origins, grant)
        ended = datetime.now(UTC) - timedelta(hours=1)
        figures["accepted"] += await _call(origins, Grant("1000.r", "1000.old", ended, generation=1))
        # As somebody could write it into the database beside the sealed tokens: not believed, our own server is asked.
        await _call(origins, Grant("1000.r", "1000.a", ended + timedelta(hours=3), api_domain=named, generation=1))
    await attempt.aclose()
    await runner.cleanup()


async def _call(origins: Origins, grant: Grant) -> bool:
    """Whether a call with this grant renewed it."""
    kept = Kept(grant)
    client = AsyncZohoClient(origins, APP, kept, max_retries=0)
    try:
        with suppress(Exception):
            await client.organisation()
    finally:
        await client.aclose()
    return kept.load() is not grant
