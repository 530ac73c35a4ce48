"""Facts from the text of a privacy policy (隐私政策): what it declares and which required points it has."""

from __future__ import annotations

from pathlib import Path

from analyzer.catalogue import Catalogue
from analyzer.model import PolicyFacts

from .declarations import PolicyWords, policy_words, read_declarations
from .points import read_points
from .text import PolicyText, load_text
from .wording import read_wording

__all__ = ["PolicyText", "load_text", "policy_facts", "read_policy"]

_words: dict[int, tuple[Catalogue, PolicyWords]] = {}  # by identity; the catalogue is kept alive beside its indexes


def read_policy(path: Path, catalogue: Catalogue) -> PolicyFacts:
    """Read a policy file (HTML, plain text or Markdown; UTF-8, UTF-16 or GB18030).

    Raise `UnreadableInputError` for a picture, PDF, DOCX, binary or empty file, with one line that says which.
    """
    return policy_facts(load_text(Path(path)), catalogue)


def policy_facts(policy: PolicyText, catalogue: Catalogue) -> PolicyFacts:
    """Return the facts of a policy text that is already in memory."""
    return PolicyFacts(
        name=policy.name,
        sha256=policy.sha256,
        characters=len(policy.text),
        language=policy.language,
        declarations=read_declarations(policy.text, _indexes(catalogue)),
        wording=read_wording(policy.text, catalogue.vocabularies),
        points=read_points(policy.text, policy.language, catalogue.policy_points),
    )


def _indexes(catalogue: Catalogue) -> PolicyWords:
    kept = _words.get(id(catalogue))
    if kept is None or kept[0] is not catalogue:
        _words.clear()
        kept = _words[id(catalogue)] = (catalogue, policy_words(catalogue))
    return kept[1]
