"""The report as one HTML file: opens from disk, prints, asks nothing of any network, readable without JavaScript."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template

from .escape import visible
from .grouping import by_rule, ledger_by_weight
from .words import actor_name, cell, subject_name, word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analyzer.model import Clause, Report

FOLDER = files(__package__) / "templates"


@cache
def _template() -> Template:
    environment = Environment(
        loader=FunctionLoader(lambda name: (FOLDER / name).read_text(encoding="utf-8")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # Every value that an app, policy, capture or filing controls passes through `visible` before escaping.
        finalize=lambda value: visible(value) if type(value) is str else value,
    )
    return environment.get_template("report.html")


def write(report: Report, lang: str, *, color: bool = False, width: int | None = None) -> str:  # noqa: ARG001  # one interface
    """Return a self-contained page; clause texts come from the rules in force."""
    from analyzer.catalogue import load_catalogue  # noqa: PLC0415  # only the page shows clause texts

    clauses: Mapping[str, Clause] = load_catalogue().clauses
    script = (FOLDER / "report.js").read_text(encoding="utf-8")
    names = {sdk.id: sdk.name for sdk in report.sdks}
    titles = {row.data: row.title.pick(lang) for row in report.ledger}
    return _template().render(
        report=report,
        lang=lang,
        w=lambda key: word(key, lang),
        cell=cell,
        actor=lambda actor: actor_name(actor, names, lang),
        data=lambda identity: titles.get(identity, identity),
        clauses=clauses,
        style=_safe((FOLDER / "report.css").read_text(encoding="utf-8")),
        script=_safe(script),
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        accesses=_by_data(report),
        groups=by_rule(report),
        ledger=ledger_by_weight(report),
        subject=lambda subject: subject_name(subject, report, lang),
    )


def _safe(text: str) -> Any:
    from markupsafe import Markup  # noqa: PLC0415  # our own files only, never a value of a report

    return Markup(text)  # noqa: S704  # same


def _by_data(report: Report) -> dict[str, list[Any]]:
    grouped: dict[str, list[Any]] = {}
    for row in report.accesses:
        grouped.setdefault(row.data, []).append(row)
    return grouped
