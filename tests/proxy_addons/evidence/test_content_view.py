"""The content view of mitmproxy: the same tree inside mitmweb."""

import json
import warnings
from pathlib import Path

import pytest

with warnings.catch_warnings():
    # mitmproxy 12 calls deprecated names of pyparsing while it is imported; warnings are errors here.
    warnings.simplefilter("ignore")
    from mitmproxy import contentviews, exceptions
    from mitmproxy.test import taddons, tflow, tutils

    from proxy_addons.contentview import DecodedContent

PROFILE = Path(__file__).parents[3] / "samples" / "homework" / "profile.yaml"
IMEI = "862000000000007"


@pytest.fixture
def view():
    addon = DecodedContent()
    with taddons.context(addon) as context:
        context.configure(addon, eduaudit_profile=str(PROFILE))
        yield addon._view


def flow(content, **kwargs):
    headers = ((b"content-type", b"application/json"),)
    return tflow.tflow(req=tutils.treq(method=b"POST", content=content, headers=headers), **kwargs)


def drawn(message, of):
    return contentviews.prettify_message(message, of, "eduaudit")


def test_a_request_is_drawn_with_its_values_marked(view):
    sent = flow(json.dumps({"device": {"imei": IMEI}}).encode(), resp=True)
    result = drawn(sent.request, sent)
    assert result.view_name == "eduaudit"
    assert f"imei: «device.imei: {IMEI}»" in result.text
    assert result.text.startswith("1 × ")
    assert "«" not in drawn(sent.response, sent).text


def test_web_socket_and_raw_messages_are_drawn(view):
    web = tflow.twebsocketflow()
    web.websocket.messages[-1].content = json.dumps({"imei": IMEI}).encode()
    assert f"«device.imei: {IMEI}»" in drawn(web.websocket.messages[-1], web).text
    raw = tflow.ttcpflow()
    raw.messages[0].content = f"imei={IMEI}".encode()
    assert f"«device.imei: {IMEI}»" in drawn(raw.messages[0], raw).text


def test_it_is_never_chosen_unasked(view):
    sent = flow(b'{"a":1}')
    assert contentviews.prettify_message(sent.request, sent).view_name != "eduaudit"


def test_what_it_cannot_draw_falls_back_to_an_error_of_its_own(view):
    looked_up = tflow.tdnsflow()
    result = drawn(looked_up.request, looked_up)
    assert result.syntax_highlight == "error"


def test_a_profile_that_is_not_there_is_refused():
    addon = DecodedContent()
    with taddons.context(addon) as context, pytest.raises(exceptions.OptionsError, match="no such file"):
        context.configure(addon, eduaudit_profile="/nowhere/profile.yaml")
