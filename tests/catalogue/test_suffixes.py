"""Where one owner of names ends and the next begins."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.catalogue.suffixes import hosting_suffix, registrable, registry_suffix, same_owner

label = st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True)


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("api.xuexi.cn", "xuexi.cn"), ("a.b.xuexi.com.cn", "xuexi.com.cn"), ("XUEXI.cn.", "xuexi.cn"),
        ("x.school.edu.cn", "school.edu.cn"), ("a.b.github.io", "b.github.io"), ("xuexi.cn:443", "xuexi.cn"),
        ("com.cn", None), ("cn", None), ("localhost", None), ("1.2.3.4", None), ("2408:8000::1", None), ("", None),
        ("api.学习.中国", "学习.中国"),
    ],
)  # fmt: skip
def test_registered_names(host, name):
    assert registrable(host) == name


@given(st.lists(label, min_size=1, max_size=3), label, st.sampled_from(["cn", "com.cn", "github.io", "com"]))
def test_every_name_below_a_registered_one_has_its_owner(below, own, suffix):
    name = f"{own}.{suffix}"
    if registrable(name) != name:
        return  # the list has this very name as a suffix
    host = ".".join((*below, name))
    found = registrable(host)
    assert found is not None
    assert host.endswith(found)
    assert same_owner(host, name) == (found == name)


@given(label, label)
def test_strangers_under_one_suffix_are_not_one(one, other):
    if one != other:
        assert not same_owner(f"{one}.com.cn", f"{other}.com.cn")


def test_suffixes_of_registries_and_of_hosters():
    assert registry_suffix("com.cn")
    assert not registry_suffix("github.io")
    assert hosting_suffix("github.io")
    assert not hosting_suffix("xuexi.cn")
    assert not hosting_suffix("googleapis.com"), "no customer has a name below it"
