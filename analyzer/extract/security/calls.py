"""Single calls: what a rule demands of an argument, and what the argument is."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from analyzer.container.text import shown
from analyzer.dex import opcodes
from analyzer.dex.flow.method import CONDITIONS, NEW_ARRAY

from .secrets import is_random

if TYPE_CHECKING:
    from analyzer.catalogue.security import SecurityKind
    from analyzer.dex import Site, Value
    from analyzer.dex.flow.method import Method

Look = tuple[str, str]
"""Certainty and detail."""
_RELEASE = "Landroid/os/Build$VERSION;->SDK_INT:I"
_PLACEHOLDER_KEYS = 4
"""Bytes; a shorter key is a marker of an empty one, no key."""
_MOST = 80


def look_at(site: Site, rule: SecurityKind) -> Look | None:  # one for each kind of argument
    """Return how certain a site counts for its rule, and what it is about; `None`: it does not count."""
    number = rule.calls.get(site.target, -1) if site.kind == "call" else -1
    if number < 0 or rule.reads == "nothing":
        if rule.reads != "nothing" and site.kind == "call":
            return None
        return "proven", _named(site)
    if rule.reads == "object":
        return _object(site, number)
    value = site.argument(number)
    if rule.reads == "bytes":
        return _bytes(site, rule, number, value)
    fits = [one for one in value.options if _fits(one, rule)]
    others = _others(site, rule)
    if not fits or others is None or not _made_with(site, rule):
        return None
    certainty = "proven" if others and len(fits) == len(value.options) and is_free(site) else "probable"
    return certainty, _told(site, rule, fits)


def _others(site: Site, rule: SecurityKind) -> bool | None:
    """Tell whether the further parameters are what the rule says: always, on some ways (false), or never (`None`)."""
    always = True
    for number, wanted in rule.also.items():
        options = site.argument(int(number)).options
        right = [one.kind == "int" and int(one.text) == wanted for one in options]
        if not any(right):
            return None
        always = always and all(right)
    return always


def _told(site: Site, rule: SecurityKind, fits: list[Value]) -> str:
    """Show the values; of a secret only whose it is and how long."""
    if not rule.secret:
        return ", ".join(sorted({shown(one.text, _MOST) for one in fits}))
    sizes = ", ".join(str(size) for size in sorted({len(one.text) for one in fits}))
    return f"{site.target.partition(';')[0][1:].replace('/', '.')}: {sizes} characters"


def _named(site: Site) -> str:
    return shown(site.target, _MOST) if site.kind in {"type", "string"} else ""


def _fits(value: Value, rule: SecurityKind) -> bool:
    if rule.reads == "text":
        fits = value.kind == "string" and bool(rule.matches and _pattern(rule.matches).fullmatch(value.text))
        return fits and (not rule.secret or is_random(value.text))
    if value.kind != "int":
        return False
    number = int(value.text)
    if rule.below is not None:
        return 0 < number < rule.below
    return number in rule.equals or bool(number > 0 and number & rule.bits)


@lru_cache(maxsize=64)
def _pattern(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.IGNORECASE)


def _made_with(site: Site, rule: SecurityKind) -> bool:
    if rule.receiver is None:
        return True
    return any(
        part.kind == "string" and part.text.upper() == rule.receiver
        for one in site.receiver().options
        if one.kind == "call"
        for part in one.parts
    )


def _object(site: Site, number: int) -> Look:
    """Name the class of an object, and what it is called."""
    names = sorted({one.text for one in site.argument(number).options if one.kind == "new"})
    if not names and _is_self(site, number):
        names = [site.caller.partition("->")[0]]
    texts = site.argument(1).texts
    called = f"“{shown(', '.join(texts), _MOST)}”" if texts else ""
    return "proven", " ".join([", ".join(name[1:-1].replace("/", ".") for name in names), called]).strip()


def _is_self(site: Site, number: int) -> bool:
    """Tell whether an argument is the object on which the method itself runs."""
    program = site.flow.program
    method = program.method(site.part, site.item)
    register = method.argument_register(site.offset, number if site.is_static else number + 1)
    body = program.body(site.caller)
    if register is None or body is None or body.is_static:
        return False
    return method.definitions(site.offset, register) == frozenset((-1 - (method.registers - method.ins),))


def _bytes(site: Site, rule: SecurityKind, number: int, value: Value) -> Look | None:
    """Tell whether bytes are constants; a key is never shown, only how long it is."""
    algorithm = ""
    if rule.secret and site.target.endswith("Ljava/lang/String;)V"):
        algorithm = ", ".join(site.argument(3 if "[BII" in site.target else 1).texts)
    known = [one for one in value.options if one.kind in {"bytes", "int"}]
    if known and len(known) == len(value.options):
        sizes = sorted({len(one.text) if one.kind == "bytes" else 8 for one in known})
        if rule.secret and sizes[-1] < _PLACEHOLDER_KEYS:
            return None
        if known[0].kind == "int" and "J)" not in site.target:
            return None
        size = ", ".join(f"{one} bytes" for one in sizes)
        return "proven" if len(known) == 1 else "probable", f"{algorithm} {size}".strip()
    if not rule.secret and _is_untouched(site, number):
        return "proven", "zeros"
    return None


def _is_untouched(site: Site, number: int) -> bool:
    """Tell whether an array is new, and nothing but this call ever gets it."""
    method = site.flow.program.method(site.part, site.item)
    register = method.argument_register(site.offset, number if site.is_static else number + 1)
    made = method.definitions(site.offset, register) if register is not None else None
    if not made or len(made) != 1 or min(made) < 0 or method.opcode(min(made)) != NEW_ARRAY:
        return False
    array = min(made)
    return not any(at != site.offset and _touches(method, at, array) for at in method.positions if at != array)


_STORES = frozenset({*range(0x4B, 0x52), *range(0x59, 0x60), *range(0x67, 0x6E), opcodes.FILL_ARRAY_DATA})


def _touches(method: Method, at: int, array: int) -> bool:
    """Tell whether an instruction fills, keeps or hands on an array."""
    opcode, head = method.opcode(at), method.units[at]
    if opcode in opcodes.INVOKES:
        registers = method.words(at)
    elif opcode in _STORES:
        second = method.units[at + 1]
        registers = [second & 0xFF] if 0x4B <= opcode <= 0x51 else []
        registers.append(head >> 8 & 15 if 0x59 <= opcode <= 0x5F else head >> 8)
    else:
        return False
    for register in registers:
        made = method.definitions(at, register)
        if made is None or array in made:
            return True
    return False


def is_free(site: Site) -> bool:
    """Tell whether a call runs whenever its method does; tests of the phone's release do not count."""
    method = site.flow.program.method(site.part, site.item)
    if method.is_straight:
        return True
    blocks = method.blocks
    if blocks is None:
        return False
    return all(
        is_neutral(method, method.positions[number])
        for number in blocks.deciding(method.number(site.offset))
        if method.opcodes[number] in CONDITIONS or method.opcodes[number] in {0x2B, 0x2C}
    )


def is_neutral(method: Method, at: int, *, nulls: bool = False) -> bool:
    """Tell whether a branch tests the phone's release, or with ``nulls`` only whether an argument is there."""
    head, opcode = method.units[at], method.opcode(at)
    if opcode not in CONDITIONS:
        return False
    two = opcode < 0x38
    registers = [head >> 8 & 15, head >> 12] if two else [head >> 8]
    for register in registers:
        made = method.definitions(at, register)
        if not made:
            return False
        if nulls and not two and opcode in {0x38, 0x39} and all(place < 0 for place in made):
            return True
        if any(_is_release(method, place) for place in made):
            return True
    return False


def _is_release(method: Method, place: int) -> bool:
    if place < 0 or method.opcode(place) not in opcodes.FIELD_READS:
        return False
    index = method.units[place + 1]
    return index < len(method.dex.fields) and method.dex.field_signature(index) == _RELEASE
