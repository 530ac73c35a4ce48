"""What a registry asks of the rules in force: forms, code tables, calendar, supervisory items. Imported on use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from analyzer.catalogue.calendar import CalendarYear
    from analyzer.catalogue.law import LegalText
    from analyzer.catalogue.supervision import NoticeTemplate, SupervisoryItem
    from analyzer.model import Clause, Diff, StaticFacts
    from analyzer.render.quoting import FindingWords


def validate_usage(data: dict[str, Any], today: date | None = None) -> list[Any]:
    """Return the problems of a school's filing of its use of an app, one `FieldProblem` a field."""
    from analyzer.judge.usage_form import validate_usage as validate

    return validate(data, today=today)


def usage_number(data: dict[str, Any]) -> str | None:
    """Return the filing number of the app that a school's filing names, as numbers are written here."""
    from analyzer.judge.usage_form import usage_number as number

    return number(data)


def usage_schema() -> dict[str, Any]:
    """Return the JSON Schema of a school's filing."""
    from analyzer.judge.usage_form import usage_schema as schema

    return schema()


def data_dictionary() -> dict[str, Any]:
    """Return the fields of both filing forms and their code tables, with names, types, sources and sureness."""
    from analyzer.judge.dictionary import data_dictionary as dictionary

    return dictionary()


def dictionary_text(dictionary: dict[str, Any]) -> str:
    """Return a data dictionary as a Markdown page."""
    from analyzer.judge.dictionary import dictionary_text as text

    return text(dictionary)


def clauses() -> Mapping[str, Clause]:
    """Return clause id → `analyzer.model.Clause` of the rules in force."""
    from analyzer.catalogue import load_catalogue

    return load_catalogue().clauses


def filing_codes() -> Mapping[str, Any]:
    """Return table id → code table of the filing forms (``codes`` with ``id``, ``title``, ``length``)."""
    from analyzer.catalogue import load_catalogue

    return load_catalogue().filing_codes


def calendar() -> Mapping[str, CalendarYear]:
    """Return year → its days off and make-up working days, of the rules in force."""
    from analyzer.catalogue import load_catalogue

    return load_catalogue().calendar


def supervisory_items() -> Mapping[str, SupervisoryItem]:
    """Return id → supervisory item (监管事项) of the rules in force."""
    from analyzer.catalogue import load_catalogue

    return load_catalogue().supervisory_items


def notice_templates() -> Mapping[str, NoticeTemplate]:
    """Return kind of notice → its template, of the rules in force."""
    from analyzer.catalogue import load_catalogue

    return load_catalogue().notice_templates


def code_names(table: str) -> dict[str, tuple[str, str]]:
    """Return code → (Chinese, English) of a code table such as ``provinces``; short names where it has them.

    ``app_types``: the numbers of the 39 types, as text; ``permission_functions``: what commonly justifies a permission.
    """
    from analyzer.catalogue import load_catalogue

    if table == "app_types":
        return {str(number): (row.title.zh, row.title.en) for number, row in load_catalogue().app_types.items()}
    if table == "permission_functions":
        return {key: (row.title.zh, row.title.en) for key, row in load_catalogue().functions.items()}
    rows = [(row.id, row.name or row.title) for row in load_catalogue().filing_codes[table].codes]
    return {code: (name.zh, name.en) for code, name in rows}


def rule_sources() -> Mapping[str, str]:
    """Return key of a source, such as ``S22``, → what it stands for, of the rules in force."""
    from analyzer.catalogue import load_catalogue

    return {key: source.what for key, source in load_catalogue().sources.items()}


def legal_texts() -> Mapping[str, LegalText]:
    """Return id of a legal text, such as ``191``, → its header: title, number, issuer, where it is published."""
    from analyzer.catalogue import load_catalogue

    return load_catalogue().texts


def data_permissions(data: str) -> tuple[str, ...]:
    """Return the permissions that give a kind of personal data, by full name; none for an id that is not known."""
    from analyzer.catalogue import load_catalogue

    known = load_catalogue().personal_data
    return tuple(known[data].permissions) if data in known else ()


def compare_facts(old: StaticFacts, new: StaticFacts) -> Diff:
    """Compare two versions of an app by the facts of their packages, both judged by the rules in force."""
    import analyzer
    from analyzer.catalogue import load_catalogue
    from analyzer.compare import Version, compare
    from analyzer.judge.parties import library_code
    from analyzer.model import Facts

    catalogue = load_catalogue()
    titles = {key: rule.title for key, rule in catalogue.personal_data.items()}
    one, other = (
        Version(
            analyzer.report_of(Facts(static=facts)),
            "facts",
            facts.rules,
            titles,
            lambda row: library_code(row, catalogue),
        )
        for facts in (old, new)
    )
    return compare(one, other, tool=analyzer.__version__)


def difference_rows(diff: Diff, lang: str) -> list[dict[str, Any]]:
    """Return the differences in words, what is to be looked at first before the rest: one plain row for each.

    Keys: ``first``, ``area``, ``kind``, ``weight``, ``subject``, ``actor``, ``detail``, ``why`` (it may be none),
    ``old`` and ``new`` (where it is seen).
    """
    from analyzer.render.difference_words import word
    from analyzer.render.differences import (
        FIRST,
        actor_text,
        because_text,
        detail_text,
        kind_text,
        subject_text,
    )

    names = diff.sdk_names
    return [
        {
            "first": row.weight in FIRST,
            "area": word(f"area.{row.area}", lang),
            "kind": kind_text(row, lang),
            "weight": str(row.weight.value),
            "subject": subject_text(row, names, lang),
            "actor": actor_text(row, names, lang),
            "detail": detail_text(row, lang),
            "why": because_text(diff, row, lang),
            "old": row.old,
            "new": row.new,
        }
        for row in diff.differences
    ]


def finding_words(document: Mapping[str, Any], clauses: Mapping[str, Clause]) -> FindingWords:
    """Return a stored finding's subject, clauses and evidence in the words of an office's paper."""
    from analyzer.render.quoting import finding_words as words

    return words(document, clauses)
