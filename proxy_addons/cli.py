"""`eduaudit traffic`: the group; each command is a module of `proxy_addons.commands`."""

from __future__ import annotations

import click

from .commands.capture import capture
from .commands.export import export
from .commands.profile import profile
from .commands.replay import replay
from .commands.show import show
from .commands.spool import spool


@click.group(help="抓包与流量分析 / live capture and traffic analysis.")
def traffic() -> None:  # noqa: D103  # the help text is the documentation
    pass


for command in (capture, replay, show, export, profile, spool):
    traffic.add_command(command)
