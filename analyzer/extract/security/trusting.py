"""Whether ``checkServerTrusted`` lets every certificate pass: it checks nothing, or ignores what a real check says.

A trust manager that hands the question on to another one, or that may refuse for a reason of its own, is not accused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.dex import opcodes
from analyzer.dex.bodies import caught_types
from analyzer.dex.problem import DamagedError

if TYPE_CHECKING:
    from analyzer.dex import Site
    from analyzer.dex.flow.method import Method
    from analyzer.dex.flow.program import Body, Program

_DEPTH = 2
"""Methods of the package that are followed from one into the next."""
_THROW = 0x27
_STORES = frozenset({*range(0x59, 0x60), *range(0x67, 0x6E)})
_EXACT = frozenset({0x70, 0x71, 0x76, 0x77})
"""invoke-direct and invoke-static, also with a range: the very method that is named runs."""
_HARMLESS = (
    "Lkotlin/jvm/internal/Intrinsics;->", "Landroid/util/Log;->", "Ljava/io/PrintStream;->print",
    "Ljava/lang/StringBuilder;->", "Ljava/lang/Object;-><init>", "Ljava/lang/IllegalArgumentException;-><init>",
    "Ljava/lang/NullPointerException;-><init>", "Ljava/security/cert/X509Certificate;->getSubjectDN(",
    "Ljava/security/cert/X509Certificate;->getIssuerDN(", "Ljava/security/cert/X509Certificate;->toString(",
    "Ljava/security/Principal;->getName(", "Ljava/lang/String;->valueOf(", "Ljava/lang/String;->length(",
    "Ljava/lang/String;->isEmpty(",
)  # fmt: skip
"""Calls that cannot tell a good certificate from a bad one."""
_SAYING = ("->printStackTrace()V", "->getMessage()Ljava/lang/String;", "->toString()Ljava/lang/String;")
"""Ends of calls on a caught exception that only tell of it."""
_DATES = "Ljava/security/cert/X509Certificate;->checkValidity("
_CHECKS = "->checkServerTrusted("
_OF_CERTIFICATE = ("Ljava/security/cert/X509Certificate;->", "Ljava/security/cert/Certificate;->")
_NOTHING, _ONLY_DATES, _IGNORES = (
    "checks nothing",
    "checks only the dates",
    "ignores a refusal by the check that it calls",
)
_FOR_ARGUMENTS = frozenset({"Ljava/lang/IllegalArgumentException;", "Ljava/lang/NullPointerException;"})
_CATCHES_ALL = frozenset({"Ljava/lang/Exception;", "Ljava/lang/Throwable;"})
_CATCHES_REFUSALS = _CATCHES_ALL | {
    "Ljava/security/cert/CertificateException;",
    "Ljava/security/GeneralSecurityException;",
}


def body_of(program: Program, signature: str) -> tuple[Body, Method] | None:
    """Return the code of a method of the package; `None` when it has none, or none that can be read in full."""
    body = program.body(signature)
    if body is None or body.signature != signature:
        return None
    method = program.method(body.part, body.item)
    return (body, method) if method.whole and method.positions else None


def live_positions(method: Method) -> list[int] | None:
    """Return the positions of all instructions that can run; `None` when that cannot be told."""
    if method.blocks is None:
        return None
    return [at for number, at in enumerate(method.positions) if number in method.blocks.live]


def trusts_all(site: Site) -> str | None:
    """Tell whether the method lets every certificate pass, and how: nothing in it, or after it, can refuse one."""
    program = site.flow.program
    found = body_of(program, site.caller)
    return _examine(program, found[1], _DEPTH, {site.caller}) if found else None


def _examine(program: Program, method: Method, depth: int, above: set[str]) -> str | None:
    live = live_positions(method)
    guarded = _guarded(method, _CATCHES_REFUSALS)
    if live is None or guarded is None:
        return None
    dates = swallowed = False
    for at in live:
        opcode = method.opcode(at)
        if opcode == _THROW and not _is_for_arguments(method, at):
            if not _within(at, _guarded(method, _CATCHES_ALL) or []):
                return None
        elif opcode in opcodes.INVOKES:
            named = method.invoked(at) or ""
            if named.startswith(_HARMLESS) or named.endswith(_SAYING):
                continue
            if _within(at, guarded) and (_CHECKS in named or named.startswith(_OF_CERTIFICATE)):
                swallowed = True
            elif named.startswith(_DATES):
                dates = True
            else:
                inner = _followed(program, named, depth, above) if opcode in _EXACT else None
                if inner is None:
                    return None
                dates, swallowed = dates or inner == _ONLY_DATES, swallowed or inner == _IGNORES
        elif opcode in opcodes.CALL_SITES or opcode in _STORES:
            return None  # something is kept, and may be looked at later
    return _IGNORES if swallowed else _ONLY_DATES if dates else _NOTHING


def _followed(program: Program, named: str, depth: int, above: set[str]) -> str | None:
    """Look into a method of the package that the check calls; `None`: it may refuse, or cannot be looked into."""
    if not depth or named in above:
        return None
    found = body_of(program, named)
    return _examine(program, found[1], depth - 1, above | {named}) if found else None


def _within(at: int, ranges: list[tuple[int, int]]) -> bool:
    return any(first <= at < last for first, last in ranges)


def _guarded(method: Method, types: frozenset[str]) -> list[tuple[int, int]] | None:
    """Return the ranges with a handler for everything or one of some types; `None` when the handlers are damaged."""
    dex = method.dex
    try:
        ranges = caught_types(dex.data, method.code_offset, method.size)
    except DamagedError:
        return None
    return [
        (first, last)
        for first, last, handlers in ranges
        if any(kind < 0 or dex.type_name(kind) in types for kind, _ in handlers)
    ]


def _is_for_arguments(method: Method, at: int) -> bool:
    made = method.definitions(at, method.units[at] >> 8)
    return bool(made) and all(
        place >= 0
        and method.opcode(place) == opcodes.NEW_INSTANCE
        and method.dex.type_name(method.units[place + 1]) in _FOR_ARGUMENTS
        for place in made or ()
    )
