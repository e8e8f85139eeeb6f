"""Sealing: what comes out is what went in, or nothing."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoho_console.errors import UntrustedToken, ZohoConfigError
from zoho_console.store.sealing import MARK, DesktopKey, code_key, is_vouched, new_key, offer, seal, unseal, vouch

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


def test_an_offer_is_taken_by_one_desktop_and_only_from_one_who_knows_the_secret() -> None:
    mine, other, secret = DesktopKey.new(), DesktopKey.new(), new_key()
    offered = offer(secret, KEY, mine.public, 3)
    assert mine.accept(offered, secret) == (3, KEY)
    # The same for another recipient, under the name of the first: only the inner layer is in the way.
    crossed = seal(
        secret, unseal(secret, offered, f"workspace key for {mine.public}"), f"workspace key for {other.public}"
    )
    for desktop, text, by in (
        (mine, offered, new_key()),
        (other, offered, secret),
        (other, crossed, secret),
        (mine, "AAAA", secret),
    ):
        with pytest.raises(UntrustedToken):
            desktop.accept(text, by)


def test_what_a_desktop_keeps_only_it_can_have_written_and_for_one_generation() -> None:
    mine = DesktopKey.new()
    kept = mine.keep(KEY, 2)
    assert mine.kept(kept, 2) == KEY
    for desktop, generation in ((mine, 1), (DesktopKey.new(), 2)):
        with pytest.raises(UntrustedToken):
            desktop.kept(kept, generation)


def test_a_proof_is_of_one_statement_and_one_secret() -> None:
    proof = vouch(KEY, "asks")
    assert is_vouched(KEY, proof, "asks")
    assert not is_vouched(KEY, proof, "member")
    assert not is_vouched(new_key(), proof, "asks")
    assert not is_vouched(KEY, "", "asks")


def test_a_desktops_key_fits_into_any_password_store_and_comes_back() -> None:
    key = DesktopKey.new()
    assert len(key.text) == 44
    assert DesktopKey.from_text(f" {key.text}\n").public == key.public
    assert key.text not in repr(key)


@pytest.mark.parametrize("text", ["", "short", "A" * 44, "é" * 44])
def test_a_key_that_cannot_be_read_is_said(text: str) -> None:
    with pytest.raises(ZohoConfigError, match="cannot be read"):
        DesktopKey.from_text(text)


def test_a_code_is_readable_of_one_desktop_and_taken_however_it_is_typed() -> None:
    key = DesktopKey.new()
    code = key.code
    assert code == DesktopKey.from_text(key.text).code != DesktopKey.new().code
    assert [len(group) for group in code.split("-")] == [4, 4, 4, 4]
    assert not set(code) & set("01OIL")
    assert code_key(code) == code_key(f" {code.lower().replace('-', ' ')}") != code_key(code[:-1])
