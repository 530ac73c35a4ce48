"""XML as people write it: the manifests of libraries, and of code that was taken out of its package.

Expat alone reads it, and nothing but elements and attributes: a document type, and with it every entity, is refused, so
nothing is fetched and nothing expands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.parsers import expat

from .axml import ANDROID, MAX_ELEMENTS, TOOLS, Element
from .chunks import REFERENCE, STRING, ChunkError, Value
from .limits import MIB

if TYPE_CHECKING:
    from .notes import Notes

MOST_BYTES = 8 * MIB
MOST_DEPTH = 200
_PREFIXES = {ANDROID: "android:", TOOLS: "tools:"}
_REMOVED = ("remove", "removeAll")
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def is_text(raw: bytes | memoryview) -> bool:
    """Whether bytes are XML text rather than a compiled form."""
    head = bytes(raw[:64])
    return head.startswith(_BYTE_ORDER_MARKS) or head.lstrip()[:1] == b"<"


def parse_text(raw: bytes | memoryview, notes: Notes | None = None) -> Element:
    """Return the root element. Raises `ChunkError` for what is not well-formed, too large, or declares a type."""
    data = bytes(raw)
    if len(data) > MOST_BYTES:
        raise ChunkError(f"XML text of {len(data):,} bytes, limit {MOST_BYTES:,}")
    reader = _Reader(notes)
    try:
        reader.parser.Parse(data, True)
    except expat.ExpatError as error:
        raise ChunkError(f"XML text: {error}") from None
    except (UnicodeError, LookupError) as error:
        raise ChunkError(f"XML text in an unknown encoding: {error}") from None
    if reader.root is None:
        raise ChunkError("no root element")
    return reader.root


class _Reader:
    def __init__(self, notes: Notes | None) -> None:
        self.notes = notes
        self.parser = parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._doctype
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        self.root: Element | None = None
        self.open: list[Element] = []
        self.count = 0

    def _doctype(self, *_: object) -> None:
        raise ChunkError("XML text with a document type declaration, which manifests do not have")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if self.count > MAX_ELEMENTS:
            raise ChunkError(f"more than {MAX_ELEMENTS:,} elements")
        if len(self.open) >= MOST_DEPTH:
            raise ChunkError(f"elements nested more than {MOST_DEPTH} deep")
        element = Element(tag.rpartition(" ")[2], {_name(name): _value(text) for name, text in attributes.items()})
        marked = element.get("tools:node")
        gone = marked is not None and marked.text in _REMOVED  # for the merging of manifests: it adds nothing
        if self.open:
            if not gone:
                self.open[-1].children.append(element)
        else:
            self.root = element
        self.open.append(element)

    def _end(self, _: str) -> None:
        self.open.pop()


def _name(name: str) -> str:
    namespace, _, local = name.rpartition(" ")
    return _PREFIXES.get(namespace, "") + local


def _value(text: str) -> Value:
    """Return a value; a reference by name has no number, so it refers to nothing that could be looked up."""
    if text.startswith(("@", "?")) and len(text) > 1 and text != "@null":
        return Value(REFERENCE, 0)
    if text.startswith(("\\@", "\\?")):
        text = text[1:]
    return Value(STRING, 0, text)
