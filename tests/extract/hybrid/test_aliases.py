"""Interfaces under the names that minified scripts give them, and scripts in which the same letter is something else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.catalogue import load_catalogue
from analyzer.extract.hybrid.javascript import find_names
from analyzer.extract.hybrid.names import names_of

NAMES = [
    "plus.device.imei", "plus.device.uuid", "plus.geolocation.getCurrentPosition", "uni.getLocation", "wx.getLocation",
    *(f"uni.f{number}" for number in range(8)), "navigator.geolocation.getCurrentPosition", "DeviceInfo.getUniqueId", "device.model",
]  # fmt: skip
IMEI, UUID = ("plus.device.imei", "call"), ("plus.device.uuid", "call")
LOCATION, MENTION = ("uni.getLocation", "call"), ("uni.getLocation", "mention")
PLACE = ("navigator.geolocation.getCurrentPosition", "call")


def uses(text, *, page=False):
    return [(one.name, one.use) for one in find_names(text, NAMES, page=page)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("const p=plus.device;a(p.imei)", [IMEI]),
        ("var e=1,p=plus.device,t=p.imei", [IMEI]),
        ("p=plus.device;f(function(){return p.imei+p.uuid})", [IMEI, UUID]),
        ("let p = window.plus.device\nlet x = p['imei']", [IMEI]),
        ("var p=window.plus&&window.plus.device;p&&p.imei", [IMEI]),
        ("var p=plus.device||{};p.imei", [IMEI]),
        ("var a=plus,b=a.device;b.imei", [IMEI]),
        ("const {imei}=plus.device", [IMEI]),
        ("const {imei: a, uuid = '1'} = plus.device;", [IMEI, UUID]),
        ("({imei}=plus.device)", [IMEI]),
        ("const {device}=plus;device.uuid", [UUID]),
        ("const {getLocation}=uni;getLocation({})", [MENTION, LOCATION]),
        ("const {getLocation: g}=uni;g({})", [MENTION, LOCATION]),
        ("var g=uni.getLocation;g({})", [MENTION, LOCATION]),
        ("var u=uni;u.getLocation({})", [LOCATION]),
        ("var g=navigator.geolocation;g.getCurrentPosition(f)", [PLACE]),
        ("var n=window.navigator;n.geolocation.getCurrentPosition(f)", [PLACE]),
        ("var p=plus.device;function f(a){return p.imei}", [IMEI]),
        ("var p=plus.device;function f(p){return p.imei}p.uuid", [UUID]),
        ("var p=plus.device;if(p){p.imei}", [IMEI]),
        ("<script>var p=plus.device;p.imei</script>", [IMEI]),
    ],
)  # fmt: skip
def test_a_name_that_is_given_leads_to_the_interface(text, found):
    assert uses(text, page=text.startswith("<")) == found


@pytest.mark.parametrize(
    "text",
    [
        "var p=other.device;p.imei",
        "var p=plus.devices;p.imei",
        "var q=plus.device;p.imei",
        "var p=plus.device;a.p.imei",
        "var p=plus.device;'p.imei'",
        "var p=plus.device;// p.imei",
        "'var p=plus.device';p.imei",
        "function f(){var p=plus.device}p.imei",
        "if(a){const p=plus.device}p.imei",
        "var p=plus.device;p=b;p.imei",
        "var p=plus.device;f(p=>p.imei)",
        "var p=plus.device;f((a,p)=>{p.imei})",
        "var p=plus.device;f(function(p){return p.imei})",
        "var p=plus.device;try{}catch(p){p.imei}",
        "var p=plus.device;{let p=b;p.imei}",
        "var p=plus.device.clone();p.imei",
        "var p=plus.device?b:c;p.imei",
        "if(p==plus.device)p.imei",
        "const {imei}=other.device",
        "const {mei}=plus.device",
        "var plus=b,p=c;p.device.imei",
        "var d=device;d.model",
        "var p=plus.device;p.imei=1",
    ],
)
def test_the_same_letter_for_something_else_is_no_read(text):
    assert uses(text) == []


def test_of_every_framework_the_names_are_found_under_another_one():
    catalogue = load_catalogue()
    for framework, given_name, name in (
        ("uniapp", "plus.device", "plus.device.imei"),
        ("wechat", "wx", "wx.getLocation"),
        ("cordova", "navigator.geolocation", "navigator.geolocation.getCurrentPosition"),
        ("capacitor", "Capacitor.Plugins", "Capacitor.Plugins.Geolocation.getCurrentPosition"),
        ("react_native", "DeviceInfo", "DeviceInfo.getAndroidId"),
    ):
        names = names_of(catalogue, catalogue.frameworks[framework])
        member = name.removeprefix(given_name + ".")
        text = f"!function(e){{var t={given_name};e(t.{member}())}}(f)"
        assert [(one.name, one.use) for one in find_names(text, names)] == [(name, "call")], framework
        assert list(find_names(text.replace(given_name, "other.thing"), names)) == []


@given(
    st.lists(
        st.sampled_from(
            ["{", "}", "(", ")", "p", "=", "=>", ",", ";", "plus.device", "p.imei", "var ", '"', "`", "${", "function "]
        )
    )
)
def test_any_text_is_read_and_the_reads_lie_in_order(parts):
    found = list(find_names("".join(parts), NAMES))
    assert [one.offset for one in found] == sorted(one.offset for one in found)
    assert {one.name for one in found} <= {"plus.device.imei"}
