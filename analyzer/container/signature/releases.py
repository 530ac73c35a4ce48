"""What each Android release concludes from the schemes of one package, and what ``apksigner`` adds across releases."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from analyzer.model.record import dataclass

from .jar import JarResult
from .scheme import NO_LIMIT, SignerResult

if TYPE_CHECKING:
    from collections.abc import Iterator

N, P, R, T = 24, 28, 30, 33
"""The releases that brought scheme v2, scheme v3, the duty to use v2 (for apps that target it), and scheme v3.1."""
INVALID, INCOMPLETE, MISSING, INCONSISTENT = (
    "signature_invalid",
    "signature_incomplete",
    "signature_missing",
    "signature_inconsistent",
)
Refusal = tuple[str, str]
"""Anomaly code and why."""


@dataclass(slots=True)
class Checked:
    """The results of every scheme that is there; of v1 also what it announces."""

    results: dict[str, list[SignerResult]] = field(default_factory=dict)
    jar: JarResult = field(default_factory=JarResult)


def find_refusal(checked: Checked, min_sdk: int, target_sdk: int, *, phone: bool = False) -> Refusal | None:
    """Return why `apksigner` refuses the package; `None` when it accepts it for all releases from ``min_sdk`` on.

    With ``phone``, why the first release of Android does: the two differ over what is listed in `docs/signatures.md`.
    """
    if not checked.results:
        return MISSING, "the package is not signed"
    for level in _levels(checked, min_sdk):
        refusal = _refusal_at(checked, level, target_sdk, phone=phone)
        if refusal and not _is_gap(checked, level):
            return refusal[0], f"{refusal[1]} (refused by Android API level {level})"
    why = next(_disagreements(checked, min_sdk), None)
    return (INCONSISTENT, why) if why else None


def find_gap(checked: Checked, min_sdk: int) -> str | None:
    """Say which supported releases know none of the schemes, where `apksigner` does not look: v3 alone on Android 7."""
    if _is_gap(checked, max(min_sdk, N)):
        return f"signed by v3 alone: Android API levels {max(min_sdk, N)} to {P - 1} know no such signature"
    return None


def _is_gap(checked: Checked, level: int) -> bool:
    return N <= level < P and "v3" in checked.results and not {"v1", "v2"} & set(checked.results)


def _levels(checked: Checked, min_sdk: int) -> list[int]:
    """Return the releases at which something changes: the lowest, those with new rules, the ends of stated ranges."""
    levels = {1, N, P, R, T}
    for scheme in ("v3", "v3.1"):
        for one in checked.results.get(scheme, ()):
            levels |= {one.min_sdk, one.max_sdk + 1}
    return sorted({max(min_sdk, level) for level in levels if level <= NO_LIMIT})


def _refusal_at(checked: Checked, level: int, target_sdk: int, *, phone: bool) -> Refusal | None:
    for scheme, since in (("v3.1", T), ("v3", P), ("v2", N)):
        if level < since or scheme not in checked.results:
            continue
        results = checked.results[scheme]
        if scheme != "v2":
            fitting = [one for one in results if one.min_sdk <= level <= one.max_sdk or one.certificate is None]
            if scheme == "v3.1" and not fitting:
                continue
            ranges = {(one.min_sdk, one.max_sdk) for one in fitting}  # apksigner keeps the last signer of each range
            if len(fitting if phone else ranges) != 1:
                return INVALID, f"{scheme}: {len(fitting) or 'no'} signers for this release"
            results = fitting
        problem = _problem(results, phone=phone) or _stripped(checked, results[-1], level)
        if problem is None and level >= P and any(one.needs_v3 for one in results):
            problem = "its v3 signature was removed"
        return (INVALID, f"{scheme}: {problem}") if problem else None
    return _jar_refusal(checked, level, target_sdk, phone=phone)


def _problem(results: list[SignerResult], *, phone: bool) -> str | None:
    stated = (one.problem or (None if phone else one.disputed) for one in results)
    return next((problem for problem in stated if problem), None)


def _stripped(checked: Checked, signer: SignerResult, level: int) -> str | None:
    """Say how v3 and v3.1 contradict each other, as releases with v3.1 see it."""
    if level < T:
        return None
    if signer.scheme == "v3" and signer.rotated_from is not None and "v3.1" not in checked.results:
        return "its v3.1 signature was removed"
    if signer.scheme == "v3.1":
        old = checked.results.get("v3")
        if not old:
            return "there is no v3 signature beside it"
        stated = {one.rotated_from for one in old} - {None}  # a v3 signer may keep silent about it
        if stated - {min(one.min_sdk for one in checked.results["v3.1"])}:
            return "the v3 signature names another release for the rotation"
    return None


def _jar_refusal(checked: Checked, level: int, target_sdk: int, *, phone: bool) -> Refusal | None:
    results = checked.results.get("v1")
    if results is None:
        return INCOMPLETE, f"no v1 signature, only {', '.join(sorted(checked.results))}"
    problem = _problem(results, phone=phone)
    for scheme, since in ((2, N), (3, P)):
        if problem is None and level >= since and scheme in checked.jar.announces:
            problem = f"its v{scheme} signature was removed"
    if problem:
        return INVALID, f"v1: {problem}"
    if level >= R and target_sdk >= R:
        return INCOMPLETE, "only a v1 signature, apps that target API level 30 need v2"
    return None


def _disagreements(checked: Checked, min_sdk: int) -> Iterator[str]:
    """Yield what no single release sees: schemes that name different signers, so that an update would fail."""
    used = {"v1": min_sdk < N, "v2": min_sdk < P, "v3": True}
    named = {scheme: _certificates(checked, scheme) for scheme, is_used in used.items() if is_used}
    v1, v2, v3 = (named.get(scheme, []) for scheme in ("v1", "v2", "v3"))
    if v1 and v2 and set(v1) != set(v2):
        yield "v1 and v2 name different signers"
    old = v1 or v2
    if not (old and v3):
        return
    lineage = max((one.lineage for one in checked.results["v3"]), key=len, default=())
    if len(old) != 1:
        yield "several signers by v1 or v2, where v3 knows one"
    elif not lineage and (len(v3) != 1 or old != v3):
        yield "v3 names another signer than v1 and v2, without a proof of rotation"
    elif lineage and lineage[0].certificate.der != old[0]:
        yield "the signer of v1 and v2 does not begin the proof of rotation of v3"
    for one in checked.results["v3"]:
        own = [step.certificate.der for step in one.lineage]
        if own != [step.certificate.der for step in lineage[: len(own)]]:
            yield "the proofs of rotation of the v3 signers contradict each other"


def _certificates(checked: Checked, scheme: str) -> list[bytes]:
    return [one.certificate.der for one in checked.results.get(scheme, ()) if one.certificate is not None]
