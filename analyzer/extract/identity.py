"""Which app it is: what the manifest and the signers say, as the report shows it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from analyzer.container.text import shown
from analyzer.model import App, ManifestFlags, Signer

if TYPE_CHECKING:
    from analyzer.container.manifest import Manifest


def app_of(manifest: Manifest | None, signers: tuple[Signer, ...]) -> App:
    """Return what the report says of the app; names are safe to show."""
    if manifest is None:
        return App(signers=signers)
    return App(
        package=shown(manifest.package) if manifest.package else None,
        label=shown(manifest.label) if manifest.label is not None else None,
        version_name=shown(manifest.version_name) if manifest.version_name is not None else None,
        version_code=manifest.version_code,
        min_sdk=manifest.min_sdk,
        target_sdk=manifest.target_sdk,
        signers=signers,
    )


def flags_of(manifest: Manifest | None) -> ManifestFlags:
    """Return the flags of the application; names are safe to show."""
    if manifest is None:
        return ManifestFlags()
    flags = manifest.flags
    return replace(
        flags,
        network_security_config=shown(flags.network_security_config) if flags.network_security_config else None,
        application_class=shown(flags.application_class, 400) if flags.application_class else None,
    )
