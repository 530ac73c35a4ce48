"""Methods whose bodies decide: trust managers, host name verifiers, and clients that pass over certificate errors.

What a body does is decided on its control flow. Nothing is *proven* for a class that is only defined: it takes a place
at which an object of it is handed to a connection. An object that is made, and not seen to be handed over, is
*probable*; a class that nothing makes is *present*.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from analyzer.dex import opcodes
from analyzer.dex.flow.method import CONDITIONS

from .calls import is_neutral
from .trusting import body_of, live_positions, trusts_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from analyzer.catalogue.security import SecurityKind
    from analyzer.dex import Hits, Site, Value
    from analyzer.dex.flow import Evaluator

Row = tuple[str, "Site", str, str, str]
"""Kind, site, certainty, detail, interface."""
Weak = tuple["Site", str]
"""The definition of a method that checks nothing, and what it does instead."""
_PUTS = frozenset((*range(0x59, 0x60), *range(0x67, 0x6E)))
_DEPTH = 3
_RETURNS = frozenset(range(0x0E, 0x12))
_SWITCHES = frozenset({opcodes.PACKED_SWITCH_OP, opcodes.SPARSE_SWITCH_OP})
_PROCEED, _CANCEL = "SslErrorHandler;->proceed()V", "SslErrorHandler;->cancel()V"


def find_bodies(hits: Hits, targets: Mapping[tuple[str, str], tuple[SecurityKind, ...]]) -> Iterator[Row]:
    """Yield the classes whose methods check nothing, each at the places where it is used."""
    weak: dict[str, dict[str, Weak]] = {}
    strict: set[tuple[str, str]] = set()
    for site in hits.of("override"):
        for rule in targets.get(("override", site.target), ()):
            name = site.caller.partition("->")[0]
            detail = _TESTS[rule.id](site) if rule.id in _TESTS else None
            if detail is None:
                strict.add((rule.id, name))
            elif rule.reads == "use":
                weak.setdefault(rule.id, {}).setdefault(name, (site, detail))
            else:
                yield rule.id, _at_body(site), "proven", detail, site.target
    for kind, name in strict:  # which of a class's methods a connection calls is not known: all have to be weak
        weak.get(kind, {}).pop(name, None)
    used: set[tuple[str, str]] = set()
    for site in hits.of("call") if weak else ():
        for rule in targets.get(("call", site.target), ()):
            for name in _handed(site, rule.calls[site.target], weak.get(rule.id, {})):
                used.add((rule.id, name))
                definition, detail = weak[rule.id][name]
                yield rule.id, site, "proven", _shown(name, detail), definition.caller
    for kind, classes in sorted(weak.items()):
        for name, (site, detail) in sorted(classes.items()):
            if (kind, name) not in used:
                yield from _unused(kind, name, site, detail)


def _handed(site: Site, number: int, weak: Mapping[str, Weak]) -> list[str]:
    """Return the classes that check nothing of which a call is given objects."""
    if not weak:
        return []
    handed = set(_classes(site.flow, site.argument(number), _DEPTH))
    return sorted({known for name in handed if (known := _weak_class(site.flow, name, weak))})


def _shown(name: str, detail: str) -> str:
    return f"{name[1:-1].replace('/', '.')}: {detail}"


def _at_body(site: Site) -> Site:
    """Return a definition as the place of its code, so that its level can be found out."""
    body = site.flow.program.body(site.caller)
    return site if body is None else replace(site, part=body.part, item=body.item)


def _unused(kind: str, name: str, site: Site, detail: str) -> Iterator[Row]:
    """Yield the places that make an object of a class, or the class itself where nothing does."""
    program = site.flow.program
    members = program.members(name)
    makers = [member for member in (members.methods if members else ()) if member.startswith("<init>(")]
    places = [place for member in makers for place in program.callers_of(f"{name}->{member}") or ()]
    found = False
    for part, item, offset in places:
        for caller in program.signatures(part, item):
            if caller.partition("->")[0] != name or "-><clinit>(" in caller:
                found = True
                dex = program.parts[part].dex.name
                place = replace(site, kind="call", caller=caller, dex=dex, part=part, item=item, offset=offset)
                yield kind, place, "probable", _shown(name, detail), site.caller
    if not found:
        yield kind, _at_body(site), "present", _shown(name, detail), site.caller


def _weak_class(flow: Evaluator, name: str, weak: Mapping[str, Weak]) -> str | None:
    """Return the class whose method runs on an object of a class, if it is one that checks nothing."""
    if name in weak:
        return name
    methods = {"checkServerTrusted", "verify"}
    for above in flow.program.lineage(name):
        if above in weak:
            return above
        members = flow.program.members(above)
        if members is not None and any(member.partition("(")[0] in methods for member in members.methods):
            return None
    return None


def _classes(flow: Evaluator, value: Value, depth: int) -> Iterator[str]:
    """Yield the classes of the objects that a value is, or an array holds, through fields and helpers."""
    if depth < 0:
        return
    program = flow.program
    for one in value.options:
        if one.kind == "new":
            yield one.text
        elif one.kind == "array":
            for part in one.parts:
                yield from _classes(flow, part, depth)
        elif one.kind == "field":
            for part_, item, at in program.stores_of(one.text, _PUTS) or ():
                method = program.method(part_, item)
                head = method.units[at]
                register = head >> 8 & 15 if method.opcode(at) < 0x60 else head >> 8
                yield from _classes(flow, flow.held(part_, item, at, register), depth - 1)
        elif one.kind == "call":
            body = program.body(one.text)
            if body is not None:
                yield from _classes(flow, flow.returned(body), depth - 1)


# --- what a body does ------------------------------------------------------------------------------------------------


def accepts_any_host(site: Site) -> str | None:
    """Tell whether ``verify`` returns true on every way."""
    found = body_of(site.flow.program, site.caller)
    live = live_positions(found[1]) if found else None
    if found is None or live is None or not any(found[1].opcode(at) in _RETURNS for at in live):
        return None
    value = site.flow.returned(found[0])
    true = [one.kind == "int" and one.text == "1" for one in value.options]
    return "always returns true" if true and all(true) else None


def proceeds(site: Site) -> str | None:
    """Tell whether ``onReceivedSslError`` goes on whatever the error is, and asks nobody."""
    found = body_of(site.flow.program, site.caller)
    live = live_positions(found[1]) if found else None
    if found is None or live is None:
        return None
    method, blocks = found[1], found[1].blocks
    going: list[int] = []
    for at in live:
        named = method.invoked(at) or ""
        if named.endswith(_CANCEL) or "->onReceivedSslError(" in named:
            return None
        if named.endswith(_PROCEED):
            going.append(at)
    if blocks is None:
        return None
    for at in going:
        tests = [
            method.positions[number]
            for number in blocks.deciding(method.number(at))
            if method.opcodes[number] in CONDITIONS | _SWITCHES
        ]
        if all(is_neutral(method, test, nulls=True) for test in tests):
            return "always calls proceed()"
    return None


_TESTS: dict[str, Callable[[Site], str | None]] = {
    "tls.trust_all": trusts_all,
    "tls.any_host": accepts_any_host,
    "webview.ssl_error": proceeds,
}
"""By the id of the rule that lists the methods."""
