"""What a file is written in, found from its bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from zoho_console.bulk.decoding import Place, encoding_of, undecodable

WESTERN = "Name;Stadt\nZürich AG;Genève\nMüller & Söhne;“Köln” – 5 €\nL’Oréal;Saint-Étienne\n"
POLISH = "Nazwa;Miasto\nŁódź spółka;Kraków\nŻabka;Gdańsk\n"


def written(folder: Path, content: bytes) -> Path:
    path = folder / "file.csv"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (WESTERN, "cp1252"),
        (POLISH, "cp1250"),
        ("Название;Город\nОАО Газ;Москва\nИП Иванов;Тула\n", "cp1251"),
        ("Όνομα;Πόλη\nΑθήνα ΑΕ;Πάτρα\n", "cp1253"),
        ("名前;業種\n株式会社日立;製造\nソニー;電機\n", "cp932"),
        (WESTERN, "utf-8"),
        ("plain;text\n", "utf-8"),
    ],
)
def test_letters_are_the_ones_that_were_written(tmp_path: Path, text: str, encoding: str) -> None:
    path = written(tmp_path, text.encode(encoding))
    assert path.read_text(encoding_of(path)) == text


def test_one_letter_far_down_is_enough(tmp_path: Path) -> None:
    path = written(tmp_path, b"plain;text\n" * 20_000 + "Société Générale;x\n".encode("cp1252") + b"a;b\n" * 20_000)
    assert encoding_of(path) == "cp1252"
    path = written(tmp_path, b"plain;text\n" * 20_000 + "Société".encode("cp1252"))
    assert encoding_of(path) == "cp1252"
    path = written(tmp_path, b"x" * 100_000 + "é".encode("cp1252") + b"x" * 100_000)
    assert encoding_of(path) == "cp1252"


def test_a_wrong_byte_in_a_good_utf_8_file_is_named_and_not_guessed_at(tmp_path: Path) -> None:
    path = written(tmp_path, "Zürich\r\n".encode() * 9_998 + b"M\xfcller\r\n" + "Genève\r\n".encode())
    assert encoding_of(path) == "utf-8"
    assert undecodable(path, "utf-8") == Place(9_998 * 9 + 1, 9_999)


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_lines_are_counted_across_blocks_whatever_ends_them(tmp_path: Path, end: str) -> None:
    for shift in range(3):  # so that a block ends before, within and after a line end
        text = "x" * shift + f"ü45678{end}" * 400_000
        place = undecodable(written(tmp_path, text.encode() + b"\xff"), "utf-8")
        assert place == Place(len(text.encode()), 400_001)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_a_wrong_pair_of_utf_16_is_found(tmp_path: Path, encoding: str) -> None:
    whole = "Zürich\n".encode(encoding) * 100_000
    place = undecodable(written(tmp_path, whole + "\ud800".encode(encoding, "surrogatepass") * 2), encoding)
    assert place == Place(len(whole), 100_001)
    assert undecodable(written(tmp_path, whole), encoding) is None


def test_a_character_cut_at_the_end_is_found(tmp_path: Path) -> None:
    assert undecodable(written(tmp_path, b"a\nM\xc3"), "utf-8") == Place(3, 2)
