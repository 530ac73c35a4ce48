"""Processor families of native libraries."""

ABIS = ("arm64-v8a", "armeabi-v7a", "x86_64", "x86", "armeabi")
"""The one that phones take first, first; of libraries that are there several times one is read."""
