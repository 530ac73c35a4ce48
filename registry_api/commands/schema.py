"""Data formats and the table of transitions."""

from __future__ import annotations

import json

import click

from registry_api.commands.group import registry
from registry_api.console import say
from registry_api.filings.command import transitions

registry.add_command(transitions)


@registry.command()
@click.argument("name", type=click.Choice(["filing", "report", "diff", "transitions", "notices"]))
def schema(name: str) -> None:
    """输出数据格式 / print the JSON Schema of a filing, report or comparison, or a table of transitions."""
    if name == "notices":
        from registry_api.notices.states import NOTICE_TRANSITIONS

        for edge in NOTICE_TRANSITIONS:
            roles = ", ".join(sorted(edge.roles))
            say(f"{edge.source.value:<12} {edge.event.value:<10} → {edge.target.value:<12} {roles}")
        return
    if name == "transitions":
        from registry_api.filings.printing import lines

        for line in lines():
            say(line)
        return
    if name == "report":
        from analyzer.model import json_schema

        made = json_schema()
    elif name == "diff":
        from analyzer.model import diff_schema

        made = diff_schema()
    else:
        import analyzer

        made = analyzer.filing_schema()
    say(json.dumps(made, ensure_ascii=False, indent=2, sort_keys=True))
