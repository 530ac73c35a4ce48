"""Which methods of an app the rules mean: signatures with a star for the prototype, found through subclasses too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np

from analyzer.dex import mutf8
from analyzer.dex.arrays import Flags, Ints

from .definitions import Definitions
from .kinship import Kinship
from .names import Names
from .pairs import flags, unique
from .platform import Platform


def called_methods(
    patterns: Iterable[str], called: Flags, names: Names, kin: Kinship, defined: Definitions, platform: Platform
) -> Mapping[int, list[str]]:
    """Return for each called method the patterns that mean it, in their order.

    A reference through a subclass means the same method unless a class of the package in between defines it.
    """
    by_name: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for pattern in patterns:
        owner, _, member = pattern.partition("->")
        by_name[member.partition("(")[0]].append((owner, member, pattern))
    shapes = np.zeros(len(names.shape_name), np.bool_)
    for name in by_name:
        numbers = names.shapes_named(name)
        shapes[numbers.start : numbers.stop] = True
    methods = np.flatnonzero(called & shapes[names.method_shape])
    owners = {owner for rules in by_name.values() for owner, _, _ in rules}
    above = _owners_above(methods, owners, names, kin, platform)
    found: dict[int, list[str]] = defaultdict(list)
    concerned = flags(kin.size, np.array([kind for kind, known in above.items() if known], np.int64))
    methods = methods[concerned[names.method_type[methods]]]
    kinds, shaped = names.method_type[methods].tolist(), names.method_shape[methods]
    named = names.shape_name[shaped].tolist()
    for method, kind, shape, number in zip(methods.tolist(), kinds, shaped.tolist(), named, strict=True):
        known = above[kind]
        name = names.name_text(number)
        for owner, member, pattern in by_name[name]:
            if owner not in known or not (member.endswith("(*") or shape in names.shapes_like(member)):
                continue
            if mutf8.encode(owner) == names.type_names[kind] or not (
                name.startswith("<") or _hidden(kind, shape, owner, names, kin, defined)
            ):
                found[method].append(pattern)
    return found


def _owners_above(
    methods: Ints, owners: set[str], names: Names, kin: Kinship, platform: Platform
) -> dict[int, set[str]]:
    """Return for each type of the methods which of the rules' classes it is or stands below."""
    numbers = {number: owner for owner in owners if (number := names.type(owner)) >= 0}
    is_owner = flags(kin.size, np.array(sorted(numbers), np.int64))
    types = unique(names.method_type[methods])
    found: dict[int, set[str]] = defaultdict(set)
    above, which = kin.above.many(types)
    lower, upper = np.concatenate((types, types[which])), np.concatenate((types, above))
    hits = np.flatnonzero(is_owner[upper])
    for kind, owner in zip(lower[hits].tolist(), upper[hits].tolist(), strict=True):
        found[kind].add(numbers[owner])
    # Types of the platform that no class of the app extends are only known to the table.
    alone = types[~kin.defined[types] & (kin.above.counts(types) == 0)]
    for kind in alone.tolist():
        descriptor = names.descriptor(kind)
        if platform.known(descriptor):
            found[kind] |= _climb(descriptor, platform) & owners
    return found


def _climb(descriptor: str, platform: Platform) -> set[str]:
    seen, pending = {descriptor}, [descriptor]
    while pending:
        for above in platform.supers(pending.pop()):
            if above not in seen:
                seen.add(above)
                pending.append(above)
    return seen


def _hidden(kind: int, shape: int, owner: str, names: Names, kin: Kinship, defined: Definitions) -> bool:
    """Whether a class of the package below ``owner`` defines the method that a reference to ``kind`` means."""
    top = names.type(owner)
    current = kind
    while current >= 0 and current != top and kin.defined[current]:
        method = int(names.keys.find(np.array([current]), np.array([shape]))[0])
        if method >= 0 and defined.declared[method]:
            return True
        current = int(kin.super_of[current])
    return False
