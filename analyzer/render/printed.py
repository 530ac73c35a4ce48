"""The report on paper: A4, Chinese typeface inside, outline, one line of identity on every page.

reportlab rather than fpdf2 or WeasyPrint: BSD licence, tables that split over pages, no system library, and a switch
for bytes that do not depend on the clock.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from reportlab.platypus import CondPageBreak

from .chains import chain_of, doubt_text, in_sections, offsets
from .detail_words import evidence_text
from .escape import visible
from .grouping import by_rule, ledger_by_weight
from .overview import counts, overview, verdict
from .printed_parts import BELOW_HEADING, COLORS, Numbered, Paper, Pen
from .tables import (
    SIGNS,
    Names,
    bundles_table,
    cited_table,
    governance_table,
    permissions_table,
    sdks_table,
    transmissions_table,
    unexamined_table,
)
from .typeface import characters
from .words import cell, place_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reportlab.platypus import Flowable

    from analyzer.model import Access, Finding, FindingEvidence, Report
    from analyzer.model.report import CallPath

MOST_EVIDENCE = 8
MOST_READS = 4
MOST_NAME = 40
VERDICT = {"violations_proven": COLORS["high"], "suspected": COLORS["medium"], "incomplete": COLORS["medium"]} | {
    "nothing_found": "#1E6B3A"
}


def write(report: Report, lang: str, *, color: bool = False, width: int | None = None) -> bytes:  # noqa: ARG001  # one interface
    """Return the PDF; byte-identical for equal reports."""
    from analyzer.catalogue import load_catalogue  # noqa: PLC0415  # only some formats show clause texts

    characters()
    names = Names(report, load_catalogue(), lang)
    name = visible(report.app.label or report.app.package or report.artifact.name or "?")
    shown = name if len(name) <= MOST_NAME else name[:MOST_NAME] + "…"
    digest = f"SHA-256 {report.artifact.sha256} · " if report.artifact.sha256 else ""
    sink = io.BytesIO()
    paper = Paper(
        sink,
        title=f"{names.word('title')} – {shown}",
        head=(f"{shown}  {visible(report.app.version_name or '')[:MOST_NAME]}", names.word("title")),
        foot=f"{digest}{names.word('rules_version')} {report.run.rules[:16]}",
    )
    paper.build(list(_Printer(names).story(name)), canvasmaker=Numbered)
    return sink.getvalue()


class _Printer:
    """Lays one report out."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.report = names.report
        self.lang = names.lang
        self.pen = Pen(names.lang)
        self.groups = by_rule(names.report)

    def story(self, name: str) -> Iterator[Flowable]:
        """Yield everything, what decides first."""
        pen, word = self.pen, self.names.word
        yield pen.text(name, "title")
        yield pen.text(word("title"), "kind")
        human = len(self.report.summary.human)
        told = word("conclusion").format(verdict=verdict(self.names), counts=counts(self.names), human=human)
        yield pen.text(told, "verdict", color=VERDICT[self.report.summary.verdict])
        yield pen.table((), overview(self.names), (26, 150))
        yield from self._contents()
        yield from self._ledger()
        yield from self._heading(word("findings"), len(self.report.findings))
        if not self.groups:
            yield pen.text(word("no_findings"))
        for number, findings in enumerate(self.groups, 1):
            yield from self._finding(number, findings)
        yield from self._reads()
        yield from self._lists()
        yield from self._unexamined()
        yield from self._cited()

    def _heading(self, title: str, number: int | None = None) -> Iterator[Flowable]:
        """Yield a heading that does not stand alone at the foot of a page; a table below it may split."""
        yield CondPageBreak(BELOW_HEADING)
        yield self.pen.text(title if number is None else f"{title} ({number})", "heading")

    def _title(self, number: int, first: Finding) -> str:
        return f"{number}. {visible(first.title.pick(self.lang))}"

    def _sure(self, first: Finding) -> str:
        return self.names.word("proven" if first.status == "proven" else "status.suspected")

    def _contents(self) -> Iterator[Flowable]:
        word = self.names.word
        if not self.groups:
            return
        yield from self._heading(word("contents"))
        rows = [
            (
                self._title(number, rows[0]),
                word(rows[0].severity),
                self._sure(rows[0]),
                str(len(rows)),
                rows[0].clauses[0],
            )
            for number, rows in enumerate(self.groups, 1)
        ]
        heads = (word("finding"), word("severity"), word("sure"), word("times"), word("clauses"))
        yield self.pen.table(heads, rows, (90, 14, 18, 12, 32))

    def _ledger(self) -> Iterator[Flowable]:
        names, word = self.names, self.names.word
        rows = ledger_by_weight(self.report)
        yield from self._heading(word("ledger"), len(rows))
        yield self.pen.text(f"{word('legend')}　* {word('sensitive')}", "small")
        yield self.pen.table(
            (word("data"), *map(word, SIGNS), word("actors"), word("recipients")),
            (
                (
                    visible(row.title.pick(self.lang)) + ("*" if row.sensitive else ""),
                    *(cell(getattr(row, sign)) for sign in SIGNS),
                    names.actors(row.actors),
                    names.actors(row.recipients),
                )
                for row in rows
            ),
            (34, *[11 if self.lang == "zh" else 14.5] * len(SIGNS), 30, 30),
            signs=range(1, len(SIGNS) + 1),
        )

    def _finding(self, number: int, findings: list[Finding]) -> Iterator[Flowable]:
        first, word = findings[0], self.names.word
        count = f"  ×{len(findings)}" if len(findings) > 1 else ""
        head = f"{self._title(number, first)}  [{word(first.severity)} · {self._sure(first)}]{count}"
        yield self.pen.text(head, "finding", color=COLORS[first.severity])
        for finding in findings:
            if len(findings) > 1:
                yield self.pen.text(self.names.subject(finding), "subject")
            yield self.pen.text(visible(finding.explanation.pick(self.lang)))
            for item in finding.evidence[:MOST_EVIDENCE]:
                yield from self._evidence(item)
            if len(finding.evidence) > MOST_EVIDENCE:
                more = word("more").format(n=len(finding.evidence) - MOST_EVIDENCE)
                yield self.pen.text(f"{more}{word('stop')}{word('files_hold_all')}", "evidence")
            if finding.waived:
                yield self.pen.labelled(word("waived"), visible(finding.waived))
        yield self.pen.labelled(word("advice"), visible(first.advice.pick(self.lang)), "advice")
        yield self.pen.labelled(word("clauses"), "\n".join(map(self.names.clause, first.clauses)), "small")
        marks = " ".join(finding.fingerprint for finding in findings[:1])
        yield self.pen.labelled(word("rule"), f"{first.rule}  {marks}", "small")

    def _evidence(self, item: FindingEvidence) -> Iterator[Flowable]:
        place, told = evidence_text(item, self.lang)
        where = visible(place_name(place, self.names.sdks, self.lang))
        text = f"{where}\n{visible(told)}" if told else where
        yield self.pen.text(text, "evidence", bullet="·")
        if item.path and item.path.chain:
            yield self.pen.text(self._chain(item.path), "evidence")

    def _chain(self, site: Access | CallPath) -> str:
        chain = chain_of(site, self.lang)
        steps = [f"{step.link} {step.name}".strip() for step in chain.head]
        if chain.middle:
            steps.append(f"… {self.names.word('steps_more').format(n=len(chain.middle))} …")
        steps += [f"{step.link} {step.name}".strip() for step in chain.tail]
        doubt = doubt_text(site, {}, self.lang)
        at = f"  {self.names.word('offset')} {offsets(site)}" if site.offsets else ""
        return visible(f"{self.names.word('chain')}: {' › '.join(steps)}{at}") + (
            f"\n{visible(doubt)}" if doubt else ""
        )

    def _reads(self) -> Iterator[Flowable]:
        """Yield the reads that start-up reaches; the others and those that alone prove nothing are in the workbook."""
        word = self.names.word
        for section, found in in_sections(self.report).items():
            telling = {data: [row for row in rows if row.weak is None] for data, rows in found.items()}
            kinds = {data: rows for data, rows in telling.items() if rows}
            if section not in {"early", "doubt"} or not kinds:
                continue
            yield from self._heading(word(f"reads_{section}"), sum(map(len, kinds.values())))
            yield self.pen.text(word(f"reads_{section}.note"), "small")
            for data, rows in kinds.items():
                yield self.pen.text(self.names.data(data), "subject")
                for row in rows[:MOST_READS]:
                    actor = self.names.actors((row.actor,))
                    yield self.pen.text(
                        f"{actor}　{word('reads_by')} {visible(row.api)}\n{self._chain(row)}", "evidence", bullet="·"
                    )
                if len(rows) > MOST_READS:
                    more = word("more").format(n=len(rows) - MOST_READS)
                    yield self.pen.text(f"{more}{word('stop')}{word('files_hold_all')}", "evidence")

    def _lists(self) -> Iterator[Flowable]:
        names = self.names
        picked = (
            (governance_table(names), (0, 1, 2, 3), (38, 44, 20, 74)),
            (sdks_table(names), (0, 1, 2, 3, 4, 6), (30, 34, 18, 14, 12, 64)),
            (bundles_table(names), (0, 1, 3), (30, 40, 100)),
            (permissions_table(names), (0, 1, 4, 5, 6, 7), (58, 16, 12, 14, 38, 34)),
            (transmissions_table(names), (0, 1, 2, 4, 6, 7, 8, 9, 10), (22, 34, 24, 13, 22, 18, 26, 9, 14)),
        )
        for table, columns, widths in picked:
            if table.rows:
                yield from self._heading(table.title, len(table.rows))
                heads = [table.columns[number][0] for number in columns]
                rows = ([_lines(row[n]).removeprefix("android.permission.") for n in columns] for row in table.rows)
                yield self.pen.table(heads, rows, widths)

    def _unexamined(self) -> Iterator[Flowable]:
        names, report = self.names, self.report
        table = unexamined_table(names)
        human = (names.word("human"), names.word("human_general"))
        rows = [row for row in table.rows if row[0] not in human]
        yield from self._heading(names.word("coverage"))
        yield self.pen.text(names.word("complete" if report.coverage.complete else "incomplete"))
        if rows:
            yield self.pen.table((), ([str(value) for value in row] for row in rows), (26, 30, 120))
        for kind in human:
            checks = [("□", str(row[1]), str(row[2])) for row in table.rows if row[0] == kind]
            if checks:
                yield from self._heading(kind, len(checks))
                yield self.pen.table(("", names.word("clauses"), names.word("look_at")), checks, (6, 80, 90))

    def _cited(self) -> Iterator[Flowable]:
        table = cited_table(self.names)
        if table.rows:
            yield from self._heading(table.title, len(table.rows))
            heads = [head for head, _ in table.columns[:-1]]
            rows = ([str(value) for value in row[:-1]] for row in table.rows)
            yield self.pen.table(heads, rows, (20, 38, 16, 52, 50))


def _lines(value: str | int, most: int = 5) -> str:
    """Return a cell of at most ``most`` lines."""
    rows = str(value).split("\n")
    return "\n".join(rows if len(rows) <= most else [*rows[:most], f"… (+{len(rows) - most})"])
