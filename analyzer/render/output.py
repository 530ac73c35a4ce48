"""Where a rendered report goes, and what its findings mean for the exit status: the same for every command."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from analyzer.model import EduauditError, Severity, UnreadableInputError

from . import render, renderer
from .forms import BINARY

if TYPE_CHECKING:
    from pathlib import Path

    from analyzer.model import Report

    from .forms import View


def check_form(form: str, output: Path | None) -> None:
    """Refuse a format that cannot be written, before any work is done.

    Raises `EduauditError` for a binary format that would go to a terminal, and for a missing library.
    """
    if form in BINARY:
        renderer(form)
        if output is None and sys.stdout.isatty():
            raise EduauditError(f"--format {form}: 二进制格式，请加 --output 文件 / binary: add --output FILE")


def write_report(report: Report, form: str, lang: str, output: Path | None, view: View = "full") -> None:
    """Render the report to ``output``, or to standard output.

    Raises `UnreadableInputError` when the file cannot be written; a failed write leaves no half file.
    """
    check_form(form, output)
    document = render(report, form, lang, color=is_terminal(output), view=view)
    if isinstance(document, bytes):
        write_bytes(document, output)
    else:
        write_text(document, output)


def is_terminal(output: Path | None) -> bool:
    """Tell whether what is written goes to a terminal, which shows colours."""
    return output is None and sys.stdout.isatty()


def write_text(document: str, output: Path | None) -> None:
    """Write a rendered document to ``output``, or to standard output; see `write_report`."""
    # "replace": a value of an app may hold a lone surrogate, which no UTF-8 file can.
    write_bytes(document.encode("utf-8", "replace"), output)


def write_bytes(data: bytes, output: Path | None) -> None:
    """Write a finished document to ``output``, or to standard output; see `write_report`."""
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
