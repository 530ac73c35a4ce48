"""Ciphers, keys and secrets in code (PIPL 51)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.catalogue.security import SecretRule
from analyzer.judge.case import Case
from analyzer.judge.hits import Hit, check
from analyzer.judge.weaknesses import details, facts_of, how, kinds_of, severity_of, shown, status_of, titles
from analyzer.model import Bilingual, Severity, Status

_KEY = "crypto.constant_key"
_PRIVATE = ("secret.private_key_pem", "secret.private_key")


@check("CRYPTO.WEAK_CIPHER")
def weak_cipher(case: Case) -> Iterator[Hit]:
    """Report algorithms that are broken or too weak. What they are used for, code alone does not say."""
    rows = facts_of(case, *kinds_of(case, "CRYPTO.WEAK_CIPHER"))
    if rows:
        yield Hit(
            subject="algorithms",
            status=Status.SUSPECTED,
            severity=severity_of(rows, Severity.LOW),
            evidence=shown(rows),
            values={"algorithms": details(rows), "how": how(rows)},
        )


@check("CRYPTO.CONSTANT_KEY")
def constant_key(case: Case) -> Iterator[Hit]:
    """Report keys that everybody can read in the package; a constant initial vector or seed weighs less."""
    rows = facts_of(case, *kinds_of(case, "CRYPTO.CONSTANT_KEY"))
    if rows:
        keys = tuple(row for row in rows if row.kind == _KEY)
        yield Hit(
            subject="constants",
            status=status_of(keys or rows),
            severity=severity_of(keys, Severity.MEDIUM) if keys else severity_of(rows, Severity.LOW),
            evidence=shown(rows),
            values={"what": titles(case, rows), "how": how(keys or rows)},
        )


@check("CRYPTO.NATIONAL")
def national(case: Case) -> Iterator[Hit]:
    """Say which national algorithms are used; for information."""
    rows = facts_of(case, *kinds_of(case, "CRYPTO.NATIONAL"))
    if rows:
        yield Hit(subject="sm", status=Status.SUSPECTED, evidence=shown(rows), values={"algorithms": details(rows)})


_LENGTH = re.compile(r"(\d+) characters")


def _in_chinese(secrets: Bilingual, rule: SecretRule | None) -> Bilingual:
    """Say the kind of a secret and the length of its other half in Chinese; the fact holds them in English."""
    named = secrets.zh.replace(rule.title.en, rule.title.zh) if rule else secrets.zh
    return Bilingual(zh=_LENGTH.sub(r"\1 个字符", named), en=secrets.en)


@check("SECURITY.SECRET")
def secret(case: Case) -> Iterator[Hit]:
    """Report secrets. A private key is one by its structure; whether a key pair still works nobody tried."""
    kinds = [f"secret.{key}" for key, rule in case.catalogue.secrets.items() if rule.accuses]
    kinds += kinds_of(case, "SECURITY.SECRET")
    for kind in kinds:
        rows = facts_of(case, kind)
        if rows:
            yield Hit(
                subject=kind,
                status=Status.PROVEN if kind in _PRIVATE else Status.SUSPECTED,
                evidence=shown(rows),
                values={"secrets": _in_chinese(details(rows), case.catalogue.secrets.get(kind.partition(".")[2]))},
            )
