"""How code is reached from the entry points of the app, and what that does to the weight of a finding.

A chain is no execution, and no chain is no proof that code never runs: reflection, native code and the server may call
what the graph does not show. So a chain never proves, and its absence only takes weight away.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from analyzer.catalogue import Catalogue
from analyzer.model import Access, Bilingual, PermissionRequest, Severity
from analyzer.model.record import dataclass
from analyzer.model.signature import short_name, split_guard

Site = Access | PermissionRequest

BENIGN = frozenset({"consent_guard", "sdk_preinit"})
"""Doubts that show care for consent: such a chain is told for a person to look at, and accuses nobody."""

_SHOWN = 7
"""Steps of a chain in a sentence."""
_ORDER = list(Severity)
_GUARDS = {
    "preference": Bilingual(zh="偏好设置", en="preference"),
    "field": Bilingual(zh="字段", en="field"),
    "method": Bilingual(zh="方法返回值", en="result of"),
    "call": Bilingual(zh="方法返回值", en="result of"),
    "property": Bilingual(zh="属性", en="property"),
}
_ENTRIES = {
    "application": Bilingual(zh="应用启动", en="the start of the application"),
    "provider": Bilingual(zh="内容提供者随应用启动", en="a content provider, at the start of the application"),
    "startup": Bilingual(zh="启动初始化组件", en="a start-up initialiser"),
    "factory": Bilingual(zh="组件工厂", en="the component factory"),
    "launcher": Bilingual(zh="启动页", en="the launcher page"),
    "activity": Bilingual(zh="页面", en="a page"),
    "page": Bilingual(zh="页面", en="a page"),
    "service": Bilingual(zh="后台服务", en="a service"),
    "receiver": Bilingual(zh="广播接收器", en="a broadcast receiver"),
}


def lowered(severity: Severity, steps: int = 1) -> Severity:
    """Return a severity ``steps`` lower; never below `info`."""
    return _ORDER[min(severity.rank + steps, len(_ORDER) - 1)]


def exact(site: Site) -> bool:
    """Tell whether its level is certain: every step of its chain was followed."""
    return site.level != "present" and site.doubt is None


def best_first[T: Site](sites: Iterable[T]) -> tuple[T, ...]:
    """Order by what shows most: certain chains first, then short ones, then by place."""
    return tuple(
        sorted(
            sites,
            key=lambda s: (s.level == "present", s.doubt is not None, len(s.chain), s.caller, s.api, s.offsets),
        )
    )


def early[T: Site](sites: Iterable[T]) -> tuple[T, ...]:
    """Return those that start-up reaches without the user, best first."""
    return best_first(site for site in sites if site.level == "before_consent")


def early_severity(sites: Sequence[Site], severity: Severity) -> Severity:
    """Weigh chains from start-up: one lower where the target is unsure, `info` where consent seems to be asked for."""
    if any(exact(site) for site in sites):
        return severity
    if all(site.doubt in BENIGN for site in sites):
        return Severity.INFO
    return lowered(severity)


def entry_name(entry: str | None) -> Bilingual:
    """Return a kind of entry point in words."""
    return _ENTRIES.get(entry or "", Bilingual(zh=entry or "入口点", en=entry or "an entry point"))


def steps(site: Site) -> Bilingual:
    """Return the chain in short names: ``应用启动 App.onCreate → Sdk.init → Device.getImei``.

    The middle of a long one is only counted; the evidence has all of it.
    """
    if not site.chain:
        return Bilingual(zh=short_name(site.caller), en=short_name(site.caller))
    short = [short_name(step) for step in site.chain]
    zh = en = short
    if len(short) > _SHOWN:
        gone = len(short) - _SHOWN + 1
        zh, en = ([*short[:2], text, *short[3 - _SHOWN :]] for text in (f"…（{gone} 步）", f"… ({gone} steps)"))
    name = entry_name(site.entry)
    return Bilingual(zh=f"{name.zh} {' → '.join(zh)}", en=f"{name.en}, {' → '.join(en)}")


def guard_words(guard: str) -> Bilingual:
    """Say which flag is tested where."""
    kind, name, where = split_guard(guard)
    if not where:
        return Bilingual(zh=guard, en=guard)
    title = _GUARDS.get(kind, Bilingual(zh=kind, en=kind))
    place = short_name(where)
    return Bilingual(zh=f"{place} 中先检查{title.zh}“{name}”", en=f"{place} tests the {title.en} “{name}” first")


@dataclass(frozen=True, slots=True)
class Doubts:
    """Why the levels of some sites are not certain, for the explanation of a finding."""

    catalogue: Catalogue

    def sentence(self, sites: Iterable[Site]) -> Bilingual:
        """Return one sentence for each kind of doubt; empty when a certain chain is among them."""
        rows = best_first(sites)
        if not rows or any(exact(row) for row in rows):
            return Bilingual(zh="", en="")
        said: dict[str, list[Bilingual]] = {}
        for row in rows:
            if row.doubt:
                guards = said.setdefault(row.doubt, [])
                if row.guard and (words := guard_words(row.guard)) not in guards:
                    guards.append(words)
        zh, en = [], []
        for doubt, guards in sorted(said.items()):
            why = self.catalogue.weak_reasons.get(doubt, Bilingual(zh=doubt, en=doubt))
            flags_zh = f"（{'；'.join(row.zh for row in guards[:3])}）" if guards else ""
            flags_en = f" ({'; '.join(row.en for row in guards[:3])})" if guards else ""
            zh.append(f"调用链不确定：{why.zh}{flags_zh}。")
            en.append(f"The chain is not certain: {why.en}{flags_en}. ")
        return Bilingual(zh="".join(zh), en="".join(en))
