"""Objects that are made by reflection: of which classes they are."""

from __future__ import annotations

from .value import Value

_CLASS, _OBJECT = "Ljava/lang/Class;", "Ljava/lang/Object;"
_CONSTRUCTOR = "Ljava/lang/reflect/Constructor;"
BY_REFLECTION = frozenset({f"{_CLASS}->newInstance(){_OBJECT}", f"{_CONSTRUCTOR}->newInstance([{_OBJECT}){_OBJECT}"})
"""Calls that make an object of the class that their receiver stands for."""
_LOOKUPS = frozenset(
    f"{_CLASS}->{name}([{_CLASS}){_CONSTRUCTOR}" for name in ("getConstructor", "getDeclaredConstructor")
)
_NAMED = {f"{_CLASS}->forName(": 0, "Ljava/lang/ClassLoader;->loadClass(": 1, "Ldalvik/system/": 1}
"""How calls that give a class by its name begin → which argument is the name."""


def classes(maker: Value) -> frozenset[str] | None:
    """Return the descriptors that a `Class` or `Constructor` object may stand for, `None` when not all are known."""
    found: set[str] = set()
    for one in maker.options:
        if one.kind == "class":
            found.add(one.text)
        elif one.kind == "call" and one.text in _LOOKUPS and one.parts:
            inner = classes(one.parts[0])
            if inner is None:
                return None
            found |= inner
        else:
            names = _names(one)
            if not names:
                return None
            found |= names
    return frozenset(found)


def _names(value: Value) -> set[str]:
    start = next((start for start in _NAMED if value.kind == "call" and value.text.startswith(start)), None)
    if start is None or not value.text.endswith(f"){_CLASS}") or len(value.parts) <= _NAMED[start]:
        return set()
    name = value.parts[_NAMED[start]]
    whole = len(name.texts) == len(name.options)
    return {f"L{text.replace('.', '/')};" for text in name.texts} if whole else set()
