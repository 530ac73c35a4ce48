"""Personal data in the leaves of a message: known values first, then patterns, then key names.

`matcher.Matcher` is the entry. Cost does not grow with the number of known values: one Aho-Corasick pass and one
look-up per digest-like token.
"""
