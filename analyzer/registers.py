"""What a registry asks of the rules in force: forms, code tables, calendar, supervisory items. Imported on use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from analyzer.catalogue.calendar import CalendarYear
    from analyzer.catalogue.supervision import NoticeTemplate, SupervisoryItem


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
    """Return code → (Chinese, English) of a code table such as ``provinces``; short names where it has them."""
    from analyzer.catalogue import load_catalogue

    rows = [(row.id, row.name or row.title) for row in load_catalogue().filing_codes[table].codes]
    return {code: (name.zh, name.en) for code, name in rows}


def rule_sources() -> Mapping[str, str]:
    """Return key of a source, such as ``S22``, → what it stands for, of the rules in force."""
    from analyzer.catalogue import load_catalogue

    return {key: source.what for key, source in load_catalogue().sources.items()}
