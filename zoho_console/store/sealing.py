"""Sealing: what is written to the database can be read only with a key that is not in it.

Three kinds of key, each opened by the one above it: a desktop's own key pair, which never leaves its password store;
the workspace key, wrapped for every desktop that may read; one data key for each connection, wrapped by the workspace
key. Nothing here does I/O.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from zoho_console.errors import UntrustedToken, ZohoConfigError

KEY_BYTES = 32
MARK = "zc1:"  # what sealed text begins with; the number is that of the form
_NONCE_BYTES = 12
_HPKE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_PURPOSE = b"zoho-console workspace key "
# Without the letters and digits that are taken for one another when read aloud.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_FINGERPRINT_GROUPS, _GROUP = 3, 4


def new_key() -> bytes:
    """A random key of 32 bytes."""
    return secrets.token_bytes(KEY_BYTES)


def seal(key: bytes, secret: bytes, bound_to: str) -> str:
    """The secret as text that only this key opens, and only for what it is bound to; never twice the same.

    AES-256-GCM with a fresh nonce of 96 bits; `bound_to` is authenticated, not stored.
    """
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return MARK + _text(nonce + AESGCM(key).encrypt(nonce, secret, bound_to.encode()))


def unseal(key: bytes, sealed: str, bound_to: str) -> bytes:
    """The secret. Errors: UntrustedToken (altered, moved from elsewhere, of another key, or never sealed)."""
    try:
        if not is_sealed(sealed):
            raise ValueError("not sealed")
        data = _bytes(sealed.removeprefix(MARK))
        return AESGCM(key).decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], bound_to.encode())
    except (InvalidTag, ValueError) as error:
        raise UntrustedToken from error


def is_sealed(text: str) -> bool:
    """Whether a text is of the form that `seal` makes."""
    return text.startswith(MARK)


@dataclass(frozen=True, slots=True)
class DesktopKey:
    """One desktop's key pair; the private half is kept in the password store as `text`, 44 characters."""

    private: X25519PrivateKey

    @classmethod
    def new(cls) -> DesktopKey:
        """A fresh pair."""
        return cls(X25519PrivateKey.generate())

    @classmethod
    def from_text(cls, text: str) -> DesktopKey:
        """The pair that `text` stands for. Errors: ZohoConfigError."""
        try:
            return cls(X25519PrivateKey.from_private_bytes(_bytes(text.strip())))
        except ValueError as error:
            raise ZohoConfigError(
                "The console's key cannot be read.",
                advice="It is 44 characters, as “zoho-console desktops key” prints them.",
            ) from error

    @property
    def text(self) -> str:
        """The private half, to be kept secret."""
        return _text(self.private.private_bytes_raw())

    @property
    def public(self) -> str:
        """The public half, for the database."""
        return _text(self.private.public_key().public_bytes_raw())

    def unwrap(self, wrapped: str, generation: int) -> bytes:
        """The workspace key of this generation. Errors: UntrustedToken."""
        try:
            return bytes(_HPKE.decrypt(_bytes(wrapped), self.private, _purpose(generation)))
        except (InvalidTag, ValueError) as error:
            raise UntrustedToken from error


def wrap(workspace_key: bytes, public: str, generation: int) -> str:
    """The workspace key, wrapped so that only the desktop of this public half can read it (HPKE, RFC 9180)."""
    recipient = X25519PublicKey.from_public_bytes(_bytes(public))
    return _text(_HPKE.encrypt(workspace_key, recipient, _purpose(generation)))


def fingerprint(public: str) -> str:
    """What two people compare, such as “A7K2-9QXM-4TRD”: 59 bits of the public half's SHA-256."""
    number = int.from_bytes(hashlib.sha256(_bytes(public)).digest())
    signs = []
    for _ in range(_FINGERPRINT_GROUPS * _GROUP):
        number, sign = divmod(number, len(_ALPHABET))
        signs.append(_ALPHABET[sign])
    return "-".join("".join(signs[at : at + _GROUP]) for at in range(0, len(signs), _GROUP))


def _purpose(generation: int) -> bytes:
    return _PURPOSE + str(generation).encode()


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
