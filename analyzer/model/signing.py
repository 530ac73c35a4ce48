"""Facts about signing: certificates that came before, what else stands in the signing block, the stamp of a source."""

from __future__ import annotations

from .base import Record, Sha256
from .record import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PastCertificate(Record):
    """One certificate of a rotation lineage; each but the first is vouched for by the one before."""

    sha256: Sha256
    md5: str
    sha1: str
    subject: str
    capabilities: tuple[str, ...] = ()
    """What a phone still grants to it: ``installed_data``, ``shared_uid``, ``permission``, ``rollback``, ``auth``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningItem(Record):
    """Data beside the entries of the package: a pair of the signing block, or the comment of the archive."""

    id: str
    """Of the pair, such as ``0x71777777``; ``comment`` for the archive's comment."""
    name: str
    """What is known by this id (``Walle channel``), or ``unknown``."""
    size: int
    """Bytes of the value."""
    content: str | None = None
    """The value where it is text; `None` for everything else."""
    signed: bool = False
    """Whether a signature that holds protects it: a pair of the block never is, a comment by v2 and later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureVerdict(Record):
    """What `apksigner verify` concludes for every release from the package's ``min_sdk`` on, and what phones do.

    Of a set of packages: for the first part that is refused, else for the base.
    """

    accepted: bool
    refusal: str | None = None
    """Why `apksigner` refuses the package."""
    schemes: tuple[str, ...] = ()
    """Schemes that a supported release uses and all of whose signers hold."""
    phones: str | None = None
    """What phones do otherwise; `None`: the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStamp(Record):
    """Who stamped the package as its source (a store); this says nothing about who signed it."""

    sha256: Sha256
    md5: str
    sha1: str
    subject: str
    verified: bool
