"""Puts the packages of `tests/reach` together: manifest, resources and the built DEX files. See its README.md."""

import json
import zipfile
from functools import cache
from pathlib import Path

from apks import Member, Node, filter_of, make_manifest, make_zip
from resources import make_table, make_xml, nodes_of, value_of

BUILT = Path(__file__).resolve().parents[1] / "reach" / "built"
PACKAGE = "cn.example"


@cache
def _archive(family):
    path = BUILT / f"{family}.zip"
    if not path.exists():
        raise FileNotFoundError(f"{path}: run python tests/reach/build.py {family}")
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def built_digests(family):
    """Return ``case/twin`` → what its DEX files were built from, as recorded beside them."""
    return json.loads(_archive(family)["sources.json"])


def built_dex(case, twin):
    """Return file name → bytes of the DEX files of one twin."""
    stored = _archive(case.family)
    start = f"{case.name}.{twin}/"
    found = {name.removeprefix(start): raw for name, raw in stored.items() if name.startswith(start)}
    if not found:
        raise FileNotFoundError(f"{case.id}: run python tests/reach/build.py {case.family}")
    return found


def assemble(case, twin):
    """Return the whole package of one twin, unsigned."""
    given, numbers = case.manifest(twin), case.numbers()
    rows = [Member(b"AndroidManifest.xml", write_manifest(given, numbers))]
    resources, values = resources_of(given), {}
    for (kind, name), content in resources.items():
        if kind in FILES and content is not None:
            path = f"res/{kind}/{name}.xml"
            rows.append(Member(path.encode(), make_xml(content, numbers)))
            values[kind, name] = path
        else:
            values[kind, name] = False if content is None else content
    if values:
        rows.append(Member(b"resources.arsc", make_table({key: values.get(key, False) for key in numbers}, PACKAGE)))
    rows += [Member(name.encode(), raw) for name, raw in sorted(built_dex(case, twin).items())]
    rows += [Member(name.encode(), text.encode()) for name, text in sorted(given.get("files", {}).items())]
    return make_zip(rows)


FILES = ("layout", "menu", "navigation", "xml")
KEYS = {
    "layouts": "layout",
    "menus": "menu",
    "navigations": "navigation",
    "xmls": "xml",
    "bools": "bool",
    "strings": "string",
}
KINDS = {
    "activities": "activity",
    "services": "service",
    "receivers": "receiver",
    "providers": "provider",
    "aliases": "activity-alias",
}
OTHER = {
    "package",
    "application",
    "factory",
    "backup",
    "launcher",
    "permissions",
    "meta",
    "more",
    "ids",
    "files",
    "target",
}


def resources_of(given):
    """Return (type, name) → XML text or value of what a manifest's description lists."""
    unknown = set(given) - set(KEYS) - set(KINDS) - OTHER
    if unknown:
        raise ValueError(f"manifest keys {sorted(unknown)}")
    found = {(kind, name): value for key, kind in KEYS.items() for name, value in given.get(key, {}).items()}
    return found | {("id", name): None for name in given.get("ids", ())}


def write_manifest(given, numbers):
    """Write the manifest that a case describes."""
    nodes = []
    launcher = given.get("launcher")
    if launcher is not None:
        one = {"name": launcher} if isinstance(launcher, str) else launcher
        nodes.append(_component("activity", {**one, "launcher": True}, numbers))
    for key, kind in KINDS.items():
        listed = [{"name": one} if isinstance(one, str) else one for one in given.get(key, ())]
        nodes += [_component(kind, one, numbers) for one in listed]
    nodes += _metadata(given.get("meta", {}), numbers)
    nodes += nodes_of(given.get("more", ""), numbers)
    names = {"application": "name", "factory": "appComponentFactory", "backup": "backupAgent"}
    attributes = {attribute: _class_name(given[key]) for key, attribute in names.items() if key in given}
    return make_manifest(
        given.get("package", PACKAGE),
        target_sdk=given.get("target", 30),
        permissions=[name if "." in name else f"android.permission.{name}" for name in given.get("permissions", ())],
        application=attributes,
        components=nodes,
    )


def _component(kind, given, numbers):
    special = {"actions", "launcher", "meta", "filters"}
    attributes = {key: value_of(value, numbers) for key, value in given.items() if key not in special}
    for key in ("name", "targetActivity"):
        if key in attributes:
            attributes[key] = _class_name(attributes[key])
    children = [filter_of(action) for action in given.get("actions", ())]
    if given.get("launcher"):
        children.append(filter_of("android.intent.action.MAIN", launcher=True))
    children += nodes_of(given.get("filters", ""), numbers) + _metadata(given.get("meta", {}), numbers)
    return Node(kind, attributes, children)


def _metadata(given, numbers):
    rows = []
    for name, value in given.items():
        read = value_of(value, numbers)
        rows.append(Node("meta-data", {"name": name, "resource" if isinstance(read, tuple) else "value": read}))
    return rows


def _class_name(name):
    return name if "." in name else f".{name}"
