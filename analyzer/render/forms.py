"""The formats of reports by name. Standard library only: the commands list them before anything is loaded."""

from __future__ import annotations

from typing import Literal

FORM_NAMES = ("terminal", "json", "html", "sarif", "cyclonedx", "xlsx", "pdf")
"""The formats of `--format`, in the order in which they are listed."""
TRAFFIC_FORM_NAMES = tuple(name for name in FORM_NAMES if name != "cyclonedx")
"""Those of a report on traffic alone: without a package there is no bill of materials."""
BINARY = frozenset({"xlsx", "pdf"})
"""Formats that no terminal can show."""
EXTRA = {"xlsx": "xlsxwriter", "pdf": "reportlab"}
"""Format → top-level module of the extra ``[reports]`` that it needs."""

View = Literal["full", "vendor", "regulator"]
VIEWS: tuple[View, ...] = ("full", "vendor", "regulator")
"""``vendor``: what to mend, by SDK and file; ``regulator``: the ledger and what does not fit first."""
VIEWED = frozenset({"terminal", "html"})
"""Formats for people, which have views; the others are the whole record."""
