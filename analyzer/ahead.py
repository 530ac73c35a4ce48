"""What judging and writing a report need, loaded while the package is still read on another core."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from analyzer.catalogue import apis, frameworks, sdks  # noqa: F401  # an empty app asks for none of these,
from analyzer.model import App, Artifact, Coverage, Facts, StaticFacts, read_record, record_json
from analyzer.render import document  # noqa: F401  # and every other for all of them


def load_ahead(report_of: Callable[[Facts], Any], engine: str, rules: str) -> None:
    """Read, judge and write an empty app."""
    empty = StaticFacts(
        engine=engine,
        rules=rules,
        artifact=Artifact(format="apk", sha256="0" * 64, size=0, name=""),
        app=App(),
        coverage=Coverage(complete=True),
    )
    report_of(Facts(static=read_record(StaticFacts, record_json(empty)))).dump()
