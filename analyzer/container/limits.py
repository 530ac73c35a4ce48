"""The limits under which hostile packages are read; every one is told in the report when it is hit."""

from __future__ import annotations

from analyzer.model.record import dataclass

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30


class LimitReachedError(Exception):
    """A limit was hit; the message names what, how much, and the limit. It becomes coverage ``limit_reached``."""


class EntryUnreadableError(Exception):
    """The bytes of one archive entry cannot be had; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Limits:
    """All limits of one extraction. Sizes are bytes, times seconds.

    The largest packages seen in app stores stay far below: about 4 GiB, 60,000 entries, 60 DEX files of at most 25 MiB.
    """

    archive_bytes: int = 4 * GIB
    entries: int = 100_000
    entry_bytes: int = 256 * MIB
    """Inflated size of any one entry that is read."""
    total_bytes: int = 2 * GIB
    """Inflated size of all entries that are read."""
    ratio: int = 200
    """Inflated to stored size of an entry larger than `ratio_from`; DEX stays below 5, resources below 50."""
    ratio_from: int = 16 * MIB
    dex_files: int = 500
    dex_bytes: int = 1 * GIB
    """All DEX files together."""
    depth: int = 2
    """Archives in archives: 2 reads the packages inside an APKS or XAPK, nothing inside those."""
    text_bytes: int = 8 * MIB
    """One text asset searched for strings of interest."""
    script_bytes: int = 64 * MIB
    """One script bundle, or one library of compiled scripts."""
    text_total_bytes: int = 192 * MIB
    """All text assets and script bundles together."""
    wall_seconds: float = 300.0
    cpu_seconds: int = 300
    memory_bytes: int = 4 * GIB
    """Address space of the child process, beside the mapped package itself."""
    result_bytes: int = 256 * MIB
    """Facts that the child hands back."""
    open_files: int = 64
