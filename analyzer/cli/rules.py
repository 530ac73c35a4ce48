"""``eduaudit rules``: the rules, clauses, SDKs and recipients in force, with where each comes from."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from analyzer.model import EduauditError
from analyzer.render.language import default_lang

from .rejudge import judge

_FORMAT = click.option(
    "--format", "format_", type=click.Choice(["terminal", "json"]), default="terminal", show_default=True
)
_LANG = click.option("--lang", type=click.Choice(["zh", "en"]), default=None, help="Default: the locale, else zh.")
_ROOT = click.option(
    "--rules",
    "root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=None,
    help="Another rules folder than the installed one.",
)


def _clean_exit[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Turn an error with a message for the user into one line and exit status 2."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except EduauditError as error:
            click.echo(f"eduaudit: {error}", err=True)
            raise SystemExit(2) from error

    return run


@click.group()
def rules() -> None:
    """Show or prove the rules in force.

    查看或校验规则。
    """


@rules.command("list")
@click.argument("family", required=False)
@_FORMAT
@_LANG
@_ROOT
@_clean_exit
def list_rules(family: str | None, format_: str, lang: str | None, root: Path | None) -> None:
    """Count all families, or list the rows of one FAMILY.

    列出规则。
    """
    from analyzer.catalogue import load_catalogue
    from analyzer.catalogue.overview import counts, rows

    catalogue = load_catalogue(root)
    language = lang or default_lang()
    if family is None:
        table = counts(catalogue)
        if format_ == "json":
            _print_json({"rules": catalogue.rules_version, "families": table})
        else:
            click.echo(f"{'规则版本' if language == 'zh' else 'rules version'} {catalogue.rules_version}")
            for name, count in table.items():
                click.echo(f"{name:<18}{count:>7}")
        return
    if family not in counts(catalogue):
        click.echo(f"eduaudit: {family}: unknown family; one of: {', '.join(counts(catalogue))}", err=True)
        raise SystemExit(2)
    listed = rows(catalogue, family, language)
    if format_ == "json":
        _print_json([{"id": key, "title": title} for key, title in listed])
    else:
        for key, title in listed:
            click.echo(f"{key}\t{title}" if title else key)


@rules.command("show")
@click.argument("id_", metavar="ID")
@_FORMAT
@_LANG
@_ROOT
@_clean_exit
def show_rule(id_: str, format_: str, lang: str | None, root: Path | None) -> None:
    """Show what ID means: a clause, check, SDK, data kind, permission, API or host.

    查看一条规则及其来源。
    """
    from analyzer.catalogue import load_catalogue
    from analyzer.catalogue.overview import find

    catalogue = load_catalogue(root)
    found = find(catalogue, id_)
    if not found:
        click.echo(f"eduaudit: {id_}: no rule has this id", err=True)
        raise SystemExit(2)
    if format_ == "json":
        _print_json(found)
        return
    language = lang or default_lang()
    for number, record in enumerate(found):
        if number:
            click.echo()
        for line in describe(record, language):
            click.echo(line)


@rules.command("coverage")
@click.argument("text", required=False)
@_FORMAT
@_LANG
@_ROOT
@_clean_exit
def show_coverage(text: str | None, format_: str, lang: str | None, root: Path | None) -> None:
    """Show which check covers which clause, all or those of one TEXT; exit 1 if nobody looks at one.

    条款 × 渠道 × 检查项对照表。
    """
    from analyzer.catalogue import load_catalogue
    from analyzer.catalogue.coverage import coverage
    from analyzer.render.coverage import as_lines, as_plain

    catalogue = load_catalogue(root)
    if text is not None and text not in catalogue.texts:
        click.echo(f"eduaudit: {text}: unknown text; one of: {', '.join(catalogue.texts)}", err=True)
        raise SystemExit(2)
    rows = [row for row in coverage(catalogue) if text in (None, row.clause.text)]
    if format_ == "json":
        _print_json(as_plain(rows))
    else:
        for line in as_lines(rows, catalogue.texts, lang or default_lang()):
            click.echo(line)
    if any(row.missing for row in rows):
        raise SystemExit(1)


@rules.command("diff")
@click.argument("old", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("new", type=click.Path(exists=True, file_okay=False, path_type=Path), required=False)
@click.option(
    "--facts",
    "stored",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE",
    help="存下的事实，可多次：两套规则各判一次 / stored facts to judge by both, may be repeated",
)
@_FORMAT
@_LANG
@_clean_exit
def diff_rules(old: Path, new: Path | None, stored: tuple[Path, ...], format_: str, lang: str | None) -> None:
    """Show what changed from the rules in folder OLD to those in NEW (default: in force); exit 1 if anything did.

    两套规则的差异，及其对已存事实结论的影响。
    """
    from analyzer.catalogue import find_rules, load_catalogue, parse_rules, plain_tables
    from analyzer.catalogue.changes import changes
    from analyzer.compare.rulings import rulings
    from analyzer.judge import judge
    from analyzer.render.rule_changes import as_lines, as_plain

    from .stored import read_facts

    roots = (old, new or find_rules())
    cases = {str(path): read_facts(path) for path in stored}
    changed = changes(*(plain_tables(parse_rules(root)) for root in roots))
    judged = {}
    for name, facts in cases.items():
        before, after = (judge(facts, load_catalogue(root)).findings for root in roots)
        judged[name] = rulings(before, after, changed)
    if format_ == "json":
        _print_json(as_plain(changed, judged))
    else:
        for line in as_lines(changed, judged, lang or default_lang()):
            click.echo(line)
    if changed:
        raise SystemExit(1)


@rules.command("lint")
@_FORMAT
@_LANG
@_ROOT
@_clean_exit
def lint_rules(format_: str, lang: str | None, root: Path | None) -> None:
    """Prove that the rules are in order; exit 1 if not.

    校验规则数据。
    """
    from analyzer.catalogue import find_rules
    from analyzer.catalogue.lint import lint

    problems = lint(root or find_rules())
    if format_ == "json":
        _print_json([problem._asdict() for problem in problems])
    else:
        for problem in problems:
            click.echo(str(problem))
        if not problems:
            chinese = (lang or default_lang()) == "zh"
            click.echo("规则数据无误" if chinese else "the rules are in order", err=True)
    if problems:
        raise SystemExit(1)


rules.add_command(judge)


def describe(value: Any, lang: str, depth: int = 0) -> list[str]:
    """Return the lines that show a record; the wanted language of a bilingual text stands first."""
    indent = "  " * depth
    lines: list[str] = []
    if isinstance(value, dict):
        for key, item in value.items():
            if item in (None, [], {}, ""):
                continue
            if isinstance(item, dict) and set(item) == {"zh", "en"}:
                other = "en" if lang == "zh" else "zh"
                lines.append(f"{indent}{key}: {item[lang]}")
                if item[other] != item[lang]:
                    lines.append(f"{indent}{' ' * len(key)}  {item[other]}")
            elif isinstance(item, (dict, list)) and not _is_flat(item):
                lines += [f"{indent}{key}:", *describe(item, lang, depth + 1)]
            else:
                lines.append(f"{indent}{key}: {_flat(item)}")
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, (dict, list)) and not _is_flat(item):
                inner = describe(item, lang, depth + 1)
                lines += [f"{indent}- {inner[0].strip()}", *inner[1:]] if inner else []
            else:
                lines.append(f"{indent}- {_flat(item)}")
    return lines


def _is_flat(value: dict[str, Any] | list[Any]) -> bool:
    return isinstance(value, list) and not any(isinstance(item, (dict, list)) for item in value)


def _flat(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def _print_json(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, sort_keys=True, indent=2))
