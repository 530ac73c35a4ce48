"""DEX signatures as people read them."""

from __future__ import annotations

import re

_METHOD = re.compile(r"L([^;]+);->([^(:]+)")
_GUARD = re.compile(r'(\w+) "(.*)" in (L\S+)', re.DOTALL)
MIN_TELLING = 2
"""Class names of so many letters or fewer tell nothing by themselves."""
_WORDS = {"<init>": "new", "<clinit>": "static"}


def short_name(signature: str) -> str:
    """Return ``Cls.name`` of ``Lpkg/Cls;->name(args)ret``; the text itself where it is no such signature.

    A constructor is ``Cls.new`` and a class initialiser ``Cls.static``. An obfuscated class (``La/b/c;``) keeps its
    package, because its name alone says nothing.
    """
    found = _METHOD.match(signature)
    if found is None:
        return signature
    path, name = found.groups()
    own = path.rpartition("/")[2]
    shown = own if len(own) > MIN_TELLING else path.replace("/", ".")
    return f"{shown}.{_WORDS.get(name, name)}"


def split_guard(guard: str) -> tuple[str, str, str]:
    """Return kind, name and place of a guard: ``("preference", "agreed", "La/App;->onCreate()V")``.

    Kind and place are empty where the text has another form; its whole is then the name.
    """
    found = _GUARD.fullmatch(guard)
    return (found[1], found[2], found[3]) if found else ("", guard, "")
