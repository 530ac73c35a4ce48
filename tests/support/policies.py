"""The labelled policies of `tests/policy/corpus`: texts, labels, and how a reading of them is scored."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

CORPUS = Path(__file__).parents[1] / "policy" / "corpus"
HALVES = ("dev", "held_out", "fresh", "blind2")
PARTS = (*HALVES, "blind3", "blind4")
"""With the parts that do not reach the bar."""
MARK = " ¦ "
_SIGNS = re.compile(r"[\W_]+")


class Line(NamedTuple):
    """One line of a policy with what a person reads in it."""

    text: str
    said: frozenset[str]
    denied: frozenset[str]
    sdks: frozenset[str]


class Labelled(NamedTuple):
    """One policy: its header values, its lines, and the points that it fulfils."""

    name: str
    header: dict[str, str]
    lines: tuple[Line, ...]
    points: frozenset[str]

    @property
    def markdown(self) -> str:
        """The policy as a vendor would hand it in."""
        out: list[str] = []
        for line in self.lines:
            table = line.text.startswith("|")
            if out and table != out[-1].startswith("|"):
                out.append("")
            out.append(line.text)
        return "\n".join(out) + "\n"


class Score(NamedTuple):
    """Counts of one kind of label: found rightly, found wrongly, missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def f1(self) -> float:
        return 2 * self.right / max(1, 2 * self.right + self.wrong + self.missed)

    def plus(self, other: Score) -> Score:
        return Score(*(a + b for a, b in zip(self, other, strict=True)))


@cache
def policies(half: str) -> tuple[Labelled, ...]:
    """Read one part of the corpus."""
    return tuple(read(path) for path in sorted((CORPUS / half).glob("*.md")))


def read(path: Path) -> Labelled:
    """Read one labelled policy."""
    legend = yaml.safe_load((CORPUS / "legend.yaml").read_text(encoding="utf-8"))
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    header = dict(part.strip().split("=", 1) for part in head.removeprefix("@ ").split(";"))
    lines = []
    for row in rows:
        text, _, labels = row.partition(MARK)
        said, denied, sdks = set(), set(), set()
        for label in labels.split():
            if label.startswith("@"):
                sdks.add(label[1:])
            elif label.startswith("-"):
                denied.update(legend[label[1:]])
            else:
                said.update(legend[label])
        lines.append(Line(text, frozenset(said), frozenset(denied), frozenset(sdks)))
    points = frozenset(f"POL-{int(number):02}" for number in header.pop("points").split())
    return Labelled(path.stem, header, tuple(lines), points)


def key(text: str) -> str:
    """Return what is left of a line when all marks of layout are taken away."""
    return _SIGNS.sub("", text)


def places(policy: Labelled, text: str) -> list[tuple[Line, int, int]]:
    """Return each labelled line with the stretch of the extracted text that it became; raise where one is lost."""
    found, start = [], 0
    stretches = []
    for piece in text.split("\n"):
        stretches.append((start, start + len(piece), key(piece)))
        start += len(piece) + 1
    stretches = [stretch for stretch in stretches if stretch[2]]
    wanted = [line for line in policy.lines if key(line.text)]
    for line, (begin, end, kept) in zip(wanted, stretches, strict=True):
        if key(line.text) != kept:
            raise ValueError(f"{policy.name}: {line.text!r} became {text[begin:end]!r}")
        found.append((line, begin, end))
    return found


def score(policy: Labelled, facts, text: str, errors: list[str] | None = None) -> dict[str, Score]:
    """Return the scores of the data kinds, the denials among them, the SDK mentions, and the points (as right/wrong).

    An SDK mention is one place of the text; its word may stand for several SDKs of one vendor, any of which is right.
    """
    data, denied, sdks = Score(), Score(), Score()
    for line, begin, end in places(policy, text):
        rows = [row for row in facts.declarations if begin <= row.offset < end]
        said = {row.data for row in rows if row.data and not row.negated and not row.general}
        # what a line both denies and says counts as both
        not_said = {row.data for row in rows if row.data and row.negated and not row.general}
        mentions: dict[int, set[str]] = {}
        for row in rows:
            if row.sdk and not row.negated:
                mentions.setdefault(row.offset, set()).add(row.sdk)
        named = {next(iter(sorted(ids & line.sdks)), min(ids)) for ids in mentions.values()}
        for label, gold, seen in (("", line.said, said), ("-", line.denied, not_said), ("@", line.sdks, named)):
            got = Score(len(gold & seen), len(seen - gold), len(gold - seen))
            if label == "@":
                sdks = sdks.plus(got)
            else:
                data = data.plus(got)
                denied = denied.plus(got) if label else denied
            if errors is not None and gold != seen:
                errors.append(
                    f"{policy.name}: {label}missed {sorted(gold - seen)} {label}wrong {sorted(seen - gold)}: {line.text}"
                )
    points = Score()
    for row in facts.points:
        same = row.found is (row.id in policy.points)
        points = points.plus(Score(right=1) if same else Score(wrong=1))
        if errors is not None and not same:
            errors.append(
                f"{policy.name}: {row.id} {'wanted' if not row.found else 'not wanted'}: {row.quote} {[m.zh for m in row.missing]}"
            )
    return {"data kinds": data, "denials": denied, "SDK mentions": sdks, "points": points}
