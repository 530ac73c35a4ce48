"""Figures over filings, decisions and findings within an actor's reach."""
