"""Real SDKs inside apps, as published and with every class renamed that nothing outside of the code pins."""

import io
import zipfile

import pytest
from classrenamer import ClassFile, rename_classes
from hosttable import BEGIN, DOCUMENT, END, facts, rows
from vendorbinaries import BINARIES, CannotFetchError, beside, class_jars, class_names, dex, fetch, grouped

from analyzer.catalogue import load_catalogue
from analyzer.dex import load
from analyzer.extract.sdk_versions import VersionReader

pytestmark = [pytest.mark.network, pytest.mark.timeout(600)]


@pytest.fixture(params=grouped(BINARIES))
def binary(request):
    try:
        fetch(request.param)
        beside(request.param)
    except CannotFetchError as error:
        pytest.skip(str(error))
    return request.param


@pytest.fixture(params=[False, True], ids=["plain", "renamed"])
def named(request, binary):
    try:
        return request.param, {sdk.id: sdk for sdk in facts(binary, renamed=request.param).sdks}
    except CannotFetchError as error:
        pytest.skip(str(error))


def test_table_has_enough_different_sdks():
    assert len({sdk for one in BINARIES for sdk in one.names}) >= 15


def test_every_sdk_is_named_and_none_that_is_not_there(binary, named):
    _, found = named
    assert found.keys() == binary.names | binary.carries
    assert all(found[sdk].confidence in {"certain", "probable"} for sdk in binary.names)


def test_the_version_is_the_one_that_the_code_states(binary, named):
    renamed, found = named
    versions = {found[sdk].version for sdk in binary.names} - {None}
    if binary.built and not renamed:
        assert binary.built in versions
    assert not versions or not binary.built or binary.built in versions


def test_a_start_call_that_the_first_screen_makes_is_seen(binary, named):
    renamed, found = named
    looked_for = {sdk for sdk in binary.names if load_catalogue().sdks[sdk].init}
    for sdk in looked_for:
        row = found[sdk]
        starts = [one for one in row.activity if one.kind == "call" and one.effect == "starts"]
        assert (row.state == "initialised") == bool(starts)
        assert all(one.level == "before_consent" and one.chain for one in starts)
    if renamed:
        assert all(found[sdk].state != "present" or found[sdk].activity == () for sdk in looked_for)


def test_what_the_rules_say_was_seen_is_there(binary):
    """Every value under ``seen`` of this package is in the archive, among its libraries, or in its manifest."""
    source = f"npm:{binary.package}@{binary.version}"
    siblings = [one for one in BINARIES if (one.package, one.version) == (binary.package, binary.version)]
    indexes = [load([("classes.dex", dex(one).read_bytes())]) for one in siblings]
    extras = [beside(one) for one in siblings]
    names = {name for index in indexes for name in index.slash_names()}
    libraries = {f"lib/arm64-v8a/{name}" for one in extras for name in one.libraries}
    keys = {key for one in extras for key, _ in one.metadata}
    for sdk in sorted(binary.names | binary.carries):
        rule = load_catalogue().sdks[sdk]
        values = rule.seen.get(source, ())
        texts = {text for index in indexes for text in index.strings_among(values)}
        libs = {one.value for one in rule.native_libs}
        calls = {one.call for one in rule.init}
        places = {
            value for place in rule.version for index in indexes
            if VersionReader(index, libraries).version(_Only((place,)))
            for value in (place.field, place.getter, place.method, place.string, place.native) if value
        }  # fmt: skip
        for value in values:
            slashed = value.replace(".", "/")
            assert (
                value in texts
                or value in keys
                or value in places
                or (value in libs and _has_library(value, libraries))
                or (value in calls and any(_has_call(index, value) for index in indexes))
                or any(name == slashed or name.startswith((slashed + "/", slashed + "$")) for name in names)
            ), value


class _Only:
    def __init__(self, version):
        self.version = version


def _has_library(pattern, libraries):
    return any(name.rpartition("/")[2].startswith(pattern.partition("*")[0]) for name in libraries)


def _has_call(index, call):
    owner, _, name = call.partition("->")
    return index.defines(owner) and bool(index.signatures(owner, name.partition("(")[0]))


def test_renaming_leaves_no_name_but_pinned_ones(binary):
    jars = class_jars(fetch(binary))
    pinned = {name.replace(".", "/") for _, name in beside(binary).components}
    made, mapping = rename_classes(jars, pinned)
    before, after = class_names(jars), class_names([made])
    assert len(after) == len(before)
    kept = before.keys() & after.keys()
    native = set()
    for jar in jars:
        with zipfile.ZipFile(io.BytesIO(jar)) as archive:
            files = [ClassFile(archive.read(f"{name}.class")) for name in kept if f"{name}.class" in archive.namelist()]
        native |= {one.name for one in files if one.has_native_method()}
    assert kept == (pinned & before.keys()) | native
    assert not mapping.keys() & {name.encode() for name in after}


def test_the_document_shows_what_is_found(binary, named):  # `named` skips where nothing can be built
    text = DOCUMENT.read_text(encoding="utf-8")
    table = text[text.index(BEGIN) : text.index(END)]
    assert [line for line in rows(binary) if line not in table] == []
