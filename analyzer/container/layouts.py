"""What inflating a resource creates, by resource id; files are read when they are asked for.

File names may be obfuscated (``res/a1.xml``), so the resource table leads the way: an entry of an inflatable type → its
files in all configurations → what they name, and through ``<include>`` and other references what other files name. Only
files that are asked for are read, each once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from .chunks import ChunkError
from .limits import MIB, EntryUnreadableError, LimitReachedError
from .resources import JoinedTables, Table
from .screens import EMPTY, PROTO, Screen, is_plain, read_screen, references_to

if TYPE_CHECKING:
    from .archive import Archive

TYPES = frozenset({"layout", "menu", "navigation", "xml", "transition"})
"""Types of resources whose files name classes that are created when they are inflated."""
FILE_BYTES = 2 * MIB
"""One file; the largest layouts stay below 200 KiB."""
TOTAL_BYTES = 64 * MIB
FILES = 20_000
EXAMPLES = 3
"""Missing files that are named; one table without its files would name thousands."""
STEPS = 500_000
"""Files passed while following references, over all resources that are asked for."""


class ResourcePart(NamedTuple):
    """One APK of the app and its resource table; `None` where it has none that can be read."""

    archive: Archive
    table: Table | None


class Layouts(Mapping[int, Screen]):
    """What a resource and all that it includes name, by id. A missing id is no inflatable resource.

    What cannot be read is told to ``reason`` (code, detail), as `Package.reason` takes it.
    """

    def __init__(self, parts: Sequence[ResourcePart], package: str | None, reason: Callable[[str, str], None]) -> None:
        self._archives = [part.archive for part in parts]
        self._tables = JoinedTables(part.table for part in parts if part.table is not None)
        self._package, self._reason = package, reason
        self._screens: dict[int, Screen] = {}
        self._files: dict[str, Screen] = {}
        self._known: dict[int, Screen] = {}
        self._bytes = self._steps = self._missing = 0
        self._references = references_to(
            key
            for table in self._tables.tables
            for key in table.types
            if table.type_name(key[0] << 24 | key[1] << 16) in TYPES
        )

    def __getitem__(self, reference: int) -> Screen:
        """Return what inflating a resource creates, inclusions followed. Raises `KeyError` for another id."""
        known = self._known.get(reference)
        if known is None:
            if not self._is_file(reference):
                raise KeyError(reference)
            known = self._known[reference] = self._follow(reference)
        return known

    def __contains__(self, reference: object) -> bool:
        return isinstance(reference, int) and self._is_file(reference)

    def __iter__(self) -> Iterator[int]:
        """Yield the ids that could be inflated, ascending; nothing is read for it."""
        return iter(self._ids)

    def __len__(self) -> int:
        return len(self._ids)

    @cached_property
    def _ids(self) -> list[int]:
        return sorted(self._tables.ids(TYPES))

    def _is_file(self, reference: int) -> bool:
        return self._tables.type_name(reference) in TYPES

    def _follow(self, reference: int) -> Screen:
        """Gather a file and all that it includes; what lies behind a later inclusion is all later."""
        classes, later, handlers = set[str](), set[str](), set[str]()
        now, then = {reference}, set[int]()
        line = [reference]
        while line and self._may_step():
            screen = self._screen(line.pop())
            classes |= screen.classes
            later |= screen.later
            handlers |= screen.handlers
            then |= screen.files_later
            fresh = screen.files - now
            now |= fresh
            line += fresh
        line = list(then - now)
        seen = now | then
        while line and self._may_step():
            screen = self._screen(line.pop())
            later |= screen.classes | screen.later
            handlers |= screen.handlers
            fresh = (screen.files | screen.files_later) - seen
            seen |= fresh
            line += fresh
        if not (classes or later or handlers):
            return EMPTY
        return Screen(frozenset(classes), frozenset(later - classes), frozenset(handlers))

    def _may_step(self) -> bool:
        self._steps += 1
        if self._steps <= STEPS:
            return True
        self._reason("limit_reached", f"layouts include each other more than {STEPS:,} times")
        return False

    def _screen(self, reference: int) -> Screen:
        known = self._screens.get(reference)
        if known is None:
            screens = [self._read(name) for name in self._tables.files(reference)]
            known = self._screens[reference] = _union([one for one in screens if one is not EMPTY])
        return known

    def _read(self, name: str) -> Screen:
        known = self._files.get(name)
        if known is None:
            known = self._files[name] = self._parse(name)
        return known

    def _parse(self, name: str) -> Screen:
        found = EMPTY
        holder = next((archive for archive in self._archives if name in archive.by_name), None)
        if holder is None:
            self._missing += 1
            if self._missing <= EXAMPLES:
                self._reason("resources_unreadable", f"{name}: named by the resource table, not in the package")
            return found
        entry = holder.by_name[name]
        if entry.size > FILE_BYTES or len(self._files) >= FILES or self._bytes > TOTAL_BYTES:
            self._reason("limit_reached", f"layout {name}: {entry.size:,} bytes, after {len(self._files):,} others")
            return found
        try:
            raw = bytes(holder.read(entry))
            self._bytes += len(raw)
            if raw[:1] == PROTO or not is_plain(raw, self._references):
                found = read_screen(raw, self._package, self._tables.text, self._is_file)
        except LimitReachedError as error:
            self._reason("limit_reached", f"layout {name}: {error}")
        except EntryUnreadableError as error:
            self._reason("resources_unreadable", f"{name}: {error}")
        except ChunkError as error:
            if raw.lstrip()[:1] != b"<":  # text is no layout: a raw file under the wrong type
                self._reason("resources_unreadable", f"{name}: {error}")
        return found


def _union(screens: list[Screen]) -> Screen:
    if len(screens) < 2:
        return screens[0] if screens else EMPTY
    classes = frozenset().union(*(one.classes for one in screens))
    files = frozenset[int]().union(*(one.files for one in screens))
    return Screen(
        classes,
        frozenset().union(*(one.later for one in screens)) - classes,
        frozenset().union(*(one.handlers for one in screens)),
        files,
        frozenset[int]().union(*(one.files_later for one in screens)) - files,
    )
