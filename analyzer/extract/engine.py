"""The version of the extractor."""

ENGINE = "static/5"
"""Raised whenever equal input could give other facts: facts of another engine are extracted anew."""
