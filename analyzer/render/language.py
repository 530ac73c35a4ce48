"""The reader's language, from the locale. Standard library only: the root command asks it before all else."""

from __future__ import annotations

import os


def default_lang() -> str:
    """Return the language of the locale, ``zh`` or ``en``; Chinese where the locale says neither."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "en" if value.lower().startswith("en") else "zh"
    return "zh"
