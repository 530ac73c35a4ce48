"""The manifest, the network security configuration and the entries of a package, each with its twin."""

import base64

import pytest
from apks import Member, Node, filter_of, launcher, make_axml, make_dex, make_manifest, make_zip
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st
from resources import FIRST, make_table, make_xml

from analyzer.catalogue import load_catalogue
from analyzer.extract import extract_facts
from analyzer.extract.security.secrets import private_key, private_key_der, secrets_in_text

PACKAGE = "cn.example.edu"
CONFIG = "res/xml/net.xml"


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue()


@pytest.fixture
def facts_of(tmp_path, catalogue):
    """Return the facts of a package with these components, configuration and other entries."""

    def extract(*components, config=None, entries=(), table=True, **options):
        application = options.pop("application", {})
        rows = []
        if config is not None:
            application = {**application, "networkSecurityConfig": ("ref", FIRST)}
            rows.append(Member(CONFIG.encode(), config if isinstance(config, bytes) else make_xml(config)))
            if table:
                rows.append(Member(b"resources.arsc", make_table({("xml", "net"): CONFIG}, PACKAGE)))
        manifest = make_manifest(PACKAGE, components=components, application=application, **options)
        rows += [
            Member(b"AndroidManifest.xml", manifest),
            Member(b"classes.dex", make_dex({"Lcn/example/edu/Main;": []})),
        ]
        rows += [Member(name.encode(), content) for name, content in entries]
        path = tmp_path / "a.apk"
        path.write_bytes(make_zip(rows))
        return extract_facts(path, catalogue)

    return extract


def said(facts, start):
    return sorted((row.kind, row.detail) for row in facts.security if row.kind.startswith(start))


# --- network security configuration ----------------------------------------------------------------------------------


def config(inside):
    return f"<network-security-config>{inside}</network-security-config>"


@pytest.mark.parametrize(
    ("inside", "target", "expected"),
    [
        ("", 34, [("netconfig.no_cleartext", "*")]),
        ("", 27, [("netconfig.cleartext", "*")]),
        ('<base-config cleartextTrafficPermitted="true"/>', 34, [("netconfig.cleartext", "*")]),
        ('<base-config cleartextTrafficPermitted="false"/>', 27, [("netconfig.no_cleartext", "*")]),
        ('<domain-config cleartextTrafficPermitted="true"><domain includeSubdomains="true">a.cn</domain><domain>b.cn</domain></domain-config>', 34,
         [("netconfig.cleartext", "*.a.cn, b.cn"), ("netconfig.no_cleartext", "*")]),
        ('<domain-config cleartextTrafficPermitted="true"><domain>a.cn</domain><domain-config><domain>x.a.cn</domain></domain-config><domain-config cleartextTrafficPermitted="false"><domain>y.a.cn</domain></domain-config></domain-config>', 34,
         [("netconfig.cleartext", "a.cn"), ("netconfig.cleartext", "x.a.cn"), ("netconfig.no_cleartext", "*")]),
        ('<base-config><trust-anchors><certificates src="system"/><certificates src="user"/></trust-anchors></base-config>', 34,
         [("netconfig.no_cleartext", "*"), ("netconfig.user_certificates", "*")]),
        ('<base-config><trust-anchors><certificates src="system"/></trust-anchors></base-config>', 34, [("netconfig.no_cleartext", "*")]),
        ('<debug-overrides><trust-anchors><certificates src="user"/></trust-anchors></debug-overrides>', 34,
         [("netconfig.debug_overrides", "user certificates"), ("netconfig.no_cleartext", "*")]),
        ('<domain-config><domain>a.cn</domain><pin-set expiration="2026-01-31"><pin digest="SHA-256">AAAA</pin><pin digest="SHA-256">BBBB</pin></pin-set></domain-config>', 34,
         [("netconfig.no_cleartext", "*"), ("netconfig.pins", "a.cn: 2 pins, until 2026-01-31")]),
    ],
)  # fmt: skip
def test_the_configuration_is_read_as_the_platform_reads_it(facts_of, inside, target, expected):
    assert said(facts_of(config=config(inside), target_sdk=target), "netconfig") == expected


def test_without_a_configuration_nothing_is_said_of_it(facts_of):
    assert said(facts_of(), "netconfig") == []


@pytest.mark.parametrize("raw", [b"", b"\x03\x00\x08\x00", b"<network-security-config/>", make_axml(Node("manifest"))])
def test_a_configuration_that_cannot_be_read_is_a_gap_and_no_verdict(facts_of, raw):
    facts = facts_of(config=raw)
    assert said(facts, "netconfig") == []
    assert not facts.coverage.complete
    assert "resources_unreadable" in {row.code for row in facts.coverage.reasons}


def test_a_configuration_that_no_table_names_is_a_gap(facts_of):
    facts = facts_of(config=config(""), table=False)
    assert "resources_unreadable" in {row.code for row in facts.coverage.reasons}


def test_a_configuration_in_a_configuration_without_end_is_refused(facts_of):
    node = Node("domain-config")
    for _ in range(60):
        node = Node("domain-config", {}, [node])
    facts = facts_of(config=make_axml(Node("network-security-config", {}, [node])))
    assert any("nested deeper" in row.detail for row in facts.coverage.reasons)


# --- manifest --------------------------------------------------------------------------------------------------------


def opener(*data, categories=("BROWSABLE",), verified=False, **attributes):
    nodes = [Node("action", {"name": "android.intent.action.VIEW"})]
    nodes += [Node("category", {"name": f"android.intent.category.{name}"}) for name in categories]
    nodes += [Node("data", one) for one in data]
    each = Node("intent-filter", {"autoVerify": True} if verified else {}, nodes)
    return Node("activity", {"name": ".Open", "exported": True, **attributes}, [each])


def test_links_are_those_that_a_browser_may_open(facts_of):
    link = {"scheme": "study", "host": "open"}
    name = f"{PACKAGE}.Open"
    assert said(facts_of(opener(link)), "manifest") == [("manifest.deep_link", f"{name}: study://open")]
    https = [{"scheme": "https"}, {"host": "a.example.cn"}]
    assert said(facts_of(opener(*https, verified=True)), "manifest") == [
        ("manifest.deep_link", f"{name}: https://a.example.cn · autoVerify")
    ]
    assert said(facts_of(opener(link, categories=("DEFAULT",))), "manifest") == []
    assert said(facts_of(opener(link, exported=False)), "manifest") == []
    assert said(facts_of(opener(link, enabled=False)), "manifest") == []
    assert said(facts_of(opener({"mimeType": "image/png"})), "manifest") == []


def test_a_page_that_wants_into_another_task_must_name_it_and_may_move(facts_of):
    def page(**attributes):
        return Node("activity", {"name": ".Open", "exported": True, **attributes})

    moving = {"taskAffinity": "com.bank", "allowTaskReparenting": True}
    assert said(facts_of(page(**moving)), "manifest") == [("manifest.task_affinity", f"{PACKAGE}.Open: com.bank")]
    assert said(facts_of(page(taskAffinity="com.bank")), "manifest") == []
    assert said(facts_of(page(**{**moving, "taskAffinity": f"{PACKAGE}.other"})), "manifest") == []
    assert said(facts_of(page(**moving, enabled=False)), "manifest") == []


def test_a_build_for_tests_says_so(facts_of):
    facts = facts_of(application={":testOnly": True})
    assert said(facts, "manifest") == []  # the attribute counts in the name space of Android alone


def test_signs_of_self_start(facts_of):
    boot = Node("receiver", {"name": ".Boot"}, [filter_of("android.intent.action.BOOT_COMPLETED")])
    asleep = Node("receiver", {"name": ".Boot", "enabled": False}, [filter_of("android.intent.action.BOOT_COMPLETED")])
    assert said(facts_of(boot), "start") == [("start.boot", f"{PACKAGE}.Boot: BOOT_COMPLETED")]
    assert said(facts_of(asleep), "start") == []

    def service(**attributes):
        return Node("service", {"name": ".Push", "exported": True, **attributes}, [filter_of("cn.push.WAKE")])

    assert said(facts_of(service(process=":push")), "start") == [("start.woken", f"{PACKAGE}.Push: cn.push.WAKE")]
    assert said(facts_of(service()), "start") == []
    assert said(facts_of(service(process=":push", permission="cn.push.P")), "start") == []
    assert said(facts_of(service(process=":push", exported=False)), "start") == []
    typed = Node("service", {"name": ".Play", "foregroundServiceType": 0x2 | 0x8})
    assert said(facts_of(typed), "start") == [("start.foreground_service", f"{PACKAGE}.Play: mediaPlayback, location")]
    assert said(facts_of(launcher(excludeFromRecents=True)), "start") == [("start.hidden_recents", f"{PACKAGE}.Main")]
    assert said(facts_of(launcher()), "start") == []


# --- entries ---------------------------------------------------------------------------------------------------------


def test_engines_are_known_by_their_files(facts_of):
    files = [("lib/arm64-v8a/libunity.so", b"\x7fELF"), ("assets/www/js/rpg_core.js", b"//")]
    assert said(facts_of(entries=files), "engine") == [("engine.game", "rpgmaker"), ("engine.game", "unity")]
    assert said(facts_of(entries=[("lib/arm64-v8a/libunity_ads.so", b"\x7fELF")]), "engine") == []


def test_a_package_inside_is_told_by_its_content(facts_of):
    inner = make_zip([Member(b"AndroidManifest.xml", make_manifest("cn.other"))])
    facts = facts_of(entries=[("assets/other.apk", inner), ("assets/text.apk", b"no package")])
    assert [(row.kind, row.file) for row in facts.security if row.kind.startswith("install")] == [
        ("install.nested_package", "assets/other.apk")
    ]


def pem(key, form=serialization.PrivateFormat.PKCS8):
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())


def der(key, form=serialization.PrivateFormat.PKCS8):
    return key.private_bytes(serialization.Encoding.DER, form, serialization.NoEncryption())


RSA = rsa.generate_private_key(65537, 1024)
CURVE = ec.generate_private_key(ec.SECP256R1())
TRADITIONAL = serialization.PrivateFormat.TraditionalOpenSSL


def public(key):
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def test_private_keys_are_told_by_their_structure():
    for form in (serialization.PrivateFormat.PKCS8, TRADITIONAL):
        assert private_key(pem(RSA, form).decode()) == "RSA 1024 bits"
        assert private_key(base64.b64encode(der(RSA, form)).decode()) == "RSA 1024 bits"
        assert private_key(pem(CURVE, form).decode()) == "EC"
    assert private_key(base64.b64encode(public(RSA)).decode()) is None
    assert private_key_der(public(CURVE)) is None
    assert private_key("-----BEGIN PRIVATE KEY-----") is None
    assert private_key("-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----") is None
    whole = der(RSA)
    assert all(private_key_der(whole[:cut]) is None for cut in range(len(whole)))


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw):
    private_key_der(raw)
    private_key(base64.b64encode(raw).decode())
    private_key_der(b"\x30" + raw)


def test_key_files_are_found_and_never_shown(facts_of):
    certificate = b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
    facts = facts_of(
        entries=[("assets/client.pem", pem(RSA)), ("assets/ca.pem", certificate), ("assets/k.der", der(CURVE))]
    )
    rows = {(row.file, row.detail) for row in facts.security if row.kind.startswith("secret")}
    assert rows == {("assets/client.pem", "RSA 1024 bits"), ("assets/k.der", "EC")}


PAIRS = {
    "secret.aliyun": ("LTAI5tQ8wZr3VnKc7JhPxYb2", "g7Hq2LmN9xRt4VbKc8WzYp3DfJs6Ua"),
    "secret.tencent_cloud": ("AKIDq7Hn2LmZ9xRt4VbKc8WzYp3DfJs6UaQw", "r5Tn8KxZ2vBq7LmH4cWp9DyFs3Ja6UgE"),
    "secret.aws": ("AKIAQ7H2LMZ6XRT4VBKC", "r5Tn8KxZ2vBq7LmH4cWp9DyFs3Ja6UgE/Qz+w1Xb"),
}
"""Made up for this test; they open nothing."""


@pytest.mark.parametrize("kind", sorted(PAIRS))
def test_a_pair_counts_when_both_halves_are_there(catalogue, kind):
    rules = tuple(catalogue.secrets.values())
    name, secret = PAIRS[kind]
    both = f'{{"id": "{name}", "key": "{secret}"}}'
    rows = list(secrets_in_text(both, rules))
    assert [row[0] for row in rows] == [kind]
    assert name not in rows[0][1]
    assert secret not in rows[0][1]
    assert list(secrets_in_text(f'{{"id": "{name}"}}', rules)) == []
    assert list(secrets_in_text(f'{{"id": "{name}", "key": "{"x" * len(secret)}"}}', rules)) == []
    assert list(secrets_in_text(both.replace(secret, secret.lower()), rules)) == []
    assert list(secrets_in_text(f'"{name}"{" " * 900}"{secret}"', rules)) == []


def test_a_wechat_secret_needs_a_word_that_says_so(catalogue):
    rules = tuple(catalogue.secrets.values())
    name, secret = "wx4f8a2c1d9e3b7605", "9f3c7a1e5b8d2046f1e7c3a95d0b8264"
    assert [kind for kind, _ in secrets_in_text(f"appid={name}&secret={secret}", rules)] == ["secret.wechat"]
    assert list(secrets_in_text(f"appid={name}&md5={secret}", rules)) == []


OBS = "https://obs.cn-north-4.myhuaweicloud.com"
HUAWEI, HUAWEI_KEY = "QT7ZKW2MR9XHB4NC6VLD", "g7Hq2LmN9xRt4VbKc8WzYp3DfJs6UaE1oQi5Tn0v"
"""Made up for this test; they open nothing."""


def test_a_pair_of_huawei_cloud_needs_the_host_of_the_store_beside_it(catalogue):
    rules = tuple(catalogue.secrets.values())
    pair = f'"ak": "{HUAWEI}", "sk": "{HUAWEI_KEY}"'
    assert [kind for kind, _ in secrets_in_text(f'{{"host": "{OBS}", {pair}}}', rules)] == ["secret.huawei_cloud"]
    assert list(secrets_in_text(f"{{{pair}}}", rules)) == []
    assert list(secrets_in_text(f'{{"host": "{OBS}", "ak": "{HUAWEI}"}}', rules)) == []
    assert list(secrets_in_text(f'"{OBS}"{" " * 900}{pair}', rules)) == []


def test_the_client_secret_of_an_app_gallery_file_is_a_fact_where_it_stands_in_plain(facts_of):
    def secrets(name, value):
        file = f'{{"client": {{"client_id": "1", "client_secret": "{value}"}}}}'.encode()
        facts = facts_of(entries=[(name, file)])
        return [(row.kind, row.detail) for row in facts.security if row.kind.startswith("secret")]

    plain, name = "9F3C7A1E5B8D2046F1E7C3A95D0B82649F3C7A1E5B8D2046F1E7C3A95D0B8264", "assets/agconnect-services.json"
    told = "Huawei AGC client secret (client_secret in plain): 64 characters"
    assert secrets(name, plain) == [("secret.huawei_agconnect", told)]
    assert secrets("assets/other.json", plain) == []
    assert secrets(name, "") == []
    assert secrets(name, "0" * 64) == []


def test_public_identifiers_are_no_secrets(catalogue):
    rules = tuple(catalogue.secrets.values())
    text = 'umeng_appkey="5f9a8b7c6d5e4f3a2b1c0d9e" amap="9f3c7a1e5b8d2046f1e7c3a95d0b8264" AIzaSyA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q'
    assert list(secrets_in_text(text, rules)) == []
