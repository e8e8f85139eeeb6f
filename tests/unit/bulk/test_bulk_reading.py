"""CSV files as people have them, good and bad."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoho_console.bulk.reading import open_table
from zoho_console.errors import FileProblem


def written(folder: Path, content: str | bytes, encoding: str = "utf-8") -> Path:
    path = folder / "file.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


TEXT = "Name;Städte\nZürich AG;Genève\nÖlwerk;Malmö\n"


@pytest.mark.parametrize(
    ("encoding", "found"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"), ("utf-16-le", "utf-16-le"),
     ("utf-16-be", "utf-16-be")],
)  # fmt: skip
def test_the_encoding_is_found(tmp_path: Path, encoding: str, found: str) -> None:
    table = open_table(written(tmp_path, TEXT, encoding))
    assert table.encoding == found
    assert table.header == ("Name", "Städte")
    assert [row.texts[0] for row in table.rows()] == ["Zürich AG", "Ölwerk"]


def test_an_old_encoding_is_guessed_and_may_be_corrected(tmp_path: Path) -> None:
    path = written(tmp_path, TEXT * 20, "cp1252")
    assert open_table(path).encoding != "utf-8"
    assert open_table(path, encoding="cp1252").sample[0].texts == ("Zürich AG", "Genève")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    path = written(tmp_path, f'a{delimiter}b\n1{delimiter}"x, y; z | w"\n2{delimiter}3\n')
    table = open_table(path)
    assert table.delimiter == delimiter
    assert table.sample[0].texts == ("1", "x, y; z | w")


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a;b\n1,5;2\n", ";"),
        ("a,b\n1;2;3,4\n5,6\n", ","),
        ("a\tb\n" + "long, text; with | marks\t1\n" * 5_000, "\t"),
        ('a|b\n"x\ny, z"|1\n', "|"),
        ("a;b\n" + "x" * 200_000 + ";1\n", ";"),
    ],
)
def test_the_delimiter_is_the_one_that_keeps_rows_even(tmp_path: Path, text: str, delimiter: str) -> None:
    assert open_table(written(tmp_path, text)).delimiter == delimiter


def test_a_mark_at_the_start_is_never_part_of_a_title(tmp_path: Path) -> None:
    path = written(tmp_path, '"id";"b"\n1;2\n', "utf-8-sig")
    assert open_table(path).header == open_table(path, encoding="UTF-8").header == ("id", "b")


def test_one_column_needs_no_delimiter(tmp_path: Path) -> None:
    assert open_table(written(tmp_path, "id\n777000000000410001\n")).header == ("id",)


def test_rows_are_numbered_by_the_line_they_begin_in(tmp_path: Path) -> None:
    table = open_table(written(tmp_path, 'a,b\n"two\nlines",1\n\nx,2\n'))
    assert [row.number for row in table.rows()] == [2, 5]


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        ("", None, "empty"),
        ("  \n ", None, "empty"),
        ("a,b\n", None, "no rows"),
        ('a,b\n1,"never closed\n2,3\n', 2, "never closed"),
        ('a,b\n1,2\n3,"x"y\n', 3, "closing quote"),
        ("a,b\n1,2\n1,2,3\n", 3, "3 cells"),
        ("a,b\n1\n", 2, "1 cell,"),
        ("a,a\n1,2\n", 1, "Two columns"),
        ("a,\n1,2\n", 1, "no title"),
        ("a,b\n1,\x00\n", 2, "NUL"),
        (b"PK\x03\x04rest", None, "spreadsheet cannot be read"),
        (b"\xd0\xcf\x11\xe0rest", None, "spreadsheet cannot be read"),
        ("\n\na,b\n\n1,2\n\n1\n", 7, "Line 7 has 1 cell"),
        ('\n\n"a\n",b,a\n1,2,3\n', 3, "Two columns"),
        ('a,b\n1,2\n\n"x\n\ny",2\n3,"x"y\n', 7, "begins in line 7"),
        ("Stadt\nKöln\n".encode() * 9 + "Köln\n".encode("cp1252") * 20, 19, "Line 19 holds bytes that are not utf-8"),
        ("Stadt\nKoeln\n" * 9 + "x" * 17_000_000 + "\n", 19, "longer than 16 million"),
        (",".join(f"c{number}" for number in range(201)) + "\n" + "," * 200 + "\n", 1, "201 columns"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_its_line(
    tmp_path: Path, content: str | bytes, line: int | None, words: str
) -> None:
    with pytest.raises(FileProblem) as caught:
        list(open_table(written(tmp_path, content)).rows())
    assert caught.value.line == line
    assert words in str(caught.value)


def test_an_undecodable_byte_is_refused_with_its_line(tmp_path: Path) -> None:
    path = written(tmp_path, b"a,b\n" + b"1,2\n" * 20_000 + b"\xff\xfe,3\n")
    with pytest.raises(FileProblem, match="Line 20002 holds bytes that are not utf-8") as caught:
        list(open_table(path, encoding="utf-8").rows())
    assert caught.value.line == 20_002
    with pytest.raises(FileProblem, match="Line 1 "):
        open_table(written(tmp_path, b"\xff\xff\xfea,b\n1,2\n"), encoding="utf-8")


def test_an_encoding_that_is_none_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b\n1,2\n")
    for delimiter in ("", ","):
        with pytest.raises(FileProblem, match="no encoding “klingon”"):
            open_table(path, encoding="klingon", delimiter=delimiter)


def test_a_file_that_goes_away_is_said_in_words(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b\n1,2\n")
    table = open_table(path)
    path.unlink()
    with pytest.raises(FileProblem, match="cannot be read"):
        list(table.rows())
    with pytest.raises(FileProblem, match="cannot be read"):
        open_table(tmp_path)


def test_a_missing_file_and_a_giant_cell(tmp_path: Path) -> None:
    with pytest.raises(FileProblem):
        open_table(tmp_path / "nowhere.csv")
    with pytest.raises(FileProblem) as caught:
        open_table(written(tmp_path, 'a,b\n1,"' + "xxxx\n" * 4_000_000 + '"\n'))
    assert "million" in str(caught.value)
    assert caught.value.line == 2


@given(
    st.lists(st.tuples(st.text(alphabet='ab,;"\n\r é日🙂', max_size=12), st.integers(0, 9)), min_size=1, max_size=20)
)
def test_what_the_csv_module_writes_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, int]]
) -> None:
    import csv

    path = tmp_path_factory.mktemp("csv") / "file.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("text", "number"), *rows])
    table = open_table(path, encoding="utf-8", delimiter=",")
    assert [row.texts for row in table.rows()] == [(text, str(number)) for text, number in rows]


LINES = st.lists(st.text(alphabet='a,;"\t| é日', max_size=9), min_size=1, max_size=12)
ENDS = st.sampled_from(["\n", "\r\n", "\r", "\n\n"])


@settings(max_examples=300, deadline=None, print_blob=True)
@given(st.binary(max_size=200) | st.builds(lambda lines, end: end.join(lines).encode(), LINES, ENDS))
def test_any_bytes_are_rows_with_their_lines_or_refused_in_words(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("any") / "file.csv"
    path.write_bytes(content)
    try:
        table = open_table(path)
        rows = list(table.rows())
    except FileProblem as problem:
        assert str(problem)
        assert problem.advice
        return
    numbers = [row.number for row in rows]
    assert numbers == sorted(set(numbers))
    with path.open(encoding=table.encoding, newline="") as file:
        assert 2 <= numbers[0] <= numbers[-1] <= sum(1 for _ in file)
    assert all(len(row.texts) == len(table.header) for row in rows)
    assert rows[: len(table.sample)] == list(table.sample)
