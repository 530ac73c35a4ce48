"""The version of the extractor."""

ENGINE = "static/6"
"""Raised whenever equal input could give other facts: facts of another engine are extracted anew."""
