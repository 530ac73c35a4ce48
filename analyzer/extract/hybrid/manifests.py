"""What bundles say of themselves: manifest.json of uni-app, plugin list and config.xml of Cordova, names in others."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Any

from analyzer.model.record import dataclass

_UNI_SERVICES = (
    "oauth",
    "share",
    "push",
    "payment",
    "pay",
    "statics",
    "statistics",
    "ad",
    "maps",
    "map",
    "speech",
    "geolocation",
)
_PERMISSION = re.compile(r"android\.permission\.[A-Z_]+|[a-z][\w.]+\.permission\.[A-Z_]+")
_CORDOVA_VERSION = re.compile(
    r"PLATFORM_VERSION_BUILD_LABEL\s*=\s*['\"]([\w.-]+)['\"]|// Platform: android\s*\n// ([\w.-]+)"
)
_RN_VERSION = re.compile(r"major:(\d+),minor:(\d+),patch:(\d+)")
_RN_MODULE = re.compile(
    r"NativeModules\.([A-Z]\w{2,60})|TurboModuleRegistry\.(?:get|getEnforcing)\(['\"](\w{3,60})['\"]"
)
_CAPACITOR_PLUGIN = re.compile(r"registerPlugin\(\s*['\"](\w{2,60})['\"]")
_QUICKAPP_MODULE = re.compile(r"@app-module/((?:system|service)\.[\w.]{2,60})")
_MOST = 200


@dataclass(slots=True)
class Said:
    """What a bundle says of itself; filled from one file or several."""

    name: str | None = None
    version: str | None = None
    engine: str | None = None
    modules: set[str] = field(default_factory=set)
    permissions: set[str] = field(default_factory=set)
    sdks: set[str] = field(default_factory=set)
    hidden: set[str] = field(default_factory=set)
    """Files that the bundle itself says are encrypted."""


def read_uniapp(said: Said, text: str) -> None:
    """Take over a ``manifest.json``: identity, modules, services and their providers. Raises `ValueError`."""
    manifest = json.loads(text.removeprefix("\ufeff"))
    if not isinstance(manifest, Mapping):
        raise ValueError("no object")  # noqa: TRY004  # of JSON text, one kind of error
    version = _map(manifest.get("version"))
    plus = _map(manifest.get("plus") or manifest.get("app-plus"))
    distribute = _map(plus.get("distribute"))
    compiled = _map(plus.get("uni-app") or manifest.get("uni-app"))
    said.name = _text(manifest.get("name")) or _text(manifest.get("id") or manifest.get("appid"))
    said.version = _text(version.get("name")) or _text(manifest.get("versionName"))
    kind = "uni-app x" if "uni-app-x" in manifest or "uni-app-x" in plus else "uni-app"
    compiler = _text(compiled.get("compilerVersion"))
    vue = _text(compiled.get("vueVersion") or manifest.get("vueVersion"))
    if compiler or compiled:
        said.engine = ", ".join(filter(None, (f"{kind} {compiler or ''}".strip(), f"Vue {vue}" if vue else None)))
    said.modules |= {*_map(manifest.get("permissions")), *_map(plus.get("modules"))}
    google = {**_map(plus.get("google")), **_map(distribute.get("google") or distribute.get("android"))}
    said.permissions |= set(_PERMISSION.findall(json.dumps(google.get("permissions") or [])))
    services = {**_map(distribute.get("plugins")), **_map(distribute.get("sdkConfigs"))}
    for service in _UNI_SERVICES:
        for provider in _map(services.get(service)):
            if not provider.startswith("_"):
                said.sdks.add(f"{service}: {provider}")
    resources = _map(plus.get("confusion")).get("resources")
    said.hidden |= {str(name) for name in _map(_map(plus.get("confusion")).get("resources"))} if resources else set()


def read_cordova(said: Said, base: str, text: str) -> None:
    """Take over one file of a Cordova bundle: ``cordova_plugins.js`` lists plugins, ``cordova.js`` its own version."""
    if base == "cordova_plugins.js":
        pairs = re.findall(r"[\"']([\w@./-]+)[\"']\s*:\s*[\"'](\d[\w.-]*)[\"']", text)
        ids = re.findall(r"[\"']pluginId[\"']\s*:\s*[\"']([\w@./-]+)[\"']", text)
        versions = dict(pairs)
        said.modules |= {f"{name} {versions[name]}" if name in versions else name for name in {*ids, *versions}}
    elif base in {"cordova.js", "phonegap.js"}:
        found = _CORDOVA_VERSION.search(text)
        said.engine = f"Cordova {found[1] or found[2]}" if found else said.engine


def read_script(said: Said, framework: str, text: str) -> None:
    """Take over what scripts of other frameworks name: native modules, plugins, the framework's version."""
    if framework == "react_native":
        version = _RN_VERSION.search(text)
        if version:
            said.engine = "React Native " + ".".join(version.groups())
        _add(said.modules, (one or other for one, other in _RN_MODULE.findall(text)))
    elif framework == "capacitor":
        _add(said.modules, _CAPACITOR_PLUGIN.findall(text))
    elif framework == "quickapp":
        _add(said.modules, _QUICKAPP_MODULE.findall(text))


def find_remote(text: str) -> list[str]:
    """Return, for a Capacitor configuration, that the pages are loaded from a server, if so."""
    found = re.search(r"\"url\"\s*:\s*\"(https?://[^\"\s]{1,200})\"", text)
    return [f"its pages are loaded from {found[1]}"] if found else []


def _add(to: set[str], names: Iterable[str]) -> None:
    for name in names:
        if len(to) < _MOST:
            to.add(name)


def _map(value: Any) -> Mapping[str, Any]:
    """Return a mapping; a list of names counts as one."""
    if isinstance(value, Mapping):
        return {str(key): one for key, one in value.items()}
    return dict.fromkeys(map(str, value), None) if isinstance(value, list) else {}


def _text(value: Any) -> str | None:
    return str(value) if isinstance(value, str | int | float) and str(value).strip() else None
