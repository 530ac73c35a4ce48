"""`eduaudit policy`: a privacy policy by itself."""

from __future__ import annotations

from pathlib import Path

import click

from analyzer.render.language import default_lang

from .audit import exit_status
from .options import EXISTING, FAIL_ON, LANG, OUTPUT

FORMATS = ("terminal", "json", "html")


@click.command(help="只读隐私政策 / read a privacy policy alone: HTML、MHTML、PDF、DOCX、Markdown、文本。")
@click.argument("file", type=EXISTING)
@click.option("--format", "form", type=click.Choice(FORMATS), default="terminal", show_default=True)
@OUTPUT
@FAIL_ON
@LANG
def policy(file: Path, form: str, output: Path | None, fail_on: str, lang: str | None) -> int:  # noqa: D103  # the help text is the documentation
    import sys

    from analyzer import read_policy, report_of
    from analyzer.catalogue import load_catalogue
    from analyzer.model import Facts
    from analyzer.render.output import write_text
    from analyzer.render.policy_document import dump, policy_document

    lang = lang or default_lang()
    facts = read_policy(file)
    report = report_of(Facts(policy=facts))
    document = policy_document(facts, report, load_catalogue())
    if form == "json":
        text = dump(document)
    elif form == "html":
        from analyzer.render.policy_page import write as write_page

        text = write_page(document, lang)
    else:
        from analyzer.render.policy_terminal import write as write_terminal

        text = write_terminal(document, lang, color=output is None and sys.stdout.isatty())
    write_text(text, output)
    return exit_status(report, fail_on)
