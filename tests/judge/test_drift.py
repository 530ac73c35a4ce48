"""The version on record against the version that was filed."""

import pytest

SMS = "android.permission.READ_SMS"


@pytest.fixture
def drifted(build, rules_of):
    """Judge a new version against a filed one; return only what the comparison says."""

    def judged(now, then, filing=None, **more):
        found = rules_of(build.facts(static=now, filed=then, filing=filing, **more))
        return {key: row for key, row in found.items() if key[0].startswith("DRIFT.")}

    return judged


def artifact(build, **changes):
    from analyzer.model import Artifact

    return build.static(artifact=Artifact(format="apk", sha256="f" * 64, size=1, name="old.apk"), **changes)


def test_the_filed_version_itself_and_no_filed_version_say_nothing(build, drifted):
    now = build.static(sdks=(build.sdk(),))
    assert drifted(now, now) == {}
    assert drifted(now, None) == {}


def test_equal_content_in_another_file_is_no_drift(build, drifted):
    assert drifted(build.static(sdks=(build.sdk(),)), artifact(build, sdks=(build.sdk(),))) == {}


def test_another_signer_is_proven_and_one_with_a_proof_of_rotation_is_not_told(build, drifted):
    from analyzer.model import PastCertificate

    new = build.signer(sha256="9" * 64)
    found = drifted(build.static(app={"signers": (new,)}), artifact(build))
    finding = found["DRIFT.SIGNER", "signer"]
    assert finding.status == "proven"
    assert any("a" * 64 in item.excerpt for item in finding.evidence)
    past = PastCertificate(sha256="a" * 64, md5="b" * 32, sha1=None, subject="CN=Example", capabilities=())
    rotated = build.signer(sha256="9" * 64, lineage=(past,))
    assert drifted(build.static(app={"signers": (rotated,)}), artifact(build)) == {}


def test_an_unsigned_side_says_nothing_of_the_signer(build, drifted):
    assert drifted(build.static(app={"signers": ()}), artifact(build)) == {}
    assert drifted(build.static(), artifact(build, app={"signers": ()})) == {}


def test_a_dangerous_permission_is_told_unless_it_was_there_or_is_filed(build, drifted):
    row = build.permission(SMS)
    now, then = build.static(permissions=(row,)), artifact(build)
    assert ("DRIFT.PERMISSION", SMS) in drifted(now, then)
    assert drifted(now, artifact(build, permissions=(row,))) == {}
    assert drifted(now, then, build.filing(permissions=(SMS,))) == {}
    internet = build.permission("INTERNET", level="normal")
    assert drifted(build.static(permissions=(internet,)), then) == {}


def test_a_new_sdk_is_told_only_where_the_filed_version_was_read_in_full(build, drifted):
    now = build.static(sdks=(build.sdk(),))
    found = drifted(now, artifact(build))
    assert found["DRIFT.SDK", "umeng-analytics"].status == "proven"
    assert drifted(now, artifact(build, complete=False)) == {}
    assert drifted(now, artifact(build), build.filing(sdks=("umeng-analytics",))) == {}
    weak = build.static(sdks=(build.sdk(confidence="probable"),))
    assert drifted(weak, artifact(build))["DRIFT.SDK", "umeng-analytics"].status == "suspected"
    network = build.static(sdks=(build.sdk("okhttp", "network"),))
    assert drifted(network, artifact(build)) == {}


def test_a_new_read_is_suspected_and_one_that_was_there_or_is_filed_is_not_told(build, drifted):
    read = build.access("device.imei", api="Landroid/telephony/TelephonyManager;->getImei()Ljava/lang/String;")
    phone = build.permission("READ_PHONE_STATE")
    now = build.static(accesses=(read,), permissions=(phone,))
    then = artifact(build, permissions=(phone,))
    found = drifted(now, then)
    assert found["DRIFT.DATA", "device.imei"].status == "suspected"
    assert drifted(now, artifact(build, accesses=(read,), permissions=(phone,))) == {}
    assert drifted(now, then, build.filing(personal_data=("device.imei",))) == {}
    assert (
        drifted(build.static(accesses=(build.access("device.imei", weak="own package only"),)), artifact(build)) == {}
    )


def test_new_hosts_of_nobody_known_are_told_in_one_finding(build, drifted):
    now = build.static(endpoints=(build.host("a.unknown-host.example"), build.host("b.unknown-host.example")))
    found = drifted(now, artifact(build))
    assert list(found) == [("DRIFT.HOST", "hosts")]
    assert found["DRIFT.HOST", "hosts"].status == "suspected"
    assert drifted(now, artifact(build), build.filing(domains=("unknown-host.example",))) == {}
    assert drifted(now, artifact(build, endpoints=now.endpoints)) == {}


@pytest.mark.parametrize("change", [{"engine": "0"}, {"rules": "older"}])
def test_facts_of_another_engine_or_other_rules_are_not_compared(build, drifted, change):
    now = build.static(sdks=(build.sdk(),), app={"signers": (build.signer(sha256="9" * 64),)})
    assert drifted(now, artifact(build, **change)) == {}


def test_another_package_name_is_proven(build, drifted):
    found = drifted(build.static(app={"package": "cn.other.app"}), artifact(build))
    assert found["DRIFT.PACKAGE", "package"].status == "proven"
