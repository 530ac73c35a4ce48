"""Runs an extraction in a child process under limits: the only way in which a package from outside is opened."""

from analyzer.container.limits import Limits

from .parent import Extraction, run_extraction, start_extraction

__all__ = ["Extraction", "Limits", "run_extraction", "start_extraction"]
