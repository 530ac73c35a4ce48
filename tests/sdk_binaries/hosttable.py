"""The table of real SDKs in `docs/sdks.md`: ``python tests/sdk_binaries/hosttable.py`` writes it anew."""

import tempfile
from functools import cache
from pathlib import Path

from hostapp import build
from vendorbinaries import BINARIES, Binary

from analyzer.catalogue import load_catalogue
from analyzer.container import Limits
from analyzer.extract import extract_facts
from analyzer.model import StaticFacts

DOCUMENT = Path(__file__).parents[2] / "docs" / "sdks.md"
BEGIN, END = "<!-- table: written by tests/sdk_binaries/hosttable.py -->\n", "<!-- end of table -->\n"
HEAD = "| archive | package | SDK | as published | renamed |\n|---|---|---|---|---|\n"


@cache
def facts(binary: Binary, *, renamed: bool) -> StaticFacts:
    """Return the facts of the host app of an archive."""
    with tempfile.TemporaryDirectory() as folder:
        path = build(binary, Path(folder, "host.apk"), renamed=renamed)
        return extract_facts(path, load_catalogue(), Limits())


def rows(binary: Binary) -> list[str]:
    """Return the lines of the table for one archive: one for each SDK that it is or carries."""
    plain, renamed = ({sdk.id: sdk for sdk in facts(binary, renamed=way).sdks} for way in (False, True))
    lines = []
    for sdk in sorted({*binary.names, *binary.carries, *plain, *renamed}):
        cells = (
            binary.label,
            f"{binary.package} {binary.version}",
            sdk,
            _cell(plain.get(sdk)),
            _cell(renamed.get(sdk)),
        )
        lines.append(f"| {' | '.join(cells)} |\n")
    return lines


def _cell(sdk) -> str:
    if sdk is None:
        return "not named"
    kinds = {kind: sum(sign.kind == kind for sign in sdk.evidence) for kind in (one.kind for one in sdk.evidence)}
    signs = ", ".join(f"{kind} {count}" for kind, count in kinds.items())
    return f"{sdk.confidence}; version {sdk.version or '–'}; {sdk.state or 'state unknown'}; {signs}"


def write() -> None:
    """Write the table into the document."""
    text = DOCUMENT.read_text(encoding="utf-8")
    table = HEAD + "".join(line for binary in BINARIES for line in rows(binary))
    begin, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    DOCUMENT.write_text(text[:begin] + table + text[end:], encoding="utf-8")


if __name__ == "__main__":
    write()
