"""Pictures that servers sent, before an injected model: told by host and flow, each once, icons and requests never."""

import gzip
import json
import struct
import zlib
from dataclasses import replace
from importlib.util import find_spec

import pytest
from click.testing import CliRunner
from mitmproxy.io import tnetstring
from mitmproxy.test import tflow, tutils

import analyzer
from analyzer.extract.images import Model, Picture, look_over
from analyzer.judge import judge
from analyzer.model import Facts, ImageFacts, ImageHit, TrafficFacts
from analyzer.model.images import LEAST_BYTES, MOST_BYTES
from proxy_addons import pictures
from proxy_addons.commands.replay import replay
from proxy_addons.pictures import is_picture, look_at_pictures

PNG = b"\x89PNG\r\n\x1a\n"
HIT = ImageHit(path="img.example.cn #f1", sha256="0" * 64, label="FEMALE_BREAST_EXPOSED", score=0.9)


def body(start, size=LEAST_BYTES):
    return start + b"." * (size - len(start))


def flow(sent=b"", received=b"", **headers):
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    resp = tutils.tresp(content=received, headers=[(k.encode(), v.encode()) for k, v in names.items()])
    made = tflow.tflow(req=tutils.treq(method=b"POST", host="img.example.cn", content=sent), resp=resp)
    made.request.headers["Host"] = "img.example.cn"
    return made


@pytest.fixture
def captured(tmp_path, monkeypatch):
    """Write flows, and look at their pictures with a model that says what each begins with."""
    seen = []

    def images_in(files):
        seen.extend((name, path.read_bytes()) for name, path in files)
        return ImageFacts(model="fake 1", looked=len(files))

    monkeypatch.setattr(analyzer, "images_in", images_in)

    def look(*flows):
        path = tmp_path / "a.flow"
        path.write_bytes(b"".join(tnetstring.dumps(one.get_state()) for one in flows))
        return look_at_pictures([path]), seen

    return look


def test_a_picture_in_a_response_is_looked_at_and_told_by_host_and_flow(captured):
    one = flow(received=body(PNG), content_type="application/octet-stream")
    found, seen = captured(one)
    assert found.looked == 1
    assert seen == [(f"img.example.cn #{one.id}", body(PNG))]


def test_requests_icons_texts_and_the_same_picture_again_are_not(captured):
    found, seen = captured(
        flow(sent=body(PNG), received=b"ok"),
        flow(received=body(PNG, LEAST_BYTES - 1)),
        flow(received=body(b"GIF is a word", 9000), content_type="image/png"),
        flow(received=body(b"\xff\xd8\xff")),
        flow(received=body(b"\xff\xd8\xff")),
    )
    assert (found.looked, found.left_out, len(seen)) == (1, 0, 1)


def test_a_picture_under_a_content_encoding_is_unpacked(captured):
    noisy = PNG + bytes(range(256)) * 40
    packed = gzip.compress(noisy, 0)
    _, seen = captured(flow(received=packed, content_encoding="gzip"))
    assert [raw for _, raw in seen] == [noisy]


def test_what_is_too_large_or_too_many_is_counted_once(captured, monkeypatch):
    monkeypatch.setattr(pictures, "KEPT", 1)
    large = body(PNG, MOST_BYTES + 1)
    found, seen = captured(
        flow(received=body(PNG)), flow(received=large), flow(received=large), flow(received=b"GIF89a" + large[:5000])
    )
    assert (found.looked, found.left_out, len(seen)) == (1, 2, 1)


@pytest.mark.parametrize(
    ("start", "is_one"),
    [
        (PNG, True),
        (b"\xff\xd8\xff\xe0", True),
        (b"RIFF....WEBP", True),
        (b"BM\x10\x27\0\0\0\0\0\0", True),
        (b"BMI: 21, height 170", False),
        (b"RIFF....WAVE", False),
        (b"<svg", False),
    ],
)
def test_a_picture_is_told_by_how_it_begins(start, is_one):
    assert is_picture(start + b"\0" * 20) is is_one


def test_the_model_looks_at_the_largest_first_and_an_unreadable_one_is_counted():
    model = Model("m", lambda raw: [("BUTTOCKS_EXPOSED", 0.7)] if raw == b"hit" else [], lambda _: "AA==")
    rows = [
        Picture("a", 3, lambda: b"hit"),
        Picture("b", 9, lambda: None),
        Picture("c", MOST_BYTES + 1, lambda: b"hit"),
    ]
    found = look_over(rows, model)
    assert (found.looked, found.unreadable, found.left_out) == (1, 1, 1)
    assert [hit.path for hit in found.hits] == ["a"]


def traffic(images):
    return TrafficFacts(engine="1", app="cn.example.study", captures=("e" * 64,), profile=None, images=images)


def test_hits_of_package_and_responses_are_one_finding_always_suspected(catalogue):
    mine = replace(HIT, path="assets/a.png", score=0.6)
    facts = Facts(
        traffic=traffic(ImageFacts(model="m", looked=3, hits=(HIT,))),
        images=ImageFacts(model="m", looked=4, hits=(mine,)),
    )
    (finding,) = [row for row in judge(facts, catalogue).findings if row.rule == "CONTENT.VULGAR_IMAGE"]
    assert finding.status == "suspected"
    assert [row.where for row in finding.evidence] == ["img.example.cn #f1", "assets/a.png"]
    assert "查看 7 张图片" in finding.explanation.zh
    nothing = Facts(traffic=traffic(ImageFacts(model="m", looked=3)))
    assert not [row for row in judge(nothing, catalogue).findings if row.rule == "CONTENT.VULGAR_IMAGE"]


def test_the_command_says_what_was_looked_at(tmp_path, monkeypatch):
    path = tmp_path / "a.flow"
    path.write_bytes(tnetstring.dumps(flow(received=body(PNG)).get_state()))
    monkeypatch.setattr(analyzer, "images_in", lambda _: ImageFacts(model="m 1", looked=1, hits=(HIT,)))
    arguments = [str(path), "--app", "cn.example.study", "--fail-on", "never", "--format", "json"]
    report = json.loads(CliRunner().invoke(replay, [*arguments, "--images"]).stdout)
    assert report["images"]["hits"][0]["path"] == HIT.path
    assert "CONTENT.VULGAR_IMAGE" in {row["rule"] for row in report["findings"]}
    assert json.loads(CliRunner().invoke(replay, arguments).stdout)["images"] is None


def test_without_the_extra_the_report_says_that_nothing_was_looked_at(tmp_path):
    if find_spec("nudenet") is not None:
        pytest.skip("the extra is installed")
    path = tmp_path / "a.flow"
    path.write_bytes(tnetstring.dumps(flow(received=body(PNG)).get_state()))
    told = CliRunner().invoke(replay, [str(path), "--app", "cn.example.study", "--images", "--fail-on", "never"])
    assert "eduaudit[vision]" in told.output


def grey(width, height):
    rows = zlib.compress(b"".join(b"\0" + bytes(width) for _ in range(height)))
    made = PNG
    for kind, data in (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
        (b"IDAT", rows),
        (b"IEND", b""),
    ):
        made += struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return made


@pytest.mark.skipif(find_spec("nudenet") is None, reason="the extra [vision] is not installed")
def test_the_real_model_looks_at_a_captured_picture_and_finds_nothing_in_grey(tmp_path):
    path = tmp_path / "a.flow"
    picture = grey(4000, 4000)
    path.write_bytes(tnetstring.dumps(flow(received=picture).get_state()))
    found = look_at_pictures([path])
    assert (found.looked, found.hits, found.problem) == (1, (), None)
