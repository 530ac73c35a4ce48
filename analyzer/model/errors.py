"""The errors that reach a person: one clear line that says which file or field and why."""

from __future__ import annotations


class EduauditError(Exception):
    """Base of all errors with a message for the user; a command prints it as one line and exits with 2."""


class UnreadableInputError(EduauditError):
    """A file that was handed in cannot be read as what it should be."""

    def __init__(self, path: object, why: str) -> None:
        self.path = str(path)
        self.why = why
        super().__init__(f"{self.path}: {why}")


class RuleDataError(EduauditError):
    """The rule data is not in order; the message names the file and the key."""
