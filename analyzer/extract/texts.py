"""The readable text of a package outside of its code: strings of the resource table, text assets, script bundles."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from analyzer.container import EntryUnreadableError, LimitReachedError, Limits
from analyzer.container.chunks import ChunkError, StringPool
from analyzer.container.text import shown
from analyzer.model.record import dataclass

from .hybrid.bundles import find_twins, is_bundle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analyzer.container.package import Package, Part

TABLES = TABLE, PROTO_TABLE = ("resources.arsc", "resources.pb")
"""Of packages, and of the modules of app bundles."""
TEXT_NAMES = (".html", ".htm", ".js", ".json", ".txt", ".md", ".properties", ".xml", ".csv", ".yml", ".yaml", ".vue")
SETTINGS_NAMES = (".json", ".properties", ".xml", ".yml", ".yaml")
PLACES = ("assets/", "res/raw/")
LICENCES = re.compile(r"licen[cs]e|notice|copying|third.?party|open.?source", re.IGNORECASE)
LONG_LINE = 2000
_LENGTHS = re.compile(rb"\x00(?:[\x80-\xff].|[\x00-\x7f]){2}", re.DOTALL)
"""The end of one string of a UTF-8 pool and the two lengths (one or two bytes each) of the next."""
_ENDS = re.compile("[\0\n\r]")
_QUOTES = re.compile("[\"'`]")


@dataclass(frozen=True, slots=True)
class Text:
    """One readable entry."""

    name: str
    """Entry name, safe to show, with the split's name before it."""
    raw: bytes
    text: str
    """Decoded; empty for a binary bundle."""
    separator: str
    """What parts its strings: NUL in the resource table, a line end elsewhere."""

    @property
    def is_script(self) -> bool:
        """Whether a hybrid framework may run it."""
        return is_bundle(self.name.rpartition("!")[2])

    @property
    def may_be_bundle(self) -> bool:
        """Whether a hybrid framework may run it, or its bundle describes itself in it."""
        return self.is_script or self.name.endswith((".json", ".xml"))

    @property
    def names_endpoints(self) -> bool:
        """Whether its URLs are ones that the app may contact: not the links of licences and articles."""
        settings = self.name.lower().endswith(SETTINGS_NAMES) and not LICENCES.search(self.name)
        return self.name.endswith(TABLES) or self.is_script or settings

    def lines_with_urls(self) -> Iterator[str]:
        """Yield the lines, or quoted parts of very long lines, that hold a URL."""
        if "://" not in self.text:
            return
        for line in _ENDS.split(self.text):
            if "://" not in line:
                continue
            if len(line) <= LONG_LINE:
                yield line
            else:
                yield from (piece[:LONG_LINE] for piece in _QUOTES.split(line) if "://" in piece)


def part_prefix(part: Part) -> str:
    """Return what stands before the entry names of a split."""
    return f"{shown(part.name)}!" if part.name else ""


def read_texts(package: Package, part: Part, limits: Limits) -> Iterator[Text]:
    """Yield the readable entries of one part, by name; what a limit or damage leaves out becomes a reason."""
    archive = part.archive
    prefix = part_prefix(part)
    total = 0
    twins = find_twins(archive.by_name)
    for name in sorted(archive.by_name.keys() - twins):
        entry = archive.by_name[name]
        script = is_bundle(name)
        text = name.startswith(PLACES) and name.lower().endswith(TEXT_NAMES)
        if not (script or text or name in TABLES) or not entry.size:
            continue
        if name not in TABLES:
            most = limits.script_bytes if script else limits.text_bytes
            if entry.size > most or total + entry.size > limits.text_total_bytes:
                size, every = f"{entry.size:,}", f"{limits.text_total_bytes:,}"
                package.reason("limit_reached", f"{name}: text of {size} bytes, limit {most:,} ({every} in all)")
                continue
            total += entry.size
        try:
            yield _read(prefix + shown(name, 400), bytes(archive.read(entry)))
        except LimitReachedError as error:
            package.reason("limit_reached", prefix + str(error))
        except EntryUnreadableError as error:
            package.reason("entry_unreadable", prefix + str(error))
        except (ChunkError, IndexError) as error:
            package.reason("resources_unreadable", f"{prefix}{name}: {error}")


def _read(name: str, raw: bytes) -> Text:
    if name.endswith(TABLE):
        return Text(name, raw, _pool_text(memoryview(raw)), "\0")
    if name.endswith(PROTO_TABLE):
        from analyzer.container.prototable import ProtoTable  # noqa: PLC0415  # of app bundles alone

        return Text(name, raw, "\0".join(ProtoTable(raw).texts()), "\0")
    return Text(name, raw, "" if b"\0" in raw[:4096] else raw.decode("utf-8", "replace"), "\n")


def _pool_text(data: memoryview) -> str:
    """Return all strings of the table's global pool, parted by NUL."""
    header = int.from_bytes(data[2:4], "little")
    pool = StringPool(data, header if 8 <= header <= 64 else 12)
    raw = pool.raw()
    if pool.utf8:
        return _LENGTHS.sub(b"\0", b"\0" + raw).decode("utf-8", "replace")
    return raw.decode("utf-16-le", "replace")
