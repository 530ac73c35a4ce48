"""What the two copies of the process that look at the code answer: the sweep over it, and what its sites say.

Apart from the work itself, whose modules only a copy loads: the first process builds the call graph meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzer.dex.sites import PlainSites, hits_of
from analyzer.model.base import Record
from analyzer.model.facts import (
    Access,
    Bundle,
    CoverageReason,
    Endpoint,
    PermissionRequest,
    Sdk,
    SdkActivity,
    SecurityFact,
)
from analyzer.model.record import dataclass

from .sdk_states import NO_CALLS, KnownCalls

if TYPE_CHECKING:
    from analyzer.dex import DexIndex, Hits


@dataclass(frozen=True, slots=True, kw_only=True)
class SweptCode(Record):
    """The answers of the sweep."""

    sites: PlainSites | None = None
    """`None`: the sweep failed, ``reasons`` say how."""
    calls: KnownCalls = NO_CALLS
    hosts: tuple[str, ...] = ()
    """All hosts of the string tables, sorted."""
    endpoints: tuple[Endpoint, ...] = ()
    reasons: tuple[CoverageReason, ...] = ()
    seconds: dict[str, float]
    peak_memory: int = 0

    def hits(self, index: DexIndex) -> Hits | None:
        """Return the sites with what it takes to look at them."""
        return hits_of(index, self.sites) if self.sites is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SdkCall(Record):
    """A call that concerns an SDK."""

    sdk: str
    activity: SdkActivity


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyedCode(Record):
    """The rows of the survey, none of them with a level yet."""

    accesses: tuple[Access, ...] = ()
    requests: tuple[PermissionRequest, ...] = ()
    security: tuple[SecurityFact, ...] = ()
    bundles: tuple[Bundle, ...] = ()
    sdks: tuple[Sdk, ...] | None = None
    """Without what their calls say of them; `None`: they could not be looked for, ``reasons`` say why."""
    calls: tuple[SdkCall, ...] = ()
    looked_for: tuple[str, ...] = ()
    """See `SdkCalls`; sorted."""
    reasons: tuple[CoverageReason, ...] = ()
    seconds: dict[str, float]
    peak_memory: int = 0


def sweep(index: DexIndex, catalogue: Any) -> SweptCode:
    """See `sweep_code`: loaded in the copy, while the graph is built in the first process."""
    from .swept import sweep_code  # noqa: PLC0415  # as said

    return sweep_code(index, catalogue)


def survey(*inputs: Any) -> SurveyedCode:
    """See `survey_code`, as above."""
    from .surveyed import survey_code  # noqa: PLC0415  # as said

    return survey_code(*inputs)
