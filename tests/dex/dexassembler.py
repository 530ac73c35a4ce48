"""Turns a few lines of smali-like text into classes for `dexwriter`: only what tests need.

    .class Lapp/A; [extends Lapp/B;] [implements Lx/I;,Lx/J;] [flags]
    .field NAME:TYPE FLAGS [= "text" | = 5]
    .method FLAGS name(args)ret          (registers: v0…; p0… are the arguments, the receiver first)
      instructions, one a line; ``:label`` lines; ``.catch :from :to :handler [type]``
      ``.switch :a 1 :b 2`` after ``packed-switch v0`` and ``.array WIDTH 1 2 3`` after ``fill-array-data v0``
    .end

`assemble` gives the DEX bytes; every method has ten registers of its own besides its arguments.
"""

import re
import shlex

from dexwriter import Class, Code, Ref, split_parameters, write_dex

LOCALS = 10
FLAGS = {
    "public": 1, "private": 2, "protected": 4, "static": 8, "final": 16, "interface": 0x200, "abstract": 0x400,
    "synthetic": 0x1000, "constructor": 0x10000,
}  # fmt: skip
FORMS = {  # name → (opcode, form)
    "nop": (0x00, "none"), "move": (0x01, "ab"), "move/from16": (0x02, "aabbbb"), "move-wide": (0x04, "ab"),
    "move-object": (0x07, "ab"), "move-object/from16": (0x08, "aabbbb"), "move-result": (0x0A, "a"),
    "move-result-wide": (0x0B, "a"), "move-result-object": (0x0C, "a"), "move-exception": (0x0D, "a"),
    "return-void": (0x0E, "none"), "return": (0x0F, "a"), "return-wide": (0x10, "a"), "return-object": (0x11, "a"),
    "const/4": (0x12, "number4"), "const/16": (0x13, "number16"), "const": (0x14, "number32"),
    "const-wide/16": (0x16, "number16"), "const-string": (0x1A, "string"), "const-class": (0x1C, "type"),
    "check-cast": (0x1F, "type"), "instance-of": (0x20, "abtype"), "array-length": (0x21, "ab"),
    "new-instance": (0x22, "type"), "new-array": (0x23, "abtype"), "fill-array-data": (0x26, "payload"),
    "throw": (0x27, "a"), "goto": (0x28, "goto"), "packed-switch": (0x2B, "payload"), "if-eq": (0x32, "if2"),
    "if-ne": (0x33, "if2"), "if-lt": (0x34, "if2"), "if-ge": (0x35, "if2"), "if-gt": (0x36, "if2"), "if-le": (0x37, "if2"),
    "if-eqz": (0x38, "if1"), "if-nez": (0x39, "if1"), "if-ltz": (0x3A, "if1"), "if-gez": (0x3B, "if1"),
    "if-gtz": (0x3C, "if1"), "if-lez": (0x3D, "if1"), "aget": (0x44, "abc"), "aget-object": (0x46, "abc"),
    "aput": (0x4B, "abc"), "aput-object": (0x4D, "abc"), "aput-byte": (0x4F, "abc"), "aput-char": (0x50, "abc"),
    "iget": (0x52, "abfield"), "iget-object": (0x54, "abfield"), "iget-boolean": (0x55, "abfield"),
    "iput": (0x59, "abfield"), "iput-object": (0x5B, "abfield"), "iput-boolean": (0x5C, "abfield"),
    "sget": (0x60, "field"), "sget-object": (0x62, "field"), "sget-boolean": (0x63, "field"), "sput": (0x67, "field"),
    "sput-object": (0x69, "field"), "sput-boolean": (0x6A, "field"), "invoke-virtual": (0x6E, "invoke"),
    "invoke-super": (0x6F, "invoke"), "invoke-direct": (0x70, "invoke"), "invoke-static": (0x71, "invoke"),
    "invoke-interface": (0x72, "invoke"), "filled-new-array": (0x24, "filled"), "add-int": (0x90, "abc"),
    "add-int/lit8": (0xD8, "abnumber"), "xor-int/lit8": (0xDF, "abnumber"),
}  # fmt: skip


def assemble(text, **options):
    """Return the bytes of a DEX file."""
    return write_dex(parse(text), **options)


def parse(text):
    classes, lines = [], iter(text.splitlines())
    for raw in lines:
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        word, rest = line.split(None, 1)
        if word == ".class":
            found = re.fullmatch(r"(\S+)(?: extends (\S+))?(?: implements (\S+))?((?: [a-z]+)*)", rest)
            flags = sum(FLAGS[flag] for flag in found[4].split()) or 1
            interfaces = tuple(found[3].split(",")) if found[3] else ()
            classes.append(Class(found[1], [], found[2] or "Ljava/lang/Object;", interfaces, flags=flags))
        elif word == ".field":
            _field(classes[-1], rest)
        elif word == ".method":
            *flags, member = rest.split()
            name, proto = member.split("(", 1)
            number = sum(FLAGS[flag] for flag in flags)
            body = []
            for inner in lines:
                if inner.strip() == ".end":
                    break
                body.append(inner.strip())
            code = None if number & 0x400 or "native" in flags else _code(body, f"({proto}", bool(number & 8))
            classes[-1].methods.append((name, f"({proto}", code, number or 1))
    return classes


def _field(cls, rest):
    head, _, value = rest.partition(" = ")
    member, *flags = head.split()
    name, kind = member.split(":")
    number = sum(FLAGS[flag] for flag in flags)
    if value.startswith('"'):
        cls.strings += ((name, value[1:-1]),)
        cls.fields += ((name, kind, number),)
    else:
        cls.fields += ((name, kind, number, *((int(value),) if value else ())),)


def _code(body, proto, static):  # noqa: C901  # one branch for each directive
    shapes = split_parameters(proto[1 : proto.index(")")])
    ins = (not static) + sum(2 if shape in "JD" else 1 for shape in shapes)
    units, labels, patches, catches, payloads = [], {}, [], [], []
    for line in body:
        if not line or line.startswith("#"):
            continue
        if line.startswith(":"):
            labels[line] = len(units)
        elif line.startswith(".catch"):
            catches.append(line.split()[1:])
        elif line.startswith((".switch", ".array")):
            payloads[-1] += (line.split(),)
        else:
            _instruction(line, units, patches, payloads)
    for at, *table in payloads:
        if len(units) % 2:
            units.append(0)
        units[at + 1 : at + 3] = [len(units) - at, 0]
        kind, *words = table[0]
        if kind == ".switch":
            cases = sorted((int(number), label) for label, number in zip(words[::2], words[1::2], strict=True))
            units += [0x0100, len(cases), cases[0][0] & 0xFFFF, cases[0][0] >> 16 & 0xFFFF]
            for _, label in cases:
                patches.append((len(units), at, label, 32))
                units += [0, 0]
        else:
            width, *numbers = map(int, words)
            raw = b"".join((number % (1 << 8 * width)).to_bytes(width, "little") for number in numbers)
            raw += b"\0" * (len(raw) % 2)
            units += [0x0300, width, len(numbers) & 0xFFFF, len(numbers) >> 16]
            units += [raw[n] | raw[n + 1] << 8 for n in range(0, len(raw), 2)]
    for place, source, label, bits in patches:
        delta = labels[label] - source
        if bits == 8:
            units[place] |= (delta & 0xFF) << 8
        else:
            units[place] = delta & 0xFFFF
            if bits == 32:
                units[place + 1] = delta >> 16 & 0xFFFF
    tries = tuple(
        (labels[first], labels[last] - labels[first], ((labels[handler], *kind) if kind else labels[handler],))
        for first, last, handler, *kind in sorted(catches, key=lambda row: labels[row[0]])
    )  # fmt: skip
    return Code(units, LOCALS + ins, tries, ins)


def _number(name):
    return int(name[1:]) + (LOCALS if name[0] == "p" else 0)


def _instruction(line, units, patches, payloads):  # noqa: C901  # one branch for each format
    name, _, rest = line.partition(" ")
    opcode, form = FORMS[name]
    at = len(units)
    if form in {"invoke", "filled"}:
        listed, what = re.fullmatch(r"\{(.*)\}, (\S+)", rest).groups()
        registers = [_number(word) for word in listed.split(", ")] if listed else []
        kind = Ref("method" if form == "invoke" else "type", what)
        if any(one > 15 for one in registers) or len(registers) > 5:
            assert registers == list(range(registers[0], registers[0] + len(registers)))
            units += [opcode + 6 if form == "invoke" else opcode + 1, kind, registers[0]]
            units[at] |= len(registers) << 8
            return
        five = [*registers, 0, 0, 0, 0, 0][:5]
        units += [
            opcode | five[4] << 8 | len(registers) << 12,
            kind,
            sum(one << 4 * n for n, one in enumerate(five[:4])),
        ]
        return
    words = [word.rstrip(",") for word in shlex.split(rest)] if form != "string" else rest.split(", ", 1)
    a = _number(words[0]) if words and words[0][0] in "vp" else 0
    if form == "none":
        units.append(opcode)
    elif form == "a":
        units.append(opcode | a << 8)
    elif form == "ab":
        assert a < 16
        b = _number(words[1])
        if b > 15 or a > 15:
            units += [0x08 | a << 8, b]
        else:
            units.append(opcode | a << 8 | b << 12)
    elif form == "aabbbb":
        units += [opcode | a << 8, _number(words[1])]
    elif form == "number4":
        units.append(opcode | a << 8 | (int(words[1]) & 15) << 12)
    elif form == "number16":
        units += [opcode | a << 8, int(words[1], 0) & 0xFFFF]
    elif form == "number32":
        units += [opcode | a << 8, int(words[1], 0) & 0xFFFF, int(words[1], 0) >> 16 & 0xFFFF]
    elif form == "string":
        units += [opcode | a << 8, Ref("string", words[1][1:-1])]
    elif form == "type":
        units += [opcode | a << 8, Ref("type", words[1])]
    elif form == "abtype":
        units += [opcode | a << 8 | _number(words[1]) << 12, Ref("type", words[2])]
    elif form == "field":
        units += [opcode | a << 8, Ref("field", words[1])]
    elif form == "abfield":
        units += [opcode | a << 8 | _number(words[1]) << 12, Ref("field", words[2])]
    elif form == "abc":
        units += [opcode | a << 8, _number(words[1]) | _number(words[2]) << 8]
    elif form == "abnumber":
        units += [opcode | a << 8, _number(words[1]) | (int(words[2]) & 0xFF) << 8]
    elif form == "goto":
        patches.append((at, at, words[0], 8))
        units.append(opcode)
    elif form == "if1":
        patches.append((at + 1, at, words[1], 16))
        units += [opcode | a << 8, 0]
    elif form == "if2":
        patches.append((at + 1, at, words[2], 16))
        units += [opcode | a << 8 | _number(words[1]) << 12, 0]
    elif form == "payload":
        payloads.append((at,))
        units += [opcode | a << 8, 0, 0]
