"""Sealing: what is written to the database can be read only with a key that is not in it.

Three kinds of key, each opened by the one above it: a desktop's own key pair, which never leaves its password store;
the workspace key, offered to every desktop that may read, which then keeps it; one data key for each connection,
wrapped by the workspace key. Nothing here does I/O.
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
_PURPOSE = b"zoho-console workspace key"
# Without the letters and digits that are taken for one another when read aloud.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_CODE_GROUPS, _GROUP = 4, 4


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


def vouch(secret: bytes, statement: str) -> str:
    """Proof, for whoever knows the same secret, that one who knows it made the statement."""
    return seal(secret, b"", statement)


def is_vouched(secret: bytes, proof: str, statement: str) -> bool:
    """Whether the proof is of this statement, by one who knows the secret."""
    try:
        return unseal(secret, proof, statement) == b""
    except UntrustedToken:
        return False


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

    @property
    def code(self) -> str:
        """What one person tells another, such as “A7K2-9QXM-4TRD-W8PN”: 79 bits that are nowhere in the database.

        Who knows it can prove to this desktop that a person meant it, and see that a public half is this desktop's.
        """
        number = int.from_bytes(self._derived(b"code"))
        signs = []
        for _ in range(_CODE_GROUPS * _GROUP):
            number, sign = divmod(number, len(_ALPHABET))
            signs.append(_ALPHABET[sign])
        return "-".join("".join(signs[at : at + _GROUP]) for at in range(0, len(signs), _GROUP))

    def keep(self, workspace_key: bytes, generation: int) -> str:
        """The workspace key as only this desktop can have written it, and only it can read it."""
        return seal(self._derived(b"keep"), workspace_key, f"workspace key {generation}")

    def kept(self, sealed: str, generation: int) -> bytes:
        """The workspace key that this desktop kept. Errors: UntrustedToken."""
        return unseal(self._derived(b"keep"), sealed, f"workspace key {generation}")

    def accept(self, offered: str, secret: bytes) -> tuple[int, bytes]:
        """Generation and workspace key of an offer made with this secret. Errors: UntrustedToken."""
        generation, _, wrapped = unseal(secret, offered, _offered_to(self.public)).decode().partition(" ")
        try:
            return int(generation), bytes(_HPKE.decrypt(_bytes(wrapped), self.private, _PURPOSE))
        except (InvalidTag, ValueError) as error:
            raise UntrustedToken from error

    def _derived(self, purpose: bytes) -> bytes:
        return hashlib.sha256(b"zoho-console " + purpose + b" " + self.private.private_bytes_raw()).digest()


def offer(secret: bytes, workspace_key: bytes, public: str, generation: int) -> str:
    """The workspace key for the desktop of this public half alone (HPKE, RFC 9180), from one who knows the secret.

    The secret is what that desktop knows already: its code when it joins, the former workspace key later. So neither
    the database's administrator nor anybody else who has only the public half can offer it a key of their own.
    """
    wrapped = _HPKE.encrypt(workspace_key, X25519PublicKey.from_public_bytes(_bytes(public)), _PURPOSE)
    return seal(secret, f"{generation} {_text(wrapped)}".encode(), _offered_to(public))


def code_key(code: str) -> bytes:
    """The secret that a code stands for, however it was typed."""
    return hashlib.sha256(b"zoho-console code " + "".join(filter(str.isalnum, code)).upper().encode()).digest()


def _offered_to(public: str) -> str:
    return f"workspace key for {public}"


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
