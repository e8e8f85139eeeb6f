"""Spreadsheets written by hand, as no spreadsheet program writes them."""

from __future__ import annotations

import io
import zipfile

_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_KINDS = {"rId1": ("worksheet", "worksheets/sheet1.xml"), "rId2": ("sharedStrings", "sharedStrings.xml"),
          "rId3": ("styles", "/xl/styles.xml")}  # fmt: skip
WORKBOOK = (
    f'<workbook xmlns:r="{_RELATIONS}"><workbookPr/>'
    '<sheets><sheet name="Data" sheetId="1" r:id="rId1"/></sheets></workbook>'
)


def written(sheet: str | bytes, strings: str | bytes = "<sst/>", styles: str = "<styleSheet/>") -> dict[str, bytes]:
    """The parts of a file with one sheet, from the XML of its rows or of its whole."""
    relations = "".join(
        f'<Relationship Id="{one}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'
        for one, (kind, target) in _KINDS.items()
    )
    parts = {
        "xl/workbook.xml": WORKBOOK,
        "xl/_rels/workbook.xml.rels": f"<Relationships>{relations}</Relationships>",
        "xl/worksheets/sheet1.xml": sheet,
        "xl/sharedStrings.xml": strings,
        "xl/styles.xml": styles,
    }
    return {name: text.encode() if isinstance(text, str) else text for name, text in parts.items()}


def sheet_of(rows: str) -> str:
    """A sheet with a header in row 1 and these rows."""
    header = '<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c><c r="B1" t="str"><v>name</v></c></row>'
    return f"<worksheet><sheetData>{header}{rows}</sheetData></worksheet>"


def packed(parts: dict[str, bytes]) -> bytearray:
    """The parts as a zip."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return bytearray(whole.getvalue())
