"""What a filed or printed report says before its tables: what was examined, with which rules, and the verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.model import Severity

from .escape import visible

if TYPE_CHECKING:
    from .tables import Names


def overview(names: Names) -> list[tuple[str, str]]:
    """Return label and value of what a report says before its tables."""
    report, word = names.report, names.word
    app, artifact, run = report.app, report.artifact, report.run
    rows = [
        (word("app"), visible(app.label or app.package or artifact.name or "?")),
        (word("package"), visible(app.package or "–")),
    ]
    if artifact.sha256:
        code = "?" if app.version_code is None else str(app.version_code)
        rows += [
            (word("version"), visible(f"{app.version_name or '?'} ({code})")),
            (word("sdk_levels"), f"min {app.min_sdk or '?'} · target {app.target_sdk or '?'}"),
            (word("file"), visible(f"{artifact.name or ''} · {artifact.format} · {artifact.size:,} B")),
            ("SHA-256", artifact.sha256),
        ]
        signers = [
            f"{signer.subject} [{' '.join(signer.schemes)}] {word('verified' if signer.verified else 'not_verified')}"
            f" · MD5 {signer.md5} · SHA-256 {signer.sha256}"
            for signer in app.signers
        ]
        rows.append((word("signer"), "\n".join(map(visible, signers)) or word("unsigned")))
    for item in report.inputs:
        rows.append((word(item.kind), visible(f"{item.name or ''} SHA-256 {item.sha256}".strip())))
    channels = [
        f"{word(name)}{'：' if names.lang == 'zh' else ': '}{word('examined' if seen else 'not_examined')}"
        for name, seen in report.summary.channels.items()
    ]
    rows.append((word("channels"), "\n".join(channels)))
    if artifact.sha256:
        rows.append((word("coverage"), word("complete" if report.coverage.complete else "incomplete")))
    rows += [
        (word("verdict"), verdict(names)),
        (word("counts"), counts(names)),
        (word("human"), str(len(report.summary.human))),
        (word("note"), word("legend.words")),
        (word("rules_version"), run.rules),
        (word("run"), f"eduaudit {run.tool} · {word('engine')} {run.engine}"),
        (word("started"), run.started),
    ]
    return rows


def verdict(names: Names) -> str:
    """Return the verdict in words."""
    key = names.report.summary.verdict
    return names.word("verdict.incomplete" if key == "incomplete" else key)


def counts(names: Names) -> str:
    """Return the number of findings by severity, gravest first."""
    found = names.report.summary.findings
    shown = [f"{names.word(level)} {found[level]}" for level in Severity if found.get(level)]
    return names.word("joint").join(shown) or names.word("no_findings").rstrip("。.")
