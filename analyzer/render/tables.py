"""The tables that are filed or printed: the same rows in the workbook and in the PDF.

Every text in a row went through `visible`; line breaks are ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .bundles import rows_of
from .chains import chain_of, doubt_text, moment, offsets, searched
from .detail_words import coverage_text, evidence_text
from .escape import visible
from .governance import governance_rows
from .grouping import ledger_by_weight
from .words import actor_name, place_name, subject_name, word

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analyzer.catalogue import Catalogue
    from analyzer.model import Access, Finding, FindingEvidence, LedgerRow, Report

Cell = str | int
MOST_EVIDENCE = 20
SIGNS = (
    "necessary",
    "declared",
    "permitted",
    "present",
    "reachable",
    "before_consent",
    "observed",
    "observed_before_consent",
)
"""Columns of the ledger that say yes, no or unknown."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table: titles and widths (characters of Latin text) of its columns, rows of as many cells.

    What is printed is at most 200 characters wide in all, or it could not be read on A4.
    """

    title: str
    columns: tuple[tuple[str, int], ...]
    rows: tuple[tuple[Cell, ...], ...]
    unprinted: int = 0
    """Columns at the end that serve machines and look-ups; they are not printed."""


class Names:
    """What a report calls things, in one language."""

    def __init__(self, report: Report, catalogue: Catalogue, lang: str) -> None:
        self.report = report
        self.lang = lang
        self.clauses = catalogue.clauses
        self.texts = catalogue.texts
        self.functions = catalogue.functions
        self.sdks = {sdk.id: sdk.name for sdk in report.sdks}
        self.kinds = catalogue.personal_data
        self.titles = {row.data: row.title.pick(lang) for row in report.ledger}

    def word(self, key: str) -> str:
        """Return a word of the reports."""
        return word(key, self.lang)

    def yes(self, value: bool | None) -> str:
        """Return a three-valued answer in words; a dash for unknown."""
        return "–" if value is None else self.word("yes" if value else "no")

    def actors(self, actors: tuple[str, ...]) -> str:
        """Return actors or recipients, one a line."""
        return "\n".join(visible(actor_name(actor, self.sdks, self.lang)) for actor in actors)

    def data(self, identity: str) -> str:
        """Return the title of a kind of data."""
        known = self.kinds.get(identity)
        return visible(self.titles.get(identity) or (known.title.pick(self.lang) if known else identity))

    def subject(self, finding: Finding) -> str:
        """Return what a finding is about."""
        return visible(subject_name(finding.subject, self.report, self.lang))

    def place(self, item: FindingEvidence) -> str:
        """Return where a piece of evidence was seen, and what, on one line."""
        place, told = evidence_text(item, self.lang)
        where = visible(place_name(place, self.sdks, self.lang))
        return f"{where}: {visible(told)}" if told else where

    def clause(self, identity: str) -> str:
        """Return a clause with where it stands and what it says."""
        clause = self.clauses.get(identity)
        if clause is None:
            return visible(identity)
        article = f" ({clause.article}) " if self.lang == "en" else f"（{clause.article}）"
        return f"{identity}{article}{clause.title.pick(self.lang)}"

    def function(self, identity: str) -> str:
        """Return a function of an education app that commonly justifies a permission."""
        known = self.functions.get(identity)
        return known.title.pick(self.lang) if known else visible(identity)

    def level(self, level: str | None) -> str:
        """Return the protection level of a permission."""
        shown = self.word(f"level.{level}")
        return "–" if level is None else visible(level if shown.startswith("level.") else shown)

    def chain(self, site: Access) -> str:
        """Return a call chain, one step a line."""
        return "\n".join(visible(f"{step.link} {step.name}".strip()) for step in chain_of(site, self.lang).steps)


def ledger_table(names: Names) -> Table:
    """Return the ledger, what a person decides on first."""

    def row(item: LedgerRow) -> tuple[Cell, ...]:
        return (
            visible(item.title.pick(names.lang)),
            item.data,
            f"{item.category} {names.word(item.category)}",
            names.yes(item.sensitive),
            *(names.yes(getattr(item, sign)) for sign in SIGNS),
            names.actors(item.actors),
            names.actors(item.recipients),
        )

    heads = (("data", 24), ("id", 16), ("category", 14), ("sensitive", 6), *((sign, 8) for sign in SIGNS))
    rows = map(row, ledger_by_weight(names.report))
    return _table("ledger", (*heads, ("actors", 26), ("recipients", 26)), rows, names)


def findings_table(names: Names) -> Table:
    """Return the findings, numbered, with their clauses in words."""

    def row(number: int, item: Finding) -> tuple[Cell, ...]:
        places = [names.place(one) for one in item.evidence[:MOST_EVIDENCE]]
        if len(item.evidence) > MOST_EVIDENCE:
            places.append(names.word("more").format(n=len(item.evidence) - MOST_EVIDENCE))
        return (
            number,
            names.word(item.severity),
            names.word("proven" if item.status == "proven" else "status.suspected"),
            visible(item.title.pick(names.lang)),
            names.subject(item),
            visible(item.explanation.pick(names.lang)),
            "\n".join(places),
            "\n".join(map(names.clause, item.clauses)),
            visible(item.advice.pick(names.lang)),
            visible(item.waived or ""),
            item.rule,
            item.fingerprint,
        )

    heads = (
        *(("number", 5), ("severity", 6), ("sure", 8), ("finding", 16), ("subject", 16), ("explanation", 32)),
        *(("evidence", 36), ("clauses", 28), ("advice", 24), ("waived", 9), ("rule", 28), ("fingerprint", 36)),
    )
    rows = (row(number, item) for number, item in enumerate(names.report.findings, 1))
    return _table("findings", heads, rows, names, unprinted=2)


def permissions_table(names: Names) -> Table:
    """Return the permissions."""
    heads = (
        *(("permission", 46), ("level", 9), ("group", 14), ("special", 9), ("declared", 8), ("used", 10)),
        *(("used_by", 32), ("justified_by", 32)),
    )
    rows = (
        (
            visible(row.name),
            names.level(row.level),
            visible(row.group or "–"),
            names.yes(row.special),
            names.yes(row.declared),
            names.yes(row.used),
            names.actors(row.used_by),
            "\n".join(map(names.function, row.justified_by)),
        )
        for row in names.report.permissions
    )
    return _table("permissions", heads, rows, names)


def sdks_table(names: Names) -> Table:
    """Return the SDKs with the signs by which they were known."""
    heads = (
        *(("name", 28), ("vendor", 34), ("category", 13), ("version", 11), ("confidence", 8)),
        *(("collects", 30), ("evidence", 54)),
    )
    rows = (
        (
            visible(row.name),
            visible(row.vendor),
            names.word(f"sdk.{row.category}"),
            visible(row.version or "–"),
            names.word(row.confidence),
            "\n".join(names.data(data) for data in row.collects),
            "\n".join(f"{names.word(f'evidence.{sign.kind}')} {visible(sign.value)}" for sign in row.evidence),
        )
        for row in names.report.sdks
    )
    return _table("sdks", heads, rows, names)


def transmissions_table(names: Names) -> Table:
    """Return what was seen in traffic."""
    heads = (
        *(("data", 22), ("host", 32), ("recipient", 22), ("country", 9), ("phase", 8), ("encrypted", 8)),
        *(("where", 20), ("encoding", 16), ("value", 24), ("count", 6), ("proof", 8), ("request", 38)),
    )
    rows = (
        (
            names.data(row.data),
            visible(row.host),
            names.actors((row.recipient,)) if row.recipient else "–",
            visible(row.country or "–"),
            names.word("phase.before_consent" if row.phase == "before_consent" else row.phase),
            names.yes(row.encrypted),
            visible(f"{row.where} {row.key or ''}".strip()),
            " › ".join(row.encoding) or "–",
            visible(row.value_redacted),
            row.count,
            names.word(row.proof),
            visible(f"{row.id} {row.request_id}".strip()),
        )
        for row in names.report.transmissions
    )
    return _table("transmissions", heads, rows, names, unprinted=1)


def accesses_table(names: Names) -> Table:
    """Return the code that reads personal data, those reached before consent first."""
    complete = searched(names.report)
    levels = ("before_consent", "reachable", "present")
    ordered = sorted(
        names.report.accesses,
        key=lambda row: (row.weak is not None, levels.index(row.level), bool(row.doubt), row.data, row.actor),
    )
    heads = (
        *(("data", 20), ("actor", 20), ("moment", 12), ("api", 42), ("caller", 42)),
        *(("chain", 40), ("doubt", 22), ("dex", 14), ("offset", 12), ("sites", 6)),
    )
    rows = (
        (
            names.data(row.data),
            names.actors((row.actor,)),
            moment(row, names.lang, complete=complete),
            visible(row.api),
            visible(row.caller),
            names.chain(row),
            visible(doubt_text(row, {}, names.lang) or (names.word("weak_access") if row.weak else "")),
            visible(row.dex),
            offsets(row),
            row.sites,
        )
        for row in ordered
    )
    return _table("accesses", heads, rows, names, unprinted=3)


def bundles_table(names: Names) -> Table:
    """Return the code of hybrid frameworks, and what of it was read."""
    rows = (
        (
            visible(row.name),
            visible(row.place),
            visible(row.version or "–"),
            "\n".join(visible(f"{label}: {text}") for label, text in rows_of(row, names.lang)),
        )
        for row in names.report.bundles
    )
    heads = (("name", 26), ("bundle.place", 34), ("version", 12), ("detail", 90))
    return _table("bundles", heads, rows, names)


def governance_table(names: Names) -> Table:
    """Return numbers, gradings and endpoints that were examined, with what is wrong with each."""
    rows = (
        (
            visible(row.title),
            visible(row.value),
            row.state,
            visible(row.says),
            "\n".join(map(names.clause, row.clauses)),
        )
        for row in governance_rows(names.report, names.lang)
    )
    heads = (("item", 26), ("content", 34), ("sdk.state", 12), ("explanation", 60), ("clauses", 44))
    return _table("governance", heads, rows, names)


def cited_table(names: Names) -> Table:
    """Return every clause that a finding or a governance fact cites: what it says, and where to read it."""
    report = names.report
    cited = {clause for finding in report.findings for clause in finding.clauses}
    cited |= {clause for fact in report.governance for clause in fact.clauses}
    rows = []
    for identity in sorted(cited & set(names.clauses)):
        clause = names.clauses[identity]
        text = names.texts.get(clause.text)
        title = " ".join(filter(None, (text.title.pick(names.lang), text.number))) if text else "–"
        address = text.url if text and text.url else names.word("address.none")
        rows.append((identity, title, clause.article, clause.title.pick(names.lang), address, clause.sure))
    heads = (("clauses", 14), ("source", 40), ("item", 10), ("explanation", 60), ("address", 50), ("sure", 8))
    return _table("cited", heads, rows, names)


def unexamined_table(names: Names) -> Table:
    """Return what was not looked at, and what only a person can decide."""
    report = names.report
    rows: list[tuple[Cell, ...]] = [
        (names.word("channels"), names.word(name), names.word("not_examined"))
        for name, seen in report.summary.channels.items()
        if not seen
    ]
    rows += [(names.word("coverage"), *map(visible, coverage_text(row, names.lang))) for row in report.coverage.reasons]
    rows += [
        (names.word("not_analysed"), visible(row.code), visible(f"{row.host or '–'} {row.detail} {row.request_id}"))
        for row in report.not_analysed
    ]
    rows += [
        (
            names.word("human_general" if row.general else "human"),
            names.clause(row.clause),
            visible(row.look_at.pick(names.lang)),
        )
        for row in sorted(report.summary.human, key=lambda row: row.general)
    ]
    return _table("unexamined", (("kind", 20), ("item", 60), ("look_at", 80)), rows, names)


def _table(
    title: str, heads: Iterable[tuple[str, int]], rows: Iterable[tuple[Cell, ...]], names: Names, *, unprinted: int = 0
) -> Table:
    columns = tuple((names.word(key), width) for key, width in heads)
    return Table(names.word(title), columns, tuple(rows), unprinted)
