"""Lists over all families, and the search for a rule by its id, for ``eduaudit rules``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from analyzer.model.base import record_plain, stated_plain

from . import Catalogue, parser_names
from .evidence import source_key

_TITLED = tuple(name for name in parser_names() if name not in {"apis", "sdks", "recipients", "callgraph"})
_CALLGRAPH = ("callgraph.types", "callgraph.calls", "callgraph.classes")


def counts(catalogue: Catalogue) -> dict[str, int]:
    """Return the number of rows of every family; APIs are counted by signature, recipients by pattern."""
    table = {family: len(getattr(catalogue, family)) for family in _TITLED}
    for kind, signatures in catalogue.apis.by_kind.items():
        table[f"apis.{kind}"] = len(signatures)
    table["sdks"] = len(catalogue.sdks)
    table["recipients"] = len(catalogue.recipients)
    table["external_sdks"] = len(catalogue.recipients.external_sdks)
    table |= {family: len(catalogue.plain(family)) for family in _CALLGRAPH}
    return table


def rows(catalogue: Catalogue, family: str, lang: str) -> list[tuple[str, str]]:
    """Return (id, title) of a family's rows, in the order of the files. Raise `KeyError` for an unknown family."""
    if family.startswith("apis."):
        table = catalogue.apis.by_kind[family.removeprefix("apis.")]
        return [(key, ", ".join(dict.fromkeys(rule.data for rule in table[key]))) for key in table]
    if family == "sdks":
        return [(key, rule.label(lang)) for key, rule in catalogue.sdks.items()]
    if family == "recipients":
        return [(pattern, _operator(catalogue, pattern, lang)) for pattern in catalogue.recipients.patterns()]
    if family == "external_sdks":
        return [(key, row["name"]) for key, row in catalogue.recipients.external_sdks.items()]
    plain = catalogue.plain(family)
    if family in _CALLGRAPH:
        return [(key, row["about"] or "") for key, row in plain.items()]
    return [(key, _title(row, lang)) for key, row in plain.items()]


def _title(row: dict[str, Any], lang: str) -> str:
    for key in ("title", "name", "what"):
        value = row.get(key)
        if isinstance(value, dict):
            return str(value[lang])
        if isinstance(value, str):
            return value
    return str(row.get(lang, ""))


def _operator(catalogue: Catalogue, pattern: str, lang: str) -> str:
    shape = pattern.startswith("*/")
    rule = catalogue.recipients.rule(None if shape else pattern, pattern if shape else None)
    return rule.name.pick(lang) if rule.name else rule.sdk or ""


def find(catalogue: Catalogue, name: str) -> list[dict[str, Any]]:
    """Return every rule that goes by ``name``, each as plain data with its `family`; empty when there is none.

    A name is an id of any family, an API signature or its name in a report, a type or call of the call graph's rules,
    a company key, or a host (looked up as traffic would be).
    """
    return list(_find(catalogue, name))


def _find(catalogue: Catalogue, name: str) -> Iterator[dict[str, Any]]:
    for family in _TITLED:
        table = getattr(catalogue, family)
        key: Any = int(name) if family == "app_types" and name.isdecimal() else name
        if key in table:
            yield {"family": family, "id": name, **record_plain(table[key])}
    if name in catalogue.sdks:
        row = stated_plain(catalogue.sdks[name])
        yield {"family": "sdks", **row, "source_titles": _source_titles(catalogue, row["sources"])}
    for rule in catalogue.apis.find(name):
        row = stated_plain(rule)
        if rule.weak is not None:
            row["weak_because"] = record_plain(catalogue.weak_reasons[rule.weak])
        yield {"family": "apis", **row, "source_titles": _source_titles(catalogue, row["source"])}
    for family in _CALLGRAPH:
        for key, row in catalogue.plain(family).items():
            if name == key or name in row.get("types", ()) or name in row.get("calls", ()):
                yield {"family": family, "id": key, **row, "source_titles": _source_titles(catalogue, row["source"])}
    recipients = catalogue.recipients
    if name in recipients.external_sdks:
        yield {"family": "external_sdks", "id": name, **recipients.external_sdks[name]}
    if name in recipients.companies:
        yield {"family": "companies", "id": name, **recipients.companies[name]}
    found = _recipient(catalogue, name)
    if found is not None:
        row = stated_plain(found)
        yield {"family": "recipients", **row, "source_titles": _source_titles(catalogue, row["source"])}


def _recipient(catalogue: Catalogue, name: str) -> Any:
    recipients = catalogue.recipients
    if name.startswith("*/"):
        return recipients.rule(None, name) if name in set(recipients.patterns()) else None
    if name.startswith("*."):
        return recipients.rule(name) if name in set(recipients.patterns()) else None
    return recipients.lookup(name) if "." in name and not name.startswith("L") else None


def _source_titles(catalogue: Catalogue, keys: list[str]) -> list[str]:
    titles = []
    for key in dict.fromkeys(source_key(item) for item in keys):
        source = catalogue.evidence.get(key)
        titles.append(f"{key}: {source.title.zh} / {source.title.en}" if source else key)
    return titles
