"""The commands of `eduaudit traffic`, one module each; `proxy_addons.cli` hangs them into the group."""
