"""Who signed a package, in which schemes, and whether a phone would accept it."""

from .idsig import read_idsig
from .verdict import Verdict, verify_package

__all__ = ["Verdict", "read_idsig", "verify_package"]
