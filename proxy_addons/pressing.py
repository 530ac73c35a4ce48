"""Key presses → marks: one key a mark, and a name for the function that was used."""

from __future__ import annotations

import time
from pathlib import Path

from .keyboard import KEYS
from .marks import Mark, append_mark

END_KEYS = {"q", "\x04"}
LONGEST_NAME = 100


class Operator:
    """What the operator has pressed so far, and what it means."""

    def __init__(self, marks_file: Path) -> None:
        self._marks_file = marks_file
        self._since = 0.0
        self._waiting: list[Mark] = []
        self.trouble = ""
        """Why marks could not be written yet; they are tried again."""
        self.typed: str | None = None
        """The name that is being typed, or `None` when single keys count."""
        self.ended = False
        """The operator asked to end."""

    def press(self, keys: str) -> None:
        """Take the keys that were pressed. The mark of a function has the time at which its key was pressed."""
        for key in keys:
            if self.typed is not None:
                self._type(key)
            elif key.lower() in END_KEYS:
                self.ended = True
            elif KEYS.get(key.lower()) == "function":
                self.typed, self._since = "", time.time()
            elif key.lower() in KEYS:
                self._waiting.append(Mark(time.time(), KEYS[key.lower()]))
        self._write()

    def _type(self, key: str) -> None:
        name = self.typed or ""
        if key in "\r\n":
            self._waiting.append(Mark(self._since, "function", name.strip()))
            self.typed = None
        elif key == "\x1b":
            self.typed = None
        elif key in "\x7f\b":
            self.typed = name[:-1]
        elif key.isprintable() and len(name) < LONGEST_NAME:
            self.typed = name + key

    def _write(self) -> None:
        """Write what waits, oldest first; on a full disk it goes on waiting."""
        try:
            while self._waiting:
                append_mark(self._marks_file, self._waiting[0])
                del self._waiting[0]
            self.trouble = ""
        except OSError as error:
            self.trouble = f"标记未写入 / marks not written: {error.strerror} (×{len(self._waiting)})"

    @property
    def unwritten(self) -> tuple[Mark, ...]:
        """Return the marks that the disk has not taken."""
        return tuple(self._waiting)

    def leave(self) -> None:
        """Set the mark whose name was still being typed: it happened."""
        if self.typed is not None:
            self._type("\n")
        self._write()
