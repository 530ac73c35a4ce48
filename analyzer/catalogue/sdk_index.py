"""The index over all SDK rows that says to which SDK a class, component, library, key or asset belongs."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import translate
from functools import cached_property
from typing import Any, NamedTuple


class Match(NamedTuple):
    """A class found below a prefix."""

    sdk: str
    prefix: str
    weak: bool


def slash_name(name: str) -> str:
    """Return a class name in slash form, from ``La/b/C;``, ``[La/b/C;``, ``a.b.C`` or ``a/b/C``."""
    name = name.lstrip("[")
    if name.endswith(";"):
        name = name[1:-1]
    return name.replace(".", "/")


def index_rows(rows: Mapping[str, Any], connectors: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """Return what `SdkIndex` needs of plain SDK rows, as plain data."""
    owners: dict[str, tuple[str | None, bool]] = {}
    for row in rows.values():
        owners.update((excluded, (None, False)) for excluded in row.get("exclusions", ()))
    for sdk, row in rows.items():
        owners.update((value, (sdk, weak)) for value, weak in plain_values(row, "prefixes"))
    owners.update((row["pattern"], (row["of"], True)) for row in connectors if "*" not in row["pattern"])
    return {
        "owners": owners,
        "connectors": {row["pattern"]: row["of"] for row in connectors},
        **{
            key: _by_value(rows, key)
            for key in ("components", "native_libs", "metadata_keys", "assets", "files", "strings")
        },
        "init": {call["call"]: sdk for sdk, row in rows.items() for call in row.get("init", ())},
        "starters": _by_value(rows, "starters"),
        "manifest_switches": {
            one["key"]: [sdk, one["when"], one.get("turns_off", "collection")]
            for sdk, row in rows.items()
            for one in row.get("manifest_switch", ())
        },
    }


def _by_value(rows: Mapping[str, Any], key: str) -> dict[str, list[tuple[str, bool]]]:
    table: dict[str, list[tuple[str, bool]]] = {}
    for sdk, row in rows.items():
        for value, weak in plain_values(row, key):
            table.setdefault(value, []).append((sdk, weak))
    return table


class SdkIndex:
    """Longest-prefix and other look-ups over all rows. It holds plain data: no row object is made."""

    def __init__(self, plain: Mapping[str, Any]) -> None:
        """Take what `index_rows` returns, or that after a way through JSON."""
        self._plain = plain
        self._owners: Mapping[str, Sequence[Any]] = plain["owners"]
        self._depth = max((key.count("/") + 1 for key in self._owners), default=0)

    @cached_property
    def _connectors(self) -> list[tuple[re.Pattern[str], str]]:
        compiled = []
        for pattern, of in self._plain["connectors"].items():
            expression = translate(pattern) if "*" in pattern else re.escape(pattern) + r"(/.*)?\Z"
            compiled.append((re.compile(expression), of))
        return compiled

    def _longest(self, name: str) -> tuple[str, str | None, bool] | None:
        """Return (prefix, sdk or None for an exclusion, weak) of the longest prefix of a slash name."""
        parts = name.split("/")
        for count in range(min(len(parts), self._depth), 0, -1):
            prefix = "/".join(parts[:count])
            found = self._owners.get(prefix)
            if found is None and count == len(parts) and "$" in prefix:
                # A prefix may be a class: its inner classes belong to it.
                prefix = prefix.partition("$")[0]
                found = self._owners.get(prefix)
            if found is not None:
                return prefix, found[0], found[1]
        return None

    def owner(self, name: str) -> str | None:
        """Return the id of the SDK to which a class belongs (any spelling), or `None`; for naming the actor."""
        found = self._longest(slash_name(name))
        return found[1] if found else None

    def match(self, name: str) -> Match | None:
        """Return what a class shows, or `None`; exclusions show nothing, a connector weakly shows its own SDK."""
        found = self._longest(slash_name(name))
        if found is None or found[1] is None:
            return None
        return Match(sdk=found[1], prefix=found[0], weak=found[2])

    def connector(self, name: str) -> str | None:
        """Return the SDK whose connector to phone makers' push services this class is."""
        slashed = slash_name(name)
        return next((of for pattern, of in self._connectors if pattern.match(slashed)), None)

    def ranges(self, names: Sequence[str]) -> Iterator[tuple[int, int, str, str | None, bool]]:
        """Yield (first, past, prefix, sdk, weak) for every prefix that occurs in sorted slash names.

        The ranges of longer prefixes come after those that surround them, so that painting them in order is right.
        """
        for prefix in sorted(self._owners):
            sdk, weak = self._owners[prefix]
            # In code-point order "$" < "/" < "0": the class itself, its inner classes, then all below the package.
            start = bisect_left(names, prefix)
            if start == len(names) or not names[start].startswith(prefix):
                continue
            for low, high in ((prefix, prefix + "\0"), (prefix + "$", prefix + "%"), (prefix + "/", prefix + "0")):
                first = bisect_left(names, low, start)
                past = bisect_left(names, high, first)
                if past > first:
                    yield first, past, prefix, sdk, weak

    def owners(self, names: Sequence[str]) -> list[str | None]:
        """Return the owner of each class of a *sorted* list of slash names (``a/b/C``), by bisection."""
        result: list[str | None] = [None] * len(names)
        for first, past, _, sdk, _ in self.ranges(names):
            result[first:past] = [sdk] * (past - first)
        return result

    def prefixes(self) -> Iterator[tuple[str, str | None, bool]]:
        """Yield (prefix, sdk or None for an exclusion, weak)."""
        for prefix, (sdk, weak) in self._owners.items():
            yield prefix, sdk, weak

    @cached_property
    def _tails(self) -> list[tuple[str, tuple[str, bool]]]:
        table = self._plain["components"]
        return [(value[1:], _first(table[value])) for value in table if value.startswith("*")]

    def component(self, name: str) -> tuple[str, bool] | None:
        """Return (sdk, weak) of a manifest component given by its full dotted class name."""
        found = self._plain["components"].get(name)
        if found:
            return _first(found)
        return next((found for tail, found in self._tails if name.endswith(tail)), None)

    @cached_property
    def _library_patterns(self) -> list[tuple[re.Pattern[str], tuple[str, bool]]]:
        table = self._plain["native_libs"]
        return [(re.compile(translate(value)), _first(table[value])) for value in table if "*" in value]

    def library(self, file_name: str) -> tuple[str, bool] | None:
        """Return (sdk, weak) of a native library given by its bare file name; a strong row goes before a weak one."""
        found = self._plain["native_libs"].get(file_name)
        if found:
            return _first(found)
        return next((found for regex, found in self._library_patterns if regex.match(file_name)), None)

    def metadata(self, key: str) -> list[tuple[str, bool]]:
        """Return (sdk, weak) of every SDK that reads this ``<meta-data>`` key."""
        return [(sdk, weak) for sdk, weak in self._plain["metadata_keys"].get(key, ())]

    def asset(self, path: str) -> list[tuple[str, bool]]:
        """Return (sdk, weak) of every SDK to which a path below ``assets/`` points."""
        path = path.removeprefix("assets/")
        parts = path.split("/")
        keys = [path, *("/".join(parts[:count]) + "/" for count in range(1, len(parts)))]
        return [(sdk, weak) for key in keys for sdk, weak in self._plain["assets"].get(key, ())]

    def file(self, name: str) -> list[tuple[str, bool]]:
        """Return (sdk, weak) of every SDK that brings an archive entry of this name."""
        return [(sdk, weak) for sdk, weak in self._plain["files"].get(name, ())]

    def strings(self) -> Mapping[str, Sequence[tuple[str, bool]]]:
        """Return whole strings of SDKs' code → (sdk, weak)."""
        table: Mapping[str, Sequence[tuple[str, bool]]] = self._plain["strings"]
        return table

    def init_calls(self) -> Mapping[str, str]:
        """Return signature of a call that starts an SDK → the SDK; ``(*`` stands for any prototype."""
        table: Mapping[str, str] = self._plain["init"]
        return table

    def started_by(self, name: str) -> list[str]:
        """Return the SDKs that the declaration of a class (dotted) starts."""
        return [sdk for sdk, _ in self._plain["starters"].get(name, ())]

    def manifest_switch(self, key: str) -> tuple[str, str, str] | None:
        """Return the SDK that a manifest key turns off, the value that does, and what of it is off then."""
        found = self._plain["manifest_switches"].get(key)
        return (found[0], found[1], found[2]) if found else None


def _first(found: Sequence[Sequence[Any]]) -> tuple[str, bool]:
    sdk, weak = min(found, key=lambda item: item[1])
    return sdk, weak


def plain_values(row: Mapping[str, Any], key: str) -> Iterator[tuple[str, bool]]:
    """Yield (value, weak) of a list in plain row data."""
    value = row.get(key) or ()
    if isinstance(value, Mapping):
        yield from ((item, False) for item in value.get("strong") or ())
        yield from ((item, True) for item in value.get("weak") or ())
    else:
        yield from ((item, False) for item in value)
