"""Record `eduaudit audit` of a sample in a real terminal of 100 columns, as an SVG that plays by itself.

    python docs/pictures/record.py zh docs/pictures/audit_zh.svg

The command runs behind a pseudo-terminal; what it writes is replayed on a small screen of our own (cursor up, line
feed, erase, colours: all that it uses). The picture asks for nothing from elsewhere, shows the first `MOST` lines, and
stands still for whoever wants less motion.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import time
import unicodedata
from html import escape
from pathlib import Path

ROOT = Path(__file__).parents[2]
COLUMNS, ROWS, MOST = 100, 34, 160
CELL, LINE, SIZE = 8.0, 18.0, 13
PAD = 14.0
BACK, INK, DIM = "#11171d", "#d9dfe6", "#8a96a3"
COLOURS = ["#5b6876", "#ff8379", "#7fd49b", "#e8c96a", "#7db8f5", "#d59bf0", "#70cfd0", "#e3e8ee"]
PROMPT = "$ "
TYPED = "eduaudit audit homework.apk --policy policy.html --filing filing.json"
PIECE = re.compile(r"\x1b\[([0-9;?]*)([A-Za-z])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\r|\n|[^\x1b\r\n]+")
READ_LINES, READ_SECONDS = 12, 2.6
"""While the result scrolls: lines a step, and how long each step stands."""

Style = tuple[str, bool, bool]
PLAIN: Style = (INK, False, False)
Row = list[tuple[str, Style]]


def run(lang: str) -> list[tuple[float, str]]:
    """Return (seconds, text) of what the command wrote to its terminal."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    command = [sys.executable, "-m", "analyzer", *TYPED.split()[1:], "--lang", lang, "--no-cache"]
    clean = {key: value for key, value in os.environ.items() if key not in {"COLUMNS", "LINES", "NO_COLOR", "TERM"}}
    environment = {**clean, "TERM": "xterm-256color", "COLORTERM": "truecolor", "PYTHONPATH": str(ROOT)}
    begun, found = time.monotonic(), []
    where = ROOT / "samples" / "homework"
    process = subprocess.Popen(command, cwd=where, env=environment, stdin=slave, stdout=slave, stderr=slave)
    os.close(slave)
    while True:
        try:
            data = os.read(master, 65536)
        except OSError:  # the other side is closed
            break
        if not data:
            break
        found.append((time.monotonic() - begun, data))
    if process.wait() not in {0, 1}:
        raise SystemExit(b"".join(data for _, data in found).decode("utf-8", "replace"))
    os.close(master)
    return [(at, data.decode("utf-8", "ignore")) for at, data in found]


class Screen:
    """An endless page on which text is written as a terminal writes it."""

    def __init__(self) -> None:
        self.rows: list[Row] = [[]]
        self.row = self.column = 0
        self.style: Style = PLAIN

    def write(self, text: str) -> None:
        """Take a part of the stream."""
        for match in PIECE.finditer(text):
            piece = match[0]
            if piece == "\r":
                self.column = 0
            elif piece == "\n":
                self.row += 1
                self.column = 0
                while len(self.rows) <= self.row:
                    self.rows.append([])
            elif match[2]:
                self._control(match[1], match[2])
            elif not piece.startswith("\x1b"):
                self._put(piece)

    def _control(self, given: str, what: str) -> None:
        if what == "A":
            self.row = max(0, self.row - int(given or 1))
        elif what == "K":
            self.rows[self.row] = [] if given == "2" else self.rows[self.row][: self.column]
        elif what == "m":
            self.style = styled(self.style, [int(part or 0) for part in given.split(";")])

    def _put(self, text: str) -> None:
        row = self.rows[self.row]
        for char in text:
            row.extend([(" ", PLAIN)] * (self.column - len(row)))
            cells = [(char, self.style)] + [("", self.style)] * (width(char) - 1)
            row[self.column : self.column + len(cells)] = cells
            self.column += len(cells)


def width(char: str) -> int:
    """Return how many cells a character takes."""
    return 0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1


def styled(style: Style, codes: list[int]) -> Style:
    """Return a style after a colour sequence."""
    colour, bold, dim = style
    while codes:
        code = codes.pop(0)
        if code == 0:
            colour, bold, dim = PLAIN
        elif code in {1, 2, 22}:
            bold, dim = code == 1, code == 2
        elif 30 <= code <= 37 or 90 <= code <= 97:
            colour = COLOURS[code % 10]
        elif code == 39:
            colour = INK
        elif code == 38 and codes[:1] == [2] and len(codes) >= 4:
            colour = "#{:02x}{:02x}{:02x}".format(*codes[1:4])
            del codes[:4]
        elif code == 38 and codes[:1] == [5] and len(codes) >= 2:
            colour = COLOURS[codes[1] % 8] if codes[1] < 16 else INK
            del codes[:2]
    return colour, bold, dim


def drawn(rows: list[Row], first: int = 0) -> str:
    """Return rows as SVG text; every run of one style stands at its own cell, whatever the reader's typeface."""
    out = []
    for number, row in enumerate(rows, first):
        place = 0
        while place < len(row):
            end = place + 1
            wide = width(row[place][0] or " ") == 2
            while end < len(row) and row[end][1] == row[place][1] and (width(row[end][0] or "　") == 2) == wide:
                end += 1
            text = "".join(char for char, _ in row[place:end])
            if text.strip():
                colour, bold, dim = row[place][1]
                look = f' fill="{DIM if dim and colour == INK else colour}"' + (' font-weight="700"' if bold else "")
                lead = len(text) - len(text.lstrip(" "))
                at, kept = place + lead, text.strip(" ")
                span = sum(width(char) for char in kept) * CELL
                stretch = f' textLength="{span:g}" lengthAdjust="spacingAndGlyphs"' if len(kept) > 1 else ""
                look = "" if look == f' fill="{INK}"' else look
                out.append(
                    f'<text x="{at * CELL:g}" y="{(number + 1) * LINE:g}"{look}{stretch}>{escape(kept, quote=False)}</text>'
                )
            place = end
    return "".join(out)


def picture(stream: list[tuple[float, str]]) -> str:
    """Return the SVG: the command is typed, its progress shown, then the result is read from top to bottom."""
    typed = 2.0
    frames = [
        (typed * part / len(TYPED), drawn([[(char, PLAIN) for char in PROMPT + TYPED[:part] + "▏"]]))
        for part in range(0, len(TYPED) + 1, 3)
    ]
    screen = Screen()
    screen.write(PROMPT + TYPED + "\r\n")
    for at, text in stream:
        screen.write(text)
        if len(screen.rows) <= 8:
            frames.append((typed + at, drawn(screen.rows)))
    while screen.rows and not "".join(char for char, _ in screen.rows[-1]).strip():
        screen.rows.pop()
    if len(screen.rows) > MOST:
        screen.rows[MOST:] = [[("…", PLAIN)]]
    frames = [frame for place, frame in enumerate(frames) if place == 0 or frame[1] != frames[place - 1][1]]
    result = typed + max(stream[-1][0], 0.4)
    steps = max(0, -(-(len(screen.rows) - ROWS) // READ_LINES))
    total = result + READ_SECONDS * (steps + 2)
    css, groups = [], []
    for number, (at, text) in enumerate(frames):
        until = frames[number + 1][0] if number + 1 < len(frames) else result
        begin, end = 100 * at / total, 100 * until / total
        css.append(f"@keyframes f{number}{{0%,{begin:.3f}%{{opacity:0}}{begin + 0.001:.3f}%,{end:.3f}%{{opacity:1}}{end + 0.001:.3f}%,100%{{opacity:0}}}}")  # fmt: skip
        groups.append(f'<g class="f" style="animation-name:f{number}">{text}</g>')
    begin = 100 * result / total
    moves = [
        f"0%,{begin:.3f}%{{opacity:0;transform:translateY(0)}}{begin + 0.001:.3f}%{{opacity:1;transform:translateY(0)}}"
    ]
    for step in range(steps + 1):
        down = -LINE * min(step * READ_LINES, max(0, len(screen.rows) - ROWS))
        arrive = 100 * (result + READ_SECONDS * (step + (0.15 if step else 0))) / total + 0.002
        leave = 100 * (result + READ_SECONDS * (step + 1)) / total
        moves.append(f"{arrive:.3f}%,{leave:.3f}%{{opacity:1;transform:translateY({down:g}px)}}")
    css.append(f"@keyframes all{{{''.join(moves)}100%{{opacity:1;transform:translateY({down:g}px)}}}}")
    wide, high = COLUMNS * CELL + 2 * PAD, ROWS * LINE + 2 * PAD
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:g} {high:g}" width="{wide:g}" height="{high:g}">'
        f"<title>{escape(PROMPT + TYPED)}</title><style>text{{white-space:pre;font:{SIZE}px ui-monospace,'DejaVu Sans Mono',"
        f"Consolas,'Noto Sans Mono CJK SC','Noto Sans CJK SC',monospace}}"
        f".f,#all{{animation-duration:{total:.2f}s;animation-iteration-count:infinite;animation-timing-function:linear}}"
        f".f{{opacity:0}}#all{{animation-name:all}}{''.join(css)}"
        "@media (prefers-reduced-motion:reduce){.f,#all{animation:none}}</style>"
        f'<rect width="100%" height="100%" rx="8" fill="{BACK}"/>'
        f'<svg x="{PAD:g}" y="{PAD:g}" fill="{INK}" width="{COLUMNS * CELL:g}" height="{ROWS * LINE:g}" overflow="hidden">'
        f'{"".join(groups)}<g id="all">{drawn(screen.rows)}</g></svg></svg>\n'
    )


def main() -> None:
    """Write the picture that the arguments ask for."""
    if len(sys.argv) != 3 or sys.argv[1] not in {"zh", "en"}:
        raise SystemExit("usage: record.py zh|en FILE.svg")
    Path(sys.argv[2]).write_text(picture(run(sys.argv[1])), "utf-8")


if __name__ == "__main__":
    main()
