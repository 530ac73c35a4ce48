"""What the verdict says beside accepted or refused; that it equals apksigner's is shown in `test_agreement.py`."""

import contextlib
import struct

import pytest
from apks import Member, make_apk, make_zip
from blocks import (
    PROOF_OF_ROTATION,
    ROTATION_MIN_SDK,
    STRIPPING_PROTECTION,
    V2,
    V3,
    V31,
    make_block,
    make_lineage,
    make_scheme,
    make_signer,
    split,
)
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from signed import Workshop, package, with_comment
from signed_further import ec_key

from analyzer.catalogue import load_catalogue
from analyzer.container import LimitReachedError, Limits
from analyzer.container.archive import Archive
from analyzer.container.signature import verify_package
from analyzer.container.signature.block import BlockError
from analyzer.container.signature.certificate import read_certificate
from analyzer.container.signature.der import DerError
from analyzer.container.signature.digests import PAGE, hash_tree
from analyzer.container.signature.idsig import check_idsig
from analyzer.container.signature.keys import KeyVerificationError
from analyzer.container.signature.lineage import read_lineage
from analyzer.container.signature.pkcs7 import verify_detached
from analyzer.extract import extract_facts
from analyzer.sandbox.cache import FactsCache


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """Return a workshop that makes keys and needs no apksigner."""
    return Workshop(tmp_path_factory.mktemp("keys"), None)


def verdict(data, min_sdk=28, target_sdk=34, idsig=None):
    archive = Archive(data, Limits())
    result = verify_package(archive, min_sdk, target_sdk, idsig=idsig)
    return result, {one.code: one.detail for one in archive.notes.facts()}


def signed(shop, *, key="ec", pairs=(), **options):
    parts = split(package(28, 34))
    parts.pairs = [(V3, make_scheme(make_signer(parts, shop.key(key), **options))), *pairs]
    return parts.join()


def test_certificate_and_key_are_told(shop):
    result, notes = verdict(signed(shop))
    (signer,) = result.signers
    certificate = shop.key("ec").certificate
    assert signer.sha256 == certificate.fingerprint(hashes.SHA256()).hex()
    assert signer.sha1 == certificate.fingerprint(hashes.SHA1()).hex()
    assert signer.md5 == certificate.fingerprint(hashes.MD5()).hex()
    assert signer.subject == r"CN=Sample ec,O=样例\, 教育"
    assert (signer.key, signer.schemes, signer.verified) == ("EC P-256", ("v3",), True)
    assert (result.refusal, result.items, result.stamp, notes) == (None, (), None, {})


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("rsa1024", "RSA 1024"),
        ("rsa", "RSA 2048"),
        ("ec384", "EC P-384"),
        ("ec521", "EC P-521"),
        ("dsa1024", "DSA 1024"),
    ],
)
def test_kind_and_size_of_a_key_are_told(shop, kind, told):
    assert read_certificate(shop.key(kind).der).key == told


def test_releases_of_a_v3_signer_are_told(shop):
    (signer,) = verdict(signed(shop, low=28, high=32))[0].signers
    assert (signer.min_sdk, signer.max_sdk) == (28, 32)
    (signer,) = verdict(signed(shop))[0].signers
    assert (signer.min_sdk, signer.max_sdk) == (28, None)


def test_rotated_signer_shows_who_it_was_before(shop):
    parts = split(package(28, 34))
    told = ((ROTATION_MIN_SDK, struct.pack("<I", 33)),)
    lineage = ((PROOF_OF_ROTATION, make_lineage(shop.key("rsa"), shop.key("ec"), flags=23)),)
    parts.pairs = [
        (V3, make_scheme(make_signer(parts, shop.key("rsa"), attributes=told))),
        (V31, make_scheme(make_signer(parts, shop.key("ec"), low=33, attributes=lineage))),
    ]
    result, _ = verdict(parts.join())
    old, new = result.signers
    assert result.refusal is None
    assert (old.schemes, old.min_sdk, new.schemes, new.min_sdk) == (("v3",), 28, ("v3.1",), 33)
    assert [one.sha256 for one in new.lineage] == [old.sha256, new.sha256]
    assert new.lineage[0].capabilities == ("installed_data", "shared_uid", "permission", "auth")
    assert old.lineage == ()


@pytest.mark.parametrize(
    ("announced", "refused"),
    [(33, None), (None, None), (34, "names another release")],
)
def test_v3_may_keep_silent_about_the_rotation_of_v31_but_not_contradict_it(shop, announced, refused):
    parts = split(package(28, 34))
    told = ((ROTATION_MIN_SDK, struct.pack("<I", announced)),) if announced else ()
    lineage = ((PROOF_OF_ROTATION, make_lineage(shop.key("rsa"), shop.key("ec"))),)
    parts.pairs = [
        (V3, make_scheme(make_signer(parts, shop.key("rsa"), attributes=told))),
        (V31, make_scheme(make_signer(parts, shop.key("ec"), low=33, attributes=lineage))),
    ]
    refusal = verdict(parts.join())[0].refusal
    assert refused in refusal if refused else refusal is None


@pytest.mark.parametrize(
    "change",
    [
        lambda a, b: make_lineage(a, b, broken=True),
        lambda a, b: b"\2" + make_lineage(a, b)[1:],
        lambda a, b: make_lineage(a, b)[:-9],
        lambda a, b: make_lineage(a, b, a),
        lambda a, b: struct.pack("<I", 1),
    ],
    ids=["signature", "version", "cut off", "a certificate twice", "empty"],
)
def test_broken_proof_of_rotation_is_refused(shop, change):
    value = change(shop.key("rsa"), shop.key("ec"))
    with pytest.raises((BlockError, DerError, KeyVerificationError)):
        read_lineage(value)


@pytest.mark.parametrize(
    ("key", "value", "name", "content"),
    [
        (0x71777777, b'{"channel":"huawei"}', "Walle channel", '{"channel":"huawei"}'),
        (0x881155FF, "应用宝".encode(), "VasDolly channel", "应用宝"),
        (
            0x7A786B21,
            b"Packer Ng Sig V2" + "CHANNEL∘mi∙".encode() + b"Packer Ng Sig V2",
            "Packer-Ng channel",
            "CHANNEL∘mi∙",
        ),
        (0x2146444E, b"\x08\x01\xff", "Google Play frosting", None),
        (0x42726577, b"evil" + bytes(600), "padding", None),
        (0x12345678, b"hello\x1b[31m", "unknown", None),
        (0x12345678, "a\u202eb c".encode(), "unknown", "a\\u202eb c"),
    ],
)
def test_what_else_is_in_the_signing_block_is_information(shop, key, value, name, content):
    result, notes = verdict(signed(shop, pairs=[(key, value)]))
    (item,) = result.items
    assert (item.id, item.name, item.content, item.size, item.signed) == (
        f"{key:#010x}",
        name,
        content,
        len(value),
        False,
    )
    assert (result.refusal, notes) == (None, {})


def test_empty_padding_is_not_worth_a_word(shop):
    assert verdict(signed(shop, pairs=[(0x42726577, bytes(600))]))[0].items == ()


def test_channel_in_the_comment_is_information():
    data = with_comment(make_apk(), "华为".encode() + struct.pack("<H", 6) + b"ltlovezh")
    (item,) = verdict(data)[0].items
    assert (item.id, item.name, item.content, item.signed) == ("comment", "VasDolly channel (v1)", "华为", False)
    (item,) = verdict(with_comment(make_apk(), b"\xff\xfe"))[0].items
    assert (item.name, item.content) == ("comment", None)


def test_unsigned_package_is_told():
    result, notes = verdict(make_apk())
    assert (result.signers, result.code) == ((), "signature_missing")
    assert set(notes) == {"signature_missing"}


def test_malformed_block_is_noted_and_counts_as_none():
    parts = split(make_apk())
    _, notes = verdict(parts.join(make_block([(V3, b"x")], size_lie=8)))
    assert set(notes) == {"signature_missing", "signing_block_malformed"}


def test_v4_file_beside_the_package_is_found_and_checked(shop, tmp_path):
    path = tmp_path / "app.apk"
    path.write_bytes(signed(shop))
    catalogue = load_catalogue()
    before = FactsCache(path, "rules", Limits())._key
    assert not {one.code for one in extract_facts(path, catalogue).anomalies} & {"v4_invalid"}
    path.with_name("app.apk.idsig").write_bytes(b"\2\0\0\0")
    assert "v4_invalid" in {one.code for one in extract_facts(path, catalogue).anomalies}
    assert FactsCache(path, "rules", Limits())._key != before


def test_split_of_another_signer_is_noted(shop, tmp_path):
    catalogue = load_catalogue()
    for keys, expected in ((("ec", "ec"), set()), (("ec", "rsa"), {"signature_inconsistent"})):
        path = tmp_path / "app.apks"
        rows = zip((b"base.apk", b"split_config.zh.apk"), keys, strict=True)
        path.write_bytes(make_zip([Member(name, signed(shop, key=key)) for name, key in rows]))
        facts = extract_facts(path, catalogue)
        assert {one.code for one in facts.anomalies} & {"signature_inconsistent"} == expected


def test_v4_file_inside_of_a_set_of_packages_is_checked(shop, tmp_path):
    path = tmp_path / "app.apks"
    path.write_bytes(make_zip([Member(b"base.apk", signed(shop)), Member(b"base.apk.idsig", b"\2\0\0\0")]))
    assert "v4_invalid" in {one.code for one in extract_facts(path, load_catalogue()).anomalies}


@pytest.mark.parametrize(
    ("key", "lies", "accepted", "phones", "anomaly"),
    [
        ("rsa", 2, True, "a phone refuses: v3: 2 signers for this release", "signature_invalid"),
        ("p224", 1, False, "a phone accepts it", "signature_disputed"),
        ("rsa", 1, True, None, None),
    ],
)
def test_verdict_is_apksigners_and_says_what_a_phone_does_otherwise(  # a row of the table
    shop, tmp_path, key, lies, accepted, phones, anomaly
):
    parts = split(package(28, 34))
    used = shop.key("rsa") if key == "rsa" else ec_key(ec.SECP224R1())
    parts.pairs = [(V3, make_scheme(*([make_signer(parts, used)] * lies)))]
    path = tmp_path / "app.apk"
    path.write_bytes(parts.join())
    facts = extract_facts(path, load_catalogue())
    told = facts.app.signature
    assert (told.accepted, told.refusal is None, told.schemes) == (accepted, accepted, ("v3",))
    assert (told.phones or "").startswith(phones or "")
    assert (told.phones is None) == (phones is None)
    assert {one.code for one in facts.anomalies} == ({anomaly} - {None})


def test_unreadable_v4_file_is_refused_by_apksigner_alone_and_a_set_tells_its_refused_part(shop, tmp_path):
    result, notes = verdict(signed(shop), idsig=b"\2\0\0\0")
    assert (result.refusal, result.phones) == (
        "v4: malformed: a number is cut off",
        "a phone installs it without the v4 file",
    )
    assert set(notes) == {"v4_invalid"}
    path = tmp_path / "app.apks"
    path.write_bytes(make_zip([Member(b"base.apk", signed(shop)), Member(b"split_config.zh.apk", package(28, 34))]))
    told = extract_facts(path, load_catalogue()).app.signature
    assert (told.accepted, told.refusal) == (False, "the package is not signed")


def test_hash_tree_has_its_levels_from_the_top():
    leaf = bytes(PAGE)
    root, tree = hash_tree([leaf * 129], b"")
    assert len(tree) == 3 * PAGE  # one page over two pages of digests
    assert tree[PAGE : PAGE + 32] == tree[PAGE + 32 : PAGE + 64] != tree[:32]
    assert hash_tree([leaf * 100, leaf * 29], b"") == (root, tree)
    assert hash_tree([leaf[:7] + leaf * 128, leaf[:-7]], b"") == (root, tree)


@given(st.binary(max_size=200))
def test_any_bytes_as_certificate_or_signature_give_a_plain_error(raw):
    with contextlib.suppress(DerError):
        read_certificate(raw)
    certificate, problem, _ = verify_detached(raw, b"content")
    assert certificate is None
    assert problem


@given(st.binary(max_size=200))
def test_any_bytes_as_v4_file_or_lineage_give_a_plain_answer(raw):
    found = check_idsig(raw, memoryview(b"package"), [], [])
    assert all(one.problem for one in found.signers)
    assert found.signers
    assert found.remark is None or found.unreadable is None
    with contextlib.suppress(BlockError, DerError, KeyVerificationError):
        read_lineage(raw)


@pytest.fixture(scope="module")
def whole(shop):
    """Return a package with v2, v3 of two signers and a lineage, and a channel; and where its block lies."""
    parts = split(package(24, 34))
    lineage = ((PROOF_OF_ROTATION, make_lineage(shop.key("rsa"), shop.key("ec"))),)
    protected = ((STRIPPING_PROTECTION, struct.pack("<I", 3)),)
    parts.pairs = [
        (V2, make_scheme(make_signer(parts, shop.key("rsa"), scheme="v2", attributes=protected))),
        (
            V3,
            make_scheme(
                make_signer(parts, shop.key("rsa"), high=30),
                make_signer(parts, shop.key("ec"), low=31, attributes=lineage),
            ),
        ),
        (0x71777777, b'{"channel":"x"}'),
    ]
    data = parts.join()
    result, notes = verdict(data, 24)
    assert (result.refusal, notes, result.verified) == (None, {}, ("v2", "v3"))
    block = len(make_block(parts.pairs))
    return data, len(parts.entries), len(parts.entries) + block


QUIET = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]


CHANGES = st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(1, 255)), min_size=1, max_size=4)
"""Where (taken modulo the length, which differs from key to key) and by what a byte is changed."""


def damaged(raw, start, stop, changes):
    """Return the bytes with some of those between two offsets changed, and the places that are another."""
    out = bytearray(raw)
    for place, change in changes:
        out[start + place % (stop - start)] ^= change
    return bytes(out), {place for place in range(start, stop) if out[place] != raw[place]}


@settings(max_examples=150, deadline=None, suppress_health_check=QUIET)
@given(changes=CHANGES)
def test_no_damage_to_the_block_is_a_crash_or_goes_unseen(whole, changes):
    """Another byte in a v2 or v3 pair is refused, or noted where it turns v2 off; others no signature covers."""
    raw, start, stop = whole
    data, places = damaged(raw, start, stop, changes)
    result, notes = verdict(data, 24)
    if result.refusal is None and not notes:
        assert places <= set(range(raw.index(b'{"channel"') - 12, stop))
    for item in result.items:
        assert item.content is None or item.content.isprintable()


@settings(max_examples=150, deadline=None, suppress_health_check=QUIET)
@given(changes=CHANGES)
def test_no_damage_to_the_central_directory_is_a_crash_or_goes_unseen(whole, changes):
    raw, _, stop = whole
    data, places = damaged(raw, stop, len(raw), changes)
    try:
        result, _ = verdict(data, 24)
    except (ValueError, LimitReachedError):
        return
    assert result.refusal is not None or not places


@settings(max_examples=100, deadline=None, suppress_health_check=QUIET)
@given(
    pairs=st.lists(
        st.tuples(st.sampled_from([V2, V3, V31, 0x6DFF800D, 0x71777777]), st.binary(max_size=60)), max_size=4
    )
)
def test_any_pairs_give_a_plain_verdict(pairs):
    parts = split(make_apk())
    parts.pairs = pairs
    result, _ = verdict(parts.join())
    assert result.code in {"signature_missing", "signature_invalid", "signature_incomplete"}
    assert not any(one.verified for one in result.signers)
