"""A team's database proves who it is before it is told anything: real sockets, real certificates."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from zoho_console.errors import ZohoConfigError, ZohoDatabaseError
from zoho_console.store.database import Database

ELSEWHERE = "127.0.0.2"  # this computer by another address, which counts as another computer
PASSWORD = "a-password-nobody-may-see"
ASK_FOR_TLS = bytes.fromhex("0000000804d2162f")  # SSLRequest (PostgreSQL, message formats)
NOW = datetime.datetime.now(datetime.UTC)


class Authority:
    """Signs certificates into files of a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._key, self._name = folder, ec.generate_private_key(ec.SECP256R1()), name("Our authority")
        own = self._draft(self._name, self._key).add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        self.file = self._written("authority.pem", own.sign(self._key, hashes.SHA256()))

    def server(self, host: str, ends_in_days: int = 1) -> ssl.SSLContext:
        """What a server needs that is known by this name or address."""
        key = ec.generate_private_key(ec.SECP256R1())
        known_as = x509.IPAddress(ipaddress.ip_address(host)) if host[0].isdigit() else x509.DNSName(host)
        draft = self._draft(name(host), key, ends_in_days).add_extension(x509.SubjectAlternativeName([known_as]), False)
        certificate = self._written("server.pem", draft.sign(self._key, hashes.SHA256()))
        secret = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (self._folder / "server.key").write_bytes(secret)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, self._folder / "server.key")
        return context

    def _draft(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, ends_in_days: int = 1
    ) -> x509.CertificateBuilder:
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(self._name).public_key(key.public_key())
        builder = builder.serial_number(x509.random_serial_number())
        days = datetime.timedelta(days=1)
        return builder.not_valid_before(NOW - 9 * days).not_valid_after(NOW + ends_in_days * days)

    def _written(self, file: str, certificate: x509.Certificate) -> Path:
        path = self._folder / file
        path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        return path


def name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


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
