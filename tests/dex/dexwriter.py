"""Writes small DEX files for tests: exact truth in milliseconds, without an SDK."""

import hashlib
import struct
import zlib
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Ref:
    """A code unit that becomes an index: kind ``method``, ``field``, ``string``, ``type``, or ``high`` (upper half)."""

    kind: str
    value: str


@dataclass(eq=False)
class Code:
    """One code item; give the same object to two methods and they share it."""

    units: list
    registers: int = 16
    tries: tuple = ()  # (first unit, units, (handler unit, or handler unit and caught type, …))
    ins: int = 0  # argument words, in the last registers


@dataclass
class Class:
    name: str
    methods: list = field(default_factory=list)  # (name, "(args)ret", Code or None[, access flags])
    superclass: str | None = "Ljava/lang/Object;"
    interfaces: tuple = ()
    strings: tuple = ()  # (static field, text)
    flags: int = 1
    fields: tuple = ()  # (name, type, access flags[, number with which a static one begins])


def uleb(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out + bytes([value]))


def mutf8(text):
    units = text.encode("utf-16-le", "surrogatepass")
    out = bytearray()
    for at in range(0, len(units), 2):
        unit = units[at] | units[at + 1] << 8
        if 0 < unit < 0x80:
            out.append(unit)
        elif unit < 0x800:
            out += bytes((0xC0 | unit >> 6, 0x80 | unit & 0x3F))
        else:
            out += bytes((0xE0 | unit >> 12, 0x80 | unit >> 6 & 0x3F, 0x80 | unit & 0x3F))
    return bytes(out)


def split_parameters(text):
    found, at = [], 0
    while at < len(text):
        begin = at
        while text[at] == "[":
            at += 1
        at = text.index(";", at) + 1 if text[at] == "L" else at + 1
        found.append(text[begin:at])
    return found


def parse_method(signature):
    owner, rest = signature.split("->")
    name, rest = rest.split("(", 1)
    parameters, result = rest.rsplit(")", 1)
    return owner, name, tuple(split_parameters(parameters)), result


def write_dex(classes, extra_strings=(), version=b"035", extra_methods=()):  # noqa: C901  # one pass over the format
    """Return the bytes of a DEX file. Methods and fields that the code refers to need no class of their own."""
    strings, types, methods, fields = set(extra_strings), set(), set(), set()
    for item in extra_methods:
        methods.add(parse_method(item))
    for cls in classes:
        types |= {cls.name, *cls.interfaces} | ({cls.superclass} if cls.superclass else set())
        for name, text in cls.strings:
            fields.add((cls.name, "Ljava/lang/String;", name))
            strings.add(text)
        for name, kind, *_ in cls.fields:
            fields.add((cls.name, kind, name))
        for name, proto, code, *_ in cls.methods:
            methods.add(parse_method(f"{cls.name}->{name}{proto}"))
            types |= {one[1] for row in (code.tries if code else ()) for one in row[2] if isinstance(one, tuple)}
            for unit in code.units if code else ():
                if isinstance(unit, Ref):
                    if unit.kind == "method":
                        methods.add(parse_method(unit.value))
                    elif unit.kind == "field":
                        owner, rest = unit.value.split("->")
                        fields.add((owner, rest.split(":")[1], rest.split(":")[0]))
                    elif unit.kind == "type":
                        types.add(unit.value)
                    else:
                        strings.add(unit.value)
    protos = {(result, parameters) for _, _, parameters, result in methods}
    for owner, name, parameters, result in methods:
        types |= {owner, result, *parameters}
        strings.add(name)
    for owner, kind, name in fields:
        types |= {owner, kind}
        strings.add(name)
    shorty = {}
    for result, parameters in protos:
        letters = "".join("L" if item[0] in "L[" else item for item in (result, *parameters))
        shorty[result, parameters] = letters
        strings.add(letters)
    strings |= types
    order = sorted(strings, key=lambda text: text.encode("utf-16-be", "surrogatepass"))
    sid = {text: number for number, text in enumerate(order)}
    tid = {name: number for number, name in enumerate(sorted(types, key=sid.get))}
    plist = sorted(protos, key=lambda row: (tid[row[0]], [tid[item] for item in row[1]]))
    pid = {row: number for number, row in enumerate(plist)}
    flist = sorted(fields, key=lambda row: (tid[row[0]], sid[row[2]], tid[row[1]]))
    mlist = sorted(methods, key=lambda row: (tid[row[0]], sid[row[1]], pid[row[3], row[2]]))
    fid = {f"{owner}->{name}:{kind}": number for number, (owner, kind, name) in enumerate(flist)}
    mid = {f"{o}->{n}({''.join(p)}){r}": number for number, (o, n, p, r) in enumerate(mlist)}

    def unit_of(unit):
        if not isinstance(unit, Ref):
            return unit & 0xFFFF
        table = {"method": mid, "field": fid, "type": tid}.get(unit.kind, sid)
        return table[unit.value] >> 16 if unit.kind == "high" else table[unit.value] & 0xFFFF

    sizes = [(len(order), 4), (len(tid), 4), (len(plist), 12), (len(flist), 8), (len(mlist), 8), (len(classes), 32)]
    at, offsets = 0x70, []
    for count, width in sizes:
        offsets.append(at if count else 0)
        at += count * width
    data_at, blob = at, bytearray()

    def put(chunk, align=1):
        while (data_at + len(blob)) % align:
            blob.append(0)
        place = data_at + len(blob)
        blob.extend(chunk)
        return place

    def handler(target):
        unit, kind = target if isinstance(target, tuple) else (target, None)
        return uleb(tid[kind] if kind else 0) + uleb(unit)

    lists = {}
    for members in [row[1] for row in plist if row[1]] + [cls.interfaces for cls in classes if cls.interfaces]:
        if members not in lists:
            lists[members] = put(struct.pack(f"<I{len(members)}H", len(members), *(tid[m] for m in members)), 4)
    places = {}
    for cls in classes:
        for _, _, code, *_ in cls.methods:
            if code is None or code in places:
                continue
            units = [unit_of(unit) for unit in code.units]
            body = struct.pack("<HHHHII", code.registers, code.ins, 5, len(code.tries), 0, len(units))
            body += struct.pack(f"<{len(units)}H", *units)
            if code.tries:
                body += b"\0\0" * (len(units) & 1)
                handlers, spots = bytearray(uleb(len(code.tries))), []
                for _, _, targets in code.tries:
                    spots.append(len(handlers))
                    handlers += bytes([len(targets)]) + b"".join(map(handler, targets))
                for (first, count, _), spot in zip(code.tries, spots, strict=True):
                    body += struct.pack("<IHH", first, count, spot)
                body += bytes(handlers)
            places[code] = put(body, 4)
    string_at = [put(uleb(len(text.encode("utf-16-le", "surrogatepass")) // 2) + mutf8(text) + b"\0") for text in order]
    rows = bytearray()
    for cls in classes:
        values, begins = 0, {}
        listed = {}
        for name, text in cls.strings:
            index = fid[f"{cls.name}->{name}:Ljava/lang/String;"]
            listed[index], begins[index] = 8, text
        for name, kind, flags, *number in cls.fields:
            index = fid[f"{cls.name}->{name}:{kind}"]
            listed[index] = flags
            begins.update((index, one) for one in number)
        statics = sorted(row for row in listed.items() if row[1] & 8)
        instances = sorted(row for row in listed.items() if not row[1] & 8)
        if begins:
            count = max(place for place, (index, _) in enumerate(statics) if index in begins) + 1
            array = bytearray(uleb(count))
            for index, _ in statics[:count]:
                value = begins.get(index)
                raw = b"" if value is None else value.to_bytes(4, "little", signed=True) if isinstance(value, int) else (
                    sid[value].to_bytes(4, "little").rstrip(b"\0") or b"\0"
                )  # fmt: skip
                kind = 0x04 if isinstance(value, int) else 0x17
                array += bytes([(len(raw) - 1) << 5 | kind]) + raw if raw else b"\x1e"
            values = put(bytes(array))
        data = bytearray(uleb(len(statics)) + uleb(len(instances)) + uleb(0) + uleb(len(cls.methods)))
        for rows_of in (statics, instances):
            last = 0
            for index, flags in rows_of:
                data += uleb(index - last) + uleb(flags)
                last = index
        last = 0
        numbered = [
            (mid[f"{cls.name}->{name}{proto}"], code, flags[0] if flags else 1)
            for name, proto, code, *flags in cls.methods
        ]
        for index, code, flags in sorted(numbered, key=lambda row: row[0]):
            data += uleb(index - last) + uleb(flags) + uleb(places[code] if code else 0)
            last = index
        place = put(bytes(data)) if cls.methods or listed else 0
        rows += struct.pack(
            "<8I", tid[cls.name], cls.flags, 0xFFFFFFFF if cls.superclass is None else tid[cls.superclass],
            lists[cls.interfaces] if cls.interfaces else 0, 0xFFFFFFFF, 0, place, values,
        )  # fmt: skip
    tables = struct.pack(f"<{len(order)}I", *string_at) + struct.pack(f"<{len(tid)}I", *(sid[name] for name in tid))
    for result, parameters in plist:
        tables += struct.pack("<III", sid[shorty[result, parameters]], tid[result], lists.get(parameters, 0))
    for owner, kind, name in flist:
        tables += struct.pack("<HHI", tid[owner], tid[kind], sid[name])
    for owner, name, parameters, result in mlist:
        tables += struct.pack("<HHI", tid[owner], pid[result, parameters], sid[name])
    map_at = put(b"", 4)
    body = tables + bytes(rows) + bytes(blob) + struct.pack("<I", 0)
    head = struct.pack("<III", 0x70 + len(body), 0x70, 0x12345678) + struct.pack("<III", 0, 0, map_at)
    for (count, _), offset in zip(sizes, offsets, strict=True):
        head += struct.pack("<II", count, offset)
    head += struct.pack("<II", 0x70 + len(body) - data_at, data_at)
    whole = hashlib.sha1(head + body).digest() + head + body
    return b"dex\n" + version + b"\0" + struct.pack("<I", zlib.adler32(whole)) + whole
