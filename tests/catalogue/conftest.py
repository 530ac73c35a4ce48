import pytest

from analyzer.catalogue import load_catalogue


@pytest.fixture(scope="session")
def catalogue():
    return load_catalogue()


@pytest.fixture(scope="session")
def index(catalogue):
    return catalogue.sdk_index
