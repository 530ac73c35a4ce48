"""Secrets in code and text: private keys whose structure is read, and key pairs of which both halves are there.

A public half alone is no secret; a text that looks like a placeholder or like a plain word is none either. What is
found is never shown: the public half is cut, of the other half only the length is said.
"""

from __future__ import annotations

import base64
import binascii
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from analyzer.dex import opcodes
from analyzer.model import SecurityFact

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from analyzer.catalogue.security import SecretRule
    from analyzer.dex import Hits, Site
    from analyzer.dex.flow.program import Program

KIND = "secret."
_LOADS = frozenset({opcodes.CONST_STRING, opcodes.CONST_STRING_JUMBO})
_PLACEHOLDER = re.compile(r"(?i)example|sample|test|demo|your|xxxx|placeholder|0123456|123456789|abcdef|(.)\1{5}")
_PEM = re.compile(r"-----BEGIN (?P<what>RSA |EC |DSA |)PRIVATE KEY-----(?P<body>[A-Za-z0-9+/=\s\\nr]+)")
_LEAST_KINDS = 10
"""Different characters of a random secret of 30 letters and digits; words have fewer."""
_AROUND = 400
"""Characters of a text file on both sides of the public half in which the other one is looked for."""
_WORDS = re.compile(r"[A-Za-z0-9+/]{20,}")


@lru_cache(maxsize=64)
def _pattern(expression: str) -> re.Pattern[str]:
    return re.compile(expression)


# --- private keys ----------------------------------------------------------------------------------------------------


def private_key(text: str) -> str | None:
    """Return what private key a text holds, such as ``RSA 2048 bits``; `None`: none whose structure can be read."""
    found = _PEM.search(text)
    if found is None and "-----" in text:
        return None
    body = found["body"].replace("\\n", "").replace("\\r", "") if found else text
    compact = "".join(body.split())
    try:
        raw = base64.b64decode(compact + "=" * (-len(compact) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    return private_key_der(raw)


def private_key_der(raw: bytes) -> str | None:
    """Return what private key DER holds: PKCS#8, PKCS#1 or SEC 1."""
    from .private_keys import key_of  # noqa: PLC0415  # hardly a package holds one

    return key_of(raw)


# --- pairs -----------------------------------------------------------------------------------------------------------


def is_random(text: str) -> bool:
    """Tell whether a text looks drawn at random: no placeholder, enough different characters, letters and digits."""
    if _PLACEHOLDER.search(text) or len(set(text)) < _LEAST_KINDS:
        return False
    return any(one.isdigit() for one in text) and any(one.isalpha() for one in text)


def _is_secret(rule: SecretRule, text: str) -> bool:
    if rule.secret is None or not _pattern(rule.secret).fullmatch(text) or not is_random(text):
        return False
    # Base62 and Base64 hold both cases; where they do not, it is a digest or a word.
    return "A-Z" not in rule.secret or (text.lower() != text and text.upper() != text)


def _redacted(rule: SecretRule, public: str, secret: str | None) -> str:
    shown = f"{public[:8]}…{public[-2:]}"
    return f"{rule.title.en}: {shown}" + (f" + {len(secret)} characters" if secret else "")


def find_secrets(hits: Hits, rules: Iterable[SecretRule]) -> Iterator[tuple[str, Site, str, str, str]]:
    """Yield (kind, site, certainty, detail, interface) for the secrets that code loads."""
    rows = tuple(rules)
    seen: set[tuple[str, str]] = set()
    for site in hits.of("string"):
        for rule in rows:
            text = site.target
            if not text.startswith((rule.prefix,) if rule.prefix else rule.beside or ("\0",)):
                continue
            if (rule.id, text + site.caller) in seen:
                continue
            seen.add((rule.id, text + site.caller))
            for one in (text,) if rule.prefix else sorted(_texts_of_class(site.flow.program, _owner(site))):
                detail = _look_at(site, rule, one)
                if detail is not None:
                    yield KIND + rule.id, site, "proven", detail, ""
                    break


def _owner(site: Site) -> str:
    return site.caller.partition("->")[0]


def _look_at(site: Site, rule: SecretRule, text: str) -> str | None:
    if rule.decoded is not None:
        whole = rule.prefix.startswith("-") or _pattern(rule.pattern).fullmatch(text)
        found = private_key(text) if whole else None
        return f"{rule.title.en}: {found}" if found else None
    if not _pattern(rule.pattern).fullmatch(text) or not is_random(text[len(rule.prefix) :]):
        return None
    beside = _texts_of_class(site.flow.program, _owner(site))
    if rule.near is not None and not any(_pattern(rule.near).search(one) for one in beside):
        return None
    secret = next((one for one in sorted(beside) if one != text and _is_secret(rule, one)), None)
    return _redacted(rule, text, secret) if secret else None


def _texts_of_class(program: Program, descriptor: str) -> set[str]:
    """Return the texts that a class loads or begins its fields with, and the names of its members."""
    members = program.members(descriptor)
    if members is None:
        return set()
    found = {name.partition(":")[0] for name in members.fields}
    found |= {value.text for value in members.constants.values() if value.kind == "string"}
    for body in program.own_bodies(descriptor):
        method = program.method(body.part, body.item)
        strings = method.dex.strings
        for at in method.at_opcodes(_LOADS):
            index = method.index(at)
            if index < strings.count:
                found.add(strings.text(index))
    return found


def secrets_in_text(text: str, rules: Iterable[SecretRule], name: str = "") -> Iterator[tuple[str, str]]:
    """Yield (kind, detail) for the secrets in a text file, with the path ``name``, or in strings of resources."""
    for rule in rules:
        if rule.file is not None:
            if name.rpartition("/")[2] == rule.file:
                yield from _of_file(text, rule)
            continue
        if not any(start in text for start in ((rule.prefix,) if rule.prefix else rule.beside)):
            continue
        if rule.decoded is not None:
            if rule.prefix.startswith("-"):
                for found in _PEM.finditer(text):
                    named = private_key(found[0])
                    if named:
                        yield KIND + rule.id, f"{rule.title.en}: {named}"
            continue
        for match in re.finditer(rf"(?<![A-Za-z0-9]){rule.pattern}(?![A-Za-z0-9])", text):
            around = text[max(0, match.start() - _AROUND) : match.end() + _AROUND]
            if not is_random(match[0][len(rule.prefix) :]) or (rule.near and not _pattern(rule.near).search(around)):
                continue
            words = [one for one in _WORDS.findall(around) if one != match[0] and _is_secret(rule, one)]
            if words:
                yield KIND + rule.id, _redacted(rule, match[0], words[0])


def _of_file(text: str, rule: SecretRule) -> Iterator[tuple[str, str]]:
    for match in _pattern(rule.pattern).finditer(text):
        value = match.groupdict().get("value", match[0])
        if is_random(value):
            yield KIND + rule.id, f"{rule.title.en}: {len(value)} characters"
            return


def facts_in_text(text: str, name: str, rules: Iterable[SecretRule]) -> Iterator[SecurityFact]:
    """Yield the secrets in one entry of the package."""
    for kind, detail in secrets_in_text(text, rules, name):
        yield SecurityFact(kind=kind, detail=detail, certainty="proven", file=name)
