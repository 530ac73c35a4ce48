"""Layers of encoding around a value: pure functions, bounded in depth, size and time.

`tree.unfold` is the entry: one message in, the texts at its leaves out, each with key, place and layers.
"""
