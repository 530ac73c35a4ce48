"""The reading of one policy as a document (`eduaudit.policy/1`): what `eduaudit policy` prints, in every format."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzer.model import Bilingual, canonical_json, record_plain

if TYPE_CHECKING:
    from analyzer.catalogue import Catalogue
    from analyzer.model import PolicyFacts, PolicyPassage, Report

SCHEMA = "eduaudit.policy/1"
RIGHTS = ("access", "copy", "correct", "delete", "transfer", "restrict", "withdraw", "cancel", "complain")
CHILDREN = ("under_14", "guardian_consent", "own_rules", "person_in_charge")
DATES = ("published", "updated", "effective")
NOTICED = ("use_means_consent", "forced_purpose", "unreasonable_cancellation", "refusal_blocks", "personalised_push",
           "personalised_off")  # fmt: skip
"""Vocabularies whose sentences are shown."""

_ALONE = Bilingual(
    zh="只读了政策文本：所写是否属实、是否完整，须与应用、流量和备案对照（eduaudit audit --policy）。",
    en="The text alone was read: whether it is true and complete needs the app, its traffic and its filing "
    "(eduaudit audit --policy).",
)
_OTHER_LANGUAGE = Bilingual(
    zh="文本不是中文：18 项、日期、权利和可读性没有判断。",
    en="The text is not Chinese: the 18 points, dates, rights and readability were not judged.",
)
_WORDS = Bilingual(
    zh="“未见”是指没有找到常用说法；换一种说法写的，须人工阅读。",
    en="'Not found' means that no usual wording was found; what is said otherwise needs a reader.",
)
_CONDITIONAL = Bilingual(
    zh="仅部分应用需要的项目（{points}）是否适用，须看应用。",
    en="Whether the points that only some apps need ({points}) apply depends on the app.",
)
_NO_TABLE = Bilingual(
    zh="政策提到 SDK 或第三方，但没有读到清单中的行；清单可能在另一页面或图片中。",
    en="The policy speaks of SDKs or third parties, and no row of a list was read; it may stand elsewhere.",
)
_PDF = Bilingual(
    zh="PDF 中的表格按行还原，单元格换行的行可能没有分列。",
    en="Tables in a PDF are restored by line; rows whose cells wrap may not be parted into columns.",
)


def policy_document(facts: PolicyFacts, report: Report, catalogue: Catalogue) -> dict[str, Any]:
    """Return the document: plain values only, stable order; equal input and rules give equal bytes."""
    return {
        "schema": SCHEMA,
        "rules": catalogue.rules_version,
        "file": {
            "name": facts.name,
            "sha256": facts.sha256,
            "characters": facts.characters,
            "language": facts.language,
        },
        "names": {
            "apps": _named(facts, "app_name"),
            "operators": _named(facts, "operator"),
        },
        "dates": {kind: _named(facts, kind) for kind in DATES},
        "points": _points(facts, catalogue),
        "data": _data(facts, catalogue),
        "sdks": _parties(facts, catalogue, "sdk"),
        "companies": _parties(facts, catalogue, "company"),
        "third_parties": [record_plain(row) for row in facts.third_parties],
        "permissions": [
            {**_shown(row), "title": record_plain(catalogue.personal_data[row.value].title), "purpose": row.purpose}
            for row in facts.passages
            if row.kind == "permission"
        ],
        "rights": {name: _first(facts, "right", name) for name in RIGHTS},
        "answer_times": _named(facts, "answer_time"),
        "children": {name: _first(facts, "children", name) for name in CHILDREN},
        "cross_border": _named(facts, "cross_border"),
        "catch_alls": _named(facts, "catch_all"),
        "wording": [
            {"kind": row.kind, "title": record_plain(catalogue.vocabularies[row.kind].title), "quote": row.value,
             "offset": int(row.found_in.rpartition("@")[2])}
            for row in facts.wording
            if row.kind in NOTICED
        ],
        "readability": record_plain(facts.readability) if facts.readability else None,
        "findings": [record_plain(finding) for finding in report.findings],
        "not_judged": [record_plain(text) for text in _not_judged(facts, catalogue)],
    }  # fmt: skip


def dump(document: dict[str, Any]) -> str:
    """Return the document as canonical JSON."""
    return canonical_json(document) + "\n"


def _shown(row: PolicyPassage) -> dict[str, Any]:
    return {"value": row.value, "quote": row.quote, "offset": row.offset}


def _named(facts: PolicyFacts, kind: str) -> list[dict[str, Any]]:
    return [_shown(row) for row in facts.passages if row.kind == kind]


def _first(facts: PolicyFacts, kind: str, value: str) -> dict[str, Any] | None:
    row = next((row for row in facts.passages if row.kind == kind and row.value == value), None)
    return {"quote": row.quote, "offset": row.offset} if row else None


def _points(facts: PolicyFacts, catalogue: Catalogue) -> list[dict[str, Any]]:
    rows = []
    for point in facts.points:
        rule = catalogue.policy_points[point.id]
        rows.append(
            {
                "id": point.id,
                "title": record_plain(rule.title),
                "found": point.found,
                "quote": point.quote,
                "offset": point.offset,
                "missing": [record_plain(part) for part in point.missing],
                "applies": record_plain(rule.applies) if rule.applies else None,
            }
        )
    return rows


def _data(facts: PolicyFacts, catalogue: Catalogue) -> list[dict[str, Any]]:
    kinds: dict[str, list[dict[str, Any]]] = {}
    for row in facts.declarations:
        if row.data:
            said = "denied" if row.negated else "general" if row.general else "yes"
            kinds.setdefault(row.data, []).append({"said": said, "quote": row.quote, "offset": row.offset})
    order = ("yes", "denied", "general")
    return [
        {
            "data": data,
            "title": record_plain(catalogue.personal_data[data].title),
            "said": min((mention["said"] for mention in mentions), key=order.index),
            "mentions": mentions,
        }
        for data, mentions in sorted(kinds.items())
    ]


def _parties(facts: PolicyFacts, catalogue: Catalogue, kind: str) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for row in facts.declarations:
        value = getattr(row, kind)
        if value:
            name = catalogue.sdks[value].name.zh if kind == "sdk" else value
            found.setdefault(
                value, {kind: value, "name": name, "negated": row.negated, "quote": row.quote, "offset": row.offset}
            )
    return [found[key] for key in sorted(found)]


def _not_judged(facts: PolicyFacts, catalogue: Catalogue) -> list[Bilingual]:
    found = [_ALONE]
    if facts.language != "zh":
        return [*found, _OTHER_LANGUAGE]
    found.append(_WORDS)
    points = ", ".join(key for key, rule in sorted(catalogue.policy_points.items()) if rule.applies)
    found.append(Bilingual(zh=_CONDITIONAL.zh.format(points=points), en=_CONDITIONAL.en.format(points=points)))
    if not facts.third_parties and any(row.kind == "third_party_list" for row in facts.wording):
        found.append(_NO_TABLE)
    if facts.name.lower().endswith(".pdf"):
        found.append(_PDF)
    return found
