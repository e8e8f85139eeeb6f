"""A spreadsheet of many rows, written as it comes: libraries that write one hold it whole or take minutes."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from xml.sax.saxutils import escape

_KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_BLOCK = 1_000


def write_sheet(path: Path, rows: Callable[[], Iterable[list[str]]]) -> None:
    """Rows of texts, at most 26 in each, as the first sheet; `rows` is asked twice."""
    kinds = {"workbook": "sheet.main", "worksheets/sheet1": "worksheet", "sharedStrings": "sharedStrings"}
    types = "".join(
        f'<Override PartName="/xl/{part}.xml" ContentType="{_TYPE}.{kind}+xml"/>' for part, kind in kinds.items()
    )
    rels = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">{rels}{types}</Types>',
        "_rels/.rels": _relations(officeDocument="xl/workbook.xml"),
        "xl/_rels/workbook.xml.rels": _relations(worksheet="worksheets/sheet1.xml", sharedStrings="sharedStrings.xml"),
        "xl/workbook.xml": f'<workbook {_MAIN} xmlns:r="{_KIND}"><sheets><sheet name="Data" sheetId="1"'
        ' r:id="worksheet"/></sheets></workbook>',
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
        _write(archive, "xl/worksheets/sheet1.xml", _sheet(rows()))
        _write(archive, "xl/sharedStrings.xml", _strings(rows()))


def _relations(**targets: str) -> str:
    relations = "".join(
        f'<Relationship Id="{kind}" Type="{_KIND}/{kind}" Target="{target}"/>' for kind, target in targets.items()
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{relations}</Relationships>'


def _sheet(rows: Iterable[list[str]]) -> Iterator[str]:
    yield f"<worksheet {_MAIN}><sheetData>"
    index = 0
    for number, row in enumerate(rows, start=1):
        cells = (f'<c r="{chr(65 + column)}{number}" t="s"><v>{index + column}</v></c>' for column in range(len(row)))
        yield f'<row r="{number}" spans="1:{len(row)}">{"".join(cells)}</row>'
        index += len(row)
    yield "</sheetData></worksheet>"


def _strings(rows: Iterable[list[str]]) -> Iterator[str]:
    yield f"<sst {_MAIN}>"
    for row in rows:
        yield "".join(f"<si><t>{escape(text)}</t></si>" for text in row)
    yield "</sst>"


def _write(archive: zipfile.ZipFile, name: str, texts: Iterable[str]) -> None:
    with archive.open(name, "w", force_zip64=True) as part:
        block: list[str] = []
        for text in texts:
            block.append(text)
            if len(block) == _BLOCK:
                part.write("".join(block).encode())
                block.clear()
        part.write("".join(block).encode())
