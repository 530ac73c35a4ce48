"""Components of the app as its manifest declares them, the application class among them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from analyzer.container.text import shown
from analyzer.model import Component

if TYPE_CHECKING:
    from analyzer.container.manifest import Manifest


def find_components(manifests: list[Manifest]) -> tuple[Component, ...]:
    """Return the components of base and splits, sorted by kind and name, equal ones once."""
    found: dict[tuple[str, str], Component] = {}
    for manifest in manifests:
        application = manifest.flags.application_class
        rows = [*manifest.components]
        if application:
            rows.append(Component(kind="application", name=application))
        for row in rows:
            found.setdefault((row.kind, row.name), _safe(row))
    return tuple(found[key] for key in sorted(found))


def _safe(row: Component) -> Component:
    """Escape names that would not be safe to show: they come from the package."""
    return replace(
        row,
        name=shown(row.name, 400),
        permission=shown(row.permission) if row.permission else None,
        actions=tuple(sorted({shown(action) for action in row.actions})),
    )
