"""Pictures before an injected model: bounded, once each, errors counted; the real one where the extra is installed."""

import json
import struct
import zlib
from dataclasses import replace
from importlib.util import find_spec

import pytest
from apks import make_apk
from click.testing import CliRunner
from reports import hostile_report

from analyzer import report_of
from analyzer.cli.audit import audit
from analyzer.extract import images
from analyzer.extract.images import Model, images_of, look_at_images
from analyzer.model import Facts, FindingEvidence, ImageFacts, ImageHit
from analyzer.model.images import LEAST_BYTES
from analyzer.render import render

BIG = LEAST_BYTES + 1


def detect(raw):
    if raw.startswith(b"bad"):
        raise OSError("no picture")
    return (
        [("BUTTOCKS_EXPOSED", 0.6), ("FEMALE_BREAST_EXPOSED", 0.912)]
        if raw.startswith(b"hit")
        else [("FACE_MALE", 0.99)]
    )


MODEL = Model("fake 1", detect, lambda _raw: "AAAA")


def picture(start, size=BIG):
    return start + b"." * (size - len(start))


@pytest.fixture
def apk(tmp_path):
    def make(**files):
        path = tmp_path / "a.apk"
        path.write_bytes(make_apk(**files))
        return path

    return make


def test_pictures_are_looked_at_once_and_icons_not_at_all(apk):
    path = apk(
        assets__a_dot_png=picture(b"hit"),
        res__drawable__same_dot_jpg=picture(b"hit"),
        res__drawable__face_dot_webp=picture(b"face"),
        res__drawable__broken_dot_png=picture(b"bad"),
        res__drawable__icon_dot_png=b"hit",
        assets__text_dot_txt=picture(b"hit"),
    )
    found = look_at_images(path, MODEL)
    assert (found.model, found.looked, found.unreadable, found.left_out) == ("fake 1", 3, 1, 0)
    assert [(hit.path, hit.label, hit.score, hit.thumbnail) for hit in found.hits] == [
        ("assets/a.png", "FEMALE_BREAST_EXPOSED", 0.91, "AAAA")
    ]


def test_weak_and_harmless_labels_are_no_hits(apk):
    model = Model("m", lambda _: [("BUTTOCKS_EXPOSED", 0.49), ("FEET_EXPOSED", 0.9)], lambda _: None)
    assert look_at_images(apk(assets__a_dot_png=picture(b"x")), model).hits == ()


def test_what_is_beyond_the_limits_is_counted(apk, monkeypatch):
    monkeypatch.setattr(images, "MOST", 1)
    found = look_at_images(apk(assets__a_dot_png=picture(b"a"), assets__b_dot_png=picture(b"hit", BIG + 1)), MODEL)
    assert (found.looked, found.left_out, len(found.hits)) == (1, 1, 1)


def test_without_the_extra_the_report_says_that_nothing_was_looked_at(apk, monkeypatch, tmp_path):
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    out = tmp_path / "r.json"
    path = apk(assets__a_dot_png=picture(b"hit"))
    result = CliRunner().invoke(
        audit, [str(path), "--images", "--no-cache", "--format", "json", "--output", str(out)], standalone_mode=False
    )
    assert result.exception is None
    found = json.loads(out.read_text(encoding="utf-8"))
    assert found["images"]["model"] is None
    assert not [row for row in found["findings"] if row["rule"] == "CONTENT.VULGAR_IMAGE"]
    text = render(report_of(Facts(images=ImageFacts(model=None))), "terminal", "zh", width=100)
    assert "缺少组件 eduaudit[vision]" in text


def test_page_shows_a_blurred_thumbnail_and_allows_nothing_else():
    hit = ImageHit(path="assets/a.png", sha256="a" * 64, label="ANUS_EXPOSED", score=0.8, thumbnail="iVBORw0KGgo=")
    base = hostile_report()
    evidence = (FindingEvidence(kind="image", where="assets/a.png", excerpt="ANUS_EXPOSED 0.80"),)
    report = replace(
        base,
        images=ImageFacts(model="fake 1", looked=2, hits=(hit,)),
        findings=(replace(base.findings[0], evidence=evidence),),
    )
    html = render(report, "html", "zh")
    assert '<img class="blurred" alt="" src="data:image/png;base64,iVBORw0KGgo=">' in html
    assert "img-src data:;" in html
    assert "查看 2 张" in html
    assert "img-src" not in render(base, "html", "zh")


@pytest.mark.network
@pytest.mark.skipif(find_spec("nudenet") is None, reason="the extra [vision] is not installed")
def test_real_model_looks_at_a_plain_picture_and_finds_nothing(apk):
    rows = b"".join(b"\0" + bytes((x * 7 + y * 13) % 256 for x in range(3 * 64)) for y in range(64))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 0)) + chunk(b"IEND", b"")
    found = images_of(apk(assets__a_dot_png=png))
    assert (found.looked, found.unreadable, found.hits, found.problem) == (1, 0, (), None)
