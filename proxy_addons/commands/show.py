"""`eduaudit traffic show`: one transmission, or one flow, as the decoded tree with the hits marked."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analyzer.render.language import default_lang

from .options import FILE, lang_option, warn

if TYPE_CHECKING:
    from proxy_addons.evidence.exhibit import Exhibit
    from proxy_addons.evidence.masking import Word
    from proxy_addons.match.matcher import Matcher

SUFFIXES = (".flow", ".har", ".zhar")


@click.command(help="显示一条传输的解码结果 / show the decoded tree of a transmission (t-…) or of a flow.")
@click.argument("identity", metavar="ID")
@click.option(
    "--capture",
    "captures",
    multiple=True,
    type=FILE,
    metavar="FILE",
    help="录制文件；缺省在当前目录查找 / capture; default: those of this folder",
)
@click.option("--profile", type=FILE, metavar="FILE", help="设备档案 / device profile")
@click.option("--all", "everything", is_flag=True, help="显示全部文本 / draw every text")
@click.option("--reveal", is_flag=True, help="显示原值，仅限终端 / show the values themselves, only on a terminal")
@lang_option
def show(  # noqa: D103  # the help text is the documentation
    identity: str, captures: tuple[Path, ...], profile: Path | None, everything: bool, reveal: bool, lang: str | None
) -> int:
    from analyzer.catalogue import load_catalogue
    from analyzer.model import EduauditError
    from proxy_addons.evidence.masking import plainly, tag
    from proxy_addons.match.matcher import Matcher
    from proxy_addons.redaction import Tags
    from proxy_addons.replay import load_profile

    lang = lang or default_lang()
    if reveal and not sys.stdout.isatty():
        raise click.UsageError("--reveal 只用于终端 / is for a terminal only")
    if len(identity) < 4:  # fewer characters name too many flows
        raise click.UsageError(f"ID 太短 / too short: {identity!r}")
    catalogue = load_catalogue()
    known = load_profile(profile, catalogue)
    matcher = Matcher(known.values if known else {}, known.keys if known else {}, catalogue.identifiers)
    found = search(captures or captures_here(), identity, matcher)
    if not found:
        where = ", ".join(map(str, captures)) or "."
        hint = "" if profile else "（没有 --profile，已知值不会命中 / without --profile no known value is met）"
        raise EduauditError(f"{where}: 没有此传输或流 / no such transmission or flow: {identity}{hint}")
    say = plainly if reveal else tag(Tags())
    for path, exhibit in found:
        warn(f"{'录制文件' if lang == 'zh' else 'capture'}: {path}")
        draw(exhibit, say, lang, identity, everything)
    return 0


def captures_here() -> tuple[Path, ...]:
    """Return the captures of the current folder, the newest first."""
    files = [path for path in Path().iterdir() if path.suffix in SUFFIXES and path.is_file()]
    return tuple(sorted(files, key=lambda path: path.stat().st_mtime, reverse=True))


def search(captures: tuple[Path, ...], identity: str, matcher: Matcher) -> list[tuple[Path, Exhibit]]:
    """Return the messages that ``identity`` names, from the first capture that has any."""
    from proxy_addons.evidence.exhibit import find_exhibits
    from proxy_addons.sources.capture import open_capture

    for path in captures:
        found = [(path, one) for one in find_exhibits(open_capture(path).messages(), identity, matcher)]
        if found:
            return found
    return []


def draw(exhibit: Exhibit, say: Word, lang: str, identity: str, everything: bool) -> None:
    """Print a tree: in colour on a terminal, plain in a pipe."""
    from rich.console import Console

    from proxy_addons.evidence.drawing import plain_lines, rich_tree

    if sys.stdout.isatty():
        Console().print(rich_tree(exhibit, say, lang, wanted=identity, everything=everything))
        return
    for line in plain_lines(exhibit, say, lang, wanted=identity, everything=everything):
        click.echo(line)
