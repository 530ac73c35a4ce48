import json
from dataclasses import replace

import pytest
import standards
from reports import hostile_report

from analyzer.model import Access, Bundle
from analyzer.render import render


def bom(report, lang="zh"):
    made = json.loads(render(report, "cyclonedx", lang))
    standards.cyclonedx().validate(made)
    return made


def properties(component):
    return {(row["name"], row["value"]) for row in component["properties"]}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_bill_is_valid_and_names_app_and_sdk(lang):
    made = bom(hostile_report(), lang)
    app = made["metadata"]["component"]
    assert app["hashes"] == [{"alg": "SHA-256", "content": "a" * 64}]
    assert ("eduaudit:package", "cn.example") in properties(app)
    [sdk] = made["components"]
    assert sdk["supplier"] == {"name": "某公司"}
    assert [row["location"] for row in sdk["evidence"]["occurrences"]] == ["code: cn/x", "native: libx.so"]
    assert ("eduaudit:vendor_says_it_collects", "device.oaid") in properties(sdk)
    assert ("eduaudit:receives", "device.oaid") in properties(sdk)
    assert made["dependencies"][0] == {"ref": "app", "dependsOn": ["sdk:x"]}


def test_unknown_version_and_coordinates_are_left_out():
    [sdk] = bom(hostile_report())["components"]
    assert "version" not in sdk
    assert "purl" not in sdk
    known = replace(hostile_report().sdks[0], version="1.2.3")
    [sdk] = bom(hostile_report(sdks=(known,)))["components"]
    assert sdk["version"] == "1.2.3"
    assert "purl" not in sdk


def test_coordinates_that_a_version_file_states_are_the_purl():
    file = "META-INF/com.google.android.material_material.version"
    known = replace(hostile_report().sdks[0], version="1.12.0", version_evidence=file)
    [sdk] = bom(hostile_report(sdks=(known,)))["components"]
    assert sdk["purl"] == "pkg:maven/com.google.android.material/material@1.12.0"


def test_host_that_was_seen_to_receive_data_is_a_service():
    [service] = bom(hostile_report())["services"]
    assert service["endpoints"] == ["http://a.example.com"]
    assert service["provider"] == {"name": "某公司"}
    assert ("eduaudit:received_in_clear", "device.oaid") in properties(service)
    assert [(row["flow"], row["classification"]) for row in service["data"]] == [("inbound", "device.oaid")]


def test_third_party_code_without_a_rule_is_listed():
    access = Access(
        data="clipboard", api="La/A;->a()V", caller="Lcom/y/B;->b()V", actor="lib:com.y", level="present", chain=()
    )
    made = bom(hostile_report(accesses=(access,)))
    unknown = made["components"][1]
    assert unknown["name"] == "com.y"
    assert ("eduaudit:reads", "clipboard") in properties(unknown)
    assert "lib:com.y" in made["dependencies"][0]["dependsOn"]


def test_hybrid_framework_is_a_component():
    bundle = Bundle(framework="uniapp", name="uni-app", place="assets/apps/x", version="1.2", modules=("OAuth",))
    remote = replace(bundle, framework="webview", name="WebView", place="La/B;->c()V")
    [_, made] = bom(hostile_report(bundles=(bundle, remote)))["components"]
    assert (made["type"], made["name"], made["version"]) == ("framework", "uni-app", "1.2")
    assert ("eduaudit:module", "OAuth") in properties(made)


def test_a_read_that_proves_nothing_is_no_property():
    assert not any(name == "eduaudit:reads" for name, _ in properties(bom(hostile_report())["components"][0]))


@pytest.mark.parametrize(("complete", "aggregate"), [(True, "unknown"), (False, "incomplete")])
def test_list_never_claims_to_be_complete(complete, aggregate):
    report = hostile_report()
    made = bom(replace(report, coverage=replace(report.coverage, complete=complete)))
    assert made["compositions"][0]["aggregate"] == aggregate


def test_serial_number_follows_the_package_alone():
    first = hostile_report()
    later = replace(first, run=replace(first.run, started="2027-05-05T05:05:05+00:00"))
    one, two = bom(first), bom(later)
    assert one["serialNumber"] == two["serialNumber"]
    assert one["metadata"].pop("timestamp") != two["metadata"].pop("timestamp")
    assert one == two
    other = bom(replace(first, artifact=replace(first.artifact, sha256="f" * 64)))
    assert other["serialNumber"] != one["serialNumber"]


def test_text_of_the_app_is_inert():
    text = render(hostile_report(), "cyclonedx", "zh")
    assert "\u202e" not in text
    assert "\x1b" not in bom(hostile_report())["metadata"]["component"]["name"]
