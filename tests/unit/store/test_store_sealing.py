"""Sealing: what comes out is what went in, or nothing."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoho_console.errors import UntrustedToken, ZohoConfigError
from zoho_console.store.sealing import MARK, DesktopKey, fingerprint, new_key, seal, unseal, wrap

KEY = new_key()


@given(st.binary(max_size=300), st.text(max_size=40))
def test_what_was_sealed_opens_with_its_key_at_its_place(secret: bytes, place: str) -> None:
    assert unseal(KEY, seal(KEY, secret, place), place) == secret


def test_no_two_seals_of_one_token_are_alike() -> None:
    assert len({seal(KEY, b"1000.token", "here") for _ in range(10_000)}) == 10_000


def test_another_key_and_another_place_open_nothing() -> None:
    sealed = seal(KEY, b"1000.token", "here")
    for key, place in ((new_key(), "here"), (KEY, "there"), (KEY, "")):
        with pytest.raises(UntrustedToken, match="altered or restored"):
            unseal(key, sealed, place)


def test_every_flipped_bit_is_noticed() -> None:
    sealed = seal(KEY, b"1000.token", "here")
    data = base64.b64decode(sealed.removeprefix(MARK))
    for bit in range(len(data) * 8):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        with pytest.raises(UntrustedToken):
            unseal(KEY, MARK + base64.b64encode(bytes(flipped)).decode(), "here")


@pytest.mark.parametrize("text", ["", "1000.token", MARK, MARK + "!", MARK + "AAAA", MARK + "é"])
def test_what_was_never_sealed_is_not_opened(text: str) -> None:
    with pytest.raises(UntrustedToken):
        unseal(KEY, text, "here")


def test_a_wrapped_key_opens_on_one_desktop_and_for_one_generation() -> None:
    mine, other = DesktopKey.new(), DesktopKey.new()
    wrapped = wrap(KEY, mine.public, 1)
    assert mine.unwrap(wrapped, 1) == KEY
    for desktop, text, generation in ((other, wrapped, 1), (mine, wrapped, 2), (mine, "AAAA", 1), (mine, "!", 1)):
        with pytest.raises(UntrustedToken):
            desktop.unwrap(text, generation)


def test_a_desktops_key_fits_into_any_password_store_and_comes_back() -> None:
    key = DesktopKey.new()
    assert len(key.text) == 44
    assert DesktopKey.from_text(f" {key.text}\n").public == key.public
    assert key.text not in repr(key)


@pytest.mark.parametrize("text", ["", "short", "A" * 44, "é" * 44])
def test_a_key_that_cannot_be_read_is_said(text: str) -> None:
    with pytest.raises(ZohoConfigError, match="cannot be read"):
        DesktopKey.from_text(text)


def test_a_fingerprint_is_short_readable_and_of_one_key() -> None:
    key = DesktopKey.new()
    code = fingerprint(key.public)
    assert code == fingerprint(key.public) != fingerprint(DesktopKey.new().public)
    assert [len(group) for group in code.split("-")] == [4, 4, 4]
    assert not set(code) & set("01OIL")
