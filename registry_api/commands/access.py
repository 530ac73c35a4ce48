"""The matrix of access."""

from __future__ import annotations

from pathlib import Path

import click

from analyzer.model import EduauditError
from registry_api.commands.group import registry
from registry_api.console import say


@registry.command()
@click.option("-o", "--output", type=click.Path(path_type=Path), help="写入文件 / write to a file")
def access(output: Path | None) -> None:
    """输出权限矩阵 / print who may do what, as Markdown."""
    import tempfile

    from registry_api.accounts.matrix import matrix_text
    from registry_api.app import create_app
    from registry_api.registry import Registry
    from registry_api.settings import Settings

    with tempfile.TemporaryDirectory(prefix="eduaudit-") as folder:
        made = Registry(Settings(data=Path(folder)))
        text = matrix_text(create_app(made))
        made.close()
    if output is None:
        say(text.rstrip("\n"))
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise EduauditError(f"{output}: {error.strerror}") from None
    say(f"{output}: written")
