"""The call graph over all DEX files of one app.

>>> graph = build_graph(index, platform)
>>> reach = graph.search(plan, wanted=[("Lcn/x/App;->onCreate()V", (12,))])
>>> reach.level("Lcn/x/App;->onCreate()V"), reach.chain("Lcn/x/App;->onCreate()V")

Over-approximates which objects a call can meet by rapid type analysis, then lets an examiner look at the steps that
matter. A method that is not reached has no path that was found; that is not a proof that it never runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .graph import Caller, CallGraph, Place
from .plan import (
    CallbackType,
    CallRule,
    ClassRule,
    ImplicitCalls,
    Inflation,
    LinkKind,
    Phase,
    Plan,
    Root,
)  # fmt: skip
from .platform import NoPlatform, Platform
from .reach import Chain, Doubt, Examine, Level, Reach, Step

if TYPE_CHECKING:
    from analyzer.dex.index import DexIndex

__all__ = [
    "CallGraph", "CallRule", "CallbackType", "Caller", "Chain", "ClassRule", "Doubt", "Examine", "ImplicitCalls",
    "Inflation", "Level", "LinkKind", "NoPlatform", "Phase", "Place", "Plan", "Platform", "Reach", "Root", "Step",
    "build_graph",
]  # fmt: skip


def build_graph(index: DexIndex, platform: Platform) -> CallGraph:
    """Decode all code of an app and link it. Never raises for what the files contain."""
    return CallGraph(index.parts, platform)
