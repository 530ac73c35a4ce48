"""Who a class belongs to: the app itself, a known SDK, or nobody known.

The longest prefix of the SDK rules wins, so that an SDK inside the app's own namespace is still the SDK; what remains
and lies in one of the app's namespaces is the app's; the rest is ``unknown`` and never silently the app's.
"""

from __future__ import annotations

from collections.abc import Iterable

from analyzer.catalogue import Catalogue
from analyzer.model import Component

# Second labels under which unrelated people publish, so that two labels do not name an organisation.
_SHARED = frozenset(
    {
        "com/github", "io/github", "com/gitee", "io/gitee", "com/gitlab", "io/gitlab", "org/sourceforge",
        "net/sourceforge", "com/sourceforge", "com/googlecode", "com/google", "com/android", "cn/com", "com/cn",
        "net/cn", "org/cn", "edu/cn", "cn/edu", "cn/net", "cn/org", "com/example", "com/app", "com/apps", "com/mobile",
        "com/vip", "com/xiaomi", "com/huawei", "com/tencent", "com/alibaba", "com/baidu", "com/bytedance",
        "org/apache", "com/hk", "com/tw", "co/uk", "io/dcloud", "com/appmaker", "com/bslapp", "com/uzmap",
        "com/apicloud",
    }
)  # fmt: skip


class Owners:
    """Names the actor of a class. Descriptors are ``Lpkg/Cls;``; answers ``app``, ``sdk:<id>`` or ``unknown``."""

    def __init__(self, catalogue: Catalogue, package: str | None, components: Iterable[Component] = ()) -> None:
        """Take the app's namespaces from its package, its application class and its launcher activities.

        Other components are not asked: SDKs add activities, services and providers of their own to the manifest.
        """
        self._index = catalogue.sdk_index
        self._sdks = catalogue.sdks
        self.package = package
        names = [package] if package else []
        names += [component.name for component in components if component.kind == "application" or component.main]
        roots = set()
        for place, name in enumerate(names):
            slashed = name.replace(".", "/")
            if place or not package:
                slashed = slashed.rpartition("/")[0]
            sdk = self._index.owner(slashed + "/_") if place or not package else None
            if slashed and (sdk is None or self.is_first_party(sdk)):
                roots.add(_organisation(slashed))
        self.namespaces = tuple(sorted(roots))
        """Slash prefixes that are the app's own."""
        self._known: dict[str, str] = {}

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
        return self._index.owner(descriptor)

    def actor(self, descriptor: str) -> str:
        """Return who acts when code of this class runs."""
        known = self._known.get(descriptor)
        if known is None:
            known = self._known[descriptor] = self._name(descriptor)
        return known

    def _name(self, descriptor: str) -> str:
        sdk = self._index.owner(descriptor)
        if sdk is not None:
            return "app" if self.is_first_party(sdk) else f"sdk:{sdk}"
        name = descriptor.lstrip("[")[1:].rstrip(";")
        if any(name == root or name.startswith(root + "/") for root in self.namespaces):
            return "app"
        return "unknown"


def _organisation(package: str) -> str:
    """Return the part of a package that names the organisation: two labels, three below a shared one."""
    labels = package.split("/")
    count = 3 if "/".join(labels[:2]) in _SHARED else 2
    return "/".join(labels[:count])
