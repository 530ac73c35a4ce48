"""The data dictionary on paper."""

from __future__ import annotations

from pathlib import Path

import click

from analyzer.model import EduauditError
from registry_api.commands.group import registry
from registry_api.console import say


@registry.command()
@click.option("-o", "--output", type=click.Path(path_type=Path), help="写入文件 / write to a file")
def dictionary(output: Path | None) -> None:
    """输出数据字典 / print every field of the filing forms with its code table and source, as Markdown."""
    import analyzer

    text = analyzer.dictionary_text(analyzer.data_dictionary())
    if output is None:
        say(text.rstrip("\n"))
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise EduauditError(f"{output}: {error.strerror}") from None
    say(f"{output}: written")
