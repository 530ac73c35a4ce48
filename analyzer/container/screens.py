"""One binary XML file below ``res/`` → the classes that inflating it creates, click handlers, inclusions.

Layouts, menus, navigation graphs, preference screens, launcher shortcuts and the other files that name classes differ
little enough to be read by one set of rules. What a class name is worth is not decided here: a name that no DEX file
defines does no harm. Short tags (``TextView``) are classes of the platform, in which an app has no code.

Source: AOSP ``LayoutInflater``, ``MenuInflater``, ``PreferenceInflater``; androidx ``NavInflater``,
``FragmentContainerView``, ``RecyclerView.createLayoutManager``, ``CoordinatorLayout.parseBehavior``.
"""

from __future__ import annotations

import re
import struct
from dataclasses import field
from typing import TYPE_CHECKING

from analyzer.model.record import dataclass

from .axml import ATTRIBUTES, Element, parse_axml
from .chunks import STRING, STRING_POOL, UTF8, ChunkError, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

WIDGETS = {
    "layoutManager": "androidx.recyclerview.widget",
    "layout_behavior": "androidx.coordinatorlayout.widget",
}
"""Attributes with a class name, and the package of those that are given without one."""
FRAGMENT_TAGS = frozenset({"fragment", "dialog", "activity", "FragmentContainerView"})
LATER = frozenset(
    {"android:fragment", "fragment", "android:targetClass", "android:configure", "android:settingsActivity"}
)
"""What they name is opened by a click, or by the system on the user's wish."""
CLASS_NAMES = frozenset({"class", "android:actionViewClass", "android:actionProviderClass"})
CLICK = "android:onClick"
ASKED = LATER | CLASS_NAMES | {CLICK}
STUB = "ViewStub"
SILENT = frozenset({"argument", "action", "deepLink"})
"""Elements of a navigation graph that name types and addresses, not destinations."""
PROTO = b"\x0a"
"""The files of app bundles begin so, see `protoxml`."""
_TELLING = (
    *(struct.pack("<I", key) for key, name in ATTRIBUTES.items() if f"android:{name}" in ASKED),
    *(word.encode(code) for word in WIDGETS for code in ("ascii", "utf-16-le")),
)
_NAMESPACES = re.compile(r"https?://schemas\.android\.com/[\w/.-]*")
_NAMESPACES_8 = re.compile(_NAMESPACES.pattern.encode())
_NO_NAME = re.compile(r"[\s/;:\[\]<>(){}@#%&,*+=\"'`?!|\\^~\x00-\x1f]")
_DOT_16 = ".".encode("utf-16-le")
_INNER_DOT = re.compile(r"\.[^\x00-\x20.,;:/()\[\]\"'!?<>0-9]")
"""A dot as in a class name: behind the one of ``0.5`` or of a sentence there is no letter."""
_INNER_DOT_8 = re.compile(_INNER_DOT.pattern.encode())
_HEADER = struct.Struct("<HHIIIIII")


@dataclass(frozen=True, slots=True)
class Screen:
    """What one file names: descriptors (``Lpkg/Cls;``), method names, and resource ids of other files."""

    classes: frozenset[str] = frozenset()
    later: frozenset[str] = frozenset()
    """Created only when something else happens."""
    handlers: frozenset[str] = frozenset()
    files: frozenset[int] = frozenset()
    files_later: frozenset[int] = frozenset()


EMPTY = Screen()


def descriptor_of(name: str, package: str | None = None, home: str | None = None) -> str | None:
    """Return the descriptor of a class that XML names; `None` for what cannot be a name.

    ``.Cls`` is below the app's ``package``, a name without any dot below ``home``.
    """
    if name.startswith("."):
        if not package:
            return None
        name = package + name
    elif "." not in name:
        if home is None:
            return None
        name = f"{home}.{name}"
    if _NO_NAME.search(name) or not all(part and not part[0].isdecimal() for part in name.split(".")):
        return None
    return f"L{name.replace('.', '/')};"


def references_to(types: Iterable[tuple[int, int]]) -> re.Pattern[bytes]:
    """Return what finds the references to resources of these types, given as (package id, type id), in binary XML."""
    pairs = b"|".join(re.escape(bytes((number, package))) for package, number in types)
    return re.compile(rb"\x08\x00\x00[\x01\x07]..(?:" + (pairs or rb"(?!)") + rb")", re.DOTALL)


def is_plain(raw: bytes, references: re.Pattern[bytes]) -> bool:
    """Tell whether a file cannot name a class, a handler or, as `references_to` finds them, another such file.

    Most layouts are plain: looking costs a tenth of reading.
    """
    if any(telling in raw for telling in _TELLING) or references.search(raw):
        return False
    text = _pool_text(raw)
    if text is None:
        return False
    if text[1]:
        return _INNER_DOT_8.search(_NAMESPACES_8.sub(b"", text[0])) is None
    if _DOT_16 not in text[0]:
        return True
    return _INNER_DOT.search(_NAMESPACES.sub("", text[0].decode("utf-16-le", "replace"))) is None


def _pool_text(raw: bytes) -> tuple[bytes, bool] | None:
    """Return the bytes of all strings and whether they are UTF-8; `None` where the pool is not as compilers do it."""
    if len(raw) < 36:
        return None
    kind, _, size, count, styles, flags, strings, _ = _HEADER.unpack_from(raw, 8)
    if kind != STRING_POOL or not 28 + 4 * (count + styles) <= strings <= size <= len(raw) - 8:
        return None
    offsets = struct.unpack_from(f"<{count}I", raw, 36)
    if count and max(offsets) >= size - strings:
        return None
    return raw[8 + strings : 8 + size], bool(flags & UTF8)


def _parse_proto(raw: bytes) -> Element:
    from .protoxml import parse_proto  # noqa: PLC0415  # of app bundles alone

    return parse_proto(raw)


def read_screen(
    raw: bytes, package: str | None, text_of: Callable[[int], str | None], is_file: Callable[[int], bool]
) -> Screen:
    """Read a file. ``text_of`` resolves string resources, ``is_file`` tells which ids stand for such files.

    Raises `ChunkError` when the bytes are no binary XML.
    """
    try:
        root = _parse_proto(raw) if raw[:1] == PROTO else parse_axml(raw)
    except (struct.error, IndexError) as error:
        raise ChunkError(str(error)) from error
    return _Reading(package, text_of, is_file).read(root)


@dataclass(slots=True)
class _Reading:
    package: str | None
    text_of: Callable[[int], str | None]
    is_file: Callable[[int], bool]
    classes: set[str] = field(default_factory=set)
    later: set[str] = field(default_factory=set)
    handlers: set[str] = field(default_factory=set)
    files: set[int] = field(default_factory=set)
    files_later: set[int] = field(default_factory=set)

    def read(self, root: Element) -> Screen:
        graph = root.tag == "navigation"
        first = _first_destinations(root) if graph else set()
        line = [root]
        while line:  # not by recursion: the file decides how deep it is
            element = line.pop()
            self._element(element, in_graph=graph, is_later=graph and id(element) not in first)
            line += element.children
        return Screen(
            frozenset(self.classes),
            frozenset(self.later - self.classes),
            frozenset(self.handlers),
            frozenset(self.files),
            frozenset(self.files_later - self.files),
        )

    def _element(self, element: Element, *, in_graph: bool, is_later: bool) -> None:
        tag = element.tag
        if in_graph and tag in SILENT:
            return
        classes = self.later if is_later else self.classes
        files = self.files_later if is_later or tag == STUB else self.files
        if "." in tag:
            self._name(tag, classes)
        named = in_graph or tag.rpartition(".")[2] in FRAGMENT_TAGS
        for key, value in element.attributes.items():
            if key.startswith("tools:"):
                continue
            if key == CLICK:
                self._handler(value)
            elif key in LATER:
                self._name(self._text(value), self.later)
            elif key in CLASS_NAMES or (key == "android:name" and named):
                self._name(self._text(value), classes)
            elif key in WIDGETS:
                self._name(self._text(value), classes, WIDGETS[key])
            elif value.kind == STRING:
                if not key.startswith("android:"):  # attributes of libraries, whatever an obfuscator calls them
                    self._name(value.text, classes)
            elif (reference := value.reference) is not None and self.is_file(reference):
                files.add(reference)

    def _name(self, name: str | None, where: set[str], home: str | None = None) -> None:
        found = descriptor_of(name, self.package, home) if name else None
        if found:
            where.add(found)

    def _text(self, value: Value) -> str | None:
        return self.text_of(value.reference) if value.reference is not None else value.text

    def _handler(self, value: Value) -> None:
        name = self._text(value)
        if name and not name.startswith("@{"):  # what data binding compiles into code of its own
            self.handlers.add(name)


def _first_destinations(graph: Element) -> set[int]:
    """Return the elements (as ``id()``) that a navigation graph shows at once: the way down to its first destination.

    Without a first destination that can be found, it is in one of the graphs that are included.
    """
    found = {id(graph)}
    while True:
        start = graph.get("startDestination")
        wanted = start.reference if start is not None else None
        child = next((one for one in graph.children if wanted is not None and _id(one) == wanted), None)
        if child is None:
            if wanted is not None:
                found.update(id(one) for one in graph.find("include"))
            return found
        found.add(id(child))
        if child.tag != "navigation":
            return found
        graph = child


def _id(element: Element) -> int | None:
    value = element.get("android:id")
    return value.reference if value is not None else None
