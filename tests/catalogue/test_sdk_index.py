from hypothesis import example, given
from hypothesis import strategies as st

from analyzer.catalogue.sdk_index import SdkIndex, index_rows, slash_name

segment = st.sampled_from(["a", "b", "com", "x", "B", "ab"])
package = st.lists(segment, min_size=1, max_size=4).map("/".join)
class_name = st.tuples(package, st.sampled_from(["", "$I", "$I$J", "/Q", "-z", "0"])).map("".join)


def naive_owner(rows, name):
    best, owner = -1, None
    for sdk, row in rows.items():
        for key in ("exclusions", "prefixes"):
            for prefix in row.get(key, ()):
                hit = name == prefix or name.startswith((prefix + "/", prefix + "$"))
                if hit and (len(prefix) > best or (len(prefix) == best and key == "prefixes")):
                    best, owner = len(prefix), sdk if key == "prefixes" else None
    return owner


@st.composite
def tables(draw):
    prefixes = draw(st.lists(package, unique=True, max_size=8))
    rows = {}
    for number, prefix in enumerate(prefixes):
        rows.setdefault(f"s{number % 3}", {"prefixes": []})["prefixes"].append(prefix)
    below = st.sampled_from(prefixes or ["zz"]).flatmap(lambda prefix: segment.map(lambda last: f"{prefix}/{last}"))
    excluded = draw(st.lists(below.filter(lambda name: name not in prefixes), unique=True, max_size=3))
    rows.setdefault("s0", {"prefixes": []})["exclusions"] = excluded
    return rows


@given(tables(), class_name)
@example({"s": {"prefixes": ["a"], "exclusions": ["a/b"]}}, "a/b/Q")
def test_longest_prefix_equals_a_naive_search(rows, name):
    assert SdkIndex(index_rows(rows)).owner(name) == naive_owner(rows, name)


@given(tables(), st.lists(class_name, max_size=30))
def test_bulk_search_equals_single_searches(rows, names):
    index = SdkIndex(index_rows(rows))
    names = sorted(set(names))
    assert index.owners(names) == [index.owner(name) for name in names]


def test_bulk_search_on_the_real_rules(index):
    names = sorted({f"{prefix}/X{number}" for prefix, _, _ in index.prefixes() for number in range(3)} | {"zz/Y", "a"})
    assert index.owners(names) == [index.owner(name) for name in names]


@given(package)
def test_spellings_of_one_name_are_equal(name):
    assert slash_name(f"L{name};") == slash_name(f"[[L{name};") == slash_name(name.replace("/", ".")) == name


def test_weak_values_are_told_apart():
    index = SdkIndex(index_rows({"s": {"prefixes": {"strong": ["a/b"], "weak": ["c"]}}}))
    assert not index.match("a/b/X").weak
    assert index.match("c/X").weak
