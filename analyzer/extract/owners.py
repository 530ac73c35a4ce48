"""Who a class belongs to: the app itself, a known SDK, somebody else, or nobody known.

The longest prefix of the SDK rules wins, so that an SDK inside the app's own namespace is still the SDK; what remains
and lies in one of the app's namespaces is the app's; other code is called by its namespace (``lib:com.foo``), and what
has no readable one is ``unknown``. Neither of the two is ever silently the app's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from analyzer.catalogue import Catalogue
from analyzer.model import Component

from .namespaces import HEADS, is_readable, library_of, organisation, package_of

if TYPE_CHECKING:
    from analyzer.dex import DexIndex
    from analyzer.model import Access, PermissionRequest, SecurityFact

APP, UNKNOWN = "app", "unknown"
_LEAST = 2
"""Components that must lie in one namespace before it can be the app's for being the largest."""
_LIBRARIES = ("android", "androidx", "kotlin", "kotlinx", "com/google", "com/android")
"""Namespaces of which libraries declare components in nearly every app."""


class Owners:
    """Names the actor of a class: ``app``, ``sdk:<id>``, ``lib:<dotted namespace>`` or ``unknown``.

    Descriptors are ``Lpkg/Cls;``.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        package: str | None,
        components: Iterable[Component] = (),
        *,
        built_as: Iterable[str] = (),
        has_class_below: Callable[[str], bool] | None = None,
    ) -> None:
        """Take the app's namespaces from its package, its application class and its launcher activities.

        Other components are not asked, since SDKs add activities, services and providers of their own to the manifest;
        but if ``has_class_below`` tells that none of these namespaces holds code, the namespace with most of the
        components that are no SDK's counts. ``built_as`` are packages under which the app itself was built, as
        `find_built_names` returns them.
        """
        self._index = catalogue.sdk_index
        self._sdk_of: dict[str, str | None] = {}
        self._sdks = catalogue.sdks
        self.package = package
        components = list(components)
        shells = _shells(catalogue)
        mains = [one.name for one in components if one.kind == "application" or one.main]
        mains = [name for name in mains if not any(name == each or name.startswith(each + ".") for each in shells)]
        roots = {root for name in mains if (root := self._root(name.rpartition(".")[0]))}
        if package:
            roots.add(_own_root(package))
        roots |= {root for name in built_as if (root := self._root(name))}
        roots.discard("")
        if has_class_below is not None and not any(map(has_class_below, roots)):
            roots |= self._largest(components)
        self.namespaces = tuple(sorted(roots))
        """Slash prefixes that are the app's own."""
        own = [f"L{name.replace('.', '/')};" for name in mains]
        self._known: dict[str, str] = {name: APP for name in own if self._index.owner(name) is None}
        self._shown = set(self._known)

    def _root(self, package: str) -> str:
        """Return the namespace of a dotted package unless it is an SDK's; '' for one that says nothing."""
        slashed = package.replace(".", "/")
        sdk = self._index.owner(slashed + "/_")
        return _own_root(package) if slashed and (sdk is None or self.is_first_party(sdk)) else ""

    def _largest(self, components: Iterable[Component]) -> set[str]:
        names = {one.name for one in components if one.kind != "application"}
        found = Counter(
            root
            for name in names
            if self._index.component(name) is None and (root := self._root(name.rpartition(".")[0]))
            if not any(root == each or root.startswith(each + "/") for each in _LIBRARIES)
        )
        for root, count in found.most_common(1):
            if count >= _LEAST and 2 * count > found.total():
                return {root}
        return set()

    def is_first_party(self, sdk: str) -> bool:
        """Whether an SDK is the app's own code: an app of its vendor, or a package inside one of its prefixes."""
        rule = self._sdks[sdk]
        if rule.is_first_party(self.package):
            return True
        if self.package is None:
            return False
        slashed = self.package.replace(".", "/") + "/"
        return any(slashed.startswith(value.value + "/") for value in rule.prefixes)

    def sdk(self, descriptor: str) -> str | None:
        """Return the id of the SDK to which a class belongs, first-party ones included."""
        if descriptor not in self._sdk_of:
            self._sdk_of[descriptor] = self._index.owner(descriptor)
        return self._sdk_of[descriptor]

    def are_siblings(self, one: str, other: str) -> bool:
        """Whether two SDKs are of one vendor."""
        return self._sdks[one].vendor.zh == self._sdks[other].vendor.zh

    def actor(self, descriptor: str) -> str:
        """Return who acts when code of this class runs."""
        known = self._known.get(descriptor)
        if known is None:
            known = self._known[descriptor] = self._name(descriptor)
        return known

    def adopt(self, found: Mapping[str, str]) -> None:
        """Take over the actors of obfuscated classes that `analyzer.extract.attribution` found."""
        self._known.update((name, actor) for name, actor in found.items() if self.actor(name) == UNKNOWN)

    def named[T: Access | PermissionRequest | SecurityFact](self, row: T) -> T:
        """Return a row with the actor that is known now."""
        actor = self.actor(row.caller.partition("->")[0]) if row.actor == UNKNOWN else row.actor
        return row if actor == row.actor else replace(row, actor=actor)

    def _name(self, descriptor: str) -> str:
        sdk = self._index.owner(descriptor)
        if sdk is not None:
            return APP if self.is_first_party(sdk) else f"sdk:{sdk}"
        name = descriptor.lstrip("[")[1:].rstrip(";")
        if any(name == root or name.startswith(root + "/") for root in self.namespaces):
            return APP
        if "$" in name and f"L{name.partition('$')[0]};" in self._shown:
            return APP
        library = library_of(package_of(descriptor))
        return UNKNOWN if library is None else f"lib:{library}"


def find_built_names(index: DexIndex, package: str | None, table_packages: Iterable[str] = ()) -> tuple[str, ...]:
    """Return dotted packages in which the build put the app's own code although the manifest has another package.

    They are where a ``BuildConfig`` states the manifest's package as its ``APPLICATION_ID`` (a library's states its
    own), and the name in the resource table, which keeps the name from before a renaming, if code lies there.
    """
    found = set()
    if package:
        for name in index.slash_names():
            if name.endswith("/BuildConfig") and index.static_string(f"L{name};", "APPLICATION_ID") == package:
                found.add(name.rpartition("/")[0].replace("/", "."))
    for name in table_packages:
        if name != package and index.has_class_below(name.replace(".", "/")):
            found.add(name)
    return tuple(sorted(found))


def _own_root(package: str) -> str:
    """Return the slash prefix that a package of the app stands for; '' where an obfuscator could have made it too."""
    slashed = package.replace(".", "/")
    labels = slashed.split("/")
    root = organisation(slashed)
    if any(is_readable(label) for label in root.split("/") if label not in HEADS):
        return root
    # Very short labels: a name below a domain is somebody's, though not as far as the organisation.
    return slashed if labels[0] in HEADS and len(labels) > 1 else ""


@lru_cache(maxsize=2)
def _shells(catalogue: Catalogue) -> tuple[str, ...]:
    """Return classes and packages of code packers, which put their own application class before the app's."""
    return tuple(
        mark["value"].rstrip(".")
        for packer in catalogue.plain("packers").values()
        for mark in packer["marks"]
        if mark["kind"] in {"application", "class"}
    )
