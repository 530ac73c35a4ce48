"""Shell completion: ``eduaudit completion bash`` prints what a shell reads once; each Tab then asks us.

The root command is no click group (decision 0001), so one is put together here, and only here, over the same entry
points. A group's module is imported only when the words typed so far name it.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem, get_completion_class, shell_complete

from .root import COMPLETE

if TYPE_CHECKING:
    from collections.abc import Mapping

SHELLS = ("bash", "zsh", "fish")


class Root(click.Group):
    """All command groups, each imported when it is named.

    Parameters
    ----------
    groups
        name → ``module:attribute``
    summaries
        name → what it is for, shown beside it by zsh and fish
    """

    def __init__(self, groups: Mapping[str, str], summaries: Mapping[str, str]) -> None:
        super().__init__("eduaudit")
        self.groups, self.summaries = groups, summaries

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return the groups by name and summary; `click.Group` would import all of them to ask for their help."""
        found = [
            CompletionItem(name, help=said) for name, said in self.summaries.items() if name.startswith(incomplete)
        ]
        return found + click.Command.shell_complete(self, ctx, incomplete)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # click asks so
        """Return one group, or none where the extra that it needs is not installed."""
        if cmd_name not in self.groups:
            return None
        module, _, attribute = self.groups[cmd_name].partition(":")
        try:
            group: click.Command = getattr(import_module(module), attribute)
        except ModuleNotFoundError:
            return None
        return group


HELP = """输出命令补全脚本 / print the script that completes commands, options and values for one shell.

\b
bash: eduaudit completion bash > ~/.local/share/bash-completion/completions/eduaudit
zsh:  eduaudit completion zsh > ~/.zfunc/_eduaudit    # fpath+=~/.zfunc before compinit
fish: eduaudit completion fish > ~/.config/fish/completions/eduaudit.fish
"""


@click.command("completion", help=HELP)
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Print the script for one shell."""
    found = get_completion_class(shell)
    assert found is not None  # every shell of the choice is click's own  # noqa: S101
    click.echo(found(completion, {}, "eduaudit", COMPLETE).source())


def answer(groups: Mapping[str, str], summaries: Mapping[str, str]) -> int:
    """Answer one Tab from the environment that the script sets; returns the exit status."""
    return shell_complete(Root(groups, summaries), {}, "eduaudit", COMPLETE, os.environ[COMPLETE])
