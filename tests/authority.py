"""An authority that signs certificates for servers of the tests."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NOW = datetime.datetime.now(datetime.UTC)


class Authority:
    """Signs certificates into files of a folder."""

    def __init__(self, folder: Path, called: str = "Our authority") -> None:
        self._folder, self._key, self._name = folder, ec.generate_private_key(ec.SECP256R1()), name(called)
        own = self._draft(self._name, self._key).add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        self.file = self._written("authority.pem", own.sign(self._key, hashes.SHA256()))

    def server(self, host: str, ends_in_days: int = 1, begins_in_days: int = -9) -> ssl.SSLContext:
        """What a server needs that is known by this name or address."""
        key = ec.generate_private_key(ec.SECP256R1())
        known_as = x509.IPAddress(ipaddress.ip_address(host)) if host[0].isdigit() else x509.DNSName(host)
        draft = self._draft(name(host), key, ends_in_days, begins_in_days).add_extension(
            x509.SubjectAlternativeName([known_as]), False
        )
        certificate = self._written("server.pem", draft.sign(self._key, hashes.SHA256()))
        secret = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (self._folder / "server.key").write_bytes(secret)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, self._folder / "server.key")
        return context

    def _draft(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, ends_in_days: int = 1, begins_in_days: int = -9
    ) -> x509.CertificateBuilder:
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(self._name).public_key(key.public_key())
        builder = builder.serial_number(x509.random_serial_number())
        days = datetime.timedelta(days=1)
        return builder.not_valid_before(NOW + begins_in_days * days).not_valid_after(NOW + ends_in_days * days)

    def _written(self, file: str, certificate: x509.Certificate) -> Path:
        path = self._folder / file
        path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        return path


def name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
