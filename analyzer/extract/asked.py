"""What has to be asked of the code of a package: follows from the rules alone, made once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

from analyzer.catalogue import Catalogue
from analyzer.dex import Query
from analyzer.model.record import dataclass

from . import addresses, arguments, commands, reflection, requests

_ACCESS_ROLES = frozenset({"read", "subscribe"})
_VERSION_SWITCH = frozenset({"Landroid/os/Build$VERSION;->SDK_INT:I"})
"""Read on every other line of support libraries to choose a code path: never reported, as the fact sheet asks."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The query, and what reflection may reach."""

    query: Query
    reflected: dict[tuple[str, str], tuple[str, ...]]
    """Dotted class and method name → the signatures that reflection may reach by them."""
    reflected_fields: dict[tuple[str, str], str]
    """Dotted class and field name → the field's signature."""
    reflected_names: frozenset[str]
    """All method and field names among them."""
    reflected_classes: frozenset[str]
    """All class names among them."""


@lru_cache(maxsize=2)
def asked(catalogue: Catalogue) -> Asked:
    """Return everything that has to be asked of the code of a package."""
    # The plain rows: making two thousand rule objects would cost more than the search itself.
    rules = {kind: catalogue.plain(f"apis.{kind}") for kind in ("method", "field")}
    methods, overrides, strings = set(addresses.FILE_OPENERS) | set(commands.COMMANDS), set[str](), set[str]()
    methods |= addresses.WRITERS | arguments.SETTINGS_GETTERS | arguments.ACTIONS | reflection.CALLS | requests.CALLS
    methods |= reflection.MAKERS
    reflected: dict[tuple[str, str], list[str]] = defaultdict(list)
    for signature, rows in rules["method"].items():
        name = reflection.dotted_name(signature)
        for row in rows:
            accessed = row.get("role", "read") in _ACCESS_ROLES
            if row.get("use") == "override":
                overrides.add(signature)
                continue
            if accessed or row.get("decides") in {"uri", "settings", "prop"}:
                methods.add(signature)
            if accessed and signature not in reflected[name]:
                reflected[name].append(signature)
            if accessed and row.get("use") == "reflection":
                strings.update(name)
    read, fields = dict[tuple[str, str], str](), set[str]()
    for signature, rows in rules["field"].items():
        accessed = any(row.get("role", "read") in _ACCESS_ROLES for row in rows)
        if accessed or any(row.get("stands_for") for row in rows):
            fields.add(signature)
        if accessed and signature not in _VERSION_SWITCH:
            read[reflection.dotted_name(signature)] = signature
    query = Query(
        methods=frozenset(methods),
        overrides=frozenset(overrides),
        fields=frozenset(fields - _VERSION_SWITCH),
        strings=frozenset(strings | set(catalogue.apis.props)),
        prefixes=_starts_of(catalogue.apis.uris, 1) | _starts_of(catalogue.apis.files, 2),
    )
    by_name = {name: tuple(found) for name, found in reflected.items() if found}
    members = [*by_name, *read]
    return Asked(
        query, by_name, read, frozenset(member for _, member in members), frozenset(owner for owner, _ in members)
    )


def _starts_of(keys: Iterable[str], parts: int) -> frozenset[str]:
    """Return the beginnings of the listed addresses or paths, up to their first names.

    The longer part is compared when a string is found: a listed address also stands for what lies below it.
    """
    starts = set()
    for key in keys:
        head, mark, rest = key.partition("://")
        names = (rest if mark else head).split("?")[0].split("/")
        names = names[: parts if mark else parts + 1]
        while names and any(letter in names[-1] for letter in "*["):
            names.pop()
        starts.add((head + mark if mark else "") + "/".join(names))
    return frozenset(
        start for start in starts if not any(start != other and start.startswith(other) for other in starts)
    )
