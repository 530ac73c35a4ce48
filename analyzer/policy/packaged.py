"""Which of the policies found in a package may be read in the place of one that nobody handed in.

Such files are drafts, agreements of SDKs and old versions as often as the policy in force. So one is read only when it
says itself that it is this app's, is whole, and no other one says the same; and what follows from it is only suspected.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from analyzer.catalogue import Catalogue
from analyzer.model import PackagedPolicy, PolicyFacts, UnreadableInputError

from . import policy_facts
from .text import PolicyText, text_of

LEAST = 1000
"""Characters; what is shorter is a summary, or the text of a dialog."""
LEAST_POINTS = 8
"""Of the 18 points; a summary, or an agreement that mentions privacy, has fewer."""


def choose_policy(
    found: Iterable[PackagedPolicy], catalogue: Catalogue, names: Iterable[str | None]
) -> tuple[PolicyFacts | None, tuple[PackagedPolicy, ...]]:
    """Return the facts of the one policy that qualifies, and all rows with their `state`, without their sources.

    ``names`` are names of the app and its provider: the text must name one of them.
    """
    wanted = [name for name in names if name and len(name) > 1]
    rows: list[PackagedPolicy] = []
    fit: list[tuple[int, PolicyFacts]] = []
    for row in found:
        facts, state = _read(row, catalogue, wanted)
        if facts is not None:
            fit.append((len(rows), facts))
        rows.append(replace(row, source="", state=state))
    if len(fit) == 1:
        place, facts = fit[0]
        rows[place] = replace(rows[place], state="used")
        return facts, tuple(rows)
    for place, _ in fit:
        rows[place] = replace(rows[place], state="several")
    return None, tuple(rows)


def _unfit(text: PolicyText) -> str | None:
    if text.language != "zh":
        return "not_chinese"
    if len(text.text) < LEAST:
        return "short"
    return "sdk" if "sdk" in text.text.lstrip()[:60].lower() else None


def _read(row: PackagedPolicy, catalogue: Catalogue, names: list[str]) -> tuple[PolicyFacts | None, str]:
    try:
        text = text_of(row.path, row.source.encode())
    except UnreadableInputError:
        return None, "unreadable"
    if (reason := _unfit(text)) is not None:
        return None, reason
    facts = policy_facts(text._replace(name=row.path, sha256=row.sha256), catalogue)
    named = [passage.value for passage in facts.passages if passage.kind in {"app_name", "operator"}]
    if not any(one in name or name in one for one in named for name in names):
        return None, "other_app" if named else "unnamed"
    if sum(point.found is True for point in facts.points) < LEAST_POINTS:
        return None, "few_points"
    return replace(facts, packaged=True), "fits"
