"""What the code says of classes whose names say nothing, for `analyzer.extract.attribution`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from analyzer.dex import opcodes

from .attribution import Traces, identifying_texts

if TYPE_CHECKING:
    from analyzer.catalogue import Catalogue
    from analyzer.dex.flow import Evaluator
    from analyzer.dex.flow.method import Method
    from analyzer.dex.graph import CallGraph
    from analyzer.model import Component

NATIVE = 0x100
LOADERS = {
    "Ljava/lang/System;->loadLibrary(Ljava/lang/String;)V": 0,
    "Ljava/lang/Runtime;->loadLibrary(Ljava/lang/String;)V": 1,
    "Lcom/getkeepsafe/relinker/ReLinker;->loadLibrary(Landroid/content/Context;Ljava/lang/String;)V": 1,
}
"""Method → which argument, the receiver counted, is the library's name."""


def read_traces(
    graph: CallGraph, flow: Evaluator, wanted: Iterable[str], catalogue: Catalogue, components: Iterable[Component]
) -> Traces:
    """Return the evidence for the ``wanted`` classes; only their own code is decoded."""
    keys = identifying_texts(catalogue)
    texts: dict[str, set[str]] = {}
    natives: dict[str, set[str]] = {}
    for name in sorted(set(wanted)):
        members = flow.program.members(name)
        declares_native = members is not None and any(one.flags & NATIVE for one in members.methods.values())
        for body in flow.program.own_bodies(name):
            method = flow.program.method(body.part, body.item)
            texts.setdefault(name, set()).update(text for text in _texts(method) if text in keys)
            if declares_native:
                natives.setdefault(name, set()).update(_libraries(flow, method))
    return Traces(
        graph.naming.callers,
        graph.naming.callees,
        texts=texts,
        natives=natives,
        components=frozenset(f"L{one.name.replace('.', '/')};" for one in components),
    )


def _texts(method: Method) -> Iterator[str]:
    for at, opcode in zip(method.positions, method.opcodes, strict=True):
        if opcode in {opcodes.CONST_STRING, opcodes.CONST_STRING_JUMBO}:
            index = method.index(at)
            if index < method.dex.strings.count:
                yield method.dex.strings.text(index)


def _libraries(flow: Evaluator, method: Method) -> Iterator[str]:
    for at in method.positions:
        signature = method.invoked(at)
        number = LOADERS.get(signature) if signature is not None else None
        if number is not None:
            for name in flow.argument(method.part, method.item, at, number).texts:
                yield f"lib{name}.so"
