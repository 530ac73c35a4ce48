# ruff: noqa: INP001  # a script, run by its path
"""Makes `analyzer/render/fonts/NotoSansSC-subset.ttf`, the typeface of the PDF report, from the whole Noto Sans SC.

    npm pack @expo-google-fonts/noto-sans-sc   # 0.4.3: 400Regular/NotoSansSC_400Regular.ttf and LICENSE_FONT in it
    pip install fonttools
    python deploy/report_font.py NotoSansSC_400Regular.ttf analyzer/render/fonts/NotoSansSC-subset.ttf

Kept are the characters of GB 2312 (simplified, 99.9 % of running text), the frequent ones of Big5 (traditional), Latin,
punctuation and the signs of the reports. What is not in the typeface is printed by its number, never left out.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

RANGES = ((0x20, 0x7E), (0xA0, 0x17F), (0x2010, 0x2027), (0x2030, 0x205E), (0x20AC, 0x20AC), (0x2190, 0x2193))
SIGNS = "●○■□▲△✓✕№℃"


def characters() -> set[int]:
    """Return the code points to keep, as far as the typeface has them."""
    found = {code for first, last in RANGES for code in range(first, last + 1)} | set(map(ord, SIGNS))
    tables = (("gb2312", range(0xA1, 0xF8), range(0xA1, 0xFF)), ("big5", range(0xA4, 0xC7), range(0x40, 0xFF)))
    for codec, leads, trails in tables:
        for lead in leads:
            for trail in trails:
                found.update(map(ord, bytes((lead, trail)).decode(codec, "ignore")))
    return found


def make(source: Path, target: Path) -> None:
    """Write the subset; equal input and fonttools give equal bytes."""
    options = subset.Options(
        layout_features=[],
        hinting=False,
        notdef_outline=True,
        name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14],
        glyph_names=False,
    )
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "BASE", "vhea", "vmtx", "VORG", "STAT", "DSIG", "meta"]
    font = TTFont(source, recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters())
    subsetter.subset(font)
    target.parent.mkdir(parents=True, exist_ok=True)
    font.save(target)
    print(f"{target}: {len(font.getBestCmap())} characters, {target.stat().st_size:,} bytes")  # noqa: T201  # its output


if __name__ == "__main__":
    make(Path(sys.argv[1]), Path(sys.argv[2]))
