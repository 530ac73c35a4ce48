"""The call graph of one app: built once, then searched with a plan and asked who calls what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np

from analyzer.dex.arrays import Ints
from analyzer.dex.problem import DamagedError, Problem
from analyzer.dex.values import static_constants

from .code import Code
from .definitions import Definitions, Part
from .fields import FieldUses
from .kinship import Kinship
from .names import Names
from .naming import Naming
from .pairs import equal_range
from .plan import Plan
from .platform import Platform
from .program import Program
from .reach import Chain, Doubt, Examine, Reach
from .refine import Refinement, Taken


class Place(NamedTuple):
    """An instruction."""

    part: int
    """Number of the file."""
    item: int
    """Row of its code items."""
    offset: int
    """Code units from the item's first instruction."""


class Caller(NamedTuple):
    """A call site."""

    signature: str
    """Method that holds it."""
    part: int
    item: int
    offset: int


class CallGraph:
    """All bodies of an app and the calls between them."""

    def __init__(self, parts: Sequence[Part], platform: Platform) -> None:
        """Build from the readable files in load order."""
        self._parts, self._platform = parts, platform
        files = [part.dex for part in parts]
        self.names = Names(files)
        self.kin = Kinship(files, self.names, platform)
        self.defined = Definitions(parts, self.names, self.kin)
        self.code = Code(parts, self.names, self.kin, self.defined)
        self.fields = FieldUses(parts, self.code.marks)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What could not be followed. Calls of methods that nobody defines are calls of the platform, no problem."""
        found = list(self.code.problems)
        if self.kin.dropped:
            why = f"the superclasses of {self.kin.dropped} classes form a ring or are nested too deep"
            found.append(Problem("", "class_data", why))
        return tuple(found)

    @property
    def bodies_count(self) -> int:
        """Methods with code, of the classes that count."""
        return self.defined.count

    @cached_property
    def _resource_fields(self) -> dict[tuple[str, str], int]:
        """Static values of the fields of R classes that the code reads."""
        found: dict[tuple[str, str], int] = {}
        names, kin = self.names, self.kin
        item, _, field = self.code.resources
        owners = {
            self.code.resource_field(number, index)[0]
            for number, index in zip(item.tolist(), field.tolist(), strict=True)
        }
        for owner in sorted(owners):
            kind = names.type(owner)
            if kind < 0 or not kin.defined[kind]:
                continue
            dex = self._parts[int(kin.home_part[kind])].dex
            try:
                values = static_constants(dex, int(kin.home_row[kind]))
            except DamagedError:
                continue
            for index, (sort, text) in values.items():
                if sort == "int":
                    found[owner, dex.strings.text(int(dex.fields["name"][index]))] = int(text)
        return found

    def prepare(self, plan: Plan) -> Program:
        """Work out for a plan what does not depend on what is looked for."""
        program = Program(
            plan, self.code, self.names, self.kin, self.defined, self._platform, self._resource_fields
        )  # fmt: skip
        program.discover()
        return program

    def search(
        self, plan: Plan | Program, wanted: Iterable[tuple[str, Sequence[int]]] = (), examine: Examine | None = None
    ) -> Reach:
        """Follow a plan's entry points; the chains to ``wanted`` callers are examined step by step if asked to."""
        program = self.prepare(plan) if isinstance(plan, Plan) else plan
        bodies = {signature: body for signature, _ in wanted if (body := self._body(signature)) >= 0}
        found, runs = [], []
        complete = True
        known: dict[Taken, Doubt] = {}
        chains: Mapping[int, Chain] = {}
        for start in (True, False):
            refinement = Refinement(program, examine, dict(known), start=start)
            chains = refinement.solve(body for body in bodies.values() if body not in chains)
            known = refinement.settled
            complete &= refinement.complete
            found.append({signature: chains[body] for signature, body in bodies.items() if body in chains})
            runs.append(refinement)

        def find(signature: str, start: bool) -> Chain | None:
            body = -1 if signature in bodies else self._body(signature)
            return runs[0 if start else 1].unexamined(body) if body >= 0 else None

        return Reach((found[0], found[1]), find, complete=complete)

    def _body(self, signature: str) -> int:
        method = self.names.method(signature)
        return int(self.defined.body_of[method]) if method >= 0 else -1

    def runs_from(self, signature: str) -> str | None:
        """Return the name of the file whose copy of a method's class the platform loads; `None` if none defines it."""
        number = self.names.type(signature.partition("->")[0])
        part = int(self.kin.home_part[number]) if 0 <= number < self.kin.size else -1
        return self._parts[part].dex.name if part >= 0 else None

    @cached_property
    def naming(self) -> Naming:
        """Which class names which."""
        return Naming(self.code, self.names, self.kin, self.defined)

    def callers(self, signature: str) -> list[Caller]:
        """Return the instructions that name a method, in any body."""
        method = self.names.method(signature)
        named, rows = self.code.callers
        low, high = equal_range(named, method) if method >= 0 else (0, 0)
        return [caller for row in rows[low:high].tolist() for caller in self._callers_at(row)]

    def _callers_at(self, row: int) -> Iterable[Caller]:
        part, item = self.code.place(int(self.code.item[row]))
        one = self._parts[part]
        for method in one.bodies.methods_of(item):
            yield Caller(one.dex.method_signature(method), part, item, int(self.code.at[row]))

    def field_stores(self, signature: str) -> list[Place]:
        """Return the instructions that write a field, as they name it."""
        return [Place(*place) for place in self.fields.find(signature, stores=True)]

    def field_loads(self, signature: str) -> list[Place]:
        """Return the instructions that read a field, as they name it."""
        return [Place(*place) for place in self.fields.find(signature, stores=False)]

    def subtypes(self, descriptor: str) -> list[str]:
        """Return the classes of the package below a type, sorted."""
        number = self.names.type(descriptor)
        below = self.kin.below.of(number) if 0 <= number < self.kin.size else np.zeros(0, np.int64)
        return sorted(self.names.descriptor(kind) for kind in below[self.kin.defined[below]].tolist())

    def overrides(self, reference: str) -> list[str]:
        """Return the methods that a virtual call of a reference could run, whatever is alive, sorted."""
        owner, _, member = reference.partition("->")
        number = self.names.type(owner)
        if not 0 <= number < self.kin.size:
            return []
        kinds: Ints = np.concatenate(([number], self.kin.below.of(number)))
        found: set[int] = set()
        for shape in self.names.shapes_like(member):
            methods = self.defined.resolve(kinds, np.full(len(kinds), shape))
            found.update(self.defined.body_of[methods[methods >= 0]].tolist())
            found.update(
                body
                for kind in kinds[methods < 0].tolist() if self.defined.default_shapes[shape]
                for body in self.defined.defaults(kind, shape)
            )  # fmt: skip
        return sorted(self.defined.signature(body) for body in found if body >= 0)
