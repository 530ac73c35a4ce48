import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from reports import hostile_report

from analyzer.model import EduauditError
from analyzer.render import FORMATS, output, render, renderer
from analyzer.render.forms import BINARY, FORM_NAMES


class Terminal(io.TextIOWrapper):
    def isatty(self):
        return True


def as_terminal(monkeypatch):
    made = Terminal(io.BytesIO(), encoding="utf-8")
    monkeypatch.setattr(sys, "stdout", made)
    return made


def test_every_listed_format_has_its_writer():
    assert tuple(FORMATS) == FORM_NAMES
    assert {form for form in FORMATS if isinstance(render(hostile_report(), form, "en"), bytes)} == BINARY


@pytest.mark.parametrize("form", sorted(BINARY))
def test_binary_format_is_not_written_to_a_terminal(monkeypatch, form):
    terminal = as_terminal(monkeypatch)
    with pytest.raises(EduauditError, match="--output") as caught:
        output.write_report(hostile_report(), form, "zh", None)
    assert "\n" not in str(caught.value)
    assert terminal.buffer.getvalue() == b""


def test_text_format_is(monkeypatch):
    terminal = as_terminal(monkeypatch)
    output.write_report(hostile_report(), "sarif", "zh", None)
    assert terminal.buffer.getvalue().startswith(b"{")


@pytest.mark.parametrize(("form", "start"), [("pdf", b"%PDF-"), ("xlsx", b"PK\x03\x04")])
def test_binary_format_goes_to_a_file_as_it_is(tmp_path, form, start):
    path = tmp_path / "report"
    output.write_report(hostile_report(), form, "zh", path)
    assert path.read_bytes().startswith(start)
    assert [entry.name for entry in tmp_path.iterdir()] == ["report"]


def test_libraries_of_the_files_are_loaded_for_them_alone():
    code = (
        "import sys; from analyzer.cli.audit import audit; from analyzer.render import output, render\n"
        "from reports import hostile_report\n"
        "for form in ('terminal', 'json', 'html', 'sarif', 'cyclonedx'): render(hostile_report(), form)\n"
        "print([name for name in ('reportlab', 'xlsxwriter', 'PIL', 'cyclonedx') if name in sys.modules])"
    )
    support = str(Path(__file__).parents[1] / "support")
    made = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": support},
    )
    assert made.stdout.strip() == "[]"


@pytest.mark.parametrize(("form", "library"), [("pdf", "reportlab"), ("xlsx", "xlsxwriter")])
def test_missing_library_is_one_line_that_names_the_extra(monkeypatch, form, library):
    for name in [name for name in sys.modules if name.partition(".")[0] == library]:
        monkeypatch.delitem(sys.modules, name)
    for name in ("workbook", "printed", "printed_parts", "typeface"):
        monkeypatch.delitem(sys.modules, f"analyzer.render.{name}", raising=False)
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(EduauditError, match=r"eduaudit\[reports\]") as caught:
        renderer(form)
    assert library in str(caught.value)
    assert "\n" not in str(caught.value)
