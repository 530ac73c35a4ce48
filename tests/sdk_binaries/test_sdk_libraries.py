"""Well-known libraries that collect nothing, as published and renamed: no SDK of another kind is named."""

import pytest
from vendorbinaries import LIBRARIES, CannotFetchError, dex, fetch, grouped, renamed_dex

from analyzer.catalogue import load_catalogue
from analyzer.container import Limits
from analyzer.extract import extract_facts

pytestmark = [pytest.mark.network, pytest.mark.timeout(600)]


@pytest.fixture(params=grouped(LIBRARIES))
def library(request):
    try:
        fetch(request.param)
    except CannotFetchError as error:
        pytest.skip(str(error))
    return request.param


@pytest.mark.parametrize("way", [dex, renamed_dex], ids=["plain", "renamed"])
def test_only_the_library_itself_is_named(library, way):
    try:
        path = way(library)
    except CannotFetchError as error:
        pytest.skip(str(error))
    catalogue = load_catalogue()
    found = {sdk.id for sdk in extract_facts(path, catalogue, Limits()).sdks}
    assert all(catalogue.sdks[sdk].collects_nothing for sdk in found)
    if way is dex:
        assert library.names <= found
