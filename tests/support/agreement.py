"""Compares our verdict on signatures with two apksigners', case by case, and writes the table in ``docs/signatures.md``.

Usage: python tests/support/agreement.py [--write]
"""

import argparse
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from apksigner import Apksigner
from googletools import fetch_jar
from signed import Workshop, cases

from analyzer.container import Limits
from analyzer.container.archive import Archive
from analyzer.container.signature import verify_package

PAGE = Path(__file__).parents[2] / "docs" / "signatures.md"
ROWS_BEGIN, ROWS_END = "<!-- rows -->\n", "<!-- end of rows -->\n"


@dataclass
class Row:
    """One case: what both say."""

    name: str
    theirs: object
    ours: object
    our_schemes: tuple
    too_old: str | None = None
    """Why we differ from Debian's."""
    why: str = ""

    @property
    def our_accepted(self):
        return self.ours is not None and self.ours.refusal is None

    @property
    def certificates_agree(self):
        """Whether every certificate that apksigner prints is one of ours, with the same three digests."""
        known = {(one.sha256, one.sha1, one.md5) for one in self.ours.signers} if self.ours else set()
        return set(self.theirs.certificates) <= known

    @property
    def agrees(self):
        if self.theirs.accepted != self.our_accepted:
            return False
        if not self.theirs.accepted:
            return True
        return self.theirs.schemes == self.our_schemes and self.certificates_agree

    def line(self, newest=None):
        """Return the row of the table; ``newest`` is the row of the same case beside the newest apksigner."""
        ours = shown(self.our_accepted, self.our_schemes, self.why)
        newer = newest or self
        told = "as Debian's" if self.told() == newer.told() else _cell(newer.told())
        phones = f"; {_cell(self.ours.phones)}" if self.ours is not None and self.ours.phones else ""
        same = f"yes{phones}" if newer.agrees else "NO"
        return f"| {self.name} | {_cell(self.told())} | {told} | {_cell(ours)} | {same} |\n"

    def told(self):
        """Say what apksigner says."""
        return shown(self.theirs.accepted, self.theirs.schemes, self.theirs.errors[0] if self.theirs.errors else "")


def shown(accepted, schemes, why):
    if accepted:
        return f"accepts ({', '.join(schemes)}){f'; {why}' if why else ''}"
    return f"refuses: {why}"


def _cell(text):
    return text.replace("|", "\\|").replace("<", "&lt;")[:110]


def compare(apksigner, folder, name, case):
    """Return the row of one case."""
    path = folder / "checked.apk"
    path.write_bytes(case.data)
    idsig = None
    if case.idsig is not None:
        idsig = folder / "checked.apk.idsig"
        idsig.write_bytes(case.idsig)
    theirs = apksigner.verify(path, idsig=idsig)
    try:
        archive = Archive(case.data, Limits())
    except ValueError as error:
        return Row(name, theirs, None, (), case.too_old, str(error))
    ours = verify_package(archive, case.min_sdk, case.target_sdk, idsig=case.idsig)
    facts = {one.code: one.detail for one in archive.notes.facts()}
    why = ours.refusal or facts.get("v4_invalid", "")
    stamped = ("stamp",) if ours.stamp is not None and ours.stamp.verified else ()
    return Row(name, theirs, ours, ours.verified + stamped, case.too_old, why)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the table into docs/signatures.md")
    options = parser.parse_args()
    rows, newest = [], []
    jar = fetch_jar("apksigner.jar")
    with tempfile.TemporaryDirectory() as name, Apksigner() as apksigner, Apksigner(jar) as newer:
        folder = Path(name)
        for case_name, make in cases(Workshop(folder, apksigner)):
            try:
                case = make()
            except AssertionError as error:  # apksigner refuses to make it
                sys.stderr.write(f"{case_name}: apksigner does not make it: {str(error)[-300:]}\n")
                continue
            rows.append(compare(apksigner, folder, case_name, case))
            newest.append(compare(newer, folder, case_name, case))
            sys.stdout.write(rows[-1].line(newest[-1]))
    agreeing = sum(row.agrees for row in newest)
    counted = (
        f"{agreeing} of {len(rows)} cases agree with the newest apksigner, "
        f"{sum(row.agrees for row in rows)} with Debian's.\n"
    )
    sys.stdout.write(counted)
    if options.write:
        text = PAGE.read_text(encoding="utf-8")
        head, _, rest = text.partition(ROWS_BEGIN)
        lines = "".join(row.line(newer) for row, newer in zip(rows, newest, strict=True))
        table = f"| case | apksigner 31 (Debian) | apksigner 37 | eduaudit | same |\n|---|---|---|---|---|\n{lines}"
        PAGE.write_text(
            head + ROWS_BEGIN + table + "\n" + counted + ROWS_END + rest.partition(ROWS_END)[2], encoding="utf-8"
        )
    return 0 if all(row.agrees for row in newest) else 1


if __name__ == "__main__":
    sys.exit(main())
