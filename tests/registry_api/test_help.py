"""Help texts in both languages: of every command and option of the registry."""

import re

import click
import pytest

from registry_api.cli import registry

HAN, LATIN = re.compile(r"[\u4e00-\u9fff]"), re.compile(r"[A-Za-z]{2}")


def commands(command, path):
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            yield from commands(command.get_command(context, name), f"{path} {name}")


ALL = dict(commands(registry, "registry"))


@pytest.mark.parametrize("path", ALL)
def test_every_command_and_option_says_in_both_languages_what_it_does(path):
    command = ALL[path]
    texts = {"": command.help or ""}
    texts |= {
        option.opts[0]: option.help or ""
        for option in command.params
        if isinstance(option, click.Option) and not option.hidden and option.name != "help"
    }
    assert {name: text for name, text in texts.items() if not (HAN.search(text) and LATIN.search(text))} == {}
