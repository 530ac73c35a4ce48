"""Which resource table an archive has, and the reader for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .resources import ResourceTable, Table

if TYPE_CHECKING:
    from .archive import Archive

TABLES = ("resources.arsc", "resources.pb")
"""Of packages, and of the modules of app bundles."""


def read_table(archive: Archive) -> Table | None:
    """Return the resource table; `None` where there is none. Raises `ChunkError` and what reading an entry raises."""
    for name in TABLES:
        entry = archive.by_name.get(name)
        if entry is None:
            continue
        if name == TABLES[0]:
            return ResourceTable(archive.read(entry))
        from .prototable import ProtoTable  # noqa: PLC0415  # of app bundles alone

        return ProtoTable(archive.read(entry))
    return None
