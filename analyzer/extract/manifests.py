"""The manifests of base and splits with their resource tables, and what is said where one is missing or broken."""

from __future__ import annotations

from analyzer.container.layouts import ResourcePart
from analyzer.container.manifest import Manifest, ManifestError, Source, read_manifest
from analyzer.container.package import MANIFEST, Package, Part
from analyzer.container.resources import JoinedTables
from analyzer.container.tables import open_table
from analyzer.container.text import shown

from .beside import NATIVE_FORMATS
from .sdk_states import is_true

SOURCES: dict[str, Source] = {"aar": "text", "dex": "text", "aab": "proto"}
"""The form of the manifest, by format; a phone reads nothing but binary ones."""


def read_manifests(package: Package, *, readable: bool) -> tuple[list[Manifest], list[ResourcePart]]:
    """Return the manifests, the base's first, and the resources of the parts looked at; reasons go to the package.

    Without a manifest of the base the splits are not looked at. ``readable``: whether the format is one of ours.
    """
    manifests: list[Manifest] = []
    resources: list[ResourcePart] = []
    for number, part in enumerate(package.parts):
        if part.archive.damaged:
            package.reason("archive_damaged", part.archive.damaged)
        if not readable:
            continue
        manifest = _read(package, part, resources, base=number == 0)
        if manifest is None and number == 0:
            break
        if manifest is not None:
            manifests.append(manifest)
    _say_what_is_missing(package, manifests, resources)
    return manifests, resources


def _say_what_is_missing(package: Package, manifests: list[Manifest], resources: list[ResourcePart]) -> None:
    if package.format in {"dex", "jar"} and not manifests:
        package.reason("no_manifest", "code without an Android manifest: components and permissions are unknown")
    if package.format == "dex" and manifests and all(one.table is None for one in resources):
        package.reason("resources_unreadable", "code and manifest without resources: what layouts name is unknown")
    if manifests and len(package.parts) == 1:
        manifest = manifests[0]
        if manifest.split:
            package.reason("splits_missing", f"this is only the split {shown(manifest.split)} of an app")
        elif is_true(dict(manifest.metadata).get("com.android.vending.splits.required", "")):
            package.reason("splits_missing", "the app needs splits that are not here: hand in the APKS or XAPK")


def _read(package: Package, part: Part, resources: list[ResourcePart], *, base: bool) -> Manifest | None:
    entry = part.archive.by_name.get(MANIFEST)
    if entry is None:
        if base and package.format in NATIVE_FORMATS:
            package.reason("manifest_unreadable", "no AndroidManifest.xml")
        return None
    table, problem = open_table(part.archive)
    if problem:  # a broken table costs the label, not the manifest
        package.reason("resources_unreadable", problem)
    resources.append(ResourcePart(part.archive, table))
    tables = JoinedTables(one.table for one in resources if one.table is not None)
    source = SOURCES.get(package.format, "binary")
    try:
        return read_manifest(part.archive.read(entry), tables, part.archive.notes, source=source)
    except ManifestError as error:
        package.reason("manifest_unreadable", f"{shown(part.name)}: {error}" if part.name else str(error))
    return None
