"""What one cell of the ledger or one finding rests on: the request opened up, the sentence in its context."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import analyzer
from analyzer.model import UnreadableInputError
from registry_api.errors import RegistryError
from registry_api.organizations.models import AppVersion
from registry_api.storage.blobs import BlobStore

STEP = re.compile(r"\[\d+\]|[^.\[&/$]+|\$")
"""Steps of a transmission's path, such as ``body.base64.gzip.json$.header.imei``."""
_REQUESTS = 40
_SENTENCE_END = re.compile(r"[。！？!?；;\n]|\.(?=\s)")
_AROUND = 160
"""Characters of the sentences before and after a quote that are shown at most."""


@dataclass(frozen=True)
class Passage:
    """A quote of the policy between the sentences around it; both are empty where the text no longer has it there."""

    before: str
    quote: str
    after: str
    source: str
    negated: bool = False
    located: bool = False


@dataclass
class Branch:
    """One step of an opened request: a layer, a key, or a place in a list."""

    label: str
    hits: list[dict[str, Any]] = field(default_factory=list)
    """Transmissions whose value stands here."""
    below: list[Branch] = field(default_factory=list)


@dataclass(frozen=True)
class Opened:
    """A request of the capture as far as its facts tell: where in it personal data stood, below which layers."""

    request_id: str
    host: str
    first: dict[str, Any]
    """The transmission that the reader came for, else the first one of the request."""
    tree: Branch


def opened_requests(transmissions: Iterable[dict[str, Any]], wanted: Iterable[dict[str, Any]]) -> list[Opened]:
    """Return the requests of the wanted transmissions, each with all that was recognised in it."""
    everything: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for item in transmissions:
        everything.setdefault((item["request_id"], item["host"]), []).append(item)
    found: dict[tuple[str, str], Opened] = {}
    for item in wanted:
        key = item["request_id"], item["host"]
        if key not in found and len(found) < _REQUESTS:
            found[key] = Opened(item["request_id"], item["host"], item, _tree(everything.get(key, [item])))
    return list(found.values())


def _tree(rows: list[dict[str, Any]]) -> Branch:
    root = Branch("")
    for row in rows:
        branch = root
        for step in steps_of(row):
            below = next((one for one in branch.below if one.label == step), None)
            if below is None:
                branch.below.append(below := Branch(step))
            branch = below
        branch.hits.append(row)
    return _short(root)


def _short(branch: Branch) -> Branch:
    """Join steps that lead to one thing only, as in ``header.imei``: the forks are what a reader looks for."""
    branch.below = [_short(one) for one in branch.below]
    if branch.label and not branch.hits and len(branch.below) == 1 and len(branch.label) < _AROUND:
        only = branch.below[0]
        return Branch(f"{branch.label} › {only.label}", only.hits, only.below)
    return branch


def steps_of(row: dict[str, Any]) -> list[str]:
    """Return the steps of a transmission; facts of an older engine have no path, but place, layers and key."""
    path = STEP.findall(row.get("path") or "")
    if path:
        return [step for step in path if step != "$"]
    return [step for step in (row["where"], *row["encoding"], row["key"]) if step]


def manifest_lines(report: dict[str, Any], data: str) -> list[str]:
    """Return the lines of the manifest that give a kind of personal data, written as source."""
    giving = set(analyzer.data_permissions(data))
    return [permission_line(row) for row in report["permissions"] if row["declared"] and row["name"] in giving]


def permission_line(row: dict[str, Any]) -> str:
    """Return the element of the manifest that asks for a permission."""
    limit = f' android:maxSdkVersion="{row["max_sdk"]}"' if row.get("max_sdk") is not None else ""
    return f'<uses-permission android:name="{row["name"]}"{limit} />'


def passages_of(text: str | None, quotes: Iterable[dict[str, Any]]) -> Iterator[Passage]:
    """Yield each quote (``quote``, ``offset``, ``source``, ``negated``) with the sentences around it."""
    for row in quotes:
        quote, offset = row["quote"], row.get("offset")
        place = _place(text, quote, offset)
        source, negated = row["source"], bool(row.get("negated"))
        if text is None or place is None:
            yield Passage("", quote, "", source, negated)
            continue
        yield Passage(
            _sentence_before(text[:place]), quote, _sentence_after(text[place + len(quote) :]), source, negated, True
        )


def _place(text: str | None, quote: str, offset: int | None) -> int | None:
    if text is None or not quote:
        return None
    if offset is not None and text.startswith(quote, offset):
        return offset
    # A quote may begin before the word that its offset points at: the nearest one is meant.
    low = max(0, (offset or 0) - len(quote))
    near = text.find(quote, low)
    return near if near >= 0 else None


def _sentence_before(text: str) -> str:
    ends = [match.end() for match in _SENTENCE_END.finditer(text.rstrip(), max(0, len(text) - 4 * _AROUND))]
    stripped = text.rstrip()
    inner = [end for end in ends if end < len(stripped)]
    sentence = stripped[inner[-1] :] if inner else stripped[-_AROUND:]
    sentence = " ".join(sentence.split())
    return "…" + sentence[-_AROUND:] if len(sentence) > _AROUND else sentence


def _sentence_after(text: str) -> str:
    stripped = text.lstrip("。！？!?；;. \n\t")
    lead = text[: len(text) - len(stripped)].strip()
    match = _SENTENCE_END.search(stripped, 0, 4 * _AROUND)
    sentence = " ".join(stripped[: match.end() if match else _AROUND].split())
    return lead + (sentence[:_AROUND] + "…" if len(sentence) > _AROUND else sentence)


def policy_text(store: BlobStore, version: AppVersion | None) -> tuple[str | None, str]:
    """Return the text of the policy that came with a version, and why there is none."""
    if version is None or version.policy_sha256 is None:
        return None, ""
    try:
        return _read(store, version.policy_sha256, Path(version.policy_name or "").suffix[:10]), ""
    except UnreadableInputError as error:
        return None, error.why
    except (RegistryError, OSError) as error:
        return None, str(error)


@lru_cache(maxsize=16)
def _read(store: BlobStore, sha256: str, suffix: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        name = Path(folder) / f"policy{suffix}"
        name.symlink_to(store.path(sha256).resolve())  # readers go by the ending
        return analyzer.policy_text(name)
