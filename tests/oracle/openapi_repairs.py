"""What is wrong in Zoho's OpenAPI files (version 8.0), one by one, with the reason to believe otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Repair:
    """A part of a file that is put right: `pointer` leads to an object whose `key` takes `value`; None removes it.

    Where it leads to a list, the key "-" adds to it, as in JSON Patch.
    """

    file: str
    pointer: str
    key: str
    value: Any
    reason: str

    def apply(self, document: dict[str, Any]) -> None:
        """Put it right."""
        node: Any = document
        for part in self.pointer.strip("/").split("/"):
            name = part.replace("~1", "/")
            node = node[int(name)] if isinstance(node, list) else node[name]
        if self.key == "-":
            node.extend(self.value)
        elif self.value is None:
            del node[self.key]
        else:
            node[self.key] = self.value


@dataclass(frozen=True, slots=True)
class Borrowed:
    """A status that the files leave out: it is described as the first of these that is there, or has no body."""

    described_as: tuple[str, ...]
    reason: str


_S = "components/schemas/"
_CODES = _S + "API_Exception/properties/code/enum"
_COUNT = "paths/~1crm~1v8~1{module_api_name}~1actions~1count/get/responses/200/content/application~1json"
_MAPPING = _S + "Resource/properties/field_mappings/items/properties"
_TEXT, _TEXT_OR_NULL = {"type": "string"}, {"type": ["string", "null"]}

ABSENT: tuple[str, ...] = ("attachments.json",)
REPAIRS: tuple[Repair, ...] = (
    Repair("users.json", _S + "users/properties/date_format", "enum", None, "one sample"),
    Repair("users.json", _S + "users/properties/email", "pattern", None, "made from one sample address"),
    Repair("users.json", _S + "users/properties", "time_zone", _TEXT, "the documentation's samples show a text"),
    Repair("users.json", "components/parameters/type/schema", "enum", None, "the documentation names eleven types"),
    Repair("modules.json", _S + "modules", "required", None, "names `common.search_supported`, which is no key at all"),
    Repair("fields.json", _S + "fields/properties", "default_value", _TEXT_OR_NULL, "samples show null"),
    Repair("fields.json", _S + "fields", "required", None, "names `common.picklist`, which is no key at all"),
    Repair("layouts.json", _S + "layouts/properties", "subform_properties", {}, "only layouts of subforms have any"),
    Repair("layouts.json", _S + "fields", "required", None, "names `common.picklist`, which is no key at all"),
    Repair("layouts.json", _S + "fields/properties", "default_value", _TEXT_OR_NULL, "as that of fields"),
    Repair("layouts.json", _S + "MandatoryParamError/properties/code", "enum", None, "modules are refused too"),
    Repair("record.json", _S + "Info/properties", "previous_page_token", _TEXT_OR_NULL, "samples show null"),
    Repair("record.json", _S + "Info/properties", "page_token_expiry", _TEXT_OR_NULL, "the last page has none"),
    Repair("record.json", _S + "Info/properties", "next_page_token", _TEXT_OR_NULL, "the last page has none"),
    Repair("record.json", _S + "Success_Response/properties", "duplicate_field", _TEXT_OR_NULL, "null for new records"),
    Repair("record.json", _S + "API_Exception/properties/details/properties", "maximum_length", {"type": "integer"},
           "a number in the samples and in common.json"),
    Repair("record.json", _CODES, "-", ["ALREADY_MODIFIED", "MULTIPLE_OR_MULTI_ERRORS"], "documented with updates"),
    Repair("record.json", _CODES, "-", ["DISCRETE_PAGINATION_LIMIT_EXCEEDED"], "documented with lists"),
    Repair("record.json", _CODES, "-", ["EXPECTED_PARAM_MISSING"], "documented with search"),
    Repair("record.json", _CODES, "-", ["UNABLE_TO_PARSE_DATA_TYPE"], "documented with deletion"),
    Repair("org.json", _S + "Org/properties/type/enum", "-", ["production", "developer", "sandbox"],
           "samples write them small"),
    Repair("org.json", _S + "Invalid_Data_Exception/properties/code/enum", "-", ["INVALID_TOKEN"], "any call has it"),
    Repair("record_count.json", _COUNT, "schema", {"type": "object", "properties": {"count": {"type": "integer"}}},
           "the schema was left out; the documentation shows a number"),
    Repair("bulk_read.json", _S + "Job_Detail/properties/state", "enum", None, "lacks the documented QUEUED"),
    Repair("bulk_read.json", _S + "Criteria/properties", "value", {}, "a value is a text, a number or a list"),
    Repair("bulk_read.json", _S + "Criteria", "required", None, "`type` is in no sample of the documentation"),
    Repair("bulk_read.json", _S + "Query", "required", None, "the documentation makes all but the module optional"),
    Repair("bulk_read.json", _S + "Query/properties/page", "pattern", None, "leaves out 10, 20, 30 and 40"),
    Repair("modules.json", _S + "Minified_Module", "required", None, "requests name a module by its API name alone"),
    Repair("bulk_write.json", _S + "Success_Response/properties/details/properties", "file_id", _TEXT,
           "a number of 18 digits; the documentation's samples and the SDK have a text"),
    Repair("bulk_write.json", _S + "Success_Response/properties/details", "required", None,
           "an upload has no `id` and no `created_by`"),
    *[
        Repair("bulk_write.json", _MAPPING, name, {"type": [kind, "null"]}, "the documentation's samples show null")
        for name, kind in (("format", "string"), ("find_by", "string"), ("module", "string"),
                           ("parent_column_index", "integer"))
    ],
)  # fmt: skip
BORROWED: dict[tuple[str, int], Borrowed] = {
    ("", 204): Borrowed((), "nothing found has no body, as the documentation's status codes say"),
    ("", 304): Borrowed((), "nothing changed has no body, as the documentation's status codes say"),
    ("POST", 201): Borrowed(("200",), "the documentation's samples of inserted records have the status 201"),
    ("", 207): Borrowed(("200",), "the documentation's status codes name it for mixed outcomes of the same form"),
    ("", 400): Borrowed(("200",), "refusals stand among the forms of the status 200"),
    ("", 401): Borrowed(
        ("400", "200"), "the documentation's status codes name it; the envelope is that of any refusal"
    ),
    ("", 404): Borrowed(
        ("400", "200"), "the documentation's status codes name it; the envelope is that of any refusal"
    ),
    ("", 412): Borrowed(
        ("200",), "documented with If-Unmodified-Since; refusals stand among the forms of the status 200"
    ),
}
UNDESCRIBED_PATHS: dict[str, str] = {
    "/v8/crm/org60012345/bulk-write/{id}/{name}": "the files have `/{download_url}`, which stands for any path",
}
UNDESCRIBED_PARAMETERS: dict[tuple[str, str], str] = {}
