"""What was found, shown where it stands: places and ids of hits, masked texts, the decoded tree, redacted HAR.

Nothing that is written from here holds a value of the profile or one that a pattern found, except where a person
asks for it on a terminal of the machine that holds the capture.
"""
