"""The resource table of a bundle's module (``resources.pb``), with the answers that ``resources.arsc`` gives.

Entries are found by their number in one pass that skips their values; a value is decoded when it is asked for.
Source: AOSP ``tools/aapt2/Resources.proto`` and ``Configuration.proto``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .protoxml import read_item
from .resources import Candidate, Table
from .wire import fields, message, number_in, text

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "resources.pb"
_PACKAGE = 2
_PACKAGE_ID, _PACKAGE_NAME, _TYPE = 1, 2, 3
_TYPE_ID, _TYPE_NAME, _ENTRY = 1, 2, 3
_ENTRY_ID, _CONFIG_VALUE = 1, 6
_CONFIG, _VALUE, _ITEM = 1, 2, 4
_LOCALE, _SDK, _PRODUCT = 3, 24, 25
_COMPOUND = 5
_ROWS = {2: (3, 4), 4: (1, 3), 5: (1, 4)}
"""Of style, array and plural: field numbers of a row, and of the item in a row."""
_STYLED, _SPAN = 4, 2
_TEXTS = frozenset({2, 3, _STYLED, 5})
"""Items that hold a text: plain, raw, styled, file name."""


class ProtoTable(Table):
    """The resource table of one module. Raises `ChunkError` when the bytes are none."""

    def __init__(self, raw: bytes | memoryview) -> None:
        self.types: dict[tuple[int, int], list[int]] = {}
        """Numbers of the entries by package id and type id."""
        self.packages: list[str] = []
        self._type_names: dict[tuple[int, int], str] = {}
        self._entries: dict[int, list[memoryview]] = {}
        for number, value in fields(memoryview(raw)):
            if number == _PACKAGE and isinstance(value, memoryview):
                self._read_package(value)

    def _read_package(self, data: memoryview) -> None:
        package, kinds = 0x7F, []
        for number, value in fields(data):
            if isinstance(value, int):
                continue
            if number == _PACKAGE_ID:
                package = number_in(value, 1) & 0xFF
            elif number == _PACKAGE_NAME:
                self.packages.append(text(value))
            elif number == _TYPE:
                kinds.append(value)
        for kind in kinds:
            self._read_type(package, kind)

    def _read_type(self, package: int, data: memoryview) -> None:
        kind, name, entries = 0, "", []
        for number, value in fields(data):
            if isinstance(value, int):
                continue
            if number == _TYPE_ID:
                kind = number_in(value, 1) & 0xFF
            elif number == _TYPE_NAME:
                name = text(value)
            elif number == _ENTRY:
                entries.append(value)
        self._type_names.setdefault((package, kind), name)
        numbers = self.types.setdefault((package, kind), [])
        for entry in entries:
            identity = message(entry, _ENTRY_ID)
            number = number_in(identity, 1) & 0xFFFF
            numbers.append(number)
            self._entries.setdefault(package << 24 | kind << 16 | number, []).append(entry)

    def candidates(self, reference: int) -> list[Candidate]:
        """See `Resources`."""
        found = []
        for entry in self._entries.get(reference, ()):
            for number, value in fields(entry):
                if number == _CONFIG_VALUE and not isinstance(value, int):
                    one = _candidate(value)
                    if one is not None:
                        found.append(one)
        return found

    def type_name(self, reference: int) -> str | None:
        """See `Resources`."""
        return self._type_names.get((reference >> 24, reference >> 16 & 0xFF))

    def ids(self, types: frozenset[str]) -> Iterator[int]:
        """Yield the ids of all resources of these types."""
        for (package, kind), numbers in self.types.items():
            if self._type_names.get((package, kind)) in types:
                yield from (package << 24 | kind << 16 | number for number in numbers)

    def texts(self) -> Iterator[str]:
        """Yield all texts as they stand in the table: names of files, items of lists, and links inside of texts too."""
        for entries in self._entries.values():
            for entry in entries:
                for number, value in fields(entry):
                    if number == _CONFIG_VALUE and not isinstance(value, int):
                        yield from _texts(message(value, _VALUE) or memoryview(b""))


def _candidate(data: memoryview) -> Candidate | None:
    content = message(data, _VALUE)
    item = message(content, _ITEM) if content is not None else None
    value = read_item(item) if item is not None else None
    if value is None:
        return None
    language, release, others = "", 0, False
    for number, one in fields(message(data, _CONFIG) or memoryview(b"")):
        if number == _LOCALE:
            language = _language(text(one))
        elif number == _SDK and isinstance(one, int):
            release = one
        elif number != _PRODUCT:
            others = others or bool(one)
    return Candidate(language, not (others or release), value, None if others else release)


def _texts(value: memoryview) -> Iterator[str]:
    """Yield the texts of one value: an item, or a list, plural or style made of items."""
    for number, one in fields(value):
        if isinstance(one, int):
            continue
        if number == _ITEM:
            yield from _item_texts(one)
        elif number == _COMPOUND:
            for kind, content in fields(one):
                if kind not in _ROWS or isinstance(content, int):
                    continue
                row_number, item_number = _ROWS[kind]
                for key, row in fields(content):
                    item = message(row, item_number) if key == row_number and not isinstance(row, int) else None
                    yield from _item_texts(item or memoryview(b""))


def _item_texts(item: memoryview) -> Iterator[str]:
    for number, value in fields(item):
        if number not in _TEXTS or isinstance(value, int):
            continue
        yield from (found for found in [text(message(value, 1))] if found)
        if number == _STYLED:
            spans = (
                text(message(span, 1)) for key, span in fields(value) if key == _SPAN and not isinstance(span, int)
            )
            yield from (tag for tag in spans if tag)


def _language(tag: str) -> str:
    """Return language and region of a BCP 47 tag; a script is left out, as the binary table keeps it elsewhere."""
    parts = tag.split("-")
    region = next((part for part in parts[1:] if len(part) == 2 or part.isdecimal()), "")
    return f"{parts[0]}-{region}" if region else parts[0]
