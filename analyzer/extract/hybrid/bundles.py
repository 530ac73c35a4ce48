"""All bundles of a package: whose each script is, what it names, what it says of itself, what could not be read."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Iterator
from dataclasses import field
from typing import TYPE_CHECKING

from analyzer.container import EntryUnreadableError, LimitReachedError, Limits
from analyzer.container.text import shown
from analyzer.extract.abis import ABIS
from analyzer.model import Access, Bundle
from analyzer.model.record import dataclass

from .flutter import engine_version, read_dart
from .hermes import HermesError, is_hermes, read_hermes
from .manifests import Said, find_remote, read_cordova, read_script, read_uniapp
from .names import FLUTTER, Place, find_in_words, find_places, make_accesses, names_of
from .nested import ENDINGS, MOST_ARCHIVES, NestedError, open_nested

if TYPE_CHECKING:
    from analyzer.catalogue import Catalogue
    from analyzer.catalogue.frameworks import FrameworkRule
    from analyzer.container.package import Part

SCRIPTS = (".js", ".jsbundle", ".bundle", ".html", ".htm", ".wxs", ".hbc")
PAGES = (".html", ".htm")
PLACES = ("assets/", "base/assets/", "res/raw/")
RAM_BUNDLE = b"\xe5\xd1\x0b\xfb"
"""React Native's indexed form: a table, then modules as text, each ended by NUL."""
PAGE = "webpage"
MOST_LISTED, MOST_UNREAD = 200, 20
_WORD = re.compile(r"[A-Za-z_$][\w$]*")
_MEMBER_CALL = re.compile(r"\.([A-Za-z_$][\w$]{9,})\)?\(")
_NATIVE_NAME = re.compile(r"RN[A-Z][A-Za-z]{2,40}")


@dataclass(slots=True)
class _Open:
    """One bundle while it is read."""

    rule: FrameworkRule
    place: str
    said: Said = field(default_factory=Said)
    scripts: int = 0
    runtime: int = 0
    unread: list[str] = field(default_factory=list)
    found: list[tuple[Place, str]] = field(default_factory=list)
    """Name and actor."""
    updates: list[str] = field(default_factory=list)


def is_bundle(entry: str) -> bool:
    """Whether an archive entry may hold code of a hybrid framework."""
    name = entry.lower()
    inside = name.startswith(PLACES) or "/assets/" in name
    return (inside and (name.endswith(SCRIPTS) or name.endswith("/kernel_blob.bin"))) or name.endswith("/libapp.so")


def find_twins(names: Iterable[str]) -> frozenset[str]:
    """Return the entries of compiled Dart that are the same program for another processor: one is read."""
    twins = sorted((name for name in names if name.endswith("/libapp.so")), key=_abi_rank)
    return frozenset(twins[1:])


def _abi_rank(name: str) -> tuple[int, str]:
    abi = name.rsplit("/", 2)[-2] if name.count("/") > 1 else ""
    return (ABIS.index(abi) if abi in ABIS else len(ABIS)), name


class Bundles:
    """Takes the entries of a package one by one and gives accesses, bundles and reasons.

    An entry's name may have that of a split before it (``split.apk!assets/x.js``).
    """

    def __init__(self, catalogue: Catalogue, package: str | None = None) -> None:
        self._catalogue, self._package = catalogue, package
        self._rules = tuple(catalogue.frameworks[key] for key in catalogue.frameworks)
        self._open: dict[tuple[str, str], _Open] = {}

    def add(self, name: str, raw: bytes, text: str) -> None:
        """Take a script, a page or a bundle's manifest; ``text`` is empty where ``raw`` is binary."""
        prefix, mark, entry = name.rpartition("!")
        for rule in self._rules:
            root = rule.root(entry)
            if root is not None:
                self._take(self._bundle(rule, prefix + mark + root), entry[len(root) :] or entry, name, raw, text)
                return

    def add_archives(self, part: Part, limits: Limits, prefix: str = "") -> None:
        """Open the archives of one APK that hold bundles, and read the version of the Flutter engine."""
        names = sorted(
            name for name in part.archive.by_name if name.lower().endswith(ENDINGS) and name.startswith(PLACES)
        )
        for number, name in enumerate(names):
            entry = part.archive.by_name[name]
            rule = next((one for one in self._rules if name.lower().endswith(one.inside)), None)
            if rule is None or not entry.size:
                continue
            bundle = self._bundle(rule, prefix + shown(name))
            if number >= MOST_ARCHIVES or entry.size > limits.script_bytes:
                bundle.unread.append(
                    f"{entry.size:,} bytes, limit {limits.script_bytes:,} and {MOST_ARCHIVES} archives"
                )
                continue
            try:
                self._take_archive(rule, prefix + shown(name), bytes(part.archive.read(entry)), limits)
            except (NestedError, LimitReachedError, EntryUnreadableError) as error:
                bundle.unread.append(str(error))
        engines = sorted((name for name in part.archive.by_name if name.endswith("/libflutter.so")), key=_abi_rank)
        for name in engines[:1]:
            self._add_engine(part, prefix, name)

    def _add_engine(self, part: Part, prefix: str, name: str) -> None:
        found = [one for one in self._open.values() if one.rule.id == "flutter" and one.scripts]
        bundle = found[0] if found else self._bundle(self._catalogue.frameworks["flutter"], prefix + name)
        if not found:
            bundle.unread.append("libapp.so: the app's own code is not in the package, or in a split that is not here")
        try:
            version = engine_version(bytes(part.archive.read(part.archive.by_name[name])))
        except (LimitReachedError, EntryUnreadableError) as error:
            bundle.unread.append(str(error))
            return
        bundle.said.engine = version or bundle.said.engine

    def _take_archive(self, rule: FrameworkRule, place: str, data: bytes, limits: Limits) -> None:
        files: list[tuple[str, bytes | str]] = []
        try:
            files.extend(open_nested(data, limits))
        except LimitReachedError as error:  # what came before it was read
            files.append(("", str(error)))
        inside = [name for name, _ in files]
        if rule.id == PAGE:
            rule = self._guess(inside) or rule
            if rule.id == PAGE and not any(name.lower().endswith(SCRIPTS) for name in inside):
                return
        self._open.pop((PAGE, place), None)
        bundle = self._bundle(rule, place)
        for name, content in files:
            label = f"{place}!{name}"
            if isinstance(content, str):
                bundle.unread.append(f"{name}: {content}" if name else content)
            else:
                text = "" if b"\0" in content[:4096] else content.decode("utf-8", "replace")
                self._take(bundle, name, label, content, text)

    def _guess(self, inside: list[str]) -> FrameworkRule | None:
        """Tell what a plain ZIP holds by what only one framework writes."""
        bases = {name.rsplit("/", 1)[-1] for name in inside}
        marks = (("uniapp", "app-service.js"), ("cordova", "cordova.js"), ("react_native", "index.android.bundle"))
        return next((self._catalogue.frameworks[key] for key, mark in marks if mark in bases), None)

    def _bundle(self, rule: FrameworkRule, place: str) -> _Open:
        if rule.id != "flutter":
            return self._open.setdefault((rule.id, place), _Open(rule, place))
        bundle = self._open.setdefault(
            (rule.id, place.rpartition("!")[0]), _Open(rule, place)
        )  # code and assets: one app
        if place.endswith("libapp.so"):
            bundle.place = place
        return bundle

    def _take(self, bundle: _Open, inner: str, name: str, raw: bytes, text: str) -> None:
        """Take one file; ``inner`` is its path in the bundle, ``name`` the one for people."""
        base = inner.rsplit("/", 1)[-1]
        if bundle.rule.id == "uniapp" and inner == "manifest.json":
            try:
                read_uniapp(bundle.said, text)
            except (ValueError, RecursionError) as error:
                bundle.unread.append(f"{inner}: {error}")
            return
        if base == "capacitor.config.json":
            bundle.unread += find_remote(text)
        elif bundle.rule.id == "flutter":
            self._take_dart(bundle, base, name, raw)
        elif base.lower().endswith(SCRIPTS):
            if is_hermes(raw):
                self._take_hermes(bundle, name, raw)
            else:
                self._take_script(bundle, inner, name, raw, text)

    def _take_script(self, bundle: _Open, inner: str, name: str, raw: bytes, text: str) -> None:
        if raw[:4] == RAM_BUNDLE:
            text = raw.decode("utf-8", "replace").replace("\0", "\n")
        page = inner.lower().endswith(PAGES)
        if not text or text.count("\ufffd") * 20 > len(text):
            if raw.strip():
                bundle.unread.append(f"{inner}: no text: encrypted, or compiled in a form that is not known")
            return
        base = inner.rsplit("/", 1)[-1]
        if bundle.rule.id == "cordova":
            read_cordova(bundle.said, base, text)
        if bundle.rule.is_runtime(inner, text) or (inner.startswith("plugins/") and "cordova.define(" in text):
            bundle.runtime += 1
            return
        bundle.scripts += 1
        read_script(bundle.said, bundle.rule.id, text)
        names = names_of(self._catalogue, bundle.rule)
        actor = self._actor(bundle, name)
        updates = find_places(text, name, frozenset(bundle.rule.updates), page=page)
        bundle.updates += [f"{one.caller} {one.name}" for one in updates if one.weak is None]
        exact = list(find_places(text, name, names, page=page))
        bundle.found += [(place, actor) for place in exact]
        if bundle.rule.id == "react_native":
            rest = names - {place.name for place in exact}
            called = set(_MEMBER_CALL.findall(text))
            wanted = {one for one in rest if one.rpartition(".")[2] in called}
            words = set(_WORD.findall(text)) if wanted else set()
            bundle.found += [(one, actor) for one in find_in_words(name, wanted, words.__contains__, text)]

    def _take_hermes(self, bundle: _Open, name: str, raw: bytes) -> None:
        try:
            code = read_hermes(raw)
        except HermesError as error:
            bundle.unread.append(str(error))
            return
        bundle.scripts += 1
        bundle.said.engine = f"Hermes byte code {code.version}"
        bundle.said.modules |= {one for one in code.strings if _NATIVE_NAME.fullmatch(one)}
        names = names_of(self._catalogue, bundle.rule)
        updates = find_in_words(name, bundle.rule.updates, code.identifiers.__contains__, "")
        bundle.updates += [f"{one.caller} {one.name}" for one in updates]
        words = find_in_words(name, names, code.identifiers.__contains__, "\n".join(code.strings))
        bundle.found += [(one, "app") for one in words]

    def _take_dart(self, bundle: _Open, base: str, name: str, raw: bytes) -> None:
        if base not in {"libapp.so", "kernel_blob.bin"}:
            return
        code = read_dart(raw)
        bundle.scripts += 1
        bundle.said.modules |= set(code.packages)
        if code.snapshot and bundle.said.engine is None:
            bundle.said.engine = f"Dart snapshot {code.snapshot[:12]}"
        counted: dict[str, int] = {}
        channels = sorted(key.removeprefix(FLUTTER) for key in self._catalogue.apis.js if key.startswith(FLUTTER))
        channels.sort(key=len, reverse=True)
        expression = re.compile(rb"(?<![\w$.])(?:" + "|".join(map(re.escape, channels)).encode() + rb")(?![\w$/])")
        for match in expression.finditer(raw):
            key = FLUTTER + match[0].decode("ascii", "replace")
            counted[key] = counted.get(key, 0) + 1
        bundle.found += [(Place(key, name, count), "app") for key, count in sorted(counted.items())]

    def _actor(self, bundle: _Open, name: str) -> str:
        """Return whose a script is: the app's, unless it is a page that one known SDK brings."""
        if bundle.rule.id != PAGE:
            return "app"
        owners = {sdk for sdk, weak in self._catalogue.sdk_index.asset(name.partition("!")[0]) if not weak}
        if len(owners) != 1:
            return "app"
        (sdk,) = owners
        return "app" if self._catalogue.sdks[sdk].is_first_party(self._package) else f"sdk:{sdk}"

    def _counted(self) -> Iterator[tuple[_Open, list[tuple[Place, str]]]]:
        for bundle in self._open.values():
            modules = " ".join(bundle.said.modules).lower()
            yield (
                bundle,
                [
                    (place, actor)
                    for place, actor in bundle.found
                    if all(
                        need in modules
                        for name, need in bundle.rule.needs.items()
                        if fnmatch.fnmatchcase(place.name, name)
                    )
                ],
            )

    def accesses(self) -> Iterator[Access]:
        """Yield what the scripts read, in the order of the bundles."""
        for _, found in self._counted():
            for place, actor in found:
                yield from make_accesses([place], self._catalogue, actor)

    def facts(self) -> tuple[Bundle, ...]:
        """Return the bundles by place; pages that hold no script of interest are left out."""
        rows = [self._fact(bundle) for bundle, found in self._counted() if found or _says_something(bundle)]
        return tuple(sorted(rows, key=lambda row: (row.framework, row.place)))

    def _fact(self, bundle: _Open) -> Bundle:
        said, title = bundle.said, bundle.rule.title
        known = {one.partition(": ")[0] for one in bundle.unread}
        hidden = [
            f"{shown(name)}: the bundle's manifest says it is encrypted"
            for name in sorted(said.hidden)
            if name not in known
        ]
        unread = [*dict.fromkeys([*bundle.unread, *hidden])]
        more = [f"{len(unread) - MOST_UNREAD} more"] if len(unread) > MOST_UNREAD else []
        return Bundle(
            framework=bundle.rule.id,
            name=f"{title.zh}: {shown(said.name)}" if said.name else title.zh,
            place=shown(bundle.place, 400),
            version=shown(said.version) if said.version else None,
            engine=shown(said.engine) if said.engine else None,
            scripts=bundle.scripts,
            runtime=bundle.runtime,
            unread=tuple(unread[:MOST_UNREAD] + more),
            modules=_listed(said.modules),
            permissions=_listed(said.permissions),
            sdks=_listed(said.sdks),
            updates=tuple(bundle.updates[:MOST_UNREAD]),
        )

    def loading(self) -> Iterator[str]:
        """Yield one sentence for each bundle whose scripts replace the app's own code."""
        for row in self.facts():
            if row.updates:
                title = self._catalogue.frameworks[row.framework].title.en
                yield f"{title} scripts replace the app's own code: {', '.join(row.updates[:3])}"

    def reasons(self) -> Iterator[str]:
        """Yield one sentence for each bundle: what was read of it and what was not."""
        for row in self.facts():
            if row.framework == PAGE and not row.unread:
                continue
            yield say_coverage(row, self._catalogue.frameworks[row.framework].title.en)


def say_coverage(row: Bundle, title: str) -> str:
    """Return what was read of a bundle and what was not."""
    version = f" ({row.engine})" if row.engine else ""
    how = {
        "flutter": "channel and package names were read, its machine code was not",
    }.get(
        row.framework,
        "interface names and other names for them were looked up, values and calls through arguments were not followed",
    )
    if row.engine and row.engine.startswith("Hermes"):
        how = "its string table was read, its instructions were not"
    files = f"{row.scripts} files of code: {how}" if row.scripts else "no code of it was read"
    left = f"; {row.runtime} files of the framework itself left out" if row.runtime else ""
    unread = f"; not read: {'; '.join(row.unread[:3])}" if row.unread else ""
    more = f" and {len(row.unread) - 3} more" if len(row.unread) > 3 else ""
    return f"{title}{version} in {row.place}: {files}{left}{unread}{more}"


def _says_something(bundle: _Open) -> bool:
    """Tell whether a bundle is worth a row: pages are not, nor is a framework that holds nothing of the app."""
    said = bundle.said
    return bool(
        bundle.unread or said.hidden or (bundle.rule.id != PAGE and (bundle.scripts or said.name or said.engine))
    )


def _listed(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(shown(name) for name in names)[:MOST_LISTED])
