"""Who signed a package, in which schemes, and whether a phone would accept it."""

from .verdict import Verdict, verify_package

__all__ = ["Verdict", "verify_package"]
