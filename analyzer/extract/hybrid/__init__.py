"""Bundles of hybrid frameworks: scripts, byte code and packages that run beside the DEX files, opened and read."""

from .bundles import Bundles

__all__ = ["Bundles"]
