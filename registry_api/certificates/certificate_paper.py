"""The certificate of filing on one page, with the signed text in its QR code."""

from __future__ import annotations

import io
from typing import Any

import segno
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Frame, KeepInFrame, Paragraph

import analyzer
from registry_api.certificates.chinese import office_date
from registry_api.certificates.sheet import DIM, INK, RED, Sheet
from registry_api.certificates.token import Certificate

_QR = 54 * mm
_ROWS = (
    ("备案号", "Number", "number"),
    ("应用名称", "App", "app"),
    ("应用包名", "Package", "package"),
    ("备案单位", "Provider", "provider"),
    ("备案地", "Province", "province"),
    ("备案日期", "Filed on", "filed_on"),
)


def certificate_pdf(certificate: Certificate, text: str, address: str = "") -> bytes:
    """Return the PDF; byte-identical for equal certificates. ``text`` is the signed text.

    With the ``address`` of the portal the QR code opens its page there; without it the code is the text alone.
    """
    sheet, sink = Sheet(), io.BytesIO()
    canvas = Canvas(sink, pagesize=A4, invariant=1)
    canvas.setTitle("教育移动互联网应用程序备案证明")
    canvas.setAuthor("eduaudit")
    canvas.setCreator("eduaudit")
    canvas.setKeywords(text)  # so that the file itself can be checked
    wide, high = A4
    canvas.setStrokeColor(RED)
    canvas.setLineWidth(1.6)
    canvas.rect(14 * mm, 14 * mm, wide - 28 * mm, high - 28 * mm)
    canvas.setLineWidth(0.5)
    canvas.rect(16 * mm, 16 * mm, wide - 32 * mm, high - 32 * mm)
    canvas.setFillColor(INK)
    canvas.setFont(sheet.font, 25)
    canvas.drawCentredString(wide / 2, high - 52 * mm, "教育移动互联网应用程序")
    canvas.drawCentredString(wide / 2, high - 65 * mm, "备 案 证 明")
    canvas.setFillColor(DIM)
    canvas.setFont(sheet.font, 10)
    canvas.drawCentredString(wide / 2, high - 73 * mm, "Certificate of filing · educational mobile application")
    _fields(canvas, sheet, certificate)
    qr(canvas, f"{address}/portal/verify?code={text}" if address else text, 32 * mm, 40 * mm, _QR)
    _beside(canvas, sheet, certificate, bool(address))
    canvas.showPage()
    canvas.save()
    return sink.getvalue()


def _fields(canvas: Any, sheet: Sheet, certificate: Certificate) -> None:
    wide, line = A4[0], A4[1] - 92 * mm
    provinces = analyzer.code_names("provinces")
    for zh, en, name in _ROWS:
        value = getattr(certificate, name)
        if name == "province":
            value = provinces.get(value, (value, value))[0]
        elif name == "filed_on":
            value = office_date(value)
        canvas.setFillColor(DIM)
        canvas.setFont(sheet.font, 11)
        canvas.drawString(32 * mm, line, zh)
        canvas.setFont(sheet.font, 7.5)
        canvas.drawString(32 * mm, line - 4 * mm, en)
        style = sheet.styles["flush"].clone("value", fontSize=14, leading=18)
        frame = Frame(62 * mm, line - 11.4 * mm, wide - 96 * mm, 16 * mm, 0, 0, 0, 0)
        frame.addFromList(
            [KeepInFrame(wide - 96 * mm, 16 * mm, [Paragraph(sheet.markup(value), style)], mode="shrink")], canvas
        )
        line -= 17 * mm


def _beside(canvas: Any, sheet: Sheet, certificate: Certificate, linked: bool) -> None:
    how = (
        "扫描二维码，或在公示平台“核验”页输入备案号，查看备案的当前状态。"
        if linked
        else "用扫码工具读出二维码内容，粘贴到公示平台的“核验”页，查看备案的当前状态；也可直接输入备案号。"
    )
    said = (
        how,
        "二维码内容带有数字签名（Ed25519），可用平台公钥离线核验：eduaudit registry certificate verify。",
        "本证明表示该应用已按规定备案，不表示对其内容、质量或安全的认可；暂停、撤销等变动以平台公示为准。",
        f"签名公钥编号 {certificate.key}",
    )
    frame = Frame(92 * mm, 38 * mm, A4[0] - 124 * mm, _QR + 6 * mm, 0, 0, 0, 0)
    style = sheet.styles["small"].clone("beside", fontSize=9, leading=14.5, spaceAfter=5)
    frame.addFromList([Paragraph(sheet.markup(item), style) for item in said], canvas)


def qr(canvas: Any, text: str, left: float, bottom: float, size: float) -> None:
    """Draw a QR code of ``text`` as a square of ``size`` points with its quiet zone inside."""
    try:
        code = segno.make_qr(text, error="m", boost_error=False)
    except segno.DataOverflowError:
        code = segno.make_qr(text, error="l", boost_error=False)
    rows = [list(row) for row in code.matrix_iter(border=4)]
    step = size / len(rows)
    canvas.saveState()
    canvas.setFillGray(1)
    canvas.rect(left, bottom, size, size, stroke=0, fill=1)
    canvas.setFillGray(0)
    for number, row in enumerate(rows):
        start = None
        for place, dark in enumerate([*row, 0]):
            if dark and start is None:
                start = place
            elif not dark and start is not None:
                # A hair wider than high: neighbouring rows must not show a white line between them.
                x, y = left + start * step, bottom + size - (number + 1) * step
                canvas.rect(x, y, (place - start) * step, step * 1.02, stroke=0, fill=1)
                start = None
    canvas.restoreState()
