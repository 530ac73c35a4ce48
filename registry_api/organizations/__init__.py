"""Organisations and the apps they answer for."""
