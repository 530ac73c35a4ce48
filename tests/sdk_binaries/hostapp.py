"""An app that uses one of the vendors' archives: its code, plain or renamed, its components, its native libraries."""

import sys
from pathlib import Path

from vendorbinaries import BINARIES, Binary, beside, dex, renamed_dex

TESTS = Path(__file__).parents[1]
sys.path[:0] = [str(TESTS / "support"), str(TESTS / "dex")]
from apks import Member, Node, launcher, make_manifest, make_zip  # noqa: E402  # found by the line above
from dexwriter import Class, Code, Ref, write_dex  # noqa: E402  # same

from analyzer.catalogue import load_catalogue  # noqa: E402  # same
from analyzer.dex import load  # noqa: E402  # same

PACKAGE = "cn.example.school"
RANGES = {"static": 0x77, "virtual": 0x74, "direct": 0x76}


def build(binary: Binary, target: Path, *, renamed: bool) -> Path:
    """Write the app to ``target``; its first screen starts the SDK by a call of the rules where the code has one."""
    extras = beside(binary)
    code = (renamed_dex if renamed else dex)(binary).read_bytes()
    declared = [Node(kind, {"name": name}) for kind, name in extras.components]
    declared += [Node("meta-data", {"name": key, "value": value or "1"}) for key, value in extras.metadata]
    members = [
        Member(b"classes.dex", write_dex([_screen(binary, code)])),
        Member(b"classes2.dex", code, method=0),
    ]
    whole = next((one for one in BINARIES if one.id == binary.part_of), None)
    if whole is not None:
        members.append(Member(b"classes3.dex", (renamed_dex if renamed else dex)(whole).read_bytes(), method=0))
        declared += [Node(kind, {"name": name}) for kind, name in beside(whole).components]
    manifest = make_manifest(PACKAGE, components=[launcher(), *declared])
    members.append(Member(b"AndroidManifest.xml", manifest))
    members += [Member(f"lib/arm64-v8a/{name}".encode(), b"\x7fELF") for name in extras.libraries]
    members += [Member(name.encode(), b"{}") for name in extras.assets]
    target.write_bytes(make_zip(members))
    return target


def _screen(binary: Binary, code: bytes) -> Class:
    index = load([("classes.dex", code)])
    units = []
    for call, sdk in load_catalogue().sdk_index.init_calls().items():
        owner, _, name = call.partition("->")
        if sdk not in binary.names or not index.defines(owner):
            continue
        found = sorted(one for one in index.signatures(owner, name.partition("(")[0]) if call in one or "(*" in call)
        for signature in found[:1]:
            units += _invoke(signature)
    descriptor = f"L{PACKAGE.replace('.', '/')}/Main;"
    return Class(
        descriptor,
        [("onCreate", "(Landroid/os/Bundle;)V", Code([*units, 0x0E], registers=40, ins=2))],
        superclass="Landroid/app/Activity;",
    )


def _invoke(signature: str) -> list:
    name, parameters = signature.partition("->")[2].partition(")")[0].split("(")
    own = name == "<init>" or not parameters  # the rules' calls without parameters are those of an object
    words, at = int(own), 0
    while at < len(parameters):
        wide = parameters[at] in "JD"
        while parameters[at] == "[":
            at += 1
        at = parameters.index(";", at) + 1 if parameters[at] == "L" else at + 1
        words += 1 + wide
    kind = "direct" if name == "<init>" else "virtual" if own else "static"
    return [RANGES[kind] | words << 8, Ref("method", signature), 0]
