"""Code that runs and is not in the DEX files: native engines, code loaded at run time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzer.container.text import shown
from analyzer.model import Bundle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from analyzer.container.manifest import Manifest
    from analyzer.dex import Query
    from analyzer.model import Sdk

ENGINES = {
    "libil2cpp.so": "Unity (IL2CPP)",
    "libmonosgen-2.0.so": "Mono",
    "libmonodroid.so": "Xamarin",
    "libUE4.so": "Unreal Engine",
    "libUnreal.so": "Unreal Engine",
    "libgodot_android.so": "Godot",
    "libcocos2dcpp.so": "Cocos2d-x",
    "libcocos2djs.so": "Cocos2d-x",
    "libcocos2dlua.so": "Cocos2d-x",
    "libcocos.so": "Cocos Creator",
}
"""Native libraries that run the app's own logic outside of DEX."""
_LOADER = "Ljava/lang/ClassLoader;"
_TEXT = "Ljava/lang/String;"
LOADERS = frozenset(
    f"Ldalvik/system/{name};->{member}"
    for name, members in {
        "DexClassLoader": (f"<init>({_TEXT}{_TEXT}{_TEXT}{_LOADER})V",),
        "InMemoryDexClassLoader": (
            f"<init>(Ljava/nio/ByteBuffer;{_LOADER})V",
            f"<init>([Ljava/nio/ByteBuffer;{_LOADER})V",
            f"<init>([Ljava/nio/ByteBuffer;{_TEXT}{_LOADER})V",
        ),
        "PathClassLoader": (f"<init>({_TEXT}{_LOADER})V", f"<init>({_TEXT}{_TEXT}{_LOADER})V"),
        "DelegateLastClassLoader": (
            f"<init>({_TEXT}{_LOADER})V",
            f"<init>({_TEXT}{_TEXT}{_LOADER})V",
            f"<init>({_TEXT}{_TEXT}{_LOADER}Z)V",
        ),
        "BaseDexClassLoader": (f"<init>({_TEXT}Ljava/io/File;{_TEXT}{_LOADER})V",),
        "DexFile": (
            f"loadDex({_TEXT}{_TEXT}I)Ldalvik/system/DexFile;",
            "<init>(Ljava/io/File;)V",
            f"<init>({_TEXT})V",
        ),
    }.items()
    for member in members
)
"""Calls that bring in code which is not in the package's own DEX files, or need not be."""
WEB_VIEWS = ("Landroid/webkit/WebView;", "Lcom/tencent/smtt/sdk/WebView;", "Lcom/uc/webview/export/WebView;")
PAGE_LOADS = frozenset(
    f"{view}->{member}"
    for view in WEB_VIEWS
    for member in (f"loadUrl({_TEXT})V", f"loadUrl({_TEXT}Ljava/util/Map;)V", f"postUrl({_TEXT}[B)V")
)
"""Calls that show a page: of the system's view, and of those of X5 and U4."""
LOADER_NAMES = frozenset({"dalvik.system.DexClassLoader", "dalvik.system.InMemoryDexClassLoader"})
"""The same by reflection."""
OWN_DEX_LOADERS = ("Landroidx/multidex/", "Landroid/support/multidex/")
"""They load the package's own further DEX files, which are read anyway."""
EXAMPLES = 5


def loader_query() -> Query:
    """Return what to ask the DEX index for `find_loaders`."""
    from analyzer.dex import Query  # noqa: PLC0415  # numpy: only where code is read

    return Query(methods=LOADERS | PAGE_LOADS, strings=LOADER_NAMES)


def find_loaders(hits: Any) -> str | None:
    """Return where code is loaded at run time, in one sentence, or `None` when nowhere."""
    places = sorted(
        {
            f"{site.caller} ({shown(site.target.split(';')[0].rsplit('/', 1)[-1].rsplit('.', 1)[-1])})"
            for site in hits.sites
            if (site.target in LOADERS or site.target in LOADER_NAMES) and not site.caller.startswith(OWN_DEX_LOADERS)
        }
    )
    if not places:
        return None
    more = f" and {len(places) - EXAMPLES} more" if len(places) > EXAMPLES else ""
    return "code is loaded at run time: " + ", ".join(places[:EXAMPLES]) + more


def find_web_views(hits: Any, actor: Callable[[str], str], title: str) -> tuple[Bundle, ...]:
    """Return that the app's own code shows web pages: those of a server are not in the package."""
    callers = sorted(
        {
            shown(site.caller)
            for site in hits.sites
            if site.target in PAGE_LOADS and actor(site.caller.partition("->")[0]) == "app"
        }
    )
    if not callers:
        return ()
    more = (f"{len(callers) - EXAMPLES} more",) if len(callers) > EXAMPLES else ()
    return (Bundle(framework="webview", name=title, place=callers[0], unread=(*callers[:EXAMPLES], *more)),)


def name_loaders(sdks: Iterable[Sdk]) -> tuple[str, ...]:
    """Return the hot-fix and plugin frameworks in one sentence each: code that they load is not in the package."""
    kinds = {"hotfix": "hot fix", "plugin": "plugin"}
    return tuple(
        f"{'possibly ' if sdk.confidence == 'weak' else ''}{kinds[sdk.category]} framework {sdk.name}: "
        + ", ".join(f"{one.kind} {shown(one.value)}" for one in sdk.evidence[:2])
        for sdk in sdks
        if sdk.category in kinds
    )


def say_loading(sdks: Iterable[Sdk], hits: Any) -> tuple[str, ...]:
    """Return by what and where code is loaded that is not in the package, in sentences; ``hits`` may be `None`."""
    found = find_loaders(hits) if hits is not None else None
    return (*name_loaders(sdks), *([found] if found else []))


def find_native_code(names: Iterable[str], manifest: Manifest | None) -> tuple[str, ...]:
    """Return why the app's own logic is in native libraries, sorted; empty for libraries beside DEX code."""
    libraries = {name.rsplit("/", 1)[-1] for name in names if name.startswith("lib/") and name.endswith(".so")}
    found = {f"{engine}: {name}" for name, engine in ENGINES.items() if name in libraries}
    if manifest is not None:
        found |= {
            f"launcher activity {name}" for name in manifest.start_classes if name.startswith("android.app.Native")
        }
        if not manifest.has_code and libraries:
            found.add(f"no DEX code by its manifest, {len(libraries)} native libraries")
    return tuple(sorted(found))
