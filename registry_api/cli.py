"""`eduaudit registry …`. Nothing heavy is imported before the command that needs it runs."""

from __future__ import annotations

from registry_api.commands import access, key, notices, records, schema, service, submit, trail, user, weekly
from registry_api.commands.group import registry

COMMANDS = (service, submit, weekly, records, schema, key, user, trail, notices, access)
"""Modules that add their commands to the group as they are imported."""

__all__ = ["COMMANDS", "registry"]
