"""`eduaudit registry …`. Nothing heavy is imported before the command that needs it runs."""

from __future__ import annotations

from registry_api.commands import (
    access,
    campaign,
    certificate,
    dictionary,
    key,
    notices,
    records,
    schema,
    service,
    submit,
    trail,
    user,
    weekly,
)
from registry_api.commands.group import registry
from registry_api.commands.webhooks import webhooks

COMMANDS = (
    service,
    submit,
    weekly,
    campaign,
    records,
    schema,
    key,
    user,
    trail,
    notices,
    access,
    certificate,
    dictionary,
)
"""Modules that add their commands to the group as they are imported."""

registry.add_command(webhooks)

__all__ = ["COMMANDS", "registry"]
