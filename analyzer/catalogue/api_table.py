"""Look-ups over all interfaces that yield personal data."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from analyzer.model.making import make_record

from .lazy import LazyTable

if TYPE_CHECKING:
    from .apis import ApiRule

KINDS = ("method", "field", "uri", "settings", "prop", "file", "exec", "broadcast", "intent", "js", "manifest")


class ApiTable:
    """All interfaces by kind, each a mapping from signature to its rules, which are built on first use."""

    def __init__(self, rules: Mapping[str, Mapping[str, Any]], request_methods: Iterable[str]) -> None:
        """Take kind → signature → list of plain rows, as a list or as its JSON text."""
        self.request_methods = frozenset(request_methods)
        """Methods whose string array names the permissions asked for at run time."""
        kinds: dict[str, LazyTable[str, tuple[ApiRule, ...]]] = {
            kind: LazyTable(rules.get(kind, {}), self._maker(kind)) for kind in KINDS
        }
        self.by_kind: Mapping[str, Mapping[str, tuple[ApiRule, ...]]] = kinds
        self.methods, self.fields = kinds["method"], kinds["field"]
        self.uris, self.settings, self.props = kinds["uri"], kinds["settings"], kinds["prop"]
        self.files, self.execs, self.js = kinds["file"], kinds["exec"], kinds["js"]
        self.broadcasts, self.intents, self.manifest = kinds["broadcast"], kinds["intent"], kinds["manifest"]
        marker = "uses-permission:"
        self.permission_strings: dict[str, str] = {
            key.removeprefix(marker): key for key in self.manifest if key.startswith(marker)
        }
        """Permission name → its key in `manifest`."""
        self._file_patterns: list[tuple[re.Pattern[str], str]] | None = None

    @staticmethod
    def _maker(kind: str) -> Callable[[str, Any], tuple[ApiRule, ...]]:
        def make(signature: str, rows: list[dict[str, Any]]) -> tuple[ApiRule, ...]:
            from .apis import ApiRule  # noqa: PLC0415  # a start that looks at no row builds no models

            return tuple(make_record(ApiRule, {"signature": signature, "kind": kind, **row}) for row in rows)

        return make

    def __len__(self) -> int:
        """Return the number of signatures."""
        return sum(len(table) for table in self.by_kind.values())

    def find(self, name: str) -> tuple[ApiRule, ...]:
        """Return the rules of a signature, or of a report's name such as ``prop:ro.serialno``; empty when unknown."""
        for kind, table in self.by_kind.items():
            if name in table:
                return table[name]
            if name.startswith(kind + ":"):
                bare = name.removeprefix(kind + ":")
                if bare in table:
                    return table[bare]
                if kind == "field":
                    return next((table[key] for key in table if key.rpartition(":")[0] == bare), ())
        return ()

    def uri(self, value: str) -> tuple[ApiRule, ...]:
        """Return the rules of the longest provider address that is ``value`` or above it, on path borders."""
        key = value.rstrip("/")
        while key.startswith("content://") and key != "content:/":
            for candidate in (key, key + "/"):
                if candidate in self.uris:
                    return self.uris[candidate]
            cut = max(key.rfind("/"), key.rfind("?"))
            key = key[:cut] if cut > len("content://") else ""
        return ()

    def file(self, path: str) -> tuple[ApiRule, ...]:
        """Return the rules of the longest listed path that is ``path`` or above it (``*`` and ``[pid]``: one name)."""
        if self._file_patterns is None:
            self._file_patterns = [
                (re.compile(_path_pattern(key)), key) for key in sorted(self.files, key=lambda key: (-len(key), key))
            ]
        for pattern, key in self._file_patterns:
            if pattern.fullmatch(path):
                return self.files[key]
        return ()

    def command(self, line: str) -> tuple[ApiRule, ...]:
        """Return the rules of the longest listed command that ``line`` begins with, on word borders."""
        words = line.split()
        if words:
            words[0] = words[0].rpartition("/")[2]
        for count in range(len(words), 0, -1):
            key = " ".join(words[:count])
            if key in self.execs:
                return self.execs[key]
        return ()

    def permission(self, name: str) -> tuple[ApiRule, ...]:
        """Return the rules of a permission that is asked for, in the manifest or at run time."""
        key = self.permission_strings.get(name)
        return self.manifest[key] if key else ()


def _path_pattern(key: str) -> str:
    parts = (r"[^/]+" if part in ("*", "[pid]") else re.escape(part) for part in key.split("/"))
    return "/".join(parts) + "(?:/.*)?"
