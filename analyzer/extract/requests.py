"""Places in the code that ask the user for permissions at run time, and which ones they ask for.

The platform's own methods, the support libraries', and the wrappers that apps in China commonly bundle. Source of the
wrappers' signatures: their public sources (own knowledge). A library that passes on what it is given is no request.
"""

from __future__ import annotations

from analyzer.dex import Hits, Site, Value
from analyzer.model import PermissionRequest

from .arguments import shapes
from .owners import Owners

_S, _LIST, _ACTIVITY = "Ljava/lang/String;", "Ljava/util/List;", "Landroid/app/Activity;"
_ARRAY = f"[{_S}"
_LAUNCHER = "Landroidx/activity/result/ActivityResultLauncher;"
_LAUNCHES = frozenset(
    {
        f"{_LAUNCHER}->launch(Ljava/lang/Object;)V",
        f"{_LAUNCHER}->launch(Ljava/lang/Object;Landroidx/core/app/ActivityOptionsCompat;)V",
    }
)
_CONTRACTS = tuple(
    f"Landroidx/activity/result/contract/ActivityResultContracts${name};"
    for name in ("RequestPermission", "RequestMultiplePermissions")
)
_FRAGMENTS = ("Landroid/app/Fragment;", "Landroidx/fragment/app/Fragment;", "Landroid/support/v4/app/Fragment;")


def _own() -> set[str]:
    found = {f"{owner}->requestPermissions({_ARRAY}I)V" for owner in (_ACTIVITY, *_FRAGMENTS)}
    found |= {
        f"L{owner}/app/ActivityCompat;->requestPermissions({_ACTIVITY}{_ARRAY}I)V"
        for owner in ("androidx/core", "android/support/v4")
    }
    found |= {
        f"L{owner}/app/FragmentCompat;->requestPermissions(Landroid/app/Fragment;{_ARRAY}I)V"
        for owner in ("androidx/legacy", "android/support/v13", "androidx/legacy/v13")
    }
    return found


def _wrappers() -> set[str]:
    xx = "Lcom/hjq/permissions/XXPermissions;"
    found = {f"{xx}->permission({shape}){xx}" for shape in (_S, _ARRAY, f"[{_ARRAY}", _LIST)}
    found |= {f"{xx}->permission{name}({shape}){xx}" for name in ("s",) for shape in (_ARRAY, _LIST)}
    for owner in (
        "Lcom/yanzhenjie/permission/runtime/option/RuntimeOption;",
        "Lcom/yanzhenjie/permission/runtime/Runtime;",
    ):
        for shape in (_ARRAY, f"[{_ARRAY}"):
            found.add(f"{owner}->permission({shape})Lcom/yanzhenjie/permission/runtime/PermissionRequest;")
    found |= {
        f"Lcom/yanzhenjie/permission/{owner};->permission({shape})Lcom/yanzhenjie/permission/{result};"
        for owner, result in (("Options", "Request"), ("Request", "Request"), ("RationaleRequest", "RationaleRequest"))
        for shape in (_ARRAY, f"[{_ARRAY}")
    }
    builder = "Lcom/permissionx/guolindev/request/PermissionBuilder;"
    found |= {
        f"Lcom/permissionx/guolindev/PermissionMediator;->permissions({shape}){builder}" for shape in (_ARRAY, _LIST)
    }
    easy = "Lpub/devrel/easypermissions/EasyPermissions;"
    for host in (_ACTIVITY, *_FRAGMENTS):
        found.add(f"{easy}->requestPermissions({host}{_S}I{_ARRAY})V")
        found.add(f"{easy}->requestPermissions({host}{_S}III{_ARRAY})V")
        found.add(f"Lpub/devrel/easypermissions/PermissionRequest$Builder;-><init>({host}I{_ARRAY})V")
    for package, observable in (
        ("rxpermissions", "Lrx/Observable;"),
        ("rxpermissions2", "Lio/reactivex/Observable;"),
        ("rxpermissions3", "Lio/reactivex/rxjava3/core/Observable;"),
    ):
        for name in ("request", "requestEach", "requestEachCombined"):
            found.add(f"Lcom/tbruyelle/{package}/RxPermissions;->{name}({_ARRAY}){observable}")
    utils = "Lcom/blankj/utilcode/util/PermissionUtils;"
    found |= {f"{utils}->permission({_ARRAY}){utils}", f"{utils}->permissionGroup({_ARRAY}){utils}"}
    dexter = "Lcom/karumi/dexter/"
    found |= {
        f"{dexter}DexterBuilder$Permission;->withPermission({_S}){dexter}DexterBuilder$SinglePermissionListener;",
        f"{dexter}DexterBuilder$Permission;->withPermissions({_ARRAY}){dexter}DexterBuilder$MultiPermissionListener;",
    }
    return found


_WRAPPERS = frozenset(_wrappers())
CALLS = frozenset(_own() | _LAUNCHES | _WRAPPERS)
"""Calls that ask for permissions, or may do so."""
_TAKING = frozenset({_S, _ARRAY, f"[{_ARRAY}", _LIST})
_PASSING = (
    "Landroidx/core/", "Landroidx/legacy/", "Landroidx/fragment/", "Landroidx/activity/", "Landroid/support/",
    "Lcom/hjq/permissions/", "Lcom/yanzhenjie/permission/", "Lcom/permissionx/", "Lpub/devrel/easypermissions/",
    "Lcom/tbruyelle/rxpermissions", "Lcom/blankj/utilcode/", "Lcom/karumi/dexter/",
)  # fmt: skip
"""Libraries whose callers ask, not they."""


def find_requests(hits: Hits, owners: Owners) -> tuple[PermissionRequest, ...]:
    """Return the requests among the sites of `accesses.build_query`, sorted; `level` is ``present``."""
    sites = [site for site in hits.sites if site.target in CALLS and not site.caller.startswith(_PASSING)]
    found: dict[tuple[str, str, tuple[str, ...], str], set[int]] = {}
    for site, names in _asked(hits, sites):
        found.setdefault((site.caller, site.target, names, site.dex), set()).add(site.offset)
    return tuple(
        PermissionRequest(
            permissions=names,
            api=api,
            caller=caller,
            actor=owners.actor(caller.partition("->")[0]),
            level="present",
            dex=dex,
            offsets=tuple(sorted(offsets)),
        )
        for (caller, api, names, dex), offsets in sorted(found.items())
    )


def _asked(hits: Hits, sites: list[Site]) -> list[tuple[Site, tuple[str, ...]]]:
    """Return the sites that ask, with what they ask for; callers are searched for where they decide."""
    if not sites:
        return []
    flow = sites[0].flow
    misses, knew = flow.program.misses, flow.program.callers is not None
    found = [(site, _names(site)) for site in sites]
    if flow.program.misses != misses and not knew:
        search = hits.search_callers()
        wanted, flow.program.wanted = flow.program.wanted, set()
        search.look_for(wanted)
        flow.use(search)
        found = [(site, _names(site)) for site in sites]
    return [(site, names) for site, names in found if names is not None]


def _names(site: Site) -> tuple[str, ...] | None:
    """Return the permissions that a call asks for, `()` when they are not known, `None` when it asks for none."""
    if site.target in _LAUNCHES:
        names = _permissions(site.argument(0))
        is_permission = any(".permission." in name for name in names)
        return names if is_permission or _has_contract(site.receiver()) else None
    place = next((number for number, shape in enumerate(shapes(site.target)) if shape in _TAKING and shape != _S), None)
    if place is None:
        place = next((number for number, shape in enumerate(shapes(site.target)) if shape == _S), 0)
    return _permissions(site.argument(place))


def _permissions(value: Value) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for one in value.options:
        if one.kind == "string":
            found.setdefault(one.text)
        elif one.kind == "array":
            for part in one.parts:
                found.update(dict.fromkeys(_permissions(part)))
    return tuple(found)


def _has_contract(launcher: Value) -> bool:
    """Whether a launcher was registered with a contract that asks for permissions."""
    return any(
        part.kind == "new" and part.text in _CONTRACTS
        for one in launcher.options
        for given in (one.parts if one.kind == "call" else ())
        for part in given.options
    )
