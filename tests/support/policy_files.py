"""Policies written as the files that vendors hand in: a web page with everything around it, MHTML, DOCX and PDF."""

from __future__ import annotations

import html
import io
import re
import zipfile
import zlib

AROUND = (
    "首页", "课程中心", "关于我们", "加入我们", "帮助中心", "下载 App", "本网站使用 Cookie 以提升您的浏览体验。", "接受全部",
    "热门资讯：五年级寒假作业答案汇总", "打开手机相册拍照搜题", "京ICP备00000000号", "版权所有 示例公司", "违法和不良信息举报电话：000-00000000", "分享到微信 微博 QQ空间",
)  # fmt: skip
"""What stands on the page and is no part of the policy."""


def page(markdown: str, *, around: bool = True, cookie: bool = True) -> str:
    """Return a policy as a saved page of a company's site: menu, cookie banner, side list, footer."""
    body = _body(markdown)
    if not around:
        return f'<!DOCTYPE html><html><head><meta charset="utf-8"></head><body>{body}</body></html>'
    banner = f'<div class="cookie-banner"><p>{AROUND[6]}<a href="#">了解更多</a></p><button>{AROUND[7]}</button></div>'
    menu = "".join(f'<li><a href="/{n}">{word}</a></li>' for n, word in enumerate(AROUND[:6]))
    side = "".join(f'<li><a href="/a{n}">{word}</a></li>' for n, word in enumerate(AROUND[8:10]))
    foot = "".join(f"<span>{word}</span> | " for word in AROUND[10:])
    return (
        f'<!DOCTYPE html><html lang="zh"><head><meta charset="utf-8"><title>隐私政策</title><style>p{{}}</style></head><body>'
        f'{banner if cookie else ""}<div class="header nav"><ul>{menu}</ul></div><div class="wrap"><div class="sidebar"><h4>热门</h4>'
        f'<ul>{side}</ul></div><div class="content">{body}</div></div>'
        f'<div class="footer"><p>{foot}</p></div><script>var a="收集通讯录"</script></body></html>'
    )


def _body(markdown: str) -> str:
    out: list[str] = []
    rows: list[list[str]] = []
    for line in [*markdown.split("\n"), ""]:
        if line.startswith("|"):
            if not re.fullmatch(r"[|\s:-]+", line):
                rows.append([cell.strip() for cell in line.strip().strip("|").split("|")])
            continue
        if rows:
            cells = [
                [f"<t{'h' if n == 0 else 'd'}>{html.escape(c)}</t{'h' if n == 0 else 'd'}>" for c in row]
                for n, row in enumerate(rows)
            ]
            out.append("<table>" + "".join(f"<tr>{''.join(row)}</tr>" for row in cells) + "</table>")
            rows = []
        head = re.match(r"(#{1,6})\s+(.*)", line)
        if head:
            out.append(f"<h{len(head[1])}>{html.escape(head[2])}</h{len(head[1])}>")
        elif line.strip():
            out.append(f"<p>{html.escape(line)}</p>")
    return "\n".join(out)


def mhtml(source: str) -> bytes:
    """Return a page as a browser saves it in one file."""
    import quopri

    return (
        b'From: <Saved by Example>\r\nSubject: policy\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; type="text/html"; boundary="--b"\r\n\r\n'
        b"----b\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\nContent-Location: https://example.test/p\r\n\r\n"
        + quopri.encodestring(source.encode())
        + b"\r\n----b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n----b--\r\n"
    )


def docx(markdown: str) -> bytes:
    """Return a Word document: paragraphs, tables, a deleted stretch that no reader sees."""
    body: list[str] = []
    rows: list[str] = []
    for line in [*markdown.split("\n"), ""]:
        if line.startswith("|"):
            if not re.fullmatch(r"[|\s:-]+", line):
                cells = line.strip().strip("|").split("|")
                rows.append(
                    "<w:tr>" + "".join(f"<w:tc>{_paragraph(cell.strip())}</w:tc>" for cell in cells) + "</w:tr>"
                )
            continue
        if rows:
            body.append(f"<w:tbl>{''.join(rows)}</w:tbl>")
            rows = []
        if line.strip():
            body.append(_paragraph(line))
    document = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        f"<w:body>{''.join(body)}<w:p><w:del><w:r><w:delText>我们会收集彩信。</w:delText></w:r></w:del></w:p></w:body></w:document>"
    )
    return zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": document.encode()})


def zipped(entries: dict[str, bytes]) -> bytes:
    """Return a ZIP archive of these entries."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return out.getvalue()


def _paragraph(text: str) -> str:
    middle = len(text) // 2  # Word parts a text into runs wherever it likes
    runs = "".join(
        f'<w:r><w:t xml:space="preserve">{html.escape(piece)}</w:t></w:r>' for piece in (text[:middle], text[middle:])
    )
    return f"<w:p>{runs}</w:p>"


def wrap(line: str, width: int) -> list[str]:
    """Break a line where its width in half characters passes the margin."""
    pieces, piece, used = [], "", 0
    for char in line:
        used += 1 if char.isascii() else 2
        if used > width:
            pieces.append(piece)
            piece, used = "", 1 if char.isascii() else 2
        piece += char
    return [*pieces, piece]


def pdf(text: str, *, lines: int = 40, width: int = 68, pages: int | None = None, encrypt: bytes = b"") -> bytes:
    """Return a PDF whose text can be searched: one composite font with a map to Unicode, lines wrapped as typesetting does."""
    wrapped = [
        piece for line in text.split("\n") for piece in wrap(line.replace("\t", " "), 200 if "\t" in line else width)
    ]
    sheets = [wrapped[at : at + lines] for at in range(0, max(1, len(wrapped)), lines)][:pages]
    used = sorted({ord(char) for sheet in sheets for line in sheet for char in line if ord(char) < 65536})
    maps = [used[at : at + 100] for at in range(0, len(used), 100)]
    cmap = b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def 1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
    for part in maps:
        cmap += (
            b"%d beginbfchar\n" % len(part)
            + b"".join(b"<%04X> <%04X>\n" % (code, code) for code in part)
            + b"endbfchar\n"
        )
    cmap += b"endcmap end end"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>"
        % (b" ".join(b"%d 0 R" % (7 + 2 * n) for n in range(len(sheets))), len(sheets)),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /DescendantFonts [4 0 R] /ToUnicode 6 0 R >>",
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /X /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor 5 0 R /DW 1000 >>",
        b"<< /Type /FontDescriptor /FontName /X /Flags 4 /FontBBox [0 0 1000 1000] /ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 >>",
        _stream(cmap),
    ]
    for number, sheet in enumerate(sheets):
        content = b"BT /F1 12 Tf 14 TL 60 780 Td\n"
        content += (
            b"".join(b"<%s> Tj T*\n" % "".join(f"{min(ord(c), 65535):04X}" for c in line).encode() for line in sheet)
            + b"ET"
        )
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>"
            % (8 + 2 * number)
        )
        objects.append(_stream(content))
    return assemble(objects, encrypt)


def _stream(data: bytes) -> bytes:
    packed = zlib.compress(data)
    return b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed)


def assemble(objects: list[bytes], encrypt: bytes = b"") -> bytes:
    """Return a PDF file of numbered objects with its table of places."""
    out = io.BytesIO()
    out.write(b"%PDF-1.7\n")
    places = []
    for number, value in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, value))
    table = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, encrypt, table))
    return out.getvalue()
