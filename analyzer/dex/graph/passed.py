"""Methods that hand a class on to a call which makes the platform create one: ``void open(Class<?> screen)``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from analyzer.dex.arrays import Ints

from .code import Code
from .decode import POLYMORPHIC
from .definitions import Definitions
from .names import Names
from .pairs import flags, spread, unique
from .plan import ClassRule, Phase

_LEVELS = 3
"""Methods between the one that names the class and the call that is given it."""
_CLASS = "Ljava/lang/Class;"

Use = tuple[int, int]
"""Offset and called method."""
Passed = tuple[ClassRule, Phase]


def passing_methods(
    code: Code, names: Names, defined: Definitions, used: Callable[[Sequence[Use]], Sequence[Passed]],
    names_class: Callable[[int], bool],
) -> Mapping[int, list[Passed]]:  # fmt: skip
    """Return called methods of the package that take a class and give it to a call that a rule means → those rules.

    ``used`` says which rules the calls of a method mean; ``names_class``: whether a code item names a class itself, so
    that nobody knows which one is given.
    """
    kind = names.type(_CLASS)
    rows = names.proto_parameters
    owner = np.repeat(np.arange(len(rows.first) - 1), np.diff(rows.first))
    takes = flags(len(rows.first) - 1, owner[rows.values == kind])
    bodies = np.flatnonzero(takes[names.shape_proto[defined.shape]]) if kind >= 0 else np.zeros(0, np.int64)
    found: dict[int, list[Passed]] = {}
    passed: dict[int, list[Passed]] = {}
    uses = _uses(bodies, code, defined)
    own = {body: used(calls) for body, calls in uses.items()}
    for _ in range(_LEVELS):
        fresh = False
        for body, calls in uses.items():
            if body in found:
                continue
            rules = list(own[body])
            if passed:
                rules += [rule for _, method in calls if method in passed for rule in passed[method]]
            if rules and not names_class(int(defined.item[body])):
                found[body] = list(dict.fromkeys(rules))
                fresh = True
        if not fresh:
            break
        passed = _called(found, code, names, defined)
    return passed


def _uses(bodies: Ints, code: Code, defined: Definitions) -> Mapping[int, list[Use]]:
    """Return the calls that each body makes."""
    first = code.first[defined.item[bodies]].astype(np.int64)
    rows, which = spread(first, code.first[defined.item[bodies] + 1] - first)
    calls = code.kind[rows] < POLYMORPHIC
    found: dict[int, list[Use]] = defaultdict(list)
    columns = (bodies[which[calls]], code.at[rows[calls]], code.target[rows[calls]])
    for body, at, method in zip(*(column.tolist() for column in columns), strict=True):
        found[body].append((at, method))
    return found


def _called(
    found: Mapping[int, list[Passed]], code: Code, names: Names, defined: Definitions
) -> dict[int, list[Passed]]:
    """Return the references by which some bodies are called."""
    shapes = flags(len(names.shape_name), unique(defined.shape[list(found)]))
    called = flags(len(names.method_type), code.target[code.kind < POLYMORPHIC].astype(np.int64))
    methods = np.flatnonzero(called & shapes[names.method_shape])
    meant = defined.resolve(names.method_type[methods], names.method_shape[methods])
    bodies = np.where(meant >= 0, defined.body_of[meant], -1)
    return {
        method: found[body] for method, body in zip(methods.tolist(), bodies.tolist(), strict=True) if body in found
    }
