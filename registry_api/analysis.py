"""What the registry asks of the analyzer, as a protocol, and the real one behind it."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import orjson

import analyzer
from analyzer.model import Clause, Facts, FilingFacts, PolicyFacts, Report, StaticFacts
from registry_api.errors import FieldError
from registry_api.kit.china import today


class Analysis(Protocol):
    """Extraction and judgement."""

    def engine(self) -> str:
        """Return the version of the extractor."""

    def rules_version(self) -> str:
        """Return the hash of the rules in force."""

    def extract(self, path: Path) -> StaticFacts:
        """Extract facts from a package; raises `UnreadableInputError`."""

    def read_policy(self, path: Path) -> PolicyFacts:
        """Read a privacy policy; raises `UnreadableInputError`."""

    def ended_by(self, event: threading.Event) -> AbstractContextManager[None]:
        """Let ``event`` end an extraction of this thread inside the block: it raises `EndedError` then."""

    def report_of(self, facts: Facts) -> Report:
        """Judge facts with the rules in force."""

    def lasts(self, facts: Facts) -> str:
        """Return what a judgement of these facts rests on beside facts and rules; kept with the run."""

    def still(self, lasting: object) -> bool:
        """Tell whether judging equal facts now, by equal rules, comes to the judgement that `lasts` was made for."""

    def validate_filing(self, document: dict[str, Any]) -> list[FieldError]:
        """Return what is wrong with a filing; code ``required`` marks what a draft may still lack."""

    def filing_warnings(self, document: dict[str, Any]) -> list[FieldError]:
        """Return what of a filing looks wrong, but may be right: it is told and stops nothing."""

    def filing_facts(self, document: dict[str, Any]) -> FilingFacts:
        """Return what of a filing is compared with facts."""

    def filing_schema(self) -> dict[str, Any]:
        """Return the JSON Schema of a filing."""

    def clauses(self) -> Mapping[str, Clause]:
        """Return the clauses that findings cite."""


_THREAD = threading.local()


class AnalyzerFacade:
    """The analyzer of this installation."""

    def engine(self) -> str:
        """See `Analysis`."""
        return analyzer.engine()

    def rules_version(self) -> str:
        """See `Analysis`."""
        return analyzer.rules_version()

    @contextmanager
    def ended_by(self, event: threading.Event) -> Iterator[None]:
        """See `Analysis`."""
        _THREAD.event = event
        try:
            yield
        finally:
            _THREAD.event = None

    def extract(self, path: Path) -> StaticFacts:
        """See `Analysis`."""
        return analyzer.static_facts(path, ended_by=getattr(_THREAD, "event", None))

    def read_policy(self, path: Path) -> PolicyFacts:
        """See `Analysis`."""
        return analyzer.read_policy(path)

    def report_of(self, facts: Facts) -> Report:
        """See `Analysis`. A policy that lies in the package is read where none was handed in, as by the command."""
        return analyzer.report_of(analyzer.with_packaged_policy(facts))

    def lasts(self, facts: Facts) -> str:
        """Return our version and the first day on which the judgement may be another, such as ``0.9.0 2027-01-01``."""
        day = analyzer.lasts_until(facts)
        return f"{analyzer.__version__} {day.isoformat() if day else ''}".strip()

    def still(self, lasting: object) -> bool:
        """See `Analysis`."""
        version, _, day = lasting.partition(" ") if isinstance(lasting, str) else ("", "", "")
        return version == analyzer.__version__ and (not day or datetime.now(UTC).date().isoformat() < day)

    def validate_filing(self, document: dict[str, Any]) -> list[FieldError]:
        """See `Analysis`."""
        return _problems(document, "error")

    def filing_warnings(self, document: dict[str, Any]) -> list[FieldError]:
        """See `Analysis`."""
        return _problems(document, "warning")

    def filing_facts(self, document: dict[str, Any]) -> FilingFacts:
        """See `Analysis`."""
        return analyzer.filing_facts(document)

    def filing_schema(self) -> dict[str, Any]:
        """See `Analysis`."""
        return analyzer.filing_schema()

    def clauses(self) -> Mapping[str, Clause]:
        """See `Analysis`."""
        return analyzer.clauses()


def _problems(document: dict[str, Any], level: str) -> list[FieldError]:
    return [
        FieldError(item.pointer, item.code, _text(item.message), _text(item.suggestion))
        for item in _checked(document)
        if item.level == level
    ]


_CHECKED: dict[bytes, tuple[Any, ...]] = {}
_MOST_CHECKED = 64


def _checked(document: dict[str, Any]) -> tuple[Any, ...]:
    """Return what is wrong with a document, and what may be: once for the same one under the same rules on a day.

    A filing is looked at when it is drafted, when it is handed in, and each time for its warnings as well.
    """
    try:
        text = orjson.dumps(document)
    except TypeError:
        return tuple(analyzer.validate_filing(document))
    # The digest alone is kept: a document holds names and telephone numbers.
    key = hashlib.sha256(f"{today()} {analyzer.rules_version()}\n".encode() + text).digest()
    found = _CHECKED.get(key)
    if found is None:
        found = tuple(analyzer.validate_filing(document))
        if len(_CHECKED) >= _MOST_CHECKED:
            _CHECKED.clear()
        _CHECKED[key] = found
    return found


def _text(value: Any) -> str:
    """Return a plain or a bilingual text as one string."""
    return f"{value.zh} / {value.en}" if hasattr(value, "zh") else str(value or "")
