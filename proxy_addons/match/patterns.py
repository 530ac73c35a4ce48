"""Patterns with their checks, and key names: a hint, never proof, that somebody's data is sent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from analyzer.catalogue.checksums import VALIDATORS
from analyzer.catalogue.identifiers import Identifier, key_form

from .guards import COUNTER_KEY, GUARDS
from .haystack import NAME_REACH, Haystack, name_before
from .hit import Hit, Sure
from .keys import KeyNames, Role
from .scope import BLOB, NamedText, Prefilter
from .sieve import FULL_WIDTH, Sieve
from .spans import Spans

DIGEST_LENGTHS = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}
NOTHING = frozenset(
    {
        "",
        "null",
        "none",
        "nil",
        "undefined",
        "unknown",
        "nan",
        "true",
        "false",
        "0",
        "-1",
        "1",
        "{}",
        "[]",
        "n/a",
        "na",
        "test",
        "default",
        "***",
        "未知",
        "无",
    }
)
"""Values that say that there is none."""
MAX_NAMED = 200
"""Characters above which a value under a telling key is a text of its own."""
RUNNING = 12
"""Characters of the shortest running text with a name and a value."""
MAX_RUNNING = 2_000
BEFORE = 80
BARE = re.compile(r"[\s:\-]")
Hits = dict[str, list[Hit]]


class Patterns:
    """Finds what has the form of an identifier."""

    def __init__(self, identifiers: Mapping[str, Identifier], names: KeyNames) -> None:
        self._names = names
        self._by_id = dict(identifiers)
        self._rules = {
            rule.id: (rule, [re.compile(pattern) for pattern in rule.patterns])
            for rule in identifiers.values()
            if rule.data is not None and rule.pair is None
        }
        self._placeholders = {
            rule.id: frozenset(_bare(value) for value in rule.ignore) for rule, _ in self._rules.values() if rule.ignore
        }
        self._sieves = {
            name: [Sieve(pattern.pattern) for pattern in patterns] for name, (_, patterns) in self._rules.items()
        }
        self._single = {rule.id for rule, _ in self._rules.values() if rule.min_count == 1 and not rule.together}
        """Of which one value says all: others are counted, also those that are known."""
        with_form = [rule for rule, patterns in self._rules.values() if patterns]
        self._prefilter = Prefilter(rule for rule in with_form if rule.alone == "hint")
        self._named_text = NamedText(with_form)
        self._objects_of = [
            (rule, [{key_form(name) for name in group} for group in rule.together])
            for rule, patterns in self._rules.values()
            if rule.together and not patterns
        ]

    def find(self, hay: Haystack, taken: Spans, roles: list[tuple[int, Role]]) -> list[Hit]:
        """Return the hits outside the spans ``taken`` by known values; the best rule wins where two fit one place.

        ``roles`` are those of the keys of the leaves.
        """
        by_rule: Hits = {}
        for index, role in roles:
            if role.keyed:
                self._keyed(hay, index, role, by_rule, taken)
        for rule, begin, end in self._prefilter.places(hay):
            if not (rule.id in self._single and taken.holds(begin, end)):
                self._window(hay, rule, begin, end, by_rule)
        self._running(hay, by_rule)
        found: list[Hit] = []
        for name, hits in by_rule.items():
            rule = self._rules[name][0]
            if not hits or (rule.together and not self._together(hay, rule, hits[0].start)):
                continue
            if len({hit.value for hit in hits}) >= rule.min_count:
                found += hits if rule.min_count == 1 else hits[:1]
        found += self._objects(hay, roles)
        for index, role in roles:
            if role.hashed:
                found += self._hashed(hay, index, role)
            if role.alone:
                found += self._named_only(hay, index, role)
        return _best([hit for hit in found if not taken.touches(hit.start, hit.end)])

    def fits(self, name: str, text: str) -> bool:
        """Tell whether a rule may find a value in a text: where it stands is not asked."""
        rule, patterns = self._rules[name]
        check = VALIDATORS[rule.validator]
        for pattern in patterns:
            for match in pattern.finditer(text):
                value = next((part for part in match.groups() if part is not None), match.group())
                around = text[max(0, match.start() - 2) : match.start()], text[match.end() : match.end() + 2]
                guarded = any(GUARDS[guard](value, *around) for guard in rule.guards)
                if check(value) and not guarded and not self._ignored(name, value):
                    return True
        return False

    def unnamed(self, hay: Haystack, *, macs: bool = True) -> Iterator[tuple[Identifier, int, int]]:
        """Yield (rule, begin, end) where a form that needs no name may stand."""
        return self._prefilter.places(hay, macs=macs)

    def named_in_text(self, hay: Haystack) -> dict[str, list[tuple[int, int]]]:
        """Return rule id → places behind its names in running text."""
        return self._named_text.places(hay, 0, len(hay.data))

    def together(self, forms: set[str]) -> bool:
        """Tell whether names that stand together may say what an object is."""
        return any(all(forms & names for names in wanted) for _, wanted in self._objects_of)

    def _keyed(self, hay: Haystack, index: int, role: Role, by_rule: Hits, taken: Spans) -> None:
        """Try the patterns of the kinds that the key of a leaf names, unless all of it is a known value."""
        text = hay.leaves.texts[index]
        if self._single.issuperset(role.keyed) and taken.holds(*hay.leaves.span(index)):
            return
        if len(text) >= 1024 and BLOB.match(text):
            return
        for identifier in role.keyed:
            self._matches(hay, hay.leaves.starts[index], text, self._rules[identifier][0], by_rule)

    def _window(self, hay: Haystack, rule: Identifier, begin: int, end: int, by_rule: Hits) -> None:
        """Try the patterns of a rule in a stretch of bytes, leaf by leaf."""
        leaves = hay.leaves
        end = min(end, len(hay.data))
        part, shape = hay.data[begin:end], hay.shape[begin:end]
        for sieve in self._sieves[rule.id]:
            if sieve.lets_through(part, shape):
                break
        else:
            if FULL_WIDTH.search(part) is None:
                return
        for index in range(leaves.leaf_at(begin), leaves.leaf_at(max(begin, end - 1)) + 1):
            if index >= len(leaves.texts) or leaves.nodes[leaves.home_of(index)].binary:
                continue
            text = leaves.texts[index]
            if len(text) >= 1024 and BLOB.match(text):
                continue
            first, last = leaves.span(index)
            low, high = hay.aligned(max(begin, first)), hay.aligned(min(end, last))
            by_leaf = self._names.named(hay.key_of(index)).get(rule.id)
            text = hay.data[low:high].decode("utf-8", "replace")
            self._matches(hay, low, text, rule, by_rule, by_leaf if by_leaf != "other" else None)

    def _running(self, hay: Haystack, by_rule: Hits) -> None:
        """Try the patterns behind names that are written into running text."""
        texts = hay.leaves.texts
        telling: set[int] = set()
        for sign in ":=>":
            if sign.encode() in hay.data:
                telling.update([index for index, text in enumerate(texts) if sign in text and len(text) >= RUNNING])
        running = sorted(telling)
        if len(running) > MAX_RUNNING:
            hay.cut("running texts with names in them")
        for index in running[:MAX_RUNNING]:
            text = texts[index]
            if len(text) >= 1024 and BLOB.match(text):
                continue
            begin, end = hay.leaves.span(index)
            for name, places in self._named_text.places(hay, begin, end).items():
                for low, high in places:
                    self._window(hay, self._rules[name][0], low, high, by_rule)

    def _matches(
        self, hay: Haystack, begin: int, text: str, rule: Identifier, by_rule: Hits, by_leaf: str | None = "strong"
    ) -> None:
        """Try the patterns of a rule in ``text``, at byte ``begin``; ``by_leaf``: what the key of its leaf says."""
        needs_name = rule.alone == "never" and by_leaf is None
        for pattern in self._rules[rule.id][1]:
            check = VALIDATORS[rule.validator]
            hits: list[Hit] | None = None
            for match in pattern.finditer(text):
                group = next((number for number, value in enumerate(match.groups(), 1) if value is not None), 0)
                value, (start, end) = match.group(group), match.span(group)
                if needs_name and not self._may_be_named(text[max(0, start - NAME_REACH) : start], rule.id):
                    continue
                if not check(value) or self._ignored(rule.id, value):
                    continue
                before, after = text[max(0, start - 2) : start], text[end : end + 2]
                place = (begin + _size(text[:start]), begin + _size(text[:end]))
                key = hay.key_at(place[0])
                named = self._names.named(key).get(rule.id)
                if named == "other" or (any(GUARDS[guard](value, before, after) for guard in rule.guards)):
                    continue
                sure = _sureness(rule, named, key)
                if sure is None or rule.data is None:
                    continue
                if hits is None:
                    hits = by_rule.setdefault(rule.id, [])
                    seen = {(hit.start, hit.end) for hit in hits[-8:]}
                if place not in seen:
                    hits.append(Hit(*place, rule.data, value, None, (), key, "pattern", sure))

    def _may_be_named(self, before: str, name: str) -> bool:
        """Tell whether a name before a value may be one of rule ``name``; at the beginning it may be cut."""
        key = name_before(before)
        return key is not None and (before.startswith(key) or self._names.named(key).get(name) in {"strong", "weak"})

    def _ignored(self, name: str, value: str) -> bool:
        placeholders = self._placeholders.get(name)
        return placeholders is not None and _bare(value) in placeholders

    @staticmethod
    def _together(hay: Haystack, rule: Identifier, start: int) -> bool:
        leaves = hay.leaves
        group = leaves.group_of(leaves.leaf_at(start))
        present = {key_form(key) for index, key in enumerate(leaves.keys) if key and leaves.group_of(index) == group}
        return all(any(key_form(name) in present for name in names) for names in rule.together)

    def _objects(self, hay: Haystack, roles: list[tuple[int, Role]]) -> Iterator[Hit]:
        """Objects whose key names together say what they are: name and phone are a contact, LAC and cell a place."""
        present = {role.form for _, role in roles if role.together}
        possible = [(rule, wanted) for rule, wanted in self._objects_of if all(present & names for names in wanted)]
        if not possible:
            return
        groups: dict[int, tuple[int, set[str]]] = {}
        for index, role in roles:
            if role.together and hay.leaves.texts[index].strip().lower() not in NOTHING:
                groups.setdefault(hay.leaves.group_of(index), (index, set()))[1].add(role.form)
        for rule, wanted in possible:
            fitting = [index for index, forms in groups.values() if all(forms & names for names in wanted)]
            if len(fitting) >= rule.min_count and rule.data is not None:
                yield _whole_leaf(hay, fitting[0], rule.data)

    def _hashed(self, hay: Haystack, index: int, role: Role) -> Iterator[Hit]:
        """Find keys such as ``imei_md5`` over a digest that is none of the profile's."""
        text = hay.leaves.texts[index]
        if role.hashed and len(text) in DIGEST_LENGTHS and _hex(text) and len(set(text)) > 3:  # zeros and the like
            for identifier in role.hashed:
                data = self._by_id[identifier].data
                if data is not None:
                    yield _whole_leaf(hay, index, data, DIGEST_LENGTHS[len(text)])

    def _named_only(self, hay: Haystack, index: int, role: Role) -> Iterator[Hit]:
        text = hay.leaves.texts[index]
        if len(text) > MAX_NAMED or text.strip().lower() in NOTHING:
            return
        for identifier in role.alone:
            data = self._by_id[identifier].data
            if data is not None:
                yield _whole_leaf(hay, index, data)


def _whole_leaf(hay: Haystack, index: int, data: str, *layers: str) -> Hit:
    start, end = hay.leaves.span(index)
    return Hit(start, end, data, hay.leaves.texts[index], None, layers, hay.leaves.keys[index], "pattern", "?")


def _size(text: str) -> int:
    """Return how many bytes a text is in a haystack."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def _sureness(rule: Identifier, named: str | None, key: str | None) -> Sure | None:
    """Return how much a match proves: check and key ``1``, one of them ``?``; `None`: nothing at all."""
    checked = rule.validator != "none"
    if named == "strong":
        return "1" if checked else "?"
    if named == "weak":
        return "?"
    if rule.alone == "never" or (key is not None and COUNTER_KEY.search(key)):
        return None
    return "?"


def _bare(value: str) -> str:
    """Return a value as ignore lists are compared."""
    return BARE.sub("", value).lower()


def _hex(text: str) -> bool:
    return all(char in "0123456789abcdefABCDEF" for char in text)


def _best(hits: list[Hit]) -> list[Hit]:
    """Keep one hit a place: the surer, then the longer, then the first rule."""
    claimed = Spans()
    ranked = sorted(hits, key=lambda hit: (hit.sure == "?", hit.start - hit.end))
    kept = [hit for hit in ranked if claimed.claim(hit.start, hit.end)]
    return sorted(kept, key=lambda hit: (hit.start, hit.data))
