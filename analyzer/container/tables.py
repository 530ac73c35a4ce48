"""Which resource table an archive has, and the reader for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .resources import ResourceTable, Table

if TYPE_CHECKING:
    from .archive import Archive

TABLES = ("resources.arsc", "resources.pb")
"""Of packages, and of the modules of app bundles."""


def open_table(archive: Archive) -> tuple[Table | None, str | None]:
    """Return the archive's resource table, and why it cannot be read, or not whole; both `None` where it has none."""
    name = next((one for one in TABLES if one in archive.by_name), None)
    if name is None:
        return None, None
    try:
        table = _read(name, archive.read(archive.by_name[name]))
    except Exception as error:  # noqa: BLE001  # whatever its bytes lead to: the code is read without it
        return None, f"{name}: {str(error) or type(error).__name__}"
    return table, f"{name}: {table.cut:,} bytes are cut off" if isinstance(
        table, ResourceTable
    ) and table.cut > 0 else None


def _read(name: str, data: bytes | memoryview) -> Table:
    if name == TABLES[0]:
        return ResourceTable(data)
    from .prototable import ProtoTable  # noqa: PLC0415  # of app bundles alone

    return ProtoTable(data)
