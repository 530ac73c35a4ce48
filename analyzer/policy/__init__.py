"""Facts from the text of a privacy policy (隐私政策): what it declares and which required points it has."""

from __future__ import annotations

from pathlib import Path

from analyzer.catalogue import Catalogue
from analyzer.model import PolicyFacts

from .declarations import read_declarations
from .indexes import PolicyWords, policy_words
from .layout import lines, sentences_of
from .owner import read_owner
from .passages import read_passages
from .points import Itemised, read_points
from .readability import measure
from .text import PolicyText, load_text
from .third_parties import read_third_parties
from .unwrap import unwrap
from .wording import read_wording
from .words import fold

__all__ = ["PolicyText", "load_text", "policy_facts", "read_policy"]

_words: dict[int, tuple[Catalogue, PolicyWords]] = {}  # by identity; the catalogue is kept alive beside its indexes


def read_policy(path: Path, catalogue: Catalogue) -> PolicyFacts:
    """Read a policy file (HTML, MHTML, PDF, DOCX, Markdown or plain text; UTF-8, UTF-16 or GB18030).

    Raise `UnreadableInputError` for a picture, an encrypted, damaged, binary or empty file; one line says which.
    """
    return policy_facts(load_text(Path(path)), catalogue)


def policy_facts(policy: PolicyText, catalogue: Catalogue) -> PolicyFacts:
    """Return the facts of a policy text that is already in memory."""
    words = _indexes(catalogue)
    text, back = unwrap(policy.text)
    every = list(lines(text))
    declarations = read_declarations(text, every, words)
    chinese = policy.language == "zh"
    passages = (
        *read_owner(text, every, lambda name: any(True for _ in words.companies.find(fold(name)))),
        *read_passages(every, declarations, catalogue.policy_points, catalogue.personal_data),
    )
    stated = [row for row in declarations if row.data and not row.negated and not row.general]
    itemised = Itemised(
        statements=len({row.quote for row in stated}),
        left_open=sum(row.kind == "catch_all" for row in passages),
        quote=stated[0].quote if stated else "",
        offset=stated[0].offset if stated else None,
    )
    return PolicyFacts(
        name=policy.name,
        sha256=policy.sha256,
        characters=len(policy.text),
        language=policy.language,
        declarations=tuple(map(back, declarations)),
        wording=read_wording(text, catalogue.vocabularies, sentences_of(every)),
        points=tuple(map(back, read_points(text, policy.language, catalogue.policy_points, every, itemised))),
        passages=tuple(sorted(map(back, passages), key=lambda row: (row.offset, row.kind, row.value)))
        if chinese
        else (),
        third_parties=tuple(map(back, read_third_parties(every, words.sdks))),
        readability=measure(text, every) if chinese else None,
    )


def _indexes(catalogue: Catalogue) -> PolicyWords:
    kept = _words.get(id(catalogue))
    if kept is None or kept[0] is not catalogue:
        _words.clear()
        kept = _words[id(catalogue)] = (catalogue, policy_words(catalogue))
    return kept[1]
