"""The report on a terminal: what a tired reviewer needs first comes first, Chinese widths handled by rich."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from rich.console import Group
from rich.padding import Padding
from rich.table import Table

from analyzer.model.wire_words import wire_word

from .console import as_text
from .detail_words import coverage_text, evidence_text
from .escape import visible
from .governance import governance_rows
from .grouping import by_rule, ledger_by_weight
from .prose import ByWidth, Text
from .terminal_bundles import bundle_tables
from .terminal_reads import chain_text, reads_by_section, requests
from .terminal_views import STYLE, contradictions, fixes
from .views import images_line
from .words import actor_name, cell, place_name, sdk_state, subject_name, word

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import RenderableType

    from analyzer.model import Finding, LedgerRow, Report

    from .forms import View

MOST_EVIDENCE = 4
MOST_EVIDENCE_IN_GROUP = 2
MOST_HUMAN = 8
SAME_WORDING = 0.7
"""Similarity above which two explanations of one rule are one template with other names in it."""
_ROOMY = 130
"""Columns from which a table of transmissions has room for hosts."""
_WIDE = 110
"""Columns from which a table of SDKs has room for vendors and signs."""
SHOWN_LEVELS = {"dangerous", "special"}


def write(report: Report, lang: str, *, color: bool = False, width: int | None = None, view: View = "full") -> str:
    """Return the report as text of ``width`` columns (the terminal's when `None`), with ANSI colours on demand."""
    return as_text(_blocks(report, lang, view), color=color, width=width)


def _blocks(report: Report, lang: str, view: View) -> Iterable[RenderableType]:
    parts = {
        "findings": _findings,
        "fixes": fixes,
        "ledger": _ledger_part,
        "mismatches": contradictions,
        "governance": _governance,
        "reads": _reads,
        "sdks": _sdks,
        "permissions": _permissions,
        "transmissions": _transmissions,
        "human": _human if view == "full" else _whole_checklist,
    }
    yield _head(report, lang)
    for name in _PARTS[view]:
        yield from parts[name](report, lang)
    yield _foot(report, lang)


_PARTS: dict[View, tuple[str, ...]] = {
    "full": ("findings", "ledger", "governance", "reads", "sdks", "permissions", "transmissions", "human"),
    "vendor": ("fixes",),
    "regulator": ("ledger", "mismatches", "governance", "human", "findings", "transmissions", "sdks", "permissions"),
}
"""View → parts in their order. Who has to mend reads the list; the page behind it holds the rest."""


def _findings(report: Report, lang: str) -> Iterable[RenderableType]:
    yield _heading(word("findings", lang), len(report.findings))
    if not report.findings:
        yield Padding(word("no_findings", lang), (0, 2))
    for findings in by_rule(report):
        yield _group(findings, report, lang)


def _ledger_part(report: Report, lang: str) -> Iterable[RenderableType]:
    if rows := _telling(report):
        yield _heading(word("ledger", lang), len(rows), word("legend", lang))
        yield _ledger(report, lang)


def _human(report: Report, lang: str, most: int = MOST_HUMAN) -> Iterable[RenderableType]:
    rows = report.summary.human
    if rows:
        yield _heading(word("human", lang), len(rows))
    for item in rows[:most]:
        yield Padding(Text.assemble((f"{item.clause}  ", "bold"), visible(item.look_at.pick(lang))), (0, 2))
    if len(rows) > most:
        yield Padding(Text("… " + word("human_more", lang), style="dim"), (0, 2))


def _whole_checklist(report: Report, lang: str) -> Iterable[RenderableType]:
    """Show everything that concerns this app; the general duties are counted."""
    yield from _human(report, lang, sum(not item.general for item in report.summary.human))


def _reads(report: Report, lang: str) -> Iterable[RenderableType]:
    for heading, count, lines in reads_by_section(report, lang):
        if lines:
            yield _heading(heading, count)
            yield from lines
    if report.permission_requests:
        yield _heading(word("requests", lang), len(report.permission_requests))
        yield from requests(report, lang)
    if report.bundles:
        yield _heading(word("bundles", lang), len(report.bundles))
        yield from bundle_tables(report, lang)


def _heading(text: str, count: int, remark: str = "") -> Text:
    return Text.assemble("\n", (f"■ {text}", "bold"), (f"  {count}", "dim"), (f"   {remark}" if remark else "", "dim"))


def _head(report: Report, lang: str) -> RenderableType:
    app = report.app
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row(
        word("app", lang), Text(visible(app.label or app.package or report.artifact.name or "?"), style="bold")
    )
    if app.package:
        version = f"{app.version_name or '?'} ({app.version_code if app.version_code is not None else '?'})"
        levels = f"min {app.min_sdk or '?'} · target {app.target_sdk or '?'}" if report.artifact.sha256 else ""
        table.add_row(
            word("package", lang),
            visible(f"{app.package}  {version if report.artifact.sha256 else ''}  {levels}".strip()),
        )
    for signer in app.signers:
        state = word("verified" if signer.verified else "not_verified", lang)
        table.add_row(
            word("signer", lang), f"{visible(signer.subject)}  [{' '.join(signer.schemes)}]  {state}  MD5 {signer.md5}"
        )
        for past in signer.lineage[:-1]:
            table.add_row(word("lineage", lang), f"{visible(past.subject)}  MD5 {past.md5}")
    for item in app.signing_items:
        shown = f"  {visible(item.content)}" if item.content else ""
        table.add_row(word("signing_items", lang), f"{visible(item.name)} {visible(item.id)}  {item.size:,} B{shown}")
    if app.source_stamp:
        state = word("verified" if app.source_stamp.verified else "not_verified", lang)
        table.add_row(word("source_stamp", lang), f"{visible(app.source_stamp.subject)}  {state}")
    if report.artifact.sha256:
        table.add_row(
            word("file", lang),
            f"{visible(report.artifact.name or '')}  {report.artifact.size:,} B  SHA-256 {report.artifact.sha256}",
        )
    examined = "  ".join(
        f"{word(name, lang)} {'●' if seen else '– ' + word('not_examined', lang)}"
        for name, seen in report.summary.channels.items()
    )
    table.add_row(word("channels", lang), examined)
    if pictures := images_line(report, lang):
        table.add_row(word("images", lang), visible(pictures))
    for policy in report.policies:
        table.add_row(word("packaged", lang), f"{visible(policy.path)}  {word(f'packaged.{policy.state}', lang)}")
    if report.artifact.sha256:
        key, style = ("complete", "green") if report.coverage.complete else ("incomplete", "yellow")
        table.add_row(word("coverage", lang), Text(word(key, lang), style))
    for reason in report.coverage.reasons:
        table.add_row("", Text(visible(": ".join(coverage_text(reason, lang))), style="yellow"))
    verdict = "verdict.incomplete" if report.summary.verdict == "incomplete" else report.summary.verdict
    counts = "  ".join(f"{word(level, lang)} {number}" for level, number in report.summary.findings.items() if number)
    table.add_row(word("verdict", lang), Text.assemble((word(verdict, lang), "bold"), f"   {counts}"))
    return table


def _group(findings: list[Finding], report: Report, lang: str) -> RenderableType:
    first = findings[0]
    proven = first.status == "proven"
    sure = word("proven" if proven else "status.suspected", lang)
    title = Text.assemble(
        (f" {word(first.severity, lang)} ", STYLE[first.severity]),
        " ",
        (visible(first.title.pick(lang)), "bold"),
        (f"  [{sure}]", "" if proven else "dim"),
        (f"  ×{len(findings)}" if len(findings) > 1 else "", "dim"),
    )
    joined = word("joint", lang).join(first.clauses)
    body: list[RenderableType] = []
    if len(findings) == 1:
        body.append(Text(visible(first.explanation.pick(lang))))
        body.extend(_evidence(first, MOST_EVIDENCE, report, lang))
    else:
        body.append(Text(visible(first.explanation.pick(lang))))
        for finding in findings:
            body.append(Text(visible(subject_name(finding.subject, report, lang)), style="bold"))
            if _says_otherwise(finding.explanation.pick(lang), first.explanation.pick(lang)):
                body.append(Text(visible(finding.explanation.pick(lang))))
            body.extend(_evidence(finding, MOST_EVIDENCE_IN_GROUP, report, lang))
    rule = Text.assemble(visible(joined), (f"   {first.rule}", "dim"))
    body.append(_after(word("clauses", lang) + "  ", rule))
    body.append(_after(word("advice", lang) + "  ", Text(visible(first.advice.pick(lang)))))
    if first.waived:
        body.append(Text(f"{word('waived', lang)}: {visible(first.waived)}", style="green"))
    return Group(Text(""), title, *(Padding(line, (0, 0, 0, 4)) for line in body))


def _says_otherwise(text: str, shown: str) -> bool:
    """Tell whether an explanation differs from the one already shown by more than the name of its subject."""
    return SequenceMatcher(None, text, shown, autojunk=False).ratio() < SAME_WORDING


def _evidence(finding: Finding, most: int, report: Report, lang: str) -> Iterable[RenderableType]:
    names = {sdk.id: sdk.name for sdk in report.sdks}
    for item in finding.evidence[:most]:
        where, told = evidence_text(item, lang)
        excerpt = (f"  {visible(told)}" if told else "", "dim")
        said = [Text.assemble(visible(place_name(where, names, lang)), excerpt)]
        if item.path:
            said.append(chain_text(item.path, lang))
        yield _after("· ", *said)
    if len(finding.evidence) > most:
        yield Text("· " + word("more", lang).format(n=len(finding.evidence) - most), style="dim")


def _after(label: str, *texts: Text) -> RenderableType:
    """Return texts that begin in the column after ``label``, their further lines too."""
    grid = Table.grid()
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column()
    for number, text in enumerate(texts):
        grid.add_row("" if number else label, text)
    return grid


def _table(*columns: str) -> Table:
    table = Table(box=None, padding=(0, 1), header_style="dim", expand=False)
    for number, name in enumerate(columns):
        table.add_column(name, overflow="fold", no_wrap=number == 0 and len(columns) > 6)
    return table


def _telling(report: Report) -> list[LedgerRow]:
    """Return the ledger rows in which some channel says yes; the files hold all of them."""
    signs = ("declared", "permitted", "present", "observed")
    return [row for row in ledger_by_weight(report) if any(getattr(row, sign) for sign in signs)]


def _chains(report: Report) -> bool:
    """Tell whether call chains were looked for: without them two columns say nothing."""
    return any(row.reachable is not None or row.before_consent is not None for row in report.ledger)


def _ledger(report: Report, lang: str) -> RenderableType:
    names = {sdk.id: sdk.name for sdk in report.sdks}
    reach = ("reachable", "before_consent") if _chains(report) else ()
    keys = ("necessary", "declared", "permitted", "present", *reach, "observed", "observed_before_consent")
    table = _table(
        word("data", lang), *(word(key, lang) for key in keys), word("actors", lang), word("recipients", lang)
    )
    for row in _telling(report):
        title = row.title.pick(lang) + (" *" if row.sensitive else "")
        actors = " / ".join(actor_name(actor, names, lang) for actor in row.actors)
        recipients = " / ".join(actor_name(item, names, lang) for item in row.recipients)
        table.add_row(title, *(cell(getattr(row, key)) for key in keys), visible(actors), visible(recipients))
    return Group(table, Padding(Text(f"* {word('sensitive', lang)}", style="dim"), (0, 1)))


def _governance(report: Report, lang: str) -> Iterable[RenderableType]:
    if not report.governance:
        return
    colours = {"high": "bold red", "medium": "yellow", "good": "green"}
    table = _table(*(word(key, lang) for key in ("item", "content", "sdk.state", "explanation")))
    for row in governance_rows(report, lang):
        state = Text(row.state, colours.get(row.style, "dim"))
        table.add_row(row.title, visible(row.value), state, visible(row.says))
    yield _heading(word("governance", lang), len(report.governance))
    yield table


def _sdks(report: Report, lang: str) -> Iterable[RenderableType]:
    if report.sdks:
        yield _heading(word("sdks", lang), len(report.sdks))
        yield ByWidth(_WIDE, _sdk_table(report, lang, full=True), _sdk_table(report, lang, full=False))


def _sdk_table(report: Report, lang: str, *, full: bool) -> Table:
    keys = ["name", "vendor", "category", "version", "confidence", "sdk.state", "evidence"]
    table = _table(*(word(key, lang) for key in (keys if full else [*keys[:1], *keys[2:-1]])))
    for sdk in report.sdks:
        sign = sdk.evidence[0] if sdk.evidence else None
        more = f" (+{len(sdk.evidence) - 1})" if len(sdk.evidence) > 1 else ""
        cells = [
            visible(sdk.name),
            visible(sdk.vendor),
            word(f"sdk.{sdk.category}", lang),
            visible(sdk.version or "–"),
            word(sdk.confidence, lang),
            sdk_state(sdk, lang),
            visible(f"{word(f'evidence.{sign.kind}', lang)} {sign.value}{more}") if sign else "",
        ]
        table.add_row(*(cells if full else [*cells[:1], *cells[2:-1]]))
    return table


def _permissions(report: Report, lang: str) -> Iterable[RenderableType]:
    grave = sum(row.level in SHOWN_LEVELS or row.special for row in report.permissions)
    if not grave:
        return
    names = {sdk.id: sdk.name for sdk in report.sdks}
    table = _table(word("permission", lang), word("level", lang), word("used", lang), word("used_by", lang))
    for row in report.permissions:
        if row.level not in SHOWN_LEVELS and not row.special:
            continue
        name = row.name.removeprefix("android.permission.") + (
            "" if row.declared else f" ({word('not_declared', lang)})"
        )
        users = " / ".join(actor_name(actor, names, lang) for actor in row.used_by)
        table.add_row(
            visible(name),
            visible(word(f"level.{row.level}", lang) if row.level else "–"),
            cell(row.used),
            visible(users),
        )
    yield _heading(word("permissions", lang), grave)
    yield table


def _transmissions(report: Report, lang: str) -> Iterable[RenderableType]:
    if report.transmissions:
        yield _heading(word("transmissions", lang), len(report.transmissions))
        yield ByWidth(_ROOMY, _transmission_table(report, lang), _transmission_list(report, lang))


def _transmission_cells(report: Report, lang: str) -> Iterable[tuple[str, ...]]:
    """Yield data, host, recipient, phase, encoding, place, count, proof and id of each."""
    names = {sdk.id: sdk.name for sdk in report.sdks}
    titles = {row.data: row.title.pick(lang) for row in report.ledger}
    for row in report.transmissions:
        yield (
            titles.get(row.data, row.data),
            visible(row.host) + ("" if row.encrypted else f" [{word('cleartext', lang)}]"),
            visible(actor_name(row.recipient, names, lang)) if row.recipient else "–",
            word("phase.before_consent" if row.phase == "before_consent" else row.phase, lang),
            "›".join(row.encoding) or "–",
            visible(f"{wire_word(row.where, lang)} {row.key or ''}".strip()),
            str(row.count),
            word(row.proof, lang),
            row.id or "–",
        )


def _transmission_table(report: Report, lang: str) -> Table:
    keys = ("data", "host", "recipient", "phase", "encoding", "where", "count", "proof")
    table = _table(*(word(key, lang) for key in keys), "ID")
    table.columns[-1].no_wrap = True  # it is copied into `eduaudit traffic show`
    for cells in _transmission_cells(report, lang):
        table.add_row(*cells)
    return table


def _transmission_list(report: Report, lang: str) -> RenderableType:
    """Return two lines for each: nine columns leave no room for a host in a narrow terminal."""
    shown: list[RenderableType] = []
    for data, host, recipient, phase, encoding, place, count, proof, key in _transmission_cells(report, lang):
        told = "  ".join(("", phase, proof, f"×{count}", ""))
        shown.append(Padding(Text.assemble((data, "bold"), told, (key, "dim")), (0, 2)))
        whither = host if recipient == "–" else f"{host}（{recipient}）" if lang == "zh" else f"{host} ({recipient})"
        shown.append(Padding(Text.assemble(whither, (f"  {place} · {encoding}", "dim")), (0, 0, 0, 4)))
    return Group(*shown)


def _foot(report: Report, lang: str) -> Text:
    run = report.run
    words = f"{word('rules_version', lang)} {run.rules} · {word('engine', lang)} {run.engine}"
    return Text(f"\neduaudit {run.tool} · {words}", style="dim")
