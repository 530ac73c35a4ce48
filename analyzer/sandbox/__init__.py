"""Runs an extraction in a child process under limits: the only way in which a package from outside is opened.

The names are loaded when they are asked for: the child itself needs none of them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analyzer.container.limits import Limits

    from .parent import Extraction, run_extraction, start_extraction
    from .prepared import dismiss, prepare

_HOMES = {
    "Extraction": "analyzer.sandbox.parent",
    "Limits": "analyzer.container.limits",
    "dismiss": "analyzer.sandbox.prepared",
    "prepare": "analyzer.sandbox.prepared",
    "run_extraction": "analyzer.sandbox.parent",
    "start_extraction": "analyzer.sandbox.parent",
}

__all__ = ["Extraction", "Limits", "dismiss", "prepare", "run_extraction", "start_extraction"]


def __getattr__(name: str) -> Any:
    """Load ``name`` from its module."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return value
