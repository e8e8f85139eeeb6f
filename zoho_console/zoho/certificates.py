"""What is wrong with a certificate that was not trusted, and who issued it: for the sentence about it, nothing else."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
from cryptography import x509
from cryptography.x509.oid import NameOID

from zoho_console.domain.fields import shortened
from zoho_console.errors import NotReachable

_LIMIT_S = 5.0
_CLOCK = "Check this computer's date and time."
_PROXY = "Ask your IT department whether a proxy stands between."
_INSTALL = "Ask your IT department to install its certificate in the system's store."


class _Shown(Exception):
    """A handshake is over, and so is the connection."""


def is_untrusted(error: BaseException) -> bool:
    """Whether a connection failed because of the server's certificate."""
    return any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error))


async def untrusted(origin: str) -> NotReachable:
    """The error for a server whose certificate was not trusted. Cost: one more handshake, in which nothing is sent."""
    host = origin.partition("://")[2]
    shown = await _shown_by(origin)
    what, advice, issuer = _wrong_with(shown, httpx.URL(origin).host) if shown else ("", _INSTALL, "")
    return NotReachable(
        f"This computer does not trust the certificate shown for {host}{what}.",
        sent=False,
        advice=advice,
        details={"host": host, "reason": "certificate", "issuer": issuer},
    )


def _wrong_with(certificate: x509.Certificate, host: str) -> tuple[str, str, str]:
    """The end of the sentence, the remedy, and the issuer."""
    issuer, now = _name_of(certificate.issuer), datetime.now(UTC)
    if certificate.not_valid_after_utc < now:
        return f": it ended on {certificate.not_valid_after_utc:%Y-%m-%d}", _CLOCK, issuer
    if certificate.not_valid_before_utc > now:
        return f": it begins on {certificate.not_valid_before_utc:%Y-%m-%d}", _CLOCK, issuer
    names = list(_names(certificate))
    if not any(_fits(name, host) for name in names):
        return f": it is for “{_plain(names[0]) if names else ''}” and issued by “{issuer}”", _PROXY, issuer
    if certificate.issuer == certificate.subject:
        return ": nobody but the server itself vouches for it", _INSTALL, issuer
    return f": it is issued by “{issuer}”, which is unknown here", _INSTALL, issuer


async def _shown_by(origin: str) -> x509.Certificate | None:
    """The certificate that a server shows, believed in nothing; None where none is to be had.

    The handshake verifies nothing, for it is to fail no more; before anything could be sent the connection is closed.
    """
    seen: list[bytes] = []

    async def look(event: str, details: dict[str, Any]) -> None:
        if event.endswith("start_tls.complete"):
            stream = details["return_value"]
            seen.append(stream.get_extra_info("ssl_object").getpeercert(binary_form=True) or b"")
            await stream.aclose()
            raise _Shown

    blind = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    blind.check_hostname = False
    blind.verify_mode = ssl.CERT_NONE
    try:
        async with asyncio.timeout(_LIMIT_S), httpx.AsyncClient(verify=blind, follow_redirects=False) as http:
            await http.send(httpx.Request("HEAD", origin, extensions={"trace": look}))
    except (_Shown, httpx.TransportError, OSError, TimeoutError):
        pass
    try:
        return x509.load_der_x509_certificate(seen[0]) if seen else None
    except ValueError:
        return None


def _names(certificate: x509.Certificate) -> Iterator[str]:
    """The hosts that it is for."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        yield _name_of(certificate.subject)
        return
    yield from names.get_values_for_type(x509.DNSName)
    yield from map(str, names.get_values_for_type(x509.IPAddress))


def _fits(name: str, host: str) -> bool:
    """Whether a certificate's name is that of the host; "*" stands for one part at its start (RFC 9525, 6.3)."""
    try:
        return ipaddress.ip_address(host) == ipaddress.ip_address(name)
    except ValueError:
        first, _, rest = host.lower().partition(".")
        return name.lower() in (host.lower(), f"*.{rest}") and bool(first)


def _name_of(name: x509.Name) -> str:
    """What people call the one who is named."""
    for kind in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        if found := name.get_attributes_for_oid(kind):
            return _plain(str(found[0].value))
    return _plain(name.rfc4514_string())


def _plain(text: str) -> str:
    """Text from outside within a sentence."""
    return shortened("".join(sign if sign.isprintable() else " " for sign in text))


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
