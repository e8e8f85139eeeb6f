"""A way to the simulator that breaks: writes are cut at a random byte of request or answer, some land late."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from contextlib import suppress
from random import Random
from typing import Self
from urllib.parse import urlsplit

_BLOCK = 65536


class Proxy:
    """Serves on a free port of this computer, in a thread. `url` is its address, `counts` what it did to writes.

    `share` of the writes is cut; `late` of those are carried out after a wait although their caller hears nothing.
    """

    def __init__(self, target: str, random: Random, *, share: float = 0.0, late: float = 0.0) -> None:
        self._host, self._port = urlsplit(target).hostname or "", urlsplit(target).port or 0
        self._random, self._share, self._late = random, share, late
        self.counts: Counter[str] = Counter()
        self.late_s = (0.0, 0.4)
        self.url = ""
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._until_stopped())
        self._loop.close()

    async def _until_stopped(self) -> None:
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._ready.set()
        await self._stopping.wait()
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)  # else a late landing whose connection is gone would be collected
        task.add_done_callback(self._tasks.discard)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                while True:
                    await self._exchange(reader, writer)
        finally:
            writer.transport.abort()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request and its answer; ConnectionError ends the connection."""
        head = await reader.readuntil(b"\r\n\r\n")
        is_write = head.startswith(b"PUT ")
        is_cut = is_write and self._random.random() < self._share
        is_late = is_cut and self._random.random() < self._late
        request = head + await reader.readexactly(_length(head))
        self.counts["writes"] += is_write
        if is_cut and not is_late and self._random.random() < 0.5:
            self.counts["request cut"] += 1
            await self._forwarded(request[: self._random.randrange(len(request))])
            raise ConnectionResetError
        if is_late:
            self.counts["late"] += 1
            writer.transport.abort()
            await asyncio.sleep(self._random.uniform(*self.late_s))
        answer = await self._forwarded(request)
        if is_cut and not is_late:
            self.counts["answer cut"] += 1
            writer.write(answer[: self._random.randrange(len(answer))])
            await writer.drain()
            raise ConnectionResetError
        writer.write(answer)
        await writer.drain()

    async def _forwarded(self, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(self._host, self._port)
        try:
            writer.write(request)
            await writer.drain()
            if b"\r\n\r\n" not in request or len(request) < request.index(b"\r\n\r\n") + 4 + _length(request):
                return b""  # cut: nobody waits for an answer
            head = await reader.readuntil(b"\r\n\r\n")
            return head + await reader.readexactly(_length(head))
        finally:
            writer.transport.abort()


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n\r\n", 1)[0].split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    return 0
