"""Identity and flags of the app as its manifest gives them, safe to show."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from analyzer.container.text import shown
from analyzer.model import App, ManifestFlags

if TYPE_CHECKING:
    from analyzer.container.manifest import Manifest

    from .beside import BesideFacts


def app_of(manifest: Manifest | None, beside: BesideFacts) -> App:
    """Return what manifest and signatures say of the app."""
    signed = App(
        signers=beside.signers,
        signing_items=beside.signing_items,
        source_stamp=beside.source_stamp,
        signature=beside.signature,
    )
    if manifest is None:
        return signed
    return replace(
        signed,
        package=shown(manifest.package) if manifest.package else None,
        label=shown(manifest.label) if manifest.label is not None else None,
        version_name=shown(manifest.version_name) if manifest.version_name is not None else None,
        version_code=manifest.version_code,
        min_sdk=manifest.min_sdk,
        target_sdk=manifest.target_sdk,
    )


def flags_of(manifest: Manifest | None) -> ManifestFlags:
    """Return the attributes of ``<application>``, safe to show."""
    if manifest is None:
        return ManifestFlags()
    flags = manifest.flags
    return replace(
        flags,
        network_security_config=shown(flags.network_security_config) if flags.network_security_config else None,
        application_class=shown(flags.application_class, 400) if flags.application_class else None,
    )
