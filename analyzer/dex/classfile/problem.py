"""What of a class file cannot be made into DEX."""

from __future__ import annotations


class ClassFileError(Exception):
    """The bytes are no sound class file; the message says what is wrong."""


class UntranslatableError(Exception):
    """One method cannot be translated; the message says why."""
