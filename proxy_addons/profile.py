"""The device profile: the known values of the test phone and the test account."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import yaml

from analyzer.catalogue.checksums import id18, luhn, mac, xueji
from analyzer.model import UnreadableInputError

from .collisions import collisions

TOP_KEYS = frozenset({"profile", "name", "values", "keys"})
PLACEHOLDERS = frozenset({"020000000000", "9774d56d682e549c", "unknown", "null", "none", "000000000000000"})
"""Values that every phone or emulator may have: they would match other people's traffic. Lower case, no separators."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile that is in order. ``values``: data id → values in the order of the file."""

    name: str
    values: Mapping[str, tuple[str, ...]]
    keys: Mapping[str, str] = MappingProxyType({})
    """HMAC keys by name."""
    warnings: tuple[str, ...] = field(default=(), compare=False)
    """What is odd but usable, each with its line."""


def read_profile(path: Path, data_ids: frozenset[str]) -> Profile:
    """Read and check a profile in YAML or JSON.

    ``data_ids`` are the ids of the taxonomy. Raises `UnreadableInputError` naming file and line for an unknown key or
    id, an empty or malformed value.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableInputError(path, f"不能读取 / cannot be read: {error}") from error
    if path.suffix == ".json":
        text = text.replace("\t", " ")  # JSON may indent with tabs, YAML may not; inside strings JSON forbids them
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise UnreadableInputError(f"{path}:{line}", f"不是 YAML / not YAML: {error.problem}") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise UnreadableInputError(path, f"不是 YAML / not YAML: {str(error).splitlines()[0]}") from error
    return _Reader(path, data_ids).profile(root)


class _Reader:
    def __init__(self, path: Path, data_ids: frozenset[str]) -> None:
        self.path = path
        self.data_ids = data_ids
        self.warnings: list[str] = []

    def wrong(self, node: yaml.Node, why: str) -> UnreadableInputError:
        return UnreadableInputError(f"{self.path}:{node.start_mark.line + 1}", why)

    def profile(self, root: yaml.Node | None) -> Profile:
        if root is None:
            raise UnreadableInputError(self.path, "设备档案为空 / the profile is empty")
        top = self.mapping(root, "profile")
        for name, (key, _) in top.items():
            if name not in TOP_KEYS:
                raise self.wrong(key, f"未知的键 / unknown key: {name}")
        for name in ("profile", "name", "values"):
            if name not in top:
                raise self.wrong(root, f"缺少 / missing: {name}")
        version = top["profile"][1]
        if self.scalar(version, "profile") != "1":
            raise self.wrong(version, "profile: 只支持版本 1 / only version 1 is known")
        title = self.scalar(top["name"][1], "name")
        values = self.values(top["values"][1])
        keys = self.keys(top["keys"][1]) if "keys" in top else {}
        return Profile(title, MappingProxyType(values), MappingProxyType(keys), tuple(self.warnings))

    def mapping(self, node: yaml.Node, what: str) -> dict[str, tuple[yaml.Node, yaml.Node]]:
        if not isinstance(node, yaml.MappingNode):
            raise self.wrong(node, f"{what}: 应为映射 / a mapping is expected")
        found: dict[str, tuple[yaml.Node, yaml.Node]] = {}
        for key, value in node.value:
            name = self.scalar(key, what)
            if name in found:
                raise self.wrong(key, f"{name}: 重复的键 / given twice")
            found[name] = (key, value)
        return found

    def scalar(self, node: yaml.Node, what: str) -> str:
        """Return the text as written: ``0123`` and ``00:11:22`` are no numbers here."""
        if not isinstance(node, yaml.ScalarNode):
            raise self.wrong(node, f"{what}: 应为单个值 / a single value is expected")
        text = str(node.value).strip()
        if not text or (node.tag == "tag:yaml.org,2002:null" and node.style is None):
            raise self.wrong(node, f"{what}: 值为空 / empty value")
        return text

    def keys(self, node: yaml.Node) -> dict[str, str]:
        return {name: self.scalar(value, f"keys.{name}") for name, (_, value) in self.mapping(node, "keys").items()}

    def values(self, node: yaml.Node) -> dict[str, tuple[str, ...]]:
        result: dict[str, tuple[str, ...]] = {}
        seen: dict[str, str] = {}
        if isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null":
            raise self.wrong(node, "values: 没有任何值 / holds no value")
        for data, (key, listed) in self.mapping(node, "values").items():
            if data not in self.data_ids:
                raise self.wrong(key, f"未知的个人信息类型 / unknown personal-data id: {data}")
            if not isinstance(listed, yaml.SequenceNode):
                raise self.wrong(listed, f"{data}: 应为列表 / a list is expected")
            if not listed.value:
                raise self.wrong(key, f"{data}: 值为空 / empty value")
            result[data] = tuple(self.value(data, item, seen) for item in listed.value)
        if not result:
            raise self.wrong(node, "values: 没有任何值 / holds no value")
        self.warnings.extend(f"{self.path}: {line}" for line in collisions(result))
        return result

    def value(self, data: str, node: yaml.Node, seen: dict[str, str]) -> str:
        text = self.scalar(node, data)
        if problem := malformed(data, text):
            raise self.wrong(node, f"{data}: {problem}")
        warning = doubtful(data, text)
        if warning:
            self.warnings.append(f"{self.path}:{node.start_mark.line + 1}: {data}: {warning}")
        if seen.get(text) == data:
            raise self.wrong(node, f"{data}: 值重复 / the same value twice")
        if text in seen and not (data.startswith("location.") and seen[text].startswith("location.")):
            self.warnings.append(
                f"{self.path}:{node.start_mark.line + 1}: {data}: 与 {seen[text]} 的值相同，只能按键名区分"
                f" / same value as {seen[text]}: told apart by key name only"
            )
        seen.setdefault(text, data)
        return text


def malformed(data: str, value: str) -> str | None:
    """Return why ``value`` cannot be looked for at all, or `None`."""
    plain = re.sub(r"[\s:\-]", "", value).lower()
    checks = {
        "device.mac": mac,
        "device.bluetooth_mac": mac,
        "network.bssid": mac,
        "device.imei": lambda text: re.fullmatch(r"\d{14,16}", text) is not None,
        "phone_number": lambda text: re.fullmatch(r"1\d{10}|\d{5,12}", text) is not None,
        "email": lambda text: re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text) is not None,
        "network.ip": _address,
    }
    if data.startswith("location."):
        return None if _point(value) else '应为 "纬度,经度" / "latitude,longitude" is expected'
    if plain in PLACEHOLDERS or (len(plain) > 3 and not plain.strip("0")):  # zeros are no value
        return "占位值，任何设备都可能有 / a placeholder that any device may send"
    check = checks.get(data)
    if check is not None and not check(value):
        hint = "，不带国家码 / without country code" if data == "phone_number" else ""
        return f"格式不对 / malformed: {value!r}{hint}"
    return None


def doubtful(data: str, value: str) -> str | None:
    """Return what is odd about ``value`` (a wrong check digit, too short to be sure), or `None`."""
    from .match.known import too_common  # noqa: PLC0415  # the matcher is only needed where profiles are checked

    checks = {
        "device.imei": luhn,
        "device.iccid": luhn,
        "bank_card": luhn,
        "identity.id_card": id18,
        "student.national_id": xueji,
    }
    check = checks.get(data)
    if check is not None and not check(value):
        return "校验位不符 / its check digit is wrong"
    if not data.startswith("location.") and too_common(value):
        return "值太短或太常见，只有键名相符才算 / short or common: counts under a matching key name only"
    return None


def _address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _point(text: str) -> bool:
    found = re.fullmatch(r"(-?\d{1,2}(?:\.\d+)?),(-?\d{1,3}(?:\.\d+)?)", text)
    return found is not None and abs(float(found.group(1))) <= 90 and abs(float(found.group(2))) <= 180  # degrees
