"""Which column finds the record, and which sets which field."""

from __future__ import annotations

import pytest
from bulk_samples import FIELDS, HEADER, MAPPING, row

from zoho_console.bulk.mapping import check_mapping, mapping_from, suggest
from zoho_console.domain.changes import Mapping
from zoho_console.domain.fields import Field
from zoho_console.errors import ZohoConfigError


def test_columns_are_recognised_by_name_label_words_and_likeness() -> None:
    header = ("Account Name", "Health_Score", "industry", "Web site", "Whatever", "Ownr")
    mapping, why = suggest(header, (), FIELDS)
    assert (mapping.key_column, mapping.key_field) == (0, "Account_Name")
    assert mapping.targets == {1: "Health_Score", 2: "Industry", 3: "Website", 5: "Owner"}
    assert why == {0: "same name", 1: "same name", 2: "same words", 3: "same words", 5: "similar name"}


def test_titles_in_other_scripts_are_told_apart() -> None:
    fields = [*FIELDS, Field("Field1", "業種", "text"), Field("Field2", "備考", "text")]
    mapping, _why = suggest(("id", "備考", "メモ", "業種"), (), fields)
    assert mapping.targets == {1: "Field2", 3: "Field1"}


def test_a_title_without_letters_means_no_field() -> None:
    assert suggest(("id", "—", "?"), (), [*FIELDS, Field("Mark", "!", "text")])[0].targets == {}


def test_another_number_is_another_field() -> None:
    fields = [*FIELDS, Field("Phone", "Phone", "phone"), Field("Line_1", "Address line 1", "text")]
    assert suggest(("id", "Phone 2", "Address line 2"), (), fields)[0].targets == {}


def test_an_id_column_is_the_best_key() -> None:
    mapping, why = suggest(("Record ID", "Account Name", "Created Time"), (), FIELDS)
    assert (mapping.key_column, mapping.key_field) == (0, "id")
    assert mapping.targets == {1: "Account_Name"}
    assert set(why) == {0, 1}


def test_a_column_of_the_customers_own_ids_is_no_key() -> None:
    sample = [row("1001", "3M"), row("1002", "SAP")]
    assert suggest(("ID", "Account Name"), sample, FIELDS)[0].key_field == "Account_Name"
    assert suggest(("ID", "Account Name"), [row("", "3M")], FIELDS)[0].key_field == "id"
    assert suggest(("ID", "Account Name"), [row("4.15E+18", "3M")], FIELDS)[0].key_field == "id"


def test_record_ids_are_recognised_under_any_title_if_nothing_else_finds_accounts() -> None:
    sample = [row("777000000000410001", "x"), row("777000000000410002", "")]
    mapping, why = suggest(("Kunde", "Foo"), sample, FIELDS)
    assert (mapping.key_column, mapping.key_field, why) == (0, "id", {0: "holds record ids"})
    assert suggest(("Account Owner", "Foo"), sample, FIELDS)[0].key_column == -1


def test_a_field_titled_like_an_id_is_itself() -> None:
    fields = [*FIELDS, Field("Account_Number", "Account ID", "text", is_unique=True)]
    assert suggest(("Account ID", "Industry"), (), fields)[0].key_field == "Account_Number"


def test_a_unique_field_may_be_the_key_and_nothing_may_be() -> None:
    assert suggest(("Customer Code", "Industry"), (), FIELDS)[0].key_field == "Customer_Code"
    assert suggest(("Foo", "Bar"), (), FIELDS) == (Mapping(-1, "", {}), {})


@pytest.mark.parametrize(
    ("mapping", "codes"),
    [
        (Mapping(-1, "", {1: "Industry"}), ["no-key"]),
        (Mapping(0, "Industry", {1: "Health_Score"}), ["bad-key"]),
        (Mapping(0, "Nothing", {1: "Health_Score"}), ["bad-key"]),
        (Mapping(0, "id", {}), ["nothing-mapped"]),
        (Mapping(0, "id", {1: "Nothing"}), ["unknown-field"]),
        (Mapping(0, "id", {1: "Created_Time"}), ["read-only"]),
        (Mapping(0, "id", {1: "Industry", 2: "Industry"}), ["two-columns", "two-columns"]),
    ],
)
def test_a_wrong_mapping_is_named(mapping: Mapping, codes: list[str]) -> None:
    problems = check_mapping(mapping, HEADER, FIELDS)
    assert [problem.code for problem in problems] == codes
    assert all(problem.sentence and problem.advice for problem in problems)


def test_a_good_mapping_has_no_problem() -> None:
    assert check_mapping(MAPPING, HEADER, FIELDS) == []


def test_the_command_line_names_columns_and_fields() -> None:
    assert mapping_from(HEADER, FIELDS, "Account_Name", ["Score=Health_Score", "Industry=Industry"]) == MAPPING
    assert mapping_from(("Firma", "Industry"), FIELDS, "", ["Firma=Account_Name", "Industry=Industry"]) == Mapping(
        0, "Account_Name", {1: "Industry"}
    )
    assert mapping_from(("Firma", "Industry"), FIELDS, "Account Name", ["Firma=Account_Name", "Industry=Industry"]) == (
        Mapping(0, "Account_Name", {1: "Industry"})
    )
    assert mapping_from(("Nummer", "Industry"), FIELDS, "id", ["Nummer=id", "Industry=Industry"]).key_column == 0


def test_without_pairs_the_command_line_takes_equal_names_only() -> None:
    assert mapping_from(("id", "Industry", "Ownr", "Created Time"), FIELDS) == Mapping(0, "id", {1: "Industry"})


def test_what_was_told_is_set_even_if_the_column_looks_like_another_field() -> None:
    made = mapping_from(("id", "Account Name", "Score"), FIELDS, "", ["Account Name=Customer_Code"])
    assert made == Mapping(0, "id", {1: "Customer_Code"})
    made = mapping_from(("Account Name", "Website"), FIELDS, "", ["Website=Account_Name", "Account Name=Website"])
    assert made == Mapping(1, "Account_Name", {0: "Website"})


@pytest.mark.parametrize(
    ("key", "pairs", "words"),
    [
        ("Nothing", [], "no field"), ("", ["Score"], "COLUMN=FIELD"), ("", ["Scor=Health_Score"], "no column “Scor”"),
        ("", ["Score=Helth_Score"], "no field “Helth_Score”"), ("Website", ["Score=Health_Score"], "“Website”"),
        ("", ["Score=Health_Score", "Score=Industry"], "twice"), ("", ["Zzz=Industry"], "no column"),
        ("Account_Name", ["Account Name=Account_Name"], "No column sets"), ("Industry", [], "cannot be found"),
    ],
)  # fmt: skip
def test_a_wrong_word_on_the_command_line_is_named(key: str, pairs: list[str], words: str) -> None:
    with pytest.raises(ZohoConfigError, match=words) as caught:
        mapping_from(HEADER, FIELDS, key, pairs)
    assert caught.value.advice
