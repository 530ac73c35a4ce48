"""The words that a catalogue gives for reading policies: kinds of data, SDKs, companies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from analyzer.catalogue import Catalogue

from .companies import by_vendor
from .words import WordIndex, fold

GENERAL = "?"
"""Prefix of an id found by a word too general to name it."""
ITEM = "="
"""Prefix of an id found by a word that names it as an entry of a list only."""
NOTHING = "-"
"""Prefix of an id that an expression holding its word does not name."""
_LEGAL_FORM = re.compile(
    r"(?:[（(][^（()）]*[)）]|股份|有限责任公司|有限公司|公司|集团|\s*,?\s*(?:inc|llc|ltd|gmbh|corp|co|limited)\.?)+$",
    re.IGNORECASE,
)
_TRADE = re.compile(r"(?:信息技术|网络科技|网络技术|科技|信息|网络|技术|软件|移动|终端)+$")
_PLACE = re.compile(
    r"^(?:北京|上海|广州|深圳|杭州|南京|成都|武汉|厦门|合肥|天津|苏州|西安|长沙|广东|浙江|江苏|福建|贵州)市?"
)


class PolicyWords(NamedTuple):
    """The word indexes that one catalogue gives."""

    data: WordIndex
    """Particular and general words together, the longest wins: ``位置`` is not found inside ``精确位置``."""
    sdks: WordIndex
    companies: WordIndex
    brands: WordIndex
    """Short names of vendors."""
    vendors_of: Mapping[str, tuple[str, ...]]
    """Short name → the vendors that it may stand for."""
    services: Mapping[str, re.Pattern[str]]
    """Category of an SDK → the words for what it serves (`fold`-ed)."""
    vendors: Mapping[str, str]
    """SDK → vendor."""
    sdks_of: Mapping[str, tuple[tuple[str, str], ...]]
    """Vendor → id and category of each of its SDKs."""
    heads: frozenset[str]
    """The first two characters of all words of the four indexes."""


def policy_words(catalogue: Catalogue) -> PolicyWords:
    """Build the indexes from a catalogue: words of personal data, disclosure words of SDKs, names of companies."""
    data: dict[str, Iterable[str]] = {}
    for key, row in catalogue.personal_data.items():
        data[key] = (*row.words.zh, *row.words.en, *row.compound_words)
        data[GENERAL + key] = (*row.weak_words.zh, *row.weak_words.en)
        data[ITEM + key] = row.item_words
        data[NOTHING + key] = row.not_words
    companies = {row.vendor.zh: company_words(row.vendor.zh) for row in catalogue.sdks.values()}
    for record in catalogue.recipients.companies.values():
        name = record["name"]
        companies[name["zh"]] = (*companies.get(name["zh"], ()), *company_words(name["zh"]), *company_words(name["en"]))
    # "OAID" names the identifier, not one of the SDKs that fetch it
    taken = {fold(word) for words in data.values() for word in words}
    found = PolicyWords(
        data=WordIndex(data),
        heads=frozenset(),
        sdks=WordIndex(
            {
                key: [w for w in (*row.disclosure_words, *_own_names(row.name.zh, row.name.en)) if fold(w) not in taken]
                for key, row in catalogue.sdks.items()
            }
        ),
        companies=WordIndex(companies),
        brands=WordIndex({brand: (brand,) for brand in catalogue.policy_brands}),
        vendors_of={brand: row.vendors for brand, row in catalogue.policy_brands.items()},
        services={key: re.compile("|".join(row.patterns)) for key, row in catalogue.policy_services.items()},
        vendors={key: row.vendor.zh for key, row in catalogue.sdks.items()},
        sdks_of=by_vendor(catalogue.sdks),
    )
    indexes = (found.data, found.sdks, found.companies, found.brands)
    return found._replace(heads=frozenset(head for index in indexes for head in index.heads))


def _own_names(*names: str) -> tuple[str, ...]:
    """Return the names of two or more words, or Chinese ones: a single Latin word may be one of the language."""
    bare = (re.sub(r"\s*SDK$", "", re.sub(r"[（(].*?[)）]", "", name)).strip() for name in names)
    return tuple(name for name in bare if len(name) > 3 and (" " in name or not name.isascii()))


@lru_cache(maxsize=4096)
def company_words(name: str) -> tuple[str, ...]:
    """Return the words by which a text names a company: the full name, and the name without its legal form and place.

    A stem of fewer than three characters is too common to name anybody.
    """
    whole = re.sub(r"[（(].*?[)）]", "", name).strip()
    stem = _LEGAL_FORM.sub("", name).strip()
    short = _TRADE.sub("", _PLACE.sub("", stem)).strip()
    return tuple(dict.fromkeys(word for word in (name.strip(), whole, stem, short) if len(word) > 2))
