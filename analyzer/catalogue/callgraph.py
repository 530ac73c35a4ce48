"""Calls that no instruction of a package makes, words of consent flags, and Android's own classes: `rules/callgraph`.

The rows of `ImplicitTables` have the fields of `CallbackType`, `CallRule` and `ClassRule` of `analyzer.dex.graph.plan`
in the same order; that module lies above this one, so that its objects are made from the tuples by who needs them:
``ImplicitCalls(tuple(CallbackType(*row) for row in tables.types), …)``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from .platform import Platform
from .words import GuardWords

PLATFORM_FILE = "callgraph/platform.txt"


class CallbackRow(NamedTuple):
    """As `analyzer.dex.graph.plan.CallbackType`."""

    type: str
    methods: Mapping[str, str]
    alive: bool
    link: str
    made: bool


class CallRow(NamedTuple):
    """As `analyzer.dex.graph.plan.CallRule`; empty `runs`: the call runs nothing, though its parameter's type could."""

    method: str
    argument: int
    runs: tuple[str, ...]
    phase: str
    link: str
    type: str | None


class ClassRow(NamedTuple):
    """As `analyzer.dex.graph.plan.ClassRule`."""

    method: str
    argument: int
    base: str | None
    runs: tuple[str, ...]
    phase: str
    link: str
    sent: tuple[str, ...]
    later: tuple[str, ...]
    unsent: tuple[str, ...]
    listed: bool


class ImplicitTables(NamedTuple):
    """All rules about calls that the platform or a bundled library makes."""

    types: tuple[CallbackRow, ...]
    calls: tuple[CallRow, ...]
    classes: tuple[ClassRow, ...]


class EntryKind(NamedTuple):
    """One kind of entry point: an object that the platform creates by itself."""

    phase: str
    types: tuple[str, ...]
    """What such a class descends from."""
    methods: Mapping[str, str]
    """Method name → phase; empty: what the callback types say."""


class Initializer(NamedTuple):
    """A way by which a library starts classes that the manifest names in ``<meta-data>``."""

    provider: str
    """Dotted name of the component whose ``<meta-data>`` is read."""
    names: str | None
    """``key`` or ``value``: where the class name stands."""
    marker: str | None
    """What the other one of key and value must be; `None`: anything."""
    base: str
    """Descriptor of the type that is created."""
    runs: tuple[str, ...]


class Switch(NamedTuple):
    """A call that turns an SDK's collection off or on."""

    sdk: str
    argument: int | None
    """The declared parameter that decides; `None`: the call itself does."""
    stops: bool
    """The argument's value that turns collection off; without argument: whether the call turns it off."""
    also: tuple[str, ...] = ()
    """Other SDKs that obey the same call."""


class CallGraphRules:
    """The family `callgraph`; each part is decoded when it is first looked at."""

    def __init__(self, root: Path, compiled: Mapping[str, bytes]) -> None:
        self._root = root
        self._compiled = compiled

    def __len__(self) -> int:
        """Return the number of rows about implicit calls."""
        return sum(map(len, self.implicit))

    def _part(self, name: str) -> Any:
        return json.loads(self._compiled[f"callgraph/{name}"])

    @cached_property
    def implicit(self) -> ImplicitTables:
        """Callback types, calls and classes."""
        plain = self._part("implicit")
        return ImplicitTables(
            tuple(CallbackRow(*row) for row in plain["types"]),
            tuple(CallRow(method, argument, tuple(runs), *rest) for method, argument, runs, *rest in plain["calls"]),
            tuple(
                ClassRow(name, number, base, tuple(runs), phase, link, tuple(sent), tuple(later), tuple(unsent), listed)
                for name, number, base, runs, phase, link, sent, later, unsent, listed in plain["classes"]
            ),
        )

    @cached_property
    def guards(self) -> GuardWords:
        """What a test of a consent flag looks like."""
        return GuardWords(self._part("guards"))

    @cached_property
    def entries(self) -> Mapping[str, EntryKind]:
        """Entry points by kind, such as ``launcher``."""
        return {
            key: EntryKind(phase, tuple(types), methods)
            for key, (phase, types, methods) in self._part("entries").items()
        }

    @cached_property
    def initializers(self) -> tuple[Initializer, ...]:
        """Libraries that start classes named in the manifest."""
        rows = self._part("initializers")
        return tuple(Initializer(who, names, marker, base, tuple(runs)) for who, names, marker, base, runs in rows)

    @cached_property
    def preinit(self) -> Mapping[str, str]:
        """Signature of a call that the vendor says collects nothing → SDK id."""
        found: dict[str, str] = self._part("preinit")
        return found

    @cached_property
    def switches(self) -> Mapping[str, Switch]:
        """Signature of a call that turns an SDK's collection off or on → which argument decides."""
        return {
            key: Switch(sdk, argument, stops, tuple(also))
            for key, (sdk, argument, stops, also) in self._part("switches").items()
        }

    @cached_property
    def platform(self) -> Platform:
        """Android's own classes."""
        return read_platform(self._root)


def read_platform(root: Path) -> Platform:
    """Read the table of a rules folder; empty where there is none."""
    path = root / PLATFORM_FILE
    return Platform(path.read_text(encoding="utf-8") if path.is_file() else "")


def compile_callgraph(root: Path, rules: Mapping[str, Any], sdks: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the bytes of every part from what `parse_callgraph` and the SDK rows hold as plain data."""
    parts = {
        "implicit": {
            "types": list(_callback_rows(rules["types"], read_platform(root))),
            "calls": [
                [method, argument, row["runs"], row["phase"], row["link"], row["type"]]
                for row in rules["calls"].values()
                for method, arguments in row["calls"].items()
                for argument in arguments
            ],
            "classes": [
                [
                    method,
                    argument,
                    *(row[key] for key in ("base", "runs", "phase", "link")),
                    *(row[key] for key in ("sent", "later", "unsent", "listed")),
                ]
                for row in rules["classes"].values()
                for method, arguments in row["calls"].items()
                for argument in arguments
            ],
        },
        "guards": {
            "getters": {
                method: number
                for row in rules["guards"]["getters"].values()
                for method, (number, *_) in row["calls"].items()
            },
            **{
                key: rules["guards"].get(key, {}).get("words", [])
                for key in ("consent", "other", "granted", "asked", "unclear")
            },
        },
        "entries": {key: [row["phase"], row["types"], phases(row)] for key, row in rules["entries"]["kinds"].items()},
        "initializers": [
            [row["provider"], row["names"], row["marker"], row["base"], row["runs"]]
            for row in rules["entries"]["initializers"].values()
        ],
        "preinit": {row["call"]: sdk for sdk, content in sdks.items() for row in content.get("preinit", ())},
        "switches": {
            row["call"]: [sdk, row.get("argument"), row["stops"], row.get("also", [])]
            for sdk, content in sdks.items()
            for row in content.get("consent_switch", ())
        },
    }
    return {
        f"callgraph/{name}": json.dumps(part, ensure_ascii=False, separators=(",", ":")).encode()
        for name, part in parts.items()
    }


def _callback_rows(rules: Mapping[str, Any], platform: Platform) -> Any:
    """Yield the rows, a star in a name replaced by the platform types that fit; a type's own row beats a star's."""
    named = {name for row in rules.values() for name in row["types"] if "*" not in name}
    for row in rules.values():
        for pattern in row["types"]:
            for name in expand(pattern, platform):
                if name == pattern or name not in named:
                    yield [name, phases(row), row["alive"] is True, row["link"], row["alive"] == "made"]


def expand(pattern: str, platform: Platform) -> list[str]:
    """Return the platform types that a pattern names; of a pattern that fits none, the pattern itself."""
    if "*" not in pattern:
        return [pattern]
    shape = re.compile(r"[^/]*".join(map(re.escape, pattern.split("*"))))
    return sorted(name for name in platform if shape.fullmatch(name)) or [pattern]


def phases(row: Mapping[str, Any]) -> dict[str, str]:
    """Return method name → phase of a row that lists names by phase."""
    return {name: phase for phase in ("start", "user", "system") for name in row[phase]}
