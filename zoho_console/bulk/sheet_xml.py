"""The XML of a spreadsheet, read as it comes: no entities, no depth and no length that would fill the memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

_DEEPEST = 100  # elements within one another
_MOST_NAMES = 1_000  # of elements; a spreadsheet has some hundred
_LONGEST_TAG = 1024**2  # bytes, beyond the piece at hand


class NotASheet(ValueError):
    """The XML is none that a spreadsheet writes."""


class LocalNames(dict[str, str]):
    """The names of elements without their prefixes; each is looked at once. Errors: NotASheet, where they never end."""

    def __missing__(self, name: str) -> str:
        if len(self) == _MOST_NAMES:
            raise NotASheet
        self[name] = local = name.rpartition(":")[2]
        return local


class Depth:
    """How many elements are open within one another, of those that hold no text of ours."""

    def __init__(self) -> None:
        self._open = 0

    def enter(self) -> None:
        """An element begins. Errors: NotASheet, where it is too deep."""
        self._open += 1
        if self._open > _DEEPEST:
            raise NotASheet

    def leave(self) -> None:
        """An element ends."""
        self._open -= 1


def parser() -> expat.XMLParserType:
    """One that takes no document type, with which entities would come."""
    made = expat.ParserCreate()
    made.buffer_text = True
    made.StartDoctypeDeclHandler = _refuse_document_type
    return made


def fed(pieces: Iterable[bytes], reader: expat.XMLParserType) -> Iterator[None]:
    """Give the pieces to the parser, which calls its handlers; comes back after each. Errors: NotASheet."""
    size = 0
    try:
        for piece in pieces:
            reader.Parse(piece)
            yield
            # A tag is held until it ends.
            if size - reader.CurrentByteIndex > _LONGEST_TAG:
                raise NotASheet
            size += len(piece)
        reader.Parse(b"", True)
    except expat.ExpatError as error:
        raise NotASheet from error
    yield


def tree_of(pieces: Iterable[bytes]) -> Element:
    """The whole of a small part; names of elements are without their prefixes. Errors: NotASheet."""
    names, depth, builder, reader = LocalNames(), Depth(), TreeBuilder(), parser()

    def start(name: str, attributes: dict[str, str]) -> None:
        depth.enter()
        builder.start(names[name], attributes)

    def end(name: str) -> None:
        depth.leave()
        builder.end(names[name])

    reader.StartElementHandler, reader.EndElementHandler = start, end
    for _ in fed(pieces, reader):
        pass
    return builder.close()


def _refuse_document_type(*_said: object) -> None:
    raise NotASheet
