import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.model import UnreadableInputError
from analyzer.policy.markup import html_text
from analyzer.policy.text import load_text, text_of
from analyzer.policy.words import WordIndex, fold

PAGE = """<!DOCTYPE html><html><head><meta charset="{charset}"><title>隐私政策</title>
<style>.a{{color:red}}</style><script>var a = "收集通讯录";</script></head>
<body><h1>隐私政策</h1><p>我们会收集您的<b>手机</b>号。</p><div style="display: none">我们会收集短信</div>
<table><tr><td>友盟 SDK</td><td>友盟同欣</td></tr></table><p>第二段<br>第三行 &amp; 完</body></html>"""


@pytest.mark.parametrize("charset", ["utf-8", "gb18030", "utf-16"])
def test_a_page_in_any_of_the_encodings_gives_the_same_text(tmp_path, charset):
    path = tmp_path / "p.html"
    path.write_bytes(PAGE.format(charset=charset).encode(charset))
    policy = load_text(path)
    assert policy.language == "zh"
    assert policy.text == "# 隐私政策\n我们会收集您的手机号。\n友盟 SDK\t友盟同欣\n第二段\n第三行 & 完"


def test_gb18030_without_a_declaration_is_found_out(tmp_path):
    path = tmp_path / "p.txt"
    path.write_bytes("# 隐私政策\n\n本政策适用于示例学习。\n".encode("gbk"))
    assert load_text(path).text == "# 隐私政策\n本政策适用于示例学习。"


WHOLE = "我们会收集您的手机号码，用于注册账号。为学习功能所必需的信息，仅在您同意后收集。\n1. 存储地点：境内。\n" * 40


@settings(max_examples=150)
@given(st.sampled_from(["utf-8", "gb18030"]), st.integers(0, len(WHOLE)), st.integers(0, 7))
def test_a_damaged_byte_never_makes_another_text_of_it(encoding, at, bit):
    data = bytearray(WHOLE.encode(encoding))
    data[at] ^= 1 << bit
    if 0 in data:
        with pytest.raises(UnreadableInputError, match="binary file"):
            text_of("policy.txt", bytes(data))
        return
    text = text_of("policy.txt", bytes(data)).text
    assert text.count("收集您的手机号码") >= 38


def test_a_text_with_much_damage_is_refused_with_the_number_of_places():
    data = bytearray(WHOLE.encode())
    for at in range(300, len(data), 300):
        data[at] = 0xFF
    with pytest.raises(UnreadableInputError, match=r"damaged: 1\d places of it are no UTF-8 text"):
        text_of("policy.txt", bytes(data))


def test_an_english_policy_is_not_chinese(tmp_path):
    path = tmp_path / "p.md"
    path.write_text("# Privacy policy\nWe collect your phone number. 联系我们\n" * 9, encoding="utf-8")
    assert load_text(path).language == "other"


@pytest.mark.parametrize(("data", "why"), [
    (b"", "policy is empty"), (b" \n\t", "policy is empty"),
    (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "policy is an image"), (b"\xff\xd8\xff\xe0\0\x10JFIF", "policy is an image"),
    (b"RIFF\x10\0\0\0WEBPVP8 ", "policy is an image"), (b"BM\x36\0\0\0\0\0", "policy is an image"),
    (b"<html><body><img src='policy.png'></body></html>", "policy is an image"),
    (b"%PDF-1.7\n", "is a damaged PDF"), (b"PK\x03\x04\x14\0", "damaged Word document"), (b"\xd0\xcf\x11\xe0\xa1\xb1", "old Office"),
    (b"text\0text", "binary file"), (b"\x81\xff\x80\x80\xff\xff", "neither UTF-8 nor GB18030"), (b"\xff\xfe\x00", "says it is utf-16"),
    (b"<html><body><script>x</script></body></html>", "holds no text"), (b"\x01\x02\x03abc" * 9, "neither UTF-8 nor GB18030"),
])  # fmt: skip
def test_what_holds_no_text_is_told_in_one_line(tmp_path, data, why):
    path = tmp_path / "policy.bin"
    path.write_bytes(data)
    with pytest.raises(UnreadableInputError) as caught:
        load_text(path)
    assert why in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_too_large_or_missing_is_told(tmp_path):
    path = tmp_path / "p.txt"
    with path.open("wb") as file:
        file.truncate(11 * 1024 * 1024)
    with pytest.raises(UnreadableInputError, match="larger than 10 MiB"):
        load_text(path)
    with pytest.raises(UnreadableInputError, match="No such file"):
        load_text(tmp_path / "none.txt")


def test_a_page_that_never_closes_its_head_keeps_its_body():
    assert (
        html_text("<html><head><title>x<body><p>正文</p>")[0].endswith("正文")
        or html_text("<html><head><body><p>正文")[0] == "正文"
    )


@given(st.text(max_size=200))
def test_no_markup_makes_the_reader_fail(source):
    text, images = html_text("<p>" + source)
    assert images >= 0
    assert "\n\n" not in text


@given(st.text(max_size=80))
def test_folding_keeps_offsets(text):
    assert len(fold(text)) == len(text)


def test_the_longest_word_wins_and_case_and_width_do_not_matter():
    index = WordIndex({"mac": ["MAC地址"], "bt": ["蓝牙MAC地址"], "imei": ["IMEI"], "both": ["ＩＭＥＩ"]})
    found = [(hit.start, hit.ids) for hit in index.find(fold("蓝牙mac地址、ＭＡＣ地址、Imei"))]
    assert found == [(0, ("bt",)), (8, ("mac",)), (14, ("both", "imei"))]


def test_latin_words_need_borders():
    index = WordIndex({"mac": ["MAC"], "sms": ["SMS"]})
    assert [hit.ids for hit in index.find(fold("machine SMSs 收集MAC和sms。"))] == [("mac",), ("sms",)]


@given(st.lists(st.text("abcd", min_size=2, max_size=4), min_size=1, max_size=6), st.text("abcd 、", max_size=40))
def test_every_hit_is_one_of_its_words_and_none_overlap(words, text):
    hits = list(WordIndex({word: [word] for word in words}).find(text))
    assert all(text[hit.start : hit.end] in hit.ids for hit in hits)
    assert all(before.end <= after.start for before, after in itertools.pairwise(hits))
