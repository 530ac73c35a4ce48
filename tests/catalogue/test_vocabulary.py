"""Policy points, vocabularies, packers, code tables and sources: complete, and every reference resolves."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from analyzer.catalogue import filing_codes, identifiers, law, taxonomy, vocabulary
from analyzer.model import RuleDataError, read_record, record_plain

RULES = Path(__file__).parents[2] / "rules"
CLAUSES = law.parse_clauses(RULES)
POINTS = vocabulary.parse_policy_points(RULES)
WORDS = vocabulary.parse_vocabularies(RULES)
PACKERS = vocabulary.parse_packers(RULES)
TABLES = filing_codes.parse_filing_codes(RULES)


def test_there_are_18_points_each_citing_its_own_clause_first():
    assert list(POINTS) == [f"POL-{number:02d}" for number in range(1, 19)]
    assert all(point.clauses[0] == point.id for point in POINTS.values())


def test_cited_clauses_exist():
    cited = {clause for row in (*POINTS.values(), *WORDS.values()) for clause in row.clauses}
    assert cited - CLAUSES.keys() == set()


def test_the_promise_of_an_answer_is_at_most_15_working_days():
    assert {row.id: row.max_working_days for row in POINTS.values() if row.max_working_days} == {
        "POL-10": 15, "POL-12": 15,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("identity", "text", "hit"),
    [
        ("use_means_consent", "您使用即同意本协议", True),
        ("use_means_consent", "您的使用不代表您登录即同意", False),
        ("photo_search", "拍照搜题，一秒出答案", True),
        ("photo_search", "本应用已下线搜题功能", False),
        ("game", "更多小游戏等你来玩", True),
        ("game", "口算游戏让孩子爱上数学小游戏", False),
        ("game", "订单号14399", False),
        ("fee", "开通会员解锁全部课程", True),
        ("fee", "全部免费，无需开通会员", False),
        ("live_gifts", "给主播打赏", True),
        ("vulgar", "打击色情违法信息", False),
        ("account_cancellation", "设置 > 注销账号", True),
        ("icp", "京ICP备18027903号-11A", True),
        ("edu_filing", "教APP备1100871号", True),
        ("edu_filing", "教APP备号申请中", False),
    ],
)
def test_words_hit_and_context_cancels(identity, text, hit):
    assert bool(WORDS[identity].find(text)) is hit


@pytest.mark.parametrize(
    "identity",
    ["privacy_policy", "use_means_consent", "photo_search", "game", "fee", "subject_tutoring", "live_gifts",
     "account_cancellation", "edu_filing", "icp", "vulgar"],
)  # fmt: skip
def test_the_named_vocabularies_exist(identity):
    assert identity in WORDS


def test_only_filing_numbers_are_more_than_a_suspicion():
    assert {row.id for row in WORDS.values() if not row.always_suspected} == {"edu_filing", "icp", "gongan"}


def test_words_of_a_vocabulary_survive_its_own_context_list():
    for row in WORDS.values():
        for word in row.words:
            assert word in row.find(word), (row.id, word)


def test_packers_of_the_fact_sheet_have_their_marks():
    files = {mark.value: (row.id, mark.weak) for row in PACKERS.values() for mark in row.marks if mark.kind == "file"}
    assert files["libjiagu.so"] == ("qihoo_360", False)
    assert files["libDexHelper.so"] == ("bangcle", False)
    assert files["libexecmain.so"] == ("ijiami", False)
    assert files["libbaiduprotect.so"] == ("baidu", False)
    assert files["libshella-*.so"] == ("tencent_legu", False)
    assert files["libsgmain.so"] == ("alibaba", True)
    assert files["libx3g.so"] == ("dingxiang", True)


def test_a_mark_belongs_to_one_packer_only():
    marks = [(mark.kind, mark.value) for row in PACKERS.values() for mark in row.marks]
    assert len(marks) == len(set(marks))


def test_every_packer_has_a_mark_that_is_not_weak():
    assert [row.id for row in PACKERS.values() if all(mark.weak for mark in row.marks)] == []


def test_code_tables_of_the_forms():
    assert set(TABLES) == {
        "provinces", "categories", "stages", "user_groups", "use_modes", "unit_types", "mlps_levels",
        "attachment_kinds", "origins", "terms", "fields",
    }  # fmt: skip
    assert {row.id for row in TABLES["use_modes"].codes} == {"required", "recommended", "free"}
    beijing = TABLES["provinces"].code("11")
    assert beijing is not None
    assert (beijing.title.zh, beijing.short) == ("北京市", "京")
    assert len(TABLES["provinces"].codes) == 34
    assert TABLES["provinces"].code("99") is None


def rows():
    yield from law.parse_texts(RULES).values()
    yield from CLAUSES.values()
    yield from law.parse_app_types(RULES).values()
    yield from taxonomy.parse_personal_data(RULES).values()
    yield from taxonomy.parse_permissions(RULES).values()
    yield from identifiers.parse_identifiers(RULES).values()
    yield from POINTS.values()
    yield from WORDS.values()
    yield from PACKERS.values()
    yield from (mark for row in PACKERS.values() for mark in row.marks)
    yield from (code for table in TABLES.values() for code in table.codes)


def test_every_source_key_is_explained():
    sources = filing_codes.parse_sources(RULES)
    used = {key for row in rows() for key in re.findall(r"\b[SLR]\d+\b", row.source)}
    assert used - sources.keys() == set()


def test_a_verified_row_names_a_source_and_not_memory_alone():
    wrong = [row for row in rows() if row.sure == "V" and row.source.startswith("own knowledge")]
    assert wrong == []


def test_rows_survive_the_round_trip_through_json():
    for row in rows():
        assert read_record(type(row), record_plain(row)) == row
    for table in TABLES.values():
        assert read_record(filing_codes.CodeTable, record_plain(table)) == table


def test_a_vocabulary_without_words_is_an_error(tmp_path):
    (tmp_path / "content").mkdir()
    text = "x: {title: {zh: 甲, en: A}, meaning: {zh: 甲, en: A}, clauses: [], where: [strings], always_suspected: true, source: S1, sure: V}\n"
    (tmp_path / "content" / "a.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(RuleDataError, match=r"a\.yaml: x: .*neither words nor patterns"):
        vocabulary.parse_vocabularies(tmp_path)


def test_a_code_without_source_is_an_error(tmp_path):
    (tmp_path / "filing").mkdir()
    text = (
        "table: {id: t, title: {zh: 甲, en: A}, source: S1, sure: V}\ncodes:\n  a: {title: {zh: 乙, en: B}, sure: K}\n"
    )
    (tmp_path / "filing" / "t.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(RuleDataError, match=r"t\.yaml: a: source: Field required"):
        filing_codes.parse_filing_codes(tmp_path)
