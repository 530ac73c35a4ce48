"""Single key presses from a terminal, without waiting for them."""

from __future__ import annotations

import codecs
import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

KEYS = {
    "s": "first_start",
    "c": "consent_shown",
    "a": "agreed",
    "r": "refused",
    "b": "background",
    "f": "foreground",
    "x": "function",
}
"""Key → mark."""


class Keyboard(Protocol):
    """Gives the keys that were pressed."""

    def pressed(self) -> str:
        """Return the keys since the last call; never waits."""
        ...


class _Terminal:
    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")  # a character may come in two parts

    def pressed(self) -> str:
        descriptor = sys.stdin.fileno()
        text = b""
        while select.select([descriptor], [], [], 0)[0]:
            part = os.read(descriptor, 64)
            if not part:
                break
            text += part
        return self._decoder.decode(text)


@contextmanager
def keyboard() -> Iterator[Keyboard | None]:
    """Give a keyboard where standard input is a terminal, else `None`; the terminal is left as it was found."""
    if not sys.stdin.isatty():
        yield None
        return
    import termios  # noqa: PLC0415  # only where there is a terminal
    import tty  # noqa: PLC0415  # same

    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    try:
        tty.setcbreak(descriptor, termios.TCSADRAIN)  # keeps what was typed already
        yield _Terminal()
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
