"""The loopback server that Zoho's answer comes back to: one path, one method, one constant page.

It holds the port on both loopback addresses and on nobody else's terms, proves by name that the port is ours before a
browser opens, and reads no more than 8 KB of a request for no longer than five seconds (RFC 8252, 7.3 and 8.3).
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import secrets
import socket
import sys
from collections.abc import Callable
from http import HTTPStatus

import psutil

from zoho_console.errors import PortTaken

log = logging.getLogger(__name__)

MOST_HEAD_BYTES = 8192
HEAD_LIMIT_S = 5.0
PROBE_LIMIT_S = 3.0
MOST_CONNECTIONS = 128  # more than any browser opens, so that a crowd at once does not push the true answer out

_NO_SUCH_FAMILY = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
_PAGE = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>Zoho Console</title>"
    "<h1>Go back to Zoho Console</h1><p>It shows how the sign-in went. You can close this tab.</p></html>"
)
_HEADERS = (
    "Content-Type: text/html; charset=utf-8",
    "Cache-Control: no-store",
    "Content-Security-Policy: default-src 'none'",
    "Referrer-Policy: no-referrer",
    "X-Content-Type-Options: nosniff",
    "Connection: close",
)


class CallbackServer:
    """Gives the query of each `GET path` to `judge`, which answers with a status; everything else is refused here."""

    def __init__(self, port: int, path: str, judge: Callable[[str], HTTPStatus]) -> None:
        self._port = port
        self._path = path
        self._judge = judge
        self._hosts = {f"{name}:{port}" for name in ("localhost", "127.0.0.1", "[::1]")}
        self._nonce, self._proof = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
        self._servers: list[asyncio.Server] = []
        self._visits: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}  # the oldest first

    async def open(self) -> None:
        """Hold the port on 127.0.0.1 and ::1, and see that `localhost` leads here.

        Errors: PortTaken, with the program that has the port where the system tells.
        """
        try:
            for one in _bound(self._port):
                self._servers.append(await asyncio.start_server(self._visited, sock=one, limit=MOST_HEAD_BYTES))
            await self._probe()
        except BaseException as error:
            await self.aclose()
            if isinstance(error, PortTaken):
                program = await asyncio.to_thread(holder_of, self._port)
                raise PortTaken(error.port, error.reason, program=program) from error
            raise

    async def aclose(self) -> None:
        """Let go of the port and of every connection."""
        servers, self._servers = self._servers, []
        for server in servers:
            server.close()
        visits = [visit for visit in self._visits.values() if visit is not None]
        # Not by cancelling: asyncio would report each cancelled visit as a fault (Python 3.11).
        for writer in self._visits:
            writer.transport.abort()
        await asyncio.gather(*visits, return_exceptions=True)
        for server in servers:
            await server.wait_closed()

    async def _probe(self) -> None:
        """Ask each address that `localhost` has; nobody there is fine, somebody else is not."""
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo("localhost", self._port, type=socket.SOCK_STREAM)
        except OSError:
            found = []
        # Where the system knows no localhost, browsers know it by themselves: it is the loopback address.
        addresses = {str(address[0]) for *_, address in found} or {"127.0.0.1"}
        answers = [await self._asked(address) for address in addresses]
        if not any(answers):
            raise PortTaken(self._port, "localhost does not lead to this program")

    async def _asked(self, address: str) -> bool:
        """Whether it is us who answer at `address`; False if nobody does. Errors: PortTaken."""
        try:
            async with asyncio.timeout(PROBE_LIMIT_S):
                reader, writer = await asyncio.open_connection(address, self._port)
                with contextlib.closing(writer):
                    writer.write(f"GET /{self._nonce} HTTP/1.1\r\nHost: localhost:{self._port}\r\n\r\n".encode())
                    answer = await reader.read(MOST_HEAD_BYTES)
        except (OSError, TimeoutError):
            return False
        if self._proof.encode() not in answer:
            raise PortTaken(self._port, f"another program answers at {address}")
        return True

    async def _visited(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._visits) >= MOST_CONNECTIONS:
            oldest = next(iter(self._visits))
            del self._visits[oldest]
            oldest.transport.abort()  # whoever dawdles longest makes room
        self._visits[writer] = asyncio.current_task()
        try:
            async with asyncio.timeout(HEAD_LIMIT_S):
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(self._answer(head))
                await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            writer.transport.abort()
        finally:
            writer.close()
            self._visits.pop(writer, None)

    def _answer(self, head: bytes) -> bytes:
        status = self._status_of(head)
        extra = [f"X-Probe: {self._proof}"] if status is HTTPStatus.NO_CONTENT else []
        page = "" if status is HTTPStatus.NO_CONTENT else _PAGE
        lines = [
            f"HTTP/1.1 {status.value} {status.phrase}",
            *_HEADERS,
            *extra,
            f"Content-Length: {len(page)}",
            "",
            page,
        ]
        return "\r\n".join(lines).encode("ascii")

    def _status_of(self, head: bytes) -> HTTPStatus:
        """The status for a request's head; only a plain GET of our path, by our name, is judged."""
        lines = head.decode("latin-1").split("\r\n")
        parts = lines[0].split(" ")
        hosts = [
            value.strip() for name, _, value in (line.partition(":") for line in lines[1:]) if name.lower() == "host"
        ]
        if len(parts) != 3 or not parts[2].startswith("HTTP/1.") or len(hosts) != 1 or hosts[0] not in self._hosts:
            return HTTPStatus.BAD_REQUEST
        if parts[0] != "GET":
            return HTTPStatus.METHOD_NOT_ALLOWED
        path, _, query = parts[1].partition("?")
        if secrets.compare_digest(path.encode(), f"/{self._nonce}".encode()):
            return HTTPStatus.NO_CONTENT
        return self._judge(query) if path == self._path else HTTPStatus.NOT_FOUND


def holder_of(port: int) -> str:
    """The program that listens at a port of this computer, in words; "" where the system does not tell."""
    try:
        for one in psutil.net_connections("tcp"):
            if one.status == psutil.CONN_LISTEN and one.laddr.port == port and one.pid is not None:
                return f"“{psutil.Process(one.pid).name()}” (process {one.pid})"
    except (psutil.Error, OSError):  # not allowed, or it ended meanwhile
        log.info("the system does not tell who listens at port %d", port)
    return ""


def _bound(port: int) -> list[socket.socket]:
    """Sockets on both loopback addresses; IPv6 only where it exists. Errors: PortTaken."""
    bound: list[socket.socket] = []
    try:
        for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
            one = _socket(family)
            if one is None:
                continue
            try:
                one.bind((address, port))
            except OSError as error:
                one.close()
                if family is socket.AF_INET6 and error.errno in _NO_SUCH_FAMILY:
                    continue
                raise PortTaken(port, error.strerror or "") from error
            bound.append(one)
    except BaseException:
        for one in bound:
            one.close()
        raise
    return bound


def _socket(family: socket.AddressFamily) -> socket.socket | None:
    try:
        one = socket.socket(family, socket.SOCK_STREAM)
    except OSError:  # the system has no such family
        return None
    if family is socket.AF_INET6:
        one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    if sys.platform == "win32":
        one.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
    else:
        # On POSIX this shares no port that is listened on; it only ends the wait after our own last sign-in.
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return one
