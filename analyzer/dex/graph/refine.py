"""Chains whose every step was looked at: search, examine the steps of the chains found, leave out what is wrong, again.

The search takes any live class of a fitting type; an examiner that follows the very object at a call knows better.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import NamedTuple

import numpy as np

from .program import Program
from .reach import DISPATCH_UNSURE, Chain, Doubt, Examine, Step
from .search import Cut, Run
from .steps import INITIALIZER, REFERENCE

_ROUNDS = 40
_ROUNDS_LATE = 6
"""Searches over all phases: which wrong way to *reachable* is left over matters less, and says that it is doubtful."""
_EXAMINED = 50_000
"""Steps put before the examiner in one search."""
_WAITING = frozenset(("dispatch", "scheduled", "callback", "gesture"))
"""Links that depend on which object is there."""


class Taken(NamedTuple):
    """A step of a chain by numbers."""

    body: int
    edge: int
    mode: int
    target: int


class Refinement:
    """Searches of one phase, with what was learnt about steps so far."""

    def __init__(self, program: Program, examine: Examine | None, verdicts: dict[Taken, Doubt], *, start: bool) -> None:
        """``verdicts`` is shared between searches: `Doubt` by step, with the ids ``keep`` and ``refute`` among them."""
        self._program, self._examine, self._start = program, examine, start
        self._verdicts = verdicts
        self._known_cuts: tuple[dict[int, Cut], dict[int, Cut]] = ({}, {})
        """What was refuted, and what is left out with the doubtful steps, by edge; up to where `_verdicts` was read."""
        self._read = [0, 0]
        self._descriptions: dict[int, tuple[str, int, int, int, str | None, int]] = {}
        self.certain: Run | None = None
        """The search that no doubtful step is part of."""
        self.complete = True

    def solve(self, wanted: Iterable[int]) -> Mapping[int, Chain]:
        """Return the chains to those wanted bodies that are reached, without doubtful steps where there is a way."""
        bodies = sorted(set(wanted))
        chains = self._settle(bodies, set_aside=True)
        rest = [body for body in bodies if body not in chains]
        if rest and any(doubt.id not in {"keep", "refute"} for doubt in self._verdicts.values()):
            chains |= self._settle(rest, set_aside=False)
        return chains

    @property
    def settled(self) -> dict[Taken, Doubt]:
        """Steps that any search may take, or none: which objects are at a call does not depend on the phase."""
        return {step: doubt for step, doubt in self._verdicts.items() if doubt.id in {"keep", "refute"}}

    def unexamined(self, body: int) -> Chain | None:
        """Return a chain to a body that was not wanted."""
        run = self.certain
        if run is None or not run.distance(body) >= 0:
            return None
        return self._chain(ways_to(self._program, run, [body]), body, doubts=False)

    def _settle(self, bodies: list[int], *, set_aside: bool) -> dict[int, Chain]:
        for _ in range(_ROUNDS if self._start else _ROUNDS_LATE):
            run = self._program.search(self._cuts(set_aside=set_aside), start_only=self._start)
            ways = ways_to(self._program, run, bodies)
            if self._examine is None or not self._look(run, ways, set_aside=set_aside):
                break
        else:
            self.complete &= not self._start
            # What was refuted last is left out too; what stands in its place was not looked at.
            run = self._program.search(self._cuts(set_aside=set_aside), start_only=self._start)
            ways = ways_to(self._program, run, bodies)
        if set_aside:
            self.certain = run
        reached = [body for body, steps in zip(bodies, run.distances(bodies), strict=True) if steps >= 0]
        return {body: self._chain(ways, body, doubts=not set_aside) for body in reached}

    def _cuts(self, *, set_aside: bool) -> Mapping[int, Cut]:
        cuts = self._known_cuts[set_aside]
        for step, doubt in islice(self._verdicts.items(), self._read[set_aside], None):
            if doubt.id == "keep" or (doubt.id != "refute" and not set_aside):
                continue
            cut = cuts.setdefault(step.edge, Cut())
            if step.mode == REFERENCE:
                cut.bodies.add(step.target)
            elif step.mode == INITIALIZER:
                cut.initializer = True
            else:
                cut.whole = True
        self._read[set_aside] = len(self._verdicts)  # verdicts are only ever added
        return cuts

    def _look(self, run: Run, ways: Mapping[int, Taken], *, set_aside: bool) -> bool:
        """Examine what is new on the ways; return whether another search is due."""
        again = False
        known = self._verdicts
        for step in sorted({step for step in ways.values() if step not in known}, key=self._order):
            if step in known:  # one of the other targets of a step before
                continue
            verdict = self._ask(step)
            changes = verdict.id == "refute" or (verdict.id != "keep" and set_aside)
            again |= changes
            if changes and step.mode == REFERENCE:  # its other targets would be next
                for target in run.targets(step.edge):
                    other = step._replace(target=target)
                    if other not in self._verdicts:
                        self._ask(other)
        return again

    def _order(self, step: Taken) -> tuple[str, int, str, int]:
        program = self._program
        return program.signature(step.body), program.steps.offset(step.edge), program.signature(step.target), step.mode

    def _ask(self, step: Taken) -> Doubt:
        if self._examine is None or len(self._verdicts) >= _EXAMINED:
            self.complete = False
            link = self._program.link(step.edge, step.mode, step.target)
            found = Doubt(DISPATCH_UNSURE if link in _WAITING else "keep")
        else:
            answer = self._examine(self._describe(step))
            found = Doubt(answer) if isinstance(answer, str) else Doubt(*answer)
        self._verdicts[step] = found
        return found

    def _describe(self, step: Taken) -> Step:
        program, target = self._program, step.target
        known = self._descriptions.get(step.edge)
        if known is None or known[0] != program.signature(step.body):
            known = self._descriptions[step.edge] = self._describe_edge(step)
        caller, part, item, offset, reference, argument = known
        return Step(
            caller,
            part,
            item,
            offset,
            reference,
            program.signature(target),
            program.class_of(target),
            program.link(step.edge, step.mode, target),
            argument if step.mode == REFERENCE and argument >= -1 else None,
            self._start,
            lambda descriptor: program.lands(descriptor, target),
        )

    def _describe_edge(self, step: Taken) -> tuple[str, int, int, int, str | None, int]:
        """Return caller, file, code item, offset, reference and deciding argument: the same for all targets."""
        program, steps = self._program, self._program.steps
        method = steps.method(step.edge)
        reference = program.names.signature(method) if method >= 0 else None
        place = program.place(step.body)
        return program.signature(step.body), *place, steps.offset(step.edge), reference, steps.argument(step.edge)

    def _chain(self, ways: Mapping[int, Taken], body: int, *, doubts: bool) -> Chain:
        steps: list[Taken] = []
        while body in ways:
            steps.append(ways[body])
            body = steps[-1].body
        steps.reverse()
        program = self._program
        doubt: Doubt | None = None
        known = [self._verdicts.get(step) for step in steps]
        if doubts:
            doubt = next((found for found in known if found is not None and found.id != "keep"), None)
            doubt = doubt or self._distant_doubt()
        links = tuple(program.link(step.edge, step.mode, step.target) for step in steps)
        if self._examine is not None and doubt is None:
            unseen = [link for link, found in zip(links, known, strict=True) if found is None and link in _WAITING]
            doubt = Doubt(DISPATCH_UNSURE) if unseen else None
        return Chain(
            methods=(program.signature(body), *(program.signature(step.target) for step in steps)),
            links=links,
            offsets=tuple(program.steps.offset(step.edge) for step in steps),
            entry=program.entry_kind(body, start=self._start),
            doubt=doubt.id if doubt else None,
            text=doubt.text if doubt else "",
        )

    def _distant_doubt(self) -> Doubt:
        """Return why a chain is doubtful none of whose steps is: an object on it exists only by a doubtful one."""
        found = {doubt.id: doubt for _, doubt in sorted(self._verdicts.items()) if doubt.id not in {"keep", "refute"}}
        return Doubt(next(iter(found))) if len(found) == 1 else Doubt(DISPATCH_UNSURE)


def ways_to(program: Program, run: Run, bodies: Iterable[int]) -> dict[int, Taken]:
    """Return for every body on the ways to some bodies the step that leads to it; entries have none.

    Of several shortest ways the one whose methods come first in the order of signatures, seen from the end.
    """

    def place_of(step: Taken) -> tuple[int, str, int]:
        link = program.link(step.edge, step.mode, step.target)
        return program.steps.offset(step.edge), link, program.steps.argument(step.edge)

    ways: dict[int, Taken] = {}
    waiting: dict[int, set[int]] = {}
    ends = list(bodies)
    for body, distance in zip(ends, run.distances(ends), strict=True):
        if distance >= 0:
            waiting.setdefault(distance, set()).add(body)
    for depth in range(max(waiting, default=0), 0, -1):
        wanted = waiting.get(depth)
        if not wanted:
            continue
        steps = run.steps_to(np.array(sorted(wanted), np.int64))
        callers = steps.body.tolist()
        signatures = {body: program.signature(body) for body in set(callers)}
        best: dict[int, tuple[str, list[Taken]]] = {}
        rows = zip(steps.target.tolist(), callers, steps.edge.tolist(), steps.mode.tolist(), strict=True)
        for target, body, edge, mode in rows:
            signature = signatures[body]
            known = best.get(target)
            if known is None or signature < known[0]:
                best[target] = signature, [Taken(body, edge, mode, target)]
            elif signature == known[0]:
                known[1].append(Taken(body, edge, mode, target))
        earlier = waiting.setdefault(depth - 1, set())
        for target, (_, steps_there) in best.items():
            # Most often there is one step from the first caller; only of several is asked where they stand.
            step = ways[target] = steps_there[0] if len(steps_there) == 1 else min(steps_there, key=place_of)
            earlier.add(step.body)
    return ways
