"""What holds for all tests."""

import os

os.environ["EDUAUDIT_NO_CACHE"] = "1"  # every audit of a test is one: facts kept by an earlier run prove nothing
