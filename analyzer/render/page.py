"""The report as one HTML file: opens from disk, prints, asks nothing of any network, readable without JavaScript."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template

from analyzer.model.sdk_words import UNCONFIRMED
from analyzer.model.signature import short_name
from analyzer.model.wire_words import wire_word

from .anomaly_words import anomaly_detail, anomaly_title, packer_sign
from .bundles import rows_of
from .chains import chain_of, doubt_text, in_sections, moment, offsets, searched
from .charts import ledger_bars, severity_bars
from .detail_words import coverage_text, evidence_text, sign_kind
from .escape import visible
from .fixes import fix_list
from .governance import governance_rows
from .grouping import by_rule, ledger_by_weight
from .mismatches import mismatches
from .views import PARTS, fix_name, images_line, spot
from .words import actor_name, cell, place_name, sdk_state, subject_name, word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analyzer.catalogue.law import LegalText
    from analyzer.model import Access, Clause, PermissionRequest, Report

    from .forms import View

FOLDER = files(__package__) / "templates"


@cache
def template(name: str) -> Template:
    """Return a page of the folder; whatever it shows passes through `visible` and is escaped."""
    environment = Environment(
        loader=FunctionLoader(lambda name: (FOLDER / name).read_text(encoding="utf-8")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # Every value that an app, policy, capture or filing controls passes through `visible` before escaping.
        finalize=lambda value: visible(value) if type(value) is str else value,
    )
    return environment.get_template(name)


def write(report: Report, lang: str, *, color: bool = False, width: int | None = None, view: View = "full") -> str:  # noqa: ARG001  # one interface
    """Return a self-contained page; clause texts come from the rules in force."""
    from analyzer.catalogue import load_catalogue  # noqa: PLC0415  # only the page shows clause texts

    catalogue = load_catalogue()
    clauses: Mapping[str, Clause] = catalogue.clauses
    reasons = {key: text.pick(lang) for key, text in catalogue.weak_reasons.items()}
    script = (FOLDER / "report.js").read_text(encoding="utf-8")
    names = {sdk.id: sdk.name for sdk in report.sdks}
    titles = {row.data: row.title.pick(lang) for row in report.ledger}
    sections = in_sections(report)
    complete = searched(report)
    groups = by_rule(report)
    return template("report.html").render(
        report=report,
        lang=lang,
        w=lambda key: word(key, lang),
        wire=lambda code: wire_word(code, lang),
        cell=cell,
        bundle=lambda row: rows_of(row, lang),
        actor=lambda actor: actor_name(actor, names, lang),
        actors=lambda rows: word("joint", lang).join(
            actor_name(actor, names, lang) for actor in dict.fromkeys(row.actor for row in rows)
        ),
        data=lambda identity: titles.get(identity, identity),
        clauses=clauses,
        style=safe((FOLDER / "report.css").read_text(encoding="utf-8")),
        script=safe(script),
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        sections=sections,
        anchor=lambda identity, column: _anchor(sections, identity, column),
        requests=_by_moment(report),
        when=lambda row: moment(row, lang, complete=complete),
        permissions=lambda row: _permissions(row, lang),
        purposes=lambda row: word("joint", lang).join(
            catalogue.functions[one].title.pick(lang) if one in catalogue.functions else one for one in row.justified_by
        ),
        chain=lambda site: chain_of(site, lang),
        offsets=offsets,
        short=short_name,
        doubt=lambda site: doubt_text(site, reasons, lang),
        reason=lambda identity: reasons.get(identity, identity),
        who=lambda where: place_name(where, names, lang).rpartition("[")[2].removesuffix("]"),
        at=lambda where: place_name(where, names, lang),
        groups=groups,
        ledger=ledger_by_weight(report),
        governance=list(governance_rows(report, lang)),
        stated=lambda text: text.replace(UNCONFIRMED, word("version_unconfirmed", lang)),
        sdk_state=lambda sdk: sdk_state(sdk, lang),
        sign_kind=sign_kind,
        packer_sign=packer_sign,
        anomaly_title=anomaly_title,
        anomaly_detail=anomaly_detail,
        subject=lambda subject: subject_name(subject, report, lang),
        view=view,
        pictures=images_line(report, lang),
        thumbnails={hit.path: hit.thumbnail for hit in report.images.hits} if report.images else {},
        parts=PARTS[view],
        anchors=_anchors(report),
        numbers={row.fingerprint: number for number, rows in enumerate(groups, start=1) for row in rows},
        fixes=fix_list(report) if view == "vendor" else [],
        fix_name=lambda group: fix_name(group, names, lang),
        spot=lambda item: spot(item, lang),
        told=lambda item: evidence_text(item, lang),
        gap=lambda reason: coverage_text(reason, lang),
        text_title=lambda clause: _text_title(clauses, catalogue.texts, clause, lang),
        text_address=lambda clause: _text_address(clauses, catalogue.texts, clause),
        mismatches=mismatches(report) if view == "regulator" else None,
        severity_bars=severity_bars(report, lang),
        ledger_bars=ledger_bars(report, lang),
    )


def _text_title(clauses: Mapping[str, Clause], texts: Mapping[str, LegalText], identity: str, lang: str) -> str:
    """Return the short title of the text that a clause belongs to; empty for a clause of other rules."""
    clause = clauses.get(identity)
    text = texts.get(clause.text) if clause else None
    return text.short.pick(lang) if text else ""


def _text_address(clauses: Mapping[str, Clause], texts: Mapping[str, LegalText], identity: str) -> str | None:
    """Return where the text of a clause is published, `None` where the rules know no address."""
    clause = clauses.get(identity)
    text = texts.get(clause.text) if clause else None
    return text.url if text else None


def _anchors(report: Report) -> frozenset[str]:
    """Return the parts of the page that are there: the others are not linked to."""
    always = {"findings", "ledger", "sdks", "permissions", "human", "fixes", "mismatches"}
    held = {
        "governance": report.governance,
        "requests": report.permission_requests,
        "transmissions": report.transmissions,
        "declarations": report.declarations,
    }
    return frozenset(always | {name for name, rows in held.items() if rows})


def safe(text: str) -> Any:
    """Return a text of our own as HTML that is not escaped."""
    from markupsafe import Markup  # noqa: PLC0415  # our own files only, never a value of a report

    return Markup(text)  # noqa: S704  # same


_COLUMNS = {"before_consent": ("early",), "reachable": ("early", "doubt", "later")}
"""Column of the ledger → the sections that can show it; all of them for the others."""


def _anchor(sections: dict[str, dict[str, list[Access]]], data: str, column: str) -> str:
    """Return the id of the first section with reads of this kind; empty where there is none."""
    names = _COLUMNS.get(column, tuple(sections))
    return next((f"{name}-{data}" for name in names if data in sections.get(name, {})), "")


def _by_moment(report: Report) -> list[PermissionRequest]:
    levels = ("before_consent", "reachable", "present")
    return sorted(
        report.permission_requests, key=lambda row: (levels.index(row.level), row.doubt is not None, row.actor)
    )


def _permissions(row: PermissionRequest, lang: str) -> str:
    short = [name.removeprefix("android.permission.") for name in row.permissions]
    return word("joint", lang).join(short) or word("permissions_unknown", lang)
