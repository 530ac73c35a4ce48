"""The kinds of files that a policy is handed in as: the same text and facts, or one line that says why not."""

import struct

import pytest
from policies import key, policies
from policy_files import AROUND, assemble, docx, mhtml, page, pdf, zipped

from analyzer.catalogue import load_catalogue
from analyzer.model import UnreadableInputError
from analyzer.policy import policy_facts
from analyzer.policy.docx import MAX_XML
from analyzer.policy.main_text import main_lines
from analyzer.policy.markdown import markdown_text
from analyzer.policy.markup import html_text
from analyzer.policy.text import text_of

LONG = next(policy for policy in policies("dev") if policy.name.startswith("d09"))


def named(text):
    facts = policy_facts(text, load_catalogue())
    return {(row.data, row.sdk, row.negated) for row in facts.declarations if not row.general and not row.company}


@pytest.mark.parametrize(("name", "write"), [
    ("p.html", lambda text: page(text).encode()), ("p.htm", lambda text: page(text).replace("utf-8", "gb2312").encode("gb18030")),
    ("p.mhtml", lambda text: mhtml(page(text))), ("p.docx", docx),
])  # fmt: skip
def test_every_format_gives_the_same_facts(name, write):
    plain = text_of("p.md", LONG.markdown.encode())
    read = text_of(name, write(LONG.markdown))
    assert key(plain.text) == key(read.text)
    assert named(plain) == named(read)
    for row in policy_facts(read, load_catalogue()).declarations:
        assert " ".join(read.text[row.offset :].split())[:2] in row.quote


def test_a_pdf_gives_the_same_facts_though_its_lines_are_broken():
    plain = text_of("p.md", LONG.markdown.encode())
    read = text_of("p.pdf", pdf(plain.text))
    assert key(read.text) == key(plain.text)
    assert named(read) == named(plain)
    assert "相机\t拍摄头像" in read.text


def test_running_heads_and_feet_of_a_pdf_are_left_out():
    body = [f"第{n}段我们收集手机号。" for n in range(1, 13)]
    sheets = ["\n".join(["示例公司隐私政策 内部", *body[n : n + 4], f"第 {n} 页"]) for n in range(0, 12, 4)]
    text = text_of("p.pdf", pdf("\n".join(sheets), lines=6)).text
    assert text.split("\n") == body


def test_menus_banners_and_footers_are_no_part_of_the_policy():
    for policy in policies("dev"):
        if len(policy.markdown) < 600:
            continue
        text = text_of("p.html", page(policy.markdown).encode()).text
        assert key(text_of("p.md", policy.markdown.encode()).text) in key(text)
        assert sum(key(word) in key(text) for word in AROUND) <= 1


def test_a_page_is_taken_whole_where_the_rest_sounds_like_a_policy_too():
    parts = "".join(f"<div><p>我们会收集您的第{n}种信息，用于提供服务。</p></div>" for n in range(30))
    source = f"<html><body><ul>{''.join(f'<li><a href=x>{n}</a></li>' for n in range(60))}</ul>{parts}</body></html>"
    assert main_lines(source, html_text(source)[0]).count("我们会收集") == 30


def test_markdown_tables_become_rows_and_other_bars_stay():
    assert markdown_text(
        "a | b\n\n| 名称 | 目的 |\n|---|:-:|\n| 相机 | a\\|b |\n完 | 了"
    ) == "a | b\n\n名称\t目的\n相机\ta|b\n完 \t 了".replace(" \t ", "\t")
    assert markdown_text("| 只有一行 |\n正文") == "| 只有一行 |\n正文"


def test_a_deleted_stretch_of_a_word_document_is_not_read():
    assert "彩信" not in text_of("p.docx", docx("我们收集手机号。")).text


def picture_pdf():
    return assemble([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Resources << /XObject << /I 4 0 R >> >> /Contents 5 0 R >>",
        b"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 1 >>\nstream\nx\nendstream",
        b"<< /Length 16 >>\nstream\n9 0 0 9 0 0 cm /I Do\nendstream".replace(b"16", b"21")])  # fmt: skip


def encrypted_pdf():
    return pdf(
        "正文",
        encrypt=b"/Encrypt << /Filter /Standard /V 1 /R 2 /O <%s> /U <%s> /P -4 >> /ID [<00> <00>]"
        % (b"11" * 32, b"22" * 32),
    )


def encrypted_docx():
    data = bytearray(docx("正文"))
    for mark, at in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        place = data.find(mark)
        while place >= 0:
            data[place + at : place + at + 2] = struct.pack("<H", 1)
            place = data.find(mark, place + 1)
    return bytes(data)


@pytest.mark.parametrize(("name", "data", "why"), [
    ("a.pdf", lambda: b"%PDF-1.7\n", "is a damaged PDF"),
    ("b.pdf", encrypted_pdf, "is an encrypted PDF"),
    ("c.pdf", picture_pdf, "policy is an image"),
    ("d.pdf", lambda: pdf("\n".join(["字"] * 301), lines=1), "is a PDF of 301 pages"),
    ("e.docx", encrypted_docx, "is an encrypted Word document"),
    ("f.docx", lambda: docx("正文")[:-40], "is a damaged Word document"),
    ("g.docx", lambda: zipped({"word/document.xml": b"<a>"}), "is a damaged Word document"),
    ("h.docx", lambda: zipped({"word/document.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}), "declares a document type"),
    ("i.docx", lambda: zipped({"word/document.xml": bytes(MAX_XML + 1)}), "unpacks to more than 32 MiB"),
    ("j.zip", lambda: zipped({"x": b"y"}), "is a ZIP file but no Word document"),
    ("k.mht", lambda: b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b--\r\n", "without an HTML part"),
    ("l.docx", lambda: docx(""), "holds no text"),
])  # fmt: skip
def test_what_cannot_be_read_is_told_in_one_line(name, data, why):
    with pytest.raises(UnreadableInputError) as caught:
        text_of(name, data())
    assert why in str(caught.value)
    assert "\n" not in str(caught.value)
