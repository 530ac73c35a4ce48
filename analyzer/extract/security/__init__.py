"""Facts that bear on security: in code, in the manifest, in the network security configuration, in files."""

from .asked import build_query, without_own
from .code import Found, find_in_code
from .declared import find_declared
from .files import find_engines, find_key_files, find_nested_packages
from .netconfig import find_network_config
from .secrets import secrets_in_text

__all__ = [
    "Found",
    "build_query",
    "find_declared",
    "find_engines",
    "find_in_code",
    "find_key_files",
    "find_nested_packages",
    "find_network_config",
    "secrets_in_text",
    "without_own",
]
