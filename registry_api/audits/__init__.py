"""Audit runs, stored facts, findings that keep their history, and the weekly round."""
