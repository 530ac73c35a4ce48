import base64
import json
import random
from dataclasses import replace

import clean_traffic
import planted_traffic as planted
import pytest

from analyzer.catalogue import load_catalogue
from proxy_addons.decode.tree import unfold
from proxy_addons.examiner import HARMFUL
from proxy_addons.match import glance
from proxy_addons.match.matcher import Matcher
from proxy_addons.match.wording import Wording

CATALOGUE = load_catalogue()
WORDS = Wording(CATALOGUE.vocabularies.values(), HARMFUL)
PLANTED = 400


@pytest.fixture(scope="module", params=["with a profile", "forms only"])
def matcher(request):
    values = planted.MINE if request.param == "with a profile" else {}
    return Matcher(values, {"vendor": planted.HMAC_KEY}, CATALOGUE.identifiers)


def bodies(count, seed):
    """Yield JSON bodies with a value, somebody's or the phone's own, in some dress among much else; then clean ones."""
    draw = random.Random(seed)
    for case in planted.cases(count, seed):
        kind = planted.KINDS[case.data]
        value = draw.choice((kind.mine, kind.other))
        point = case.data.startswith("location.")
        content = planted.place_text(value, case.dress) if point else planted.DRESSES[case.dress](value)
        for layer in case.layers[:3]:
            add = planted.TEXT_LAYERS.get(layer) or planted.TEXT_OF_BYTES.get(layer) or planted.BYTE_LAYERS[layer]
            content = add(content, kind.key)
        if isinstance(content, bytes):
            content = base64.b64encode(content).decode()
        held = draw.choice((content, [content], {"x": content}, int(content) if content.isdecimal() else content))
        around = draw.choice((clean_traffic.event_log, clean_traffic.order, clean_traffic.course, clean_traffic.config))
        made = {"a": around(draw), draw.choice((kind.key, "k", "value")): held}
        yield json.dumps(made, ensure_ascii=draw.random() < 0.3).encode()
    for one in clean_traffic.clean(count, seed):
        yield one.body


def test_a_body_that_is_clear_at_a_glance_holds_nothing_for_the_full_search(matcher, monkeypatch):
    monkeypatch.setattr(glance, "WORTH", 2)
    look = glance.Glance(matcher, WORDS.words())
    headers = (("content-type", "application/json"),)
    clear = 0
    for number, body in enumerate(bodies(PLANTED, 11)):
        direction = ("request", "response")[number % 2]
        one = replace(planted.message("", "body"), body=body, headers=headers, direction=direction)
        if look.clear(one):
            clear += 1
            unfolded = unfold(one)
            assert not [hit for hit, leaf in matcher.find(unfolded.leaves) if leaf.place == "body"], body
            assert not unfolded.gaps
            assert direction == "request" or not list(WORDS.find(unfolded.leaves))
    assert clear > PLANTED / 5


@pytest.mark.parametrize(
    "body",
    [
        {"s": "13912345678"},
        {"s": [[13912345678]]},
        {"s": 89860012345678901238},
        {"13912345678": 1},
        {"gender": "女"},
        {"lat": 31.230416, "lng": 121.473701},
        {"s": "see a?lat=39.9042&lng=116.4074"},
        {"s": "imei: 352099001761481"},
        {"realName": "某某某"},
        {"imei_md5": "0123456789abcdef0123456789abcdef"},
        {"salt": "x", "v": "0123456789abcdef0123456789abcdef"},
        {"contacts": [{"name": "a", "phone": "1"}]},
        {"query": "mutation { send(phone: 1) }"},
        {"s": "7c:b2:7d:11:22:33"},
    ],
)
def test_what_may_be_somebodys_is_never_clear(body):
    matcher = Matcher(planted.MINE, {}, CATALOGUE.identifiers)
    text = json.dumps({"pad": ["lesson"] * 60, **body}).encode()
    headers = (("content-type", "application/json"),)
    one = replace(planted.message("", "body"), body=text, headers=headers)
    assert not glance.Glance(matcher, ()).clear(one)


def test_a_value_in_escapes_is_never_clear():
    matcher = Matcher(planted.MINE, {}, CATALOGUE.identifiers)
    text = b'{"pad": "' + b"lesson " * 60 + b'", "s": "\\u0031391234567\\u0038"}'
    assert not glance.Glance(matcher, ()).clear(replace(planted.message("", "body"), body=text))


def test_the_same_body_is_looked_at_once(monkeypatch):
    matcher = Matcher(planted.MINE, {}, CATALOGUE.identifiers)
    look = glance.Glance(matcher, ())
    one = replace(planted.message("", "body"), body=json.dumps({"title": ["lesson"] * 60}).encode())
    assert look.clear(one)
    monkeypatch.setattr(look, "_clear", None)
    assert look.clear(one)
