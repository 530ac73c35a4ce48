"""Android's own classes: what stands above them and which of their methods an app can override.

The text is `rules/callgraph/platform.txt`, written by `deploy/platform_table.py`; its first lines describe its form. A
type is parsed when it is first asked for, so that opening the table costs about two milliseconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Literal

Kind = Literal["interface", "abstract", "class", "final"]
_KINDS: dict[str, Kind] = {"i": "interface", "a": "abstract", "c": "class", "f": "final"}
_NAMED = re.compile(r"L([^;]+);")


class Platform:
    """Look-ups over the table. Descriptors are ``Lpkg/Cls;``; an unknown type has nothing above it and no methods.

    Methods are ``name(proto)ret``, or ``name(*`` where the prototype is not known. Known are types that can be
    subclassed, that have callbacks, or that stand between such types; a final class right below ``Object`` is not in
    the table though the platform has it.
    """

    def __init__(self, text: str) -> None:
        self._short: dict[str, str] = {}
        self._lines: dict[str, str] = {}
        for line in text.splitlines():
            head, _, rest = line.partition(" ")
            if head == "@":
                package, *names = rest.split(" ")
                for name in names:
                    self._short[name] = f"{package}/{name}"
            elif head != "#":
                self._lines[head] = rest
        self._supers: dict[str, tuple[str, ...]] = {}
        self._protos: dict[str, str] = {}
        """Prototypes as the table has them and in full; few are used once only."""
        self._above: dict[str, tuple[str, ...]] = {}
        self._all: dict[str, tuple[frozenset[str], frozenset[str]]] = {}

    def __len__(self) -> int:
        """Return the number of types."""
        return len(self._lines)

    def __iter__(self) -> Iterator[str]:
        """Yield all descriptors."""
        return (f"L{name};" for name in self._lines)

    def known(self, descriptor: str) -> bool:
        """Whether the table has the type."""
        return descriptor[1:-1] in self._lines

    def kind(self, descriptor: str) -> Kind | None:
        """Return what sort of type it is, `None` where the table has none."""
        line = self._lines.get(descriptor[1:-1])
        return _KINDS[line[0]] if line else None

    def supers(self, descriptor: str) -> tuple[str, ...]:
        """Return the superclass, then the interfaces."""
        found = self._supers.get(descriptor)
        if found is None:
            line = self._lines.get(descriptor[1:-1])
            above = line.split(" ", 2)[1] if line else "-"
            found = () if above == "-" else tuple(f"L{self._short.get(name, name)};" for name in above.split(","))
            self._supers[descriptor] = found
        return found

    def declared(self, descriptor: str) -> Mapping[str, bool]:
        """Return the overridable methods that the type itself declares → whether it gives them no body."""
        line = self._lines.get(descriptor[1:-1])
        methods = line.split(" ")[2:] if line else ()
        return {self._spell(method.removeprefix("!")): method[0] == "!" for method in methods}

    def _spell(self, method: str) -> str:
        """Put the full names into a prototype."""
        name, _, proto = method.partition("(")
        full = self._protos.get(proto)
        if full is None:
            full = _NAMED.sub(lambda match: f"L{self._short.get(match[1], match[1])};", proto)
            self._protos[proto] = full
        return f"{name}({full}"

    def ancestors(self, descriptor: str) -> tuple[str, ...]:
        """Return everything above a type, nearest first, each once."""
        known = self._above.get(descriptor)
        if known is None:
            found: dict[str, None] = {}
            line = [descriptor]
            while line:
                line = [parent for name in line for parent in self.supers(name) if parent not in found]
                found.update(dict.fromkeys(line))
            found.pop(descriptor, None)
            known = self._above[descriptor] = tuple(found)
        return known

    def methods(self, descriptor: str) -> frozenset[str]:
        """Return the methods that a subclass can override, those of everything above the type too."""
        return self._gathered(descriptor)[0]

    def callbacks(self, descriptor: str) -> frozenset[str]:
        """Return the methods that a subclass must give a body: of an interface or abstract class, and what is above it.

        A method to which a class in between gives a body may be among them.
        """
        return self._gathered(descriptor)[1] if self.kind(descriptor) in {"interface", "abstract"} else frozenset()

    def _gathered(self, descriptor: str) -> tuple[frozenset[str], frozenset[str]]:
        """Return all methods and those without a body, of a type and everything above it."""
        found = self._all.get(descriptor)
        if found is None:
            self._all[descriptor] = (frozenset(), frozenset())  # in case a table goes round in a ring
            own = self.declared(descriptor)
            above = [self._gathered(name) for name in self.supers(descriptor)]
            found = self._all[descriptor] = (
                frozenset(own).union(*(methods for methods, _ in above)),
                frozenset(name for name, bare in own.items() if bare).union(*(bare for _, bare in above)),
            )
        return found
