import pytest
from hybrids import make_hermes
from hypothesis import given
from hypothesis import strategies as st

from analyzer.extract.hybrid.hermes import HermesError, is_hermes, read_hermes

VERSIONS = [62, 76, 84, 85, 94, 96, 98, 99]
LATIN = st.text(st.characters(max_codepoint=255), max_size=300)
ANY = st.one_of(LATIN, st.text(max_size=40))


@pytest.mark.parametrize("version", VERSIONS)
def test_strings_are_read_exactly_whatever_the_version(version):
    strings = ["plain string", "你好，世界 😀", "x" * 255, "é" * 254, ""]
    code = read_hermes(make_hermes(strings, ["getAndroidId", "RNDeviceInfo"], version=version, functions=7))
    assert code.version == version
    assert code.functions == 7
    assert code.strings == (*strings, "getAndroidId", "RNDeviceInfo")
    assert code.identifiers == {"getAndroidId", "RNDeviceInfo"}


@given(st.lists(ANY, max_size=12), st.lists(ANY, max_size=12), st.sampled_from(VERSIONS))
def test_what_is_written_is_read(strings, identifiers, version):
    code = read_hermes(make_hermes(strings, identifiers, version=version))
    lossy = [one.encode("utf-16-le", "replace").decode("utf-16-le", "replace") for one in (*strings, *identifiers)]
    assert code.strings == tuple(lossy)
    assert code.identifiers == set(lossy[len(strings) :])


@given(st.binary(max_size=400), st.integers(0, 300), st.integers(0, 400))
def test_damage_is_an_error_and_nothing_else(noise, where, cut):
    data = make_hermes(["a", "好"], ["b", "y" * 300])
    for damaged in (data[:cut], data[:where] + noise + data[where + len(noise) :], b"\xc6" + noise):
        try:
            read_hermes(damaged)
        except HermesError:
            continue


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (make_hermes(["a"], version=59), "older than 62"),
        (make_hermes(["a"])[:-30], "cut off"),
        (bytes(byte ^ 255 for byte in make_hermes(["a"])[:8]) + bytes(200), "delta form"),
        (b"var a=1", "no Hermes"),
    ],
)
def test_what_cannot_be_read_says_why(data, why):
    with pytest.raises(HermesError, match=why):
        read_hermes(data)


def test_byte_code_is_told_by_its_first_bytes():
    assert is_hermes(make_hermes(["a"]))
    assert not is_hermes(b"var __BUNDLE_START_TIME__=1;")
