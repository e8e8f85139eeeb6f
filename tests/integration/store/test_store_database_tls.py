"""A team's database proves who it is before it is told anything: real sockets, real certificates."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.authority import Authority
from zoho_console.errors import ZohoConfigError, ZohoDatabaseError
from zoho_console.store.database import Database

ELSEWHERE = "127.0.0.2"  # this computer by another address, which counts as another computer
PASSWORD = "a-password-nobody-may-see"
ASK_FOR_TLS = bytes.fromhex("0000000804d2162f")  # SSLRequest (PostgreSQL, message formats)


class Impostor:
    """A server that answers as Postgres does until it is told who asks; `heard` is what it was told, by TLS or not."""

    def __init__(self, tls: ssl.SSLContext | None) -> None:
        self.heard = b""
        self._tls = tls
        self._socket = socket.create_server((ELSEWHERE, 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                visitor, _ = self._socket.accept()
                with visitor, suppress(OSError):
                    self._answer(visitor)

    def _answer(self, visitor: socket.socket) -> None:
        first = visitor.recv(1000)
        if first != ASK_FOR_TLS:
            self.heard += first
            return
        visitor.sendall(b"S" if self._tls else b"N")
        if self._tls is None:
            self.heard += visitor.recv(1000)
            return
        with self._tls.wrap_socket(visitor, server_side=True) as safe:
            self.heard += safe.recv(1000)  # the name of the user and of the database
            if self.heard:
                safe.sendall(b"R" + (8).to_bytes(4) + (3).to_bytes(4))  # AuthenticationCleartextPassword
                self.heard += safe.recv(1000)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture(params=["self-signed", "wrong host", "expired", "plain"])
def impostor(request: pytest.FixtureRequest, authority: Authority, tmp_path: Path) -> Iterator[Impostor]:
    if request.param == "self-signed":
        (tmp_path / "other").mkdir()
    made = Impostor(
        {
            "self-signed": lambda: Authority(tmp_path / "other").server(ELSEWHERE),
            "wrong host": lambda: authority.server("db.example.com"),
            "expired": lambda: authority.server(ELSEWHERE, ends_in_days=-1),
            "plain": lambda: None,
        }[request.param]()
    )
    yield made
    made.close()


def asked(port: int, more: str = "") -> None:
    database = Database(f"postgresql://anna:{PASSWORD}@{ELSEWHERE}:{port}/console{more}")
    try:
        with database.begin():
            pass
    finally:
        database.close()


def test_a_server_that_does_not_prove_who_it_is_hears_nothing(impostor: Impostor, authority: Authority) -> None:
    with pytest.raises(ZohoDatabaseError, match="did not prove") as refused:
        asked(impostor.port, f"?sslrootcert={authority.file}")
    assert "sslrootcert" in refused.value.advice
    assert impostor.heard == b""


def test_a_server_of_an_unknown_authority_hears_nothing(authority: Authority) -> None:
    impostor = Impostor(authority.server(ELSEWHERE))
    with pytest.raises(ZohoDatabaseError, match="did not prove"):
        asked(impostor.port)
    impostor.close()
    assert impostor.heard == b""


def test_a_weaker_wish_in_the_address_is_refused_before_anything_is_asked(authority: Authority) -> None:
    impostor = Impostor(authority.server(ELSEWHERE))
    with pytest.raises(ZohoConfigError, match="prefer"):
        asked(impostor.port, "?sslmode=prefer")
    impostor.close()
    assert impostor.heard == b""


def test_a_server_that_proves_who_it_is_is_told_the_password(authority: Authority) -> None:
    server = Impostor(authority.server(ELSEWHERE))
    with pytest.raises(ZohoDatabaseError):  # it can do no more than listen
        asked(server.port, f"?sslrootcert={authority.file}")
    server.close()
    assert PASSWORD.encode() in server.heard
