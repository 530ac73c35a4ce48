"""What the code and the wire say together: the SDK whose code reads it is the one whose host received it."""

from __future__ import annotations

from collections.abc import Iterable

from analyzer.model import Access, Bilingual, FindingEvidence, Transmission

from . import names
from .case import Case
from .evidence import of_access
from .reach import best_first, early
from .settings import HASHES

SHOWN = 2
"""Pieces of code shown beside one finding on traffic: what was sent is the proof, the code says where to mend it."""


def code_behind(case: Case, rows: Iterable[Transmission]) -> dict[tuple[str, str], tuple[Access, ...]]:
    """Return (recipient, data) → reads of that data by code of the very SDK that received it, early ones first."""
    found: dict[tuple[str, str], tuple[Access, ...]] = {}
    for row in rows:
        pair = (row.recipient or "", row.data)
        if pair not in found and pair[0].startswith("sdk:"):
            reads = tuple(read for read in case.reads.get(row.data, ()) if read.actor == pair[0])
            if reads:
                found[pair] = tuple(best_first(reads))
    return dict(sorted(found.items()))


def evidence_behind(case: Case, rows: Iterable[Transmission]) -> tuple[FindingEvidence, ...]:
    """Return the code behind transmissions as evidence, the best chain of each SDK and kind of data."""
    return tuple(of_access(reads[0]) for reads in code_behind(case, rows).values())[:SHOWN]


def account(case: Case, rows: tuple[Transmission, ...]) -> Bilingual:
    """Say when and how it was sent, and what the code has to do with it; empty where there is nothing to add."""
    told = [part for part in (_timing(rows), *_confirmed(case, rows), _unexplained(case, rows)) if part is not None]
    return Bilingual(zh="".join(part.zh for part in told), en="".join(f" {part.en}" for part in told))


def _timing(rows: tuple[Transmission, ...]) -> Bilingual | None:
    timed = [row for row in rows if row.since_start_s is not None]
    if not timed:
        return None
    first = min(timed, key=lambda row: (row.since_start_s or 0, row.host))
    seconds = f"{first.since_start_s:g}"
    return Bilingual(
        zh=f"最早一次在启动后 {seconds} 秒发往 {first.host}{_dress(first).zh}。",
        en=f"The first went to {first.host} {seconds} s after the start{_dress(first).en}.",
    )


def _dress(row: Transmission) -> Bilingual:
    digests = [layer for layer in row.encoding if layer in HASHES]
    if not digests:
        return Bilingual(zh="", en="")
    name = names.hashes(digests)
    return Bilingual(zh=f"（{name.zh}）", en=f" ({name.en})")


def _confirmed(case: Case, rows: tuple[Transmission, ...]) -> Iterable[Bilingual]:
    by_sdk: dict[str, list[tuple[str, tuple[Access, ...]]]] = {}
    for (recipient, data), reads in code_behind(case, rows).items():
        by_sdk.setdefault(recipient, []).append((data, reads))
    for recipient, found in by_sdk.items():
        name = names.recipient(case, recipient, vendor=False)
        kinds = names.kinds(case, (data for data, _ in found))
        if any(early(reads) for _, reads in found):
            when = Bilingual(zh="，且有从启动阶段到达它的调用链", en=", and a call chain from start-up leads to it")
        else:
            when = Bilingual(zh="", en="")
        yield Bilingual(
            zh=f"静态分析印证：“{name.zh}”的代码读取{kinds.zh}{when.zh}。",
            en=f"The code confirms it: {name.en} reads {kinds.en}{when.en}.",
        )


def _unexplained(case: Case, rows: tuple[Transmission, ...]) -> Bilingual | None:
    """Say which SDKs received data that none of their code reads: the app hands it over, or code was not understood."""
    if not case.complete:
        return None
    present = {f"sdk:{sdk.id}" for sdk in case.sdks}
    silent = {
        row.recipient
        for row in rows
        if row.recipient in present and not any(read.actor == row.recipient for read in case.reads.get(row.data, ()))
    }
    named = sorted(recipient for recipient in silent if recipient)
    if not named:
        return None
    name = names.joined(names.recipient(case, recipient, vendor=False) for recipient in named)
    return Bilingual(
        zh=f"安装包中未见“{name.zh}”自身读取它的代码，可能由应用传入。",
        en=f"No code of {name.en} itself that reads it was found in the package; the app may hand it over.",
    )
