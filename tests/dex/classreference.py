"""A plain reader of class files, written against the JVM specification only, to compare with."""

import struct

_OPERANDS = dict.fromkeys([0x10, 0x12, *range(0x15, 0x1A), *range(0x36, 0x3B), 0xBC], 1)
_OPERANDS |= dict.fromkeys(
    [0x11, 0x13, 0x14, 0x84, *range(0x99, 0xA9), *range(0xB2, 0xB9), 0xBB, 0xBD, 0xC0, 0xC1, 0xC6, 0xC7], 2
)
_OPERANDS |= {0xB9: 4, 0xBA: 4, 0xC5: 3, 0xC8: 4, 0xC9: 4, 0xA9: 1}


class Reference:
    """One class: ``name``, ``code`` by method, and `sites`."""

    def __init__(self, data):
        self.data, self.pool = data, [None]
        at = 10
        while len(self.pool) < struct.unpack_from(">H", data, 8)[0]:
            tag = data[at]
            if tag == 1:
                length = struct.unpack_from(">H", data, at + 1)[0]
                self.pool.append(data[at + 3 : at + 3 + length].replace(b"\xc0\x80", b"\0").decode("utf-8"))
                at += 3 + length
                continue
            size = {7: 2, 8: 2, 15: 3, 16: 2, 19: 2, 20: 2, 5: 8, 6: 8}.get(tag, 4)
            self.pool.append((tag, data[at + 1 : at + 1 + size]))
            if size == 8:
                self.pool.append(None)
            at += 1 + size
        self.name = self.descriptor(struct.unpack_from(">H", data, at + 2)[0])
        count = struct.unpack_from(">H", data, at + 6)[0]
        at += 8 + 2 * count
        self.code = {}
        for _ in range(2):
            count = struct.unpack_from(">H", data, at)[0]
            at += 2
            for _ in range(count):
                _, name, shape, attributes = struct.unpack_from(">4H", data, at)
                at += 8
                for _ in range(attributes):
                    kind, length = struct.unpack_from(">HI", data, at)
                    if self.pool[kind] == "Code":
                        size = struct.unpack_from(">I", data, at + 10)[0]
                        self.code[f"{self.name}->{self.pool[name]}{self.pool[shape]}"] = data[at + 14 : at + 14 + size]
                    at += 6 + length

    def two(self, index):
        return struct.unpack(">HH", self.pool[index][1])

    def one(self, index):
        return struct.unpack(">H", self.pool[index][1])[0]

    def descriptor(self, index):
        text = self.pool[self.one(index)]
        return text if text.startswith("[") else f"L{text};"

    def member(self, index, between):
        owner, both = self.two(index)
        name, shape = self.two(both)
        return f"{self.descriptor(owner)}->{self.pool[name]}{between}{self.pool[shape]}"

    def sites(self):
        """Yield (kind, target, caller) of every call, field use, string and class that code names."""
        for caller, code in self.code.items():
            at = 0
            while at < len(code):
                opcode = code[at]
                index = int.from_bytes(code[at + 1 : at + 3], "big")
                if 0xB6 <= opcode <= 0xB9:
                    yield "call", self.member(index, ""), caller
                elif 0xB2 <= opcode <= 0xB5:
                    yield "field", self.member(index, ":"), caller
                elif opcode == 0xBB:
                    yield "type", self.descriptor(index), caller
                elif opcode in (0x12, 0x13):
                    constant = code[at + 1] if opcode == 0x12 else index
                    if self.pool[constant][0] == 8:
                        yield "string", self.pool[self.one(constant)], caller
                    elif self.pool[constant][0] == 7:
                        yield "type", self.descriptor(constant), caller
                if opcode in (0xAA, 0xAB):
                    place = at + 4 & ~3
                    low, high = struct.unpack_from(">ii", code, place + 4)
                    at = place + (12 + 4 * (high - low + 1) if opcode == 0xAA else 8 + 8 * low)
                elif opcode == 0xC4:
                    at += 6 if code[at + 1] == 0x84 else 4
                else:
                    at += 1 + _OPERANDS.get(opcode, 0)
