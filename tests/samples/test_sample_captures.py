"""The committed captures against `expected.yaml`, decoded here without the product's decoder."""

import base64
import gzip
import hashlib
import json
import shutil
import subprocess
import sys
import warnings
from collections import Counter
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from statistics import median
from urllib.parse import parse_qsl, urlsplit

import pytest
import yaml

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
IDS = ("reader", "homework", "campus", "packed")


def load(sample, name):
    return yaml.safe_load((SAMPLES / sample / name).read_text(encoding="utf-8"))


def flows(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # mitmproxy's own use of pyparsing, at import
        from mitmproxy.io import FlowReader

    with path.open("rb") as source:
        return list(FlowReader(source).stream())


def phase(sample, moment):
    """Phase of a moment (epoch seconds) by the marks of the capture."""
    now = "before_consent"
    for line in (SAMPLES / sample / "marks.jsonl").read_text(encoding="utf-8").splitlines():
        mark = json.loads(line)
        if datetime.fromisoformat(mark["time"]).timestamp() <= moment:
            now = {"agreed": "after_consent", "refused": "refused"}.get(mark["mark"], now)
    return now


def leaves(request):
    """[(where, key, layers, text)] of one request; knows only the layers that the samples use."""
    url = urlsplit(request.url)
    found = [("path", None, (), part) for part in url.path.split("/")]
    found += [("query", key, (), value) for key, value in parse_qsl(url.query)]
    found += [("cookie", key, (), value) for key, value in request.cookies.items(multi=True)]
    body, layers = request.raw_content or b"", ()
    kind = request.headers.get("content-type", "")
    if request.headers.get("content-encoding") == "gzip":
        body, layers = gzip.decompress(body), ("gzip",)
    if kind == "text/plain":
        body, layers, kind = gzip.decompress(base64.b64decode(body)), (*layers, "base64", "gzip"), "application/json"
    if kind.startswith("application/json"):
        found += [("body", key, (*layers, "json"), value) for key, value in scalars(json.loads(body))]
    elif kind.startswith("application/x-www-form-urlencoded"):
        found += [("body", key, (*layers, "form"), value) for key, value in parse_qsl(body.decode())]
    return found


def scalars(tree, key=None):
    if isinstance(tree, dict):
        if {"latitude", "longitude"} <= set(tree):
            yield "latitude", f"{tree['latitude']},{tree['longitude']}"
        for name, value in tree.items():
            yield from scalars(value, name)
    elif isinstance(tree, list):
        for value in tree:
            yield from scalars(value, key)
    else:
        yield key, str(tree)


def spellings(value):
    """{text: layer} of one known value."""
    found = {value: None}
    for name in ("md5", "sha256"):
        digest = hashlib.new(name, value.encode()).hexdigest()
        found |= {digest: name, digest.upper(): name}
    return found


def observed(sample, requests):
    """Every known value in the capture: {row: [moments]}."""
    values = load(sample, "profile.yaml")["values"]
    known = {
        text: (data, layer) for data, ones in values.items() for one in ones for text, layer in spellings(one).items()
    }
    found = {}
    for flow in requests:
        for where, key, layers, text in leaves(flow.request):
            if text in known:
                data, digest = known[text]
                row = (
                    data,
                    flow.request.host,
                    phase(sample, flow.request.timestamp_start),
                    where,
                    key,
                    (*layers, digest) if digest else layers,
                    flow.request.scheme == "https",
                )
                found.setdefault(row, []).append(flow.request.timestamp_start)
    return found


def row_of(one):
    return (one["data"], one["host"], one["phase"], one["where"], one["key"], tuple(one["encoding"]), one["encrypted"])


@pytest.mark.parametrize("sample", IDS)
def test_expected_transmissions_are_all_that_the_capture_holds(sample):
    found = observed(sample, flows(SAMPLES / sample / "capture.flow"))
    rows = load(sample, "expected.yaml")["transmissions"]
    assert {row: len(moments) for row, moments in found.items()} == {row_of(one): one["count"] for one in rows}
    for one in rows:
        moments = found[row_of(one)]
        gaps = [after - before for before, after in pairwise(moments)]
        assert (round(median(gaps), 3) if gaps else None) == one.get("interval_s")


@pytest.mark.parametrize("sample", IDS)
def test_no_known_value_stands_where_it_is_not_expected(sample):
    """Plain values, anywhere in the raw flows, counted: a second one would be a transmission that nobody lists."""
    raw = Counter()
    for flow in flows(SAMPLES / sample / "capture.flow"):
        text = flow.request.url + str(flow.request.headers) + (flow.request.get_text(strict=False) or "")
        for data, ones in load(sample, "profile.yaml")["values"].items():
            for one in ones:
                raw[data] += text.count(one)
                assert one not in (flow.response.get_text(strict=False) or "")
    expected = Counter()
    for one in load(sample, "expected.yaml")["transmissions"]:
        if "base64" not in one["encoding"] and not {"md5", "sha256"} & set(one["encoding"]):
            expected[one["data"]] += one["count"]
    plain = {data: count for data, count in raw.items() if count}
    # Positions sent as two numbers, and form values that are percent-encoded, do not show in the raw text.
    hidden = {"location.precise", "clipboard"}
    assert {k: v for k, v in plain.items() if k not in hidden} == {k: v for k, v in expected.items() if k not in hidden}


@pytest.mark.parametrize("sample", IDS)
def test_the_capture_holds_the_scenario_in_its_order(sample):
    wanted = load(sample, "scenario.yaml")["requests"]
    found = flows(SAMPLES / sample / "capture.flow")
    assert len(found) == len(wanted)
    start = datetime.fromisoformat("2026-09-01T08:00:00+08:00").timestamp()
    for flow, one in zip(found, wanted, strict=True):
        assert flow.request.method == one["method"]
        assert flow.request.url.split("?")[0].split("2099010203")[0] == one["url"].split("?")[0].split("{")[0]
        assert round(flow.request.timestamp_start - start, 3) == one["at"]


@pytest.mark.parametrize("sample", IDS)
def test_captures_hold_nothing_of_the_machine_that_recorded_them(sample):
    for path in (SAMPLES / sample).glob("capture.*"):
        data = path.read_bytes()
        for trace in (b"127.0.0.1", str(Path.home()).encode() + b"/", b"/tmp/", b"python-", b"curl/"):
            assert trace not in data, (path.name, trace)


@pytest.mark.parametrize("sample", ["homework", "campus"])
def test_har_and_flow_tell_the_same_requests(sample):
    entries = json.loads((SAMPLES / sample / "capture.har").read_text(encoding="utf-8"))["log"]["entries"]
    found = flows(SAMPLES / sample / "capture.flow")
    assert [(one["request"]["method"], one["request"]["url"]) for one in entries] == [
        (flow.request.method, flow.request.url) for flow in found
    ]


@pytest.mark.parametrize("sample", ["campus"])
def test_recording_again_gives_the_same_messages(sample, tmp_path):
    """The recipe with its real clients and its real proxy; header order and TLS details may differ by version."""
    if shutil.which("curl") is None:
        pytest.skip("curl is missing")
    subprocess.run(
        [sys.executable, str(SAMPLES / "capture.py"), "--output", str(tmp_path), sample], check=True, timeout=120
    )

    def messages(path):
        return [
            (
                one.request.method,
                one.request.url,
                one.request.raw_content,
                one.request.timestamp_start,
                one.response.content,
            )
            for one in flows(path)
        ]

    assert messages(tmp_path / sample / "capture.flow") == messages(SAMPLES / sample / "capture.flow")
    assert (tmp_path / sample / "marks.jsonl").read_text() == (SAMPLES / sample / "marks.jsonl").read_text()
    assert (tmp_path / sample / "capture.har").exists()
