import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st
from sqlmodel import select

from registry_api.db import now
from registry_api.organizations.models import App, Organization
from registry_api.organizations.search import fold, grams_of, search_bound_in_order, search_condition, search_values

ALPHABET = "学习直播课堂晨光智慧𠮷😀aB1.-_%ＡＢ é"


@pytest.fixture
def unit(registry):
    with registry.database.write() as session:
        row = Organization(name="晨光教育", uscc="91310000M000100Y43", province="31", created_at=now())
        session.add(row)
        session.flush()
        return row.id


def put(registry, unit, package, name):
    with registry.database.write() as session:
        session.add(App(package=package, name=name, organization_id=unit, province="31", created_at=now()))


def found(registry, query):
    with registry.database.read() as session:
        values = search_values(query)
        statement, key = search_bound_in_order(session, select(App.name), values)
        walked = session.exec(statement.order_by(key), params=values).all()
        gathered = session.exec(select(App.name).where(search_condition(query)).order_by(App.id)).all()
        assert walked == gathered, "the index walked in order finds the same, in the order of ids"
        return set(walked)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("直播", {"智慧课堂直播课"}),
        ("播课", {"智慧课堂直播课"}),
        ("课", {"智慧课堂直播课"}),
        ("堂 慧课", {"智慧课堂直播课"}),
        ("智课", set()),
        ("𠮷", {"𠮷野😀Ｂook"}),
        ("😀b", {"𠮷野😀Ｂook"}),
        ("book", {"𠮷野😀Ｂook"}),
        ("CN.A", {"智慧课堂直播课"}),
        ("%", set()),
        ("_", set()),
        ("'\"* OR", set()),
        (" ", {"智慧课堂直播课", "𠮷野😀Ｂook"}),
    ],
)
def test_two_characters_one_character_and_rare_ones_are_found(registry, unit, query, names):
    put(registry, unit, "cn.a", "智慧课堂直播课")
    put(registry, unit, "cn.b", "𠮷野😀Ｂook")
    assert found(registry, query) == names


def test_the_index_follows_a_new_name_and_a_removed_app(registry, unit):
    put(registry, unit, "cn.a", "旧名字")
    with registry.database.write() as session:
        session.exec(select(App)).one().name = "新称呼"
    assert (found(registry, "旧名"), found(registry, "称呼")) == (set(), {"新称呼"})
    with registry.database.write() as session:
        session.delete(session.exec(select(App)).one())
    assert found(registry, "称呼") == set()


def test_search_is_exactly_the_search_for_every_word_in_the_text(registry, unit):
    texts = st.text(ALPHABET, min_size=1, max_size=8)
    names = set()

    @limits(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
    @given(texts, texts)
    def check(name, query):
        if name not in names and name.strip():
            put(registry, unit, f"x{len(names)}", name)
            names.add(name)
        words = fold(query).split()
        got = found(registry, query)
        with registry.database.read() as session:
            stored = session.exec(select(App.name, App.search)).all()
        assert got == {item for item, text in stored if all(word in text for word in words)}

    check()


def test_no_pair_crosses_a_space_and_all_are_letters():
    assert set("".join(grams_of("直播 1e5"))) <= set("abcdefghijklmnop ")
    assert len(grams_of("ab cd").split()) == 4  # ab, b, cd, d


def test_lists_filter_sort_and_count_by_keyset(api, registry, unit):
    for index in range(7):
        put(registry, unit, f"cn.p{index}", ["乙", "甲", "丙"][index % 3])
    for sort in ("name", "-name", "package", "-id", "id"):
        seen, after = [], None
        while True:
            params = {"sort": sort, "limit": 2, "count": "true", **({"after": after} if after else {})}
            answer = api("GET", "/apps", params=params)
            assert answer.status_code == 200, answer.text
            body = answer.json()
            assert (body["count"], body["count_capped"]) == (7, False)
            seen += body["items"]
            after = body["next"]
            assert ("link" in answer.headers) == (after is not None)
            if after is None:
                break
        key = sort.removeprefix("-")
        values = [(item[key], item["id"]) for item in seen]
        assert values == sorted(values, reverse=sort.startswith("-"))
        assert len(values) == 7
    assert api("GET", "/organizations?q=晨光&province=31&count=true").json()["count"] == 1
    assert api("GET", "/organizations?q=光晨").json()["items"] == []


@pytest.mark.parametrize("after", ["x", "-1", "99999999999", "WzEsMV0", "²", "WyJhIiwieCJd"])
@pytest.mark.parametrize("sort", ["name", "id"])
def test_a_cursor_of_another_list_is_refused(api, sort, after):
    if (sort, after) == ("id", "0"):
        return
    answer = api("GET", "/apps", params={"sort": sort, "after": after})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/query/after")


def test_the_state_of_the_newest_filing_is_kept_with_the_app(api, submitted, drain):
    submitted({})
    drain()
    assert len(api("GET", "/apps?state=under_review").json()["items"]) == 1
    assert api("GET", "/apps?state=draft").json()["items"] == []
    assert len(api("GET", "/filings?q=晨光&sort=-updated_at&count=1").json()["items"]) == 1
