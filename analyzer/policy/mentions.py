"""Where a text names data, SDKs and companies: every word in one pass, and which SDK a company's name means."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from .companies import HANDS_OVER, NO_SERVICE, meant_sdks
from .indexes import NOTHING, PolicyWords
from .layout import Line
from .words import Hit, pairs

_FUNCTIONS = frozenset(
    re.findall(
        r"[^|]+",
        "一键登录|本机号码校验|人脸识别|音视频通话|实时音视频|音视频|视频点播|消息服务|对象存储|用户反馈|热修复|日志服务|弹幕|行为验证|号码认证|"
        "活体检测|人脸核身|实人认证|智能语音交互|白板|远程配置|远程日志|设备风险识别|快应用|智能笔|点阵笔|小程序容器|"
        "移动推送|智慧教育|崩溃分析",
    )
)
"""Words of a function rather than of anybody's product: they name an SDK only in a table or right before "SDK"."""


_ABSENT = re.compile(
    r"(?:没有|没接|未接入|未集成|不接入|不集成|没用|不用|移除(?:了)?|下线(?:了)?|打算接)[^，。；、]{0,6}$|(?:以前|曾经?)用过$|没有[^，。；]{1,12}、$|(?:装有|是否安装|是否装|安装了)[^，。；]{0,8}$"
)


_COUNTED = re.compile(r"[一两二三四五六七八九十几这那每某各多数\d]$")


class Mentions:
    """All words of the three indexes in a text, found in one pass each, and asked for stretch by stretch."""

    def __init__(self, folded: str, words: PolicyWords) -> None:
        self._folded = folded
        self._indexes = (words.data, words.companies, words.sdks, words.brands)
        heads = words.heads
        # which pairs of characters begin a word is looked up once for all indexes
        places = [(place, head) for place, head in enumerate(pairs(folded)) if head in heads]
        self._hits = [
            list(index.find_at(folded, [place for place, head in places if head in index.heads]))
            for index in self._indexes
        ]
        self._starts = [[hit.start for hit in hits] for hits in self._hits]

    def anything(self, low: int, high: int) -> bool:
        """Tell whether a word begins in this stretch; one that crosses a line end names nothing."""
        return any(bisect.bisect_left(starts, low) < bisect.bisect_left(starts, high) for starts in self._starts)

    def vendors(self, words: PolicyWords) -> Mapping[str, list[tuple[int, str]]]:
        """Return where the text names which SDK of each vendor: there its company's name stands for no other one."""
        _, companies, sdks, _ = self._hits
        inside = {place for hit in companies for place in range(hit.start, hit.end)}
        found: dict[str, list[tuple[int, str]]] = {}
        for hit in sdks:
            if hit.start not in inside:
                for key in hit.ids:
                    found.setdefault(words.vendors[key], []).append((hit.start, key))
        return found

    def within(self, low: int, high: int) -> list[list[Hit]]:
        """Return the words of each index in this stretch, offsets counted from its beginning."""
        found = []
        for index, hits, starts in zip(self._indexes, self._hits, self._starts, strict=True):
            first, past = bisect.bisect_left(starts, low), bisect.bisect_left(starts, high)
            if (first and hits[first - 1].end > low) or (past > first and hits[past - 1].end > high):
                found.append(list(index.find(self._folded[low:high])))  # a word over the edge hides those inside
            else:
                found.append([Hit(hit.start - low, hit.end - low, hit.ids) for hit in hits[first:past]])
        return found


_ADDRESS = re.compile(r"(?:://|www\.|\w\.\w)[\x21-\x7e]*$")


def _in_address(part: str, hit: Hit) -> bool:
    """Tell whether a Latin word is part of an address such as ``service@homework.example``."""
    if not part[hit.start : hit.end].isascii():
        return False
    before = part[max(0, hit.start - 1) : hit.start]
    # "IMEI/IDFA" is a list, "https://push.example/idfa" none
    return before in {"-", ".", "@"} or (before == "/" and _ADDRESS.search(part, 0, hit.start) is not None)


def _no_sdk(part: str, hit: Hit, covered: list[tuple[int, int]]) -> bool:
    """Tell whether an SDK's word is part of a longer name, of an address, of a count, or of what is not there."""
    if any(
        (low <= hit.start < high and high - low > hit.end - hit.start) or (low < hit.end < high and low > hit.start)
        for low, high in covered
    ):
        return True
    if _in_address(part, hit) and "://" in part[max(0, hit.start - 40) : hit.start]:
        return True
    if part[hit.start : hit.end] in _FUNCTIONS and not part.startswith("sdk", hit.end) and "\t" not in part:
        return True
    if part[hit.start] == "个" and _COUNTED.search(part, 0, hit.start):
        return True  # "一个推送标识" counts, and names no 个推
    return _ABSENT.search(part, max(0, hit.start - 16), hit.start) is not None  # "没有友盟" names none that is there


def mentions_of(
    part: str,
    at: int,
    within: list[list[Hit]],
    words: PolicyWords,
    line: Line,
    by_name: Mapping[str, list[tuple[int, str]]],
) -> list[tuple[Hit, str]]:
    """Return all words of a sentence; an SDK's name inside a company's, or inside a word of data, is not its own."""
    data = [
        (hit, "data")
        for hit in within[0]
        if not all(key.startswith(NOTHING) for key in hit.ids) and not _in_address(part, hit)
    ]
    companies = [(hit, "company") for hit in within[1]]
    covered = [(hit.start, hit.end) for hit, _ in (*data, *companies)]
    sdks: list[tuple[Hit, str]] = []
    for hit in within[2]:
        if _no_sdk(part, hit, covered):
            continue
        before = sdks[-1][0] if sdks else None
        if (
            before
            and not part[before.end : hit.start].strip()
            and {words.vendors[key] for key in hit.ids} & {words.vendors[key] for key in before.ids}
        ):
            sdks.pop()  # "Firebase Crashlytics" is one name, the longer part of it the telling one
        sdks.append((hit, "sdk"))
    if line.topic == "sdk" and companies and not sdks:
        for hit, _ in companies:
            meant = meant_sdks(_unnamed(hit.ids, at + hit.start, by_name), part, words.sdks_of, words.services)
            meant = [key for key in meant if not _served(key, by_name, words)]
            if meant:
                sdks.append((Hit(hit.start, hit.end, tuple(meant)), "sdk"))
    if within[3] and not line.heading and (line.topic == "sdk" or line.columns or HANDS_OVER.search(part)):
        sdks += _by_brand(part, at, within[3], (*data, *companies, *sdks), line, words, by_name)
    return sorted((*data, *sdks, *companies), key=lambda item: (item[0].start, item[1]))


_NEAR_BY = 120
"""Characters within which an SDK's own name tells which SDK its company's name means."""


def _unnamed(vendors: Iterable[str], place: int, by_name: Mapping[str, list[tuple[int, str]]]) -> set[str]:
    """Return the vendors of which no SDK is named near by."""
    return {v for v in vendors if not any(abs(place - start) < _NEAR_BY for start, _ in by_name.get(v, ()))}


def _served(key: str, by_name: Mapping[str, list[tuple[int, str]]], words: PolicyWords) -> bool:
    """Tell whether the text names another SDK of the vendor that serves the same end."""
    vendor = words.vendors[key]
    category = dict(words.sdks_of[vendor])
    return any(category[other] == category[key] for _, other in by_name.get(vendor, ()))


def _by_brand(
    part: str,
    at: int,
    brands: list[Hit],
    named: Sequence[tuple[Hit, str]],
    line: Line,
    words: PolicyWords,
    by_name: Mapping[str, list[tuple[int, str]]],
) -> Iterator[tuple[Hit, str]]:
    """Yield the SDKs that a vendor's short name means beside a purpose: of its clause, in a list of its line."""
    taken = [
        (hit.start, hit.end)
        for hit, kind in named
        if kind != "company" or part[hit.start : hit.end] not in words.vendors_of
    ]
    listed = line.topic == "sdk" or bool(line.columns)
    for hit in brands:
        if any(low < hit.end and hit.start < high for low, high in taken) or NO_SERVICE.match(part, hit.end):
            continue
        if any(
            other.start == hit.end and words.vendors[key].startswith(hit.ids[0])
            for other, kind in named
            for key in other.ids
            if kind == "sdk"
        ):
            continue  # "腾讯" right before "智聆口语评测" is the beginning of that name
        vendors = _unnamed(words.vendors_of[hit.ids[0]], at + hit.start, by_name)
        meant = meant_sdks(vendors, _own_clause(part, hit), words.sdks_of, words.services)
        if not meant and listed:
            meant = meant_sdks(vendors, part, words.sdks_of, words.services)
        if meant:
            yield Hit(hit.start, hit.end, tuple(meant)), "sdk"


def _own_clause(part: str, hit: Hit) -> str:
    low = max(part.rfind(sign, 0, hit.start) for sign in "，；。,;") + 1
    high = min((place for sign in "，；。,;" if (place := part.find(sign, hit.end)) >= 0), default=len(part))
    return part[low:high]
