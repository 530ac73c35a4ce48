"""Where a rendered report goes, and what its findings mean for the exit status: the same for every command."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from analyzer.model import Severity, UnreadableInputError

from . import render

if TYPE_CHECKING:
    from pathlib import Path

    from analyzer.model import Report


def write_report(report: Report, form: str, lang: str, output: Path | None) -> None:
    """Render the report to ``output``, or to standard output.

    Raises `UnreadableInputError` when the file cannot be written; a failed write leaves no half file.
    """
    write_text(render(report, form, lang, color=output is None and sys.stdout.isatty()), output)


def write_text(document: str, output: Path | None) -> None:
    """Write a finished document to ``output``, or to standard output; raises as `write_report` does."""
    # "replace": a value of an app may hold a lone surrogate, which no UTF-8 file can.
    data = document.encode("utf-8", "replace")
    if output is None:
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
        return
    part = output.with_name(f".{output.name}.{os.getpid()}.part")
    try:
        part.write_bytes(data)
        part.replace(output)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise UnreadableInputError(output, f"不能写入 / cannot be written: {error.strerror}") from error


def reaches(report: Report, bar: str) -> bool:
    """Tell whether an effective (not waived) finding is at or above ``bar``, a severity or ``never``."""
    if bar == "never":
        return False
    least = Severity(bar)
    return any(finding.waived is None and finding.severity.at_least(least) for finding in report.findings)
