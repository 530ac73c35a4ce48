"""Vendors' SDK code as published, against an independent decoder and against what each archive is known to be."""

import io
import shutil
import zipfile
from collections import Counter

import pytest
from dexdumptext import Meaning, platform_parents, read
from vendorbinaries import BINARIES, CannotFetchError, class_jars, class_names, dex, fetch, grouped, platform_jar

from analyzer.catalogue import load_catalogue
from analyzer.container import Limits
from analyzer.dex import Query, load
from analyzer.dex.classfile import dex_of_classes
from analyzer.extract import extract_facts

pytestmark = [pytest.mark.network, pytest.mark.timeout(600)]
INDIRECT = {"invoke-static", "invoke-virtual", "const-string", "const-string/jumbo", "new-instance", "const-class"}
"""Instructions at which an access through reflection, a constant or a command may be noted."""


@pytest.fixture(scope="module", params=grouped(BINARIES))
def binary(request):
    return request.param


@pytest.fixture(scope="module")
def code(binary):
    """The archive as DEX, and what dexdump tells of it."""
    if shutil.which("dexdump") is None:
        pytest.skip("dexdump is not installed")
    try:
        path = dex(binary)
    except CannotFetchError as error:
        pytest.skip(str(error))
    return path, read(path)


@pytest.fixture(scope="module")
def facts(code):
    return extract_facts(code[0], load_catalogue(), Limits())


def test_table_is_wide_enough():
    assert len(BINARIES) >= 25
    assert len({one.vendor for one in BINARIES}) >= 12
    known = set(load_catalogue().sdks)
    assert all(one.names | one.carries <= known for one in BINARIES)


def test_every_class_is_in_the_dex(binary, code):
    assert code[1].parents.keys() == {f"L{name};" for name in class_names(class_jars(fetch(binary)))}


def test_sites_of_every_listed_api_equal_dexdumps(binary, code, facts, record_property):
    """Each call and field use, with caller and offset, also where the code names a subclass: none missing, none extra."""
    path, listing = code
    apis = load_catalogue().apis
    methods, fields = frozenset(apis.methods), frozenset(apis.fields)
    index = load([("classes.dex", path.read_bytes())])
    assert index.problems == ()
    found = Counter(
        (site.kind, site.target, site.ref, site.caller, site.offset)
        for site in index.find(Query(methods=methods, fields=fields)).sites
    )
    platform = platform_parents(platform_jar())
    meaning = {"call": Meaning(listing, methods, platform), "field": Meaning(listing, fields, platform)}
    expected = Counter(
        (kind, target, reference, caller, at)
        for kind, reference, caller, at in listing.sites
        if (target := meaning[kind].of(reference)) is not None
    )
    record_property("sdk binary", row(binary, path, facts, found, expected))
    assert found == expected


def row(binary, path, facts, found, expected):
    total = sum(expected.values())
    same = sum((found & expected).values())
    kinds = Counter(kind_of(access.api) for access in facts.accesses)
    return (
        f"{binary.vendor} {binary.id}",
        binary.label,
        f"{path.stat().st_size / 1e6:.2f} MB",
        sum(n for site, n in expected.items() if site[0] == "call"),
        sum(n for site, n in expected.items() if site[0] == "field"),
        sum(n for site, n in expected.items() if site[1] != site[2]),
        f"{same} of {total}" + (f", {sum((found - expected).values())} extra" if found - expected else ""),
        " ".join(f"{kind} {count}" for kind, count in sorted(kinds.items())),
        " ".join(sdk.id for sdk in facts.sdks),
    )


def kind_of(api):
    if "->" in api:
        return "call" if "(" in api else "field"
    return api.partition(":")[0]


def test_an_access_lies_on_an_instruction_of_its_caller(code, facts):
    """What is reported as a call is a call of that interface there, or the reflection or constant that stands for it."""
    _, listing = code
    platform = platform_parents(platform_jar())
    meaning = Meaning(listing, frozenset(load_catalogue().apis.methods), platform)
    calls = {(caller, at): meaning.of(ref) for kind, ref, caller, at in listing.sites if kind == "call"}
    for access in facts.accesses:
        assert access.caller.partition("->")[2] in listing.defined[access.caller.partition("->")[0]]
        for at in getattr(access, "offsets", ()):
            opcode = listing.borders[access.caller].get(at)
            assert opcode is not None or (at == 0 and not listing.borders[access.caller])
            if kind_of(access.api) == "call" and calls.get((access.caller, at)) != access.api:
                assert opcode.removesuffix("/range") in INDIRECT or at == 0, (access.api, access.caller, at, opcode)


def test_catalogue_names_what_the_archive_is_and_carries(binary, facts):
    named = {sdk.id: sdk.confidence for sdk in facts.sdks}
    assert named.keys() == binary.names | binary.carries
    assert {sdk for sdk, confidence in named.items() if confidence == "weak"} == set(binary.faint)


def test_accesses_of_the_archive_belong_to_what_is_in_it(binary, facts):
    """Vendor code is never the app's, and only code of nobody's namespace is nobody's."""
    actors = {access.actor for access in facts.accesses}
    assert actors <= {f"sdk:{sdk}" for sdk in binary.names | binary.carries}


def plain(path):
    """Return every call and field use of the listed interfaces, without places."""
    apis = load_catalogue().apis
    index = load([("classes.dex", path)] if isinstance(path, bytes) else path)
    assert index.problems == ()
    query = Query(methods=frozenset(apis.methods), fields=frozenset(apis.fields))
    return Counter((site.kind, site.target, site.ref, site.caller) for site in index.find(query).sites)


def test_class_files_alone_give_the_sites_of_the_dexed_file(binary, code):
    """Our own translation of the class files and what Debian's dexer makes of them name the same."""
    files = []
    for number, jar in enumerate(class_jars(fetch(binary))):
        with zipfile.ZipFile(io.BytesIO(jar)) as archive:
            names = [name for name in archive.namelist() if name.endswith(".class") and name[:9] != "META-INF/"]
            files += [(f"{number}!{name}", archive.read(name)) for name in names]
    made = dex_of_classes(files, "classes.jar")
    assert made.problems == ()
    assert plain(list(made.files)) == plain(code[0].read_bytes())


def test_the_archive_given_alone_names_the_same_sdks_and_reads(binary, facts):
    alone = extract_facts(fetch(binary), load_catalogue(), Limits())

    def reads(one):
        return {(row.data, row.api, row.caller, row.actor) for row in one.accesses if row.dex.startswith("classes")}

    assert {sdk.id for sdk in alone.sdks} >= {sdk.id for sdk in facts.sdks}
    assert reads(alone) == reads(facts)
    assert not [one for one in alone.coverage.reasons if one.code == "dex_unreadable"]
