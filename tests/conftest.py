"""What holds for all tests."""

import os

import pytest

os.environ["EDUAUDIT_NO_CACHE"] = "1"  # every audit of a test is one: facts kept by an earlier run prove nothing


def pytest_collection_modifyitems(items):
    """Let one worker take the network tests of a module: they share what they fetch (``--dist loadgroup``)."""
    for item in items:
        if item.get_closest_marker("network") and not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))
