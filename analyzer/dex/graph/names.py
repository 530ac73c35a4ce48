"""One number for each type, method shape (name and prototype) and method over all DEX files together.

Only strings that are names of types or methods are looked at; prototypes and methods are numbered as pairs of numbers,
which is exact. Numbers depend on the order of the files, texts do not.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from itertools import count

import numpy as np

from analyzer.dex import mutf8
from analyzer.dex.arrays import Ints
from analyzer.dex.tables import DexFile

from .annotated import annotated_methods
from .pairs import Keys, Rows, equal_range, pair_ids, spread, unique

_MAX_PARAMETERS = 255
_DESCRIPTOR = re.compile(r"\[*(?:L[^;]*;|[^\[L])")


class Names:
    """Numbers of types, shapes and methods.

    ``types[n]``, ``protos[n]``, ``shapes[n]`` and ``methods[n]`` map the indices of file n.
    """

    def __init__(self, files: Sequence[DexFile]) -> None:
        self._files = files
        self._type_ids: defaultdict[bytes, int] = defaultdict(count().__next__)
        number = self._type_ids.__getitem__
        self.types: list[Ints] = [
            np.fromiter(map(number, dex.type_names), np.int64, len(dex.type_names)) for dex in files
        ]
        self.type_names: list[bytes] = list(self._type_ids)
        self._name_ids: dict[bytes, int]
        self._alike: dict[str, list[int]] = {}
        self._parameters: dict[int, tuple[int, ...]] = {}
        self._descriptors: dict[int, str] = {}
        self._type_numbers: dict[str, int] = {}
        self._proto_numbers: dict[str, int] = {}
        names = self._number_names()
        self.protos = self._number_protos()
        sizes: Ints = np.cumsum(np.array([len(dex.methods) for dex in files], np.int64))[:-1]
        protos = [local[dex.method_proto] for local, dex in zip(self.protos, files, strict=True)]
        shapes, self.shape_name, self.shape_proto = pair_ids(names, _joined(protos))
        classes = [local[dex.method_class] for local, dex in zip(self.types, files, strict=True)]
        methods, self.method_type, self.method_shape = pair_ids(_joined(classes), shapes)
        self.methods: list[Ints] = np.split(methods, sizes) if files else []
        self._any_of: Ints = np.zeros(len(self.method_type), np.int64)
        self._any_of[methods[::-1]] = np.arange(len(methods))[::-1]  # the first file's own index
        self._offsets: Ints = np.concatenate(([0], np.cumsum([len(dex.methods) for dex in files]))).astype(np.int64)
        self.keys = Keys(self.method_type, self.method_shape, len(self.shape_name))

    def _number_names(self) -> Ints:
        ids: defaultdict[bytes, int] = defaultdict(count().__next__)
        found = []
        for dex in self._files:
            used = np.zeros(dex.strings.count, np.bool_)
            used[dex.method_name] = True
            indices = np.flatnonzero(used)
            numbers = np.zeros(dex.strings.count, np.int64)
            texts = dex.strings.many(indices)
            numbers[indices] = np.fromiter(map(ids.__getitem__, texts), np.int64, len(texts))
            found.append(numbers[dex.method_name])
        self._name_ids = dict(ids)
        return _joined(found)

    def _number_protos(self) -> list[Ints]:
        """Give numbers to prototypes: lists are followed type by type, each prefix a pair of (prefix, type)."""
        lists = [_parameter_lists(dex, local) for dex, local in zip(self._files, self.types, strict=True)]
        size = _joined([part[0] for part in lists])
        base = np.concatenate(([0], np.cumsum([len(part[2]) for part in lists]))).astype(np.int64)
        first = _joined([part[1] + start for part, start in zip(lists, base.tolist(), strict=False)])
        flat = _joined([part[2] for part in lists])
        state = np.zeros(len(size), np.int64)
        used, step = 1, 0
        active = np.flatnonzero(size > 0)
        while len(active):
            numbers, heads, _ = pair_ids(state[active], flat[first[active] + step])
            state[active] = numbers + used
            used += len(heads)
            step += 1
            active = active[size[active] > step]
        state[size < 0] = used  # lists that cannot be read are like no other
        results = _joined([local[dex.protos["result"]] for dex, local in zip(self._files, self.types, strict=True)])
        numbers, _, _ = pair_ids(state, results)
        cuts: Ints = np.cumsum(np.array([len(dex.protos) for dex in self._files], np.int64))[:-1]
        joined: Ints = numbers
        self._proto_any: Ints = np.zeros(int(joined.max()) + 1 if len(joined) else 0, np.int64)
        self._proto_any[joined[::-1]] = np.arange(len(joined))[::-1]
        self._proto_offsets: Ints = np.concatenate(([0], np.cumsum([len(dex.protos) for dex in self._files]))).astype(
            np.int64
        )
        self._proto_size, self._proto_result = size[self._proto_any], results[self._proto_any]
        length = np.maximum(self._proto_size, 0)
        places, _ = spread(first[self._proto_any], length)
        self.proto_parameters = Rows(np.concatenate(([0], np.cumsum(length))), flat[places])
        """Types of the parameters by prototype, in order."""
        return np.split(joined, cuts) if self._files else []

    def add_type(self, name: bytes) -> int:
        """Return the number of a type, a new one if no file names it."""
        known = self._type_ids.get(name)
        if known is None:
            known = self._type_ids[name] = len(self.type_names)
            self.type_names.append(name)
            self._type_numbers.clear()
        return known

    def type(self, descriptor: str) -> int:
        """Return the number of a type, -1 if nobody knows it."""
        known = self._type_numbers.get(descriptor)
        if known is None:
            known = self._type_numbers[descriptor] = self._type_ids.get(mutf8.encode(descriptor), -1)
        return known

    def descriptor(self, number: int) -> str:
        """Return the text of a type."""
        known = self._descriptors.get(number)
        if known is None:
            known = self._descriptors[number] = mutf8.decode(self.type_names[number])
        return known

    def home(self, method: int) -> tuple[DexFile, int]:
        """Return a file that refers to a method, and the index there."""
        place = int(self._any_of[method])
        part = int(self._offsets.searchsorted(place, "right")) - 1
        return self._files[part], place - int(self._offsets[part])

    def signature(self, method: int) -> str:
        """Return ``Lpkg/Cls;->name(args)ret``."""
        dex, index = self.home(method)
        return dex.method_signature(index)

    def proto_text(self, proto: int) -> str:
        """Return ``(args)ret``."""
        place = int(self._proto_any[proto])
        part = int(self._proto_offsets.searchsorted(place, "right")) - 1
        return mutf8.decode(self._files[part].proto(place - int(self._proto_offsets[part])))

    def annotated(self, annotation: str) -> list[tuple[int, int]]:
        """Return (type, shape) of the methods that bear an annotation (a descriptor), ascending."""
        numbers = [
            local[annotated_methods(dex, annotation)] for dex, local in zip(self._files, self.methods, strict=True)
        ]
        methods = unique(_joined(numbers))
        return list(zip(self.method_type[methods].tolist(), self.method_shape[methods].tolist(), strict=True))

    def parameters(self, method: int) -> tuple[int, ...]:
        """Return the types of a method's declared parameters."""
        proto = int(self.shape_proto[self.method_shape[method]])
        known = self._parameters.get(proto)
        if known is None:
            known = self._parameters[proto] = tuple(self.proto_parameters.of(proto).tolist())
        return known

    @property
    def parameter_types(self) -> Ints:
        """Every type that is a parameter, once or more."""
        return self.proto_parameters.values

    @cached_property
    def _shape_first(self) -> Ints:
        return np.searchsorted(self.shape_name, np.arange(len(self._name_ids) + 1))

    def name(self, text: str) -> int:
        """Return the number of a method name, -1 if no method has it."""
        return self._name_ids.get(mutf8.encode(text), -1)

    @cached_property
    def names(self) -> list[bytes]:
        """Method names by number."""
        return list(self._name_ids)

    def name_text(self, number: int) -> str:
        """Return the text of a method name."""
        return mutf8.decode(self.names[number])

    def shapes_named(self, text: str) -> range:
        """Return the shapes that have a name."""
        number = self.name(text)
        if number < 0:
            return range(0)
        return range(int(self._shape_first[number]), int(self._shape_first[number + 1]))

    def shapes_like(self, member: str) -> list[int]:
        """Return the shapes written ``name(args)ret``, or ``name(*`` for all of that name."""
        known = self._alike.get(member)
        if known is None:
            name, bracket, proto = member.partition("(")
            numbers = self.shapes_named(name)
            known = list(numbers) if not bracket or proto == "*" else self._fitting(numbers, proto)
            self._alike[member] = known
        return known

    def _fitting(self, shapes: range, proto: str) -> list[int]:
        if not shapes:
            return []
        if proto not in self._proto_numbers:
            self._proto_numbers[proto] = self._find_proto(proto)
        found = int(self.shape_proto[shapes.start : shapes.stop].searchsorted(self._proto_numbers[proto]))
        fits = found < len(shapes) and int(self.shape_proto[shapes.start + found]) == self._proto_numbers[proto]
        return [shapes.start + found] if fits else []

    def _find_proto(self, text: str) -> int:
        """Return the number of ``args)ret``, -1 if no file has it."""
        arguments, _, result = text.rpartition(")")
        wanted = [self.type(descriptor) for descriptor in (result, *_DESCRIPTOR.findall(arguments))]
        if min(wanted) < 0:
            return -1
        forms, protos = self._by_form
        form = wanted[0] * (_MAX_PARAMETERS + 1) + len(wanted) - 1
        low, high = equal_range(forms, form)
        found = protos[low:high]
        for place, kind in enumerate(wanted[1:]):
            if not len(found):
                return -1
            found = found[self.proto_parameters.values[self.proto_parameters.first[found] + place] == kind]
        return int(found[0]) if len(found) else -1

    @cached_property
    def _by_form(self) -> tuple[Ints, Ints]:
        """Prototypes in the order of the type that they return and of how many parameters they have: that, and they.

        Those whose parameters cannot be read are left out.
        """
        protos = np.flatnonzero(self._proto_size >= 0)
        forms = self._proto_result[protos] * (_MAX_PARAMETERS + 1) + self._proto_size[protos]
        order = np.argsort(forms, kind="stable")
        return forms[order], protos[order]

    def method(self, signature: str) -> int:
        """Return the number of a method, -1 if no file names it."""
        owner, _, member = signature.partition("->")
        number = self.type(owner)
        shapes = self.shapes_like(member) if number >= 0 else []
        if len(shapes) != 1 or member.endswith("(*"):
            return -1
        return int(self.keys.find(np.array([number]), np.array(shapes))[0])


def _joined(parts: Sequence[Ints]) -> Ints:
    return np.concatenate(parts) if parts else np.zeros(0, np.int64)


def _parameter_lists(dex: DexFile, types: Ints) -> tuple[Ints, Ints, Ints]:
    """Return for each prototype the length of its list (-1: unreadable) and where it begins in the third, all types."""
    offsets = dex.protos["parameters"].astype(np.int64)
    places = unique(offsets)
    words, limit = dex.words, len(dex.types)
    even = (places & 1 == 0) & (places > 0) & (places + 4 <= 2 * len(words))
    half = np.where(even, places >> 1, 0)
    size = np.where(even, words[half].astype(np.int64) | words[half + 1].astype(np.int64) << 16, -1)
    size[(size > _MAX_PARAMETERS) | (half + 2 + size > len(words))] = -1
    if int(np.maximum(size, 0).sum()) > 2 * len(words):  # lists that lie over each other: no compiler does that
        size[:] = -1
    size[places == 0] = 0
    begin = np.cumsum(np.maximum(size, 0)) - np.maximum(size, 0)
    total = int(np.maximum(size, 0).sum())
    owner = np.repeat(np.arange(len(size)), np.maximum(size, 0))
    local = words[np.arange(total) - begin[owner] + half[owner] + 2].astype(np.int64)
    wrong = local >= limit
    if bool(wrong.any()):
        size[owner[wrong]] = -1
        local[wrong] = 0
    which = np.searchsorted(places, offsets)
    return size[which], begin[which], types[local] if len(types) else local
