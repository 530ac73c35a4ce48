"""Names, phases and origins in `rules/callgraph`, and the SDK rules' calls about consent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from analyzer.catalogue.callgraph import PLATFORM_FILE, expand, read_platform
from analyzer.catalogue.platform import Platform
from analyzer.catalogue.sdk_index import SdkIndex, index_rows

from . import Problem
from .apis import sources
from .references import empty_texts

_TYPE = r"\[*(?:[ZBCSIJFD]|L[\w$/\-]+;)"
_SIGNATURE = re.compile(rf"(L[\w$/]+;)->(<init>|[\w$]+)\((?:\*|((?:{_TYPE})*)\)(?:V|{_TYPE}))")
_DESCRIPTOR = re.compile(r"L[\w$/]+(?:\*[\w$]*)?;")
_NAME = re.compile(r"\*|<init>|[A-Za-z_$][\w$]*|@L[\w$/]+;")
_LINE = re.compile(r"[\w$/]+ [iacf] (?:-|[\w$/]+(?:,[\w$/]+)*)(?: !?[\w$]+\((?:\*|[\w$/;\[]*\)[\w$/;\[]+))*")
FRAMEWORK, OTHER = "framework", "other"
OWN = -2
"""Parameter of a row about classes that the method's own code names."""


class _Checker:
    """Looks at one row after the other with what all of them need."""

    def __init__(self, plain: Mapping[str, Any], platform: Platform) -> None:
        self.plain, self.platform = plain, platform
        self.sdks = plain["sdks"]["rows"] if "sdks" in plain else None
        self._owners = SdkIndex(index_rows(self.sdks)) if self.sdks is not None else None
        self._names: dict[str, frozenset[str]] = {}

    def row(self, where: str, row: Mapping[str, Any]) -> Iterator[Problem]:
        """Yield problems of what every row carries."""
        yield from sources(where, row["source"], self.plain)
        yield from empty_texts(where, row)
        for library in row.get("library", ()):
            if self.sdks is not None and library not in self.sdks and library not in {FRAMEWORK, OTHER}:
                yield Problem(f"{where}: library", f"{library} is not known")

    def type(self, where: str, descriptor: str, libraries: tuple[str, ...] | list[str]) -> Iterator[Problem]:
        """Yield the problem of a type that neither the platform has nor one of the row's libraries."""
        if not _DESCRIPTOR.fullmatch(descriptor):
            yield Problem(where, f"{descriptor} is no type")
        elif not any(self.platform.known(name) for name in expand(descriptor, self.platform)) and self._owners:
            owner = self._owners.owner(descriptor)
            if owner is None:
                owner = FRAMEWORK if descriptor.startswith(("Landroid/", "Ljava/", "Ljavax/")) else OTHER
            if owner not in libraries:
                yield Problem(where, f"{descriptor} is not in {PLATFORM_FILE}: state {owner} under library")

    def names(self, descriptor: str) -> frozenset[str]:
        """Return the names of what a subclass of a platform type can override."""
        found = self._names.get(descriptor)
        if found is None:
            found = frozenset(method.partition("(")[0] for method in self.platform.methods(descriptor))
            self._names[descriptor] = found
        return found

    def signature(self, where: str, signature: str, arguments: list[int], row: Mapping[str, Any]) -> Iterator[Problem]:
        """Yield problems of a call and the parameters that a row names."""
        found = _SIGNATURE.fullmatch(signature)
        if found is None:
            yield Problem(where, f"{signature} is no signature")
            return
        yield from self.type(where, found[1], row["library"])
        if any(number < -1 for number in arguments) or len(set(arguments)) < len(arguments):
            yield Problem(where, f"{signature}: the parameters {arguments} are not in order")
        if found[3] is not None and max(arguments, default=-1) >= len(re.findall(_TYPE, found[3])):
            yield Problem(where, f"{signature} has no parameter {max(arguments)}")


def examine_callgraph(plain: Mapping[str, Any], root: Path) -> Iterator[Problem]:
    """Yield the problems of the call graph's rules. Their platform table is read from ``root``."""
    yield from _table(root)
    platform = read_platform(root)
    checker = _Checker(plain, platform)
    if "callgraph" in plain:
        rules = plain["callgraph"]
        yield from _types(rules["types"], checker)
        yield from _calls(rules, checker)
        yield from _guards(rules["guards"], checker)
        yield from _entries(rules["entries"], checker)
    if checker.sdks is not None:
        yield from _consent_calls(checker.sdks, checker)


def _table(root: Path) -> Iterator[Problem]:
    path = root / PLATFORM_FILE
    if not path.is_file():
        return
    seen: set[str] = set()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        head = line.partition(" ")[0]
        if head in {"#", "@"}:
            continue
        if not _LINE.fullmatch(line):
            yield Problem(f"{PLATFORM_FILE}:{number}", "is no line of the table")
        if head in seen:
            yield Problem(f"{PLATFORM_FILE}:{number}", f"{head} is given twice")
        seen.add(head)


def _types(rows: Mapping[str, Any], checker: _Checker) -> Iterator[Problem]:
    homes: dict[str, str] = {}
    for key, row in rows.items():
        where = f"callgraph/types.yaml: {key}"
        yield from checker.row(where, row)
        for descriptor in row["types"]:
            yield from checker.type(where, descriptor, row["library"])
            if descriptor in homes:
                yield Problem(where, f"{descriptor} is in {homes[descriptor]} as well")
            homes[descriptor] = key
        known = [
            name for item in row["types"] for name in expand(item, checker.platform) if checker.platform.known(name)
        ]
        declared = frozenset().union(*(checker.names(name) for name in known))
        for name in (*row["start"], *row["user"], *row["system"]):
            if not _NAME.fullmatch(name):
                yield Problem(where, f"{name} is no name of a method")
            elif known and name != "*" and name not in declared and not row["library"]:
                yield Problem(where, f"no type of the row declares {name}")


def _calls(rules: Mapping[str, Any], checker: _Checker) -> Iterator[Problem]:
    for file in ("calls", "classes"):
        homes: dict[tuple[str, int, str, str | None], str] = {}
        for key, row in rules[file].items():
            where = f"callgraph/{file}.yaml: {key}"
            yield from checker.row(where, row)
            for signature, arguments in row["calls"].items():
                own = file == "classes" and arguments == [OWN]
                yield from checker.signature(where, signature, [] if own else arguments, row)
                for number in arguments:
                    place = (signature, number, row["phase"], row.get("base") or row.get("type"))
                    if place in homes:
                        yield Problem(where, f"{signature} is in {homes[place]} as well")
                    homes[place] = key
            for name in row["runs"]:
                if not _NAME.fullmatch(name):
                    yield Problem(where, f"{name} is no name of a method")
            for name in (row.get("base"), row.get("type")):
                if name is not None and not _DESCRIPTOR.fullmatch(name):
                    yield Problem(where, f"{name} is no type")
            for signature in (*row.get("sent", ()), *row.get("later", ()), *row.get("unsent", ())):
                if signature != "*":
                    yield from checker.signature(where, signature, [], row)


def _guards(guards: Mapping[str, Any], checker: _Checker) -> Iterator[Problem]:
    for key, row in guards["getters"].items():
        where = f"callgraph/guards.yaml: {key}"
        yield from checker.row(where, row)
        for signature, arguments in row["calls"].items():
            yield from checker.signature(where, signature, arguments, row)
            if len(arguments) != 1:
                yield Problem(where, f"{signature}: one parameter holds the name")
    for key in ("consent", "other", "granted", "asked", "unclear"):
        where = f"callgraph/guards.yaml: {key}"
        row = guards.get(key)
        if row is None:
            continue
        yield from checker.row(where, row)
        for entry in row["words"]:
            if entry.isascii() and not re.fullmatch(r"~?[a-z]+\*?(?: ~?[a-z]+\*?)*", entry):
                yield Problem(where, f"{entry!r} is no entry: small letters, spaces, ~ before and * after a word")
            if row["words"].count(entry) > 1:
                yield Problem(where, f"{entry!r} is given twice")


def _entries(entries: Mapping[str, Any], checker: _Checker) -> Iterator[Problem]:
    for key, row in entries["kinds"].items():
        where = f"callgraph/entries.yaml: {key}"
        yield from checker.row(where, row)
        for descriptor in row["types"]:
            yield from checker.type(where, descriptor, [*row["library"], "androidx", FRAMEWORK])
    for key, row in entries["initializers"].items():
        where = f"callgraph/entries.yaml: {key}"
        yield from checker.row(where, row)
        if not _DESCRIPTOR.fullmatch(row["base"]):
            yield Problem(where, f"{row['base']} is no type")


def _consent_calls(sdks: Mapping[str, Any], checker: _Checker) -> Iterator[Problem]:
    homes: dict[str, str] = {}
    for sdk, content in sdks.items():
        for kind in ("preinit", "consent_switch", "init"):
            for row in content.get(kind, ()):
                where = f"sdks/{sdk}: {kind}"
                number = row.get("argument")
                yield from sources(where, row["source"], checker.plain)
                yield from checker.signature(where, row["call"], [-1 if number is None else number], {"library": [sdk]})
                for other in row.get("also", ()):
                    if other not in sdks:
                        yield Problem(where, f"{other} is no SDK")
                if row["call"] in homes:
                    yield Problem(where, f"{row['call']} is in sdks/{homes[row['call']]} as well")
                homes[row["call"]] = sdk
