"""Version against version: two reports in, their differences out. Pure; names of classes are never compared."""

from __future__ import annotations

from .comparison import compare
from .version import Version

__all__ = ["Version", "compare"]
