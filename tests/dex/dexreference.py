"""A second, slow and plain reader of DEX files, written against the format's description only, to compare with."""

import struct

# Format of each opcode, from the table "Summary of bytecode set"; the first digit is the width in code units.
_FORMATS = [
    "10x",
    "12x",
    "22x",
    "32x",
    "12x",
    "22x",
    "32x",
    "12x",
    "22x",
    "32x",
    "11x",
    "11x",
    "11x",
    "11x",
    "10x",
    "11x",
    "11x",
    "11x",
    "11n",
    "21s",
    "31i",
    "21h",
    "21s",
    "31i",
    "51l",
    "21h",
    "21c",
    "31c",
    "21c",
    "11x",
    "11x",
    "21c",
    "22c",
    "12x",
    "21c",
    "22c",
    "35c",
    "3rc",
    "31t",
    "11x",
    "10t",
    "20t",
    "30t",
    "31t",
    "31t",
    "23x",
    "23x",
    "23x",
    "23x",
    "23x",
    "22t",
    "22t",
    "22t",
    "22t",
    "22t",
    "22t",
    "21t",
    "21t",
    "21t",
    "21t",
    "21t",
    "21t",
    "10x",
    "10x",
    "10x",
    "10x",
    "10x",
    "10x",
    "23x",
    "23x",
    "23x",
    "23x",
    "23x",
    "23x",
    "23x",
    "23x",
    "23x",
    "23x",
    "23x",
    "23x",
    "23x",
    "23x",
    "22c",
    "22c",
    "22c",
    "22c",
    "22c",
    "22c",
    "22c",
    "22c",
    "22c",
    "22c",
    "22c",
    "22c",
    "22c",
    "22c",
    "21c",
    "21c",
    "21c",
    "21c",
    "21c",
    "21c",
    "21c",
    "21c",
    "21c",
    "21c",
    "21c",
    "21c",
    "21c",
    "21c",
    "35c",
    "35c",
    "35c",
    "35c",
    "35c",
    "10x",
    "3rc",
    "3rc",
    "3rc",
    "3rc",
    "3rc",
    "10x",
    "10x",
    "12x",
    "12x",
    "12x",
    "12x",
    "12x",
    "12x",
    "12x",
    "12x",
    "12x",
    "12x",
    "12x",
    "12x",
    "12x",
    "12x",
    "12x",
    "12x",
    "12x",
    "12x",
    "12x",
    "12x",
    "12x",
    "23x",
    "23x",
    "23x",
    "23x",
    "23x",
    "23x",
    "23x",
    "23x",
    "23x",
    "23x",
    "23x",
    "23x",
    "23x",
    "23x",
    "23x",
    "23x",
    "23x",
    "23x",
    "23x",
    "23x",
    "23x",
    "23x",
    "23x",
    "23x",
    "23x",
    "23x",
    "23x",
    "23x",
    "23x",
    "23x",
    "23x",
    "23x",
    "12x",
    "12x",
    "12x",
    "12x",
    "12x",
    "12x",
    "12x",
    "12x",
    "12x",
    "12x",
    "12x",
    "12x",
    "12x",
    "12x",
    "12x",
    "12x",
    "12x",
    "12x",
    "12x",
    "12x",
    "12x",
    "12x",
    "12x",
    "12x",
    "12x",
    "12x",
    "12x",
    "12x",
    "12x",
    "12x",
    "12x",
    "12x",
    "22s",
    "22s",
    "22s",
    "22s",
    "22s",
    "22s",
    "22s",
    "22s",
    "22b",
    "22b",
    "22b",
    "22b",
    "22b",
    "22b",
    "22b",
    "22b",
    "22b",
    "22b",
    "22b",
    "22c",
    "22c",
    "22c",
    "22c",
    "22c",
    "22c",
    "35c",
    "3rc",
    "22c",
    "22c",
    "22c",
    "22c",
    "22c",
    "22c",
    "22c",
    "22c",
    "10x",
    "10x",
    "10x",
    "10x",
    "10x",
    "10x",
    "10x",
    "45cc",
    "4rcc",
    "35c",
    "3rc",
    "21c",
    "21c",
]
assert len(_FORMATS) == 256


def _uleb(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


class Reference:
    def __init__(self, data):
        self.data = data
        tables = struct.unpack_from("<12I", data, 0x38)
        table = dict(
            zip(
                ["strings", "types", "protos", "fields", "methods", "classes"],
                zip(tables[::2], tables[1::2], strict=True),
                strict=True,
            )
        )
        self.strings = [
            self._string(struct.unpack_from("<I", data, table["strings"][1] + 4 * n)[0])
            for n in range(table["strings"][0])
        ]
        self.types = [
            self.strings[struct.unpack_from("<I", data, table["types"][1] + 4 * n)[0]] for n in range(table["types"][0])
        ]
        self.protos = []
        for n in range(table["protos"][0]):
            _, result, parameters = struct.unpack_from("<III", data, table["protos"][1] + 12 * n)
            names = []
            if parameters:
                count = struct.unpack_from("<I", data, parameters)[0]
                names = [self.types[struct.unpack_from("<H", data, parameters + 4 + 2 * k)[0]] for k in range(count)]
            self.protos.append("(" + "".join(names) + ")" + self.types[result])
        self.fields, self.methods = [], []
        for n in range(table["fields"][0]):
            owner, kind, name = struct.unpack_from("<HHI", data, table["fields"][1] + 8 * n)
            self.fields.append(f"{self.types[owner]}->{self.strings[name]}:{self.types[kind]}")
        for n in range(table["methods"][0]):
            owner, proto, name = struct.unpack_from("<HHI", data, table["methods"][1] + 8 * n)
            self.methods.append(f"{self.types[owner]}->{self.strings[name]}{self.protos[proto]}")
        self.bodies = []  # (method index, offset of the code item)
        for n in range(table["classes"][0]):
            at = struct.unpack_from("<I", data, table["classes"][1] + 32 * n + 24)[0]
            if at:
                self._class(at)

    def _string(self, at):
        _, at = _uleb(self.data, at)
        raw = self.data[at : self.data.index(b"\0", at)].replace(b"\xc0\x80", b"\0")
        return raw.decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

    def _class(self, at):
        sizes = []
        for _ in range(4):
            size, at = _uleb(self.data, at)
            sizes.append(size)
        for _ in range(2 * (sizes[0] + sizes[1])):
            _, at = _uleb(self.data, at)
        for count in sizes[2:]:
            index = 0
            for _ in range(count):
                step, at = _uleb(self.data, at)
                _, at = _uleb(self.data, at)
                code, at = _uleb(self.data, at)
                index += step
                if code:
                    self.bodies.append((index, code))

    def instructions(self, item):
        """Yield (unit offset, opcode, code units of the instruction)."""
        size = struct.unpack_from("<I", self.data, item + 12)[0]
        units = struct.unpack_from(f"<{size}H", self.data, item + 16)
        at = 0
        while at < size:
            word = units[at]
            if word in (0x0100, 0x0200, 0x0300):
                tail = self.data[item + 16 + 2 * at :]
                count = int.from_bytes(tail[2:4], "little")
                if word == 0x0100:
                    at += count * 2 + 4
                elif word == 0x0200:
                    at += count * 4 + 2
                else:
                    at += (int.from_bytes(tail[4:8], "little") * count + 1) // 2 + 4
                continue
            width = int(_FORMATS[word & 0xFF][0])
            if at + width <= size:
                yield at, word & 0xFF, units[at : at + width]
            at += width

    def sites(self):
        """Yield (kind, target, caller, offset) of every call, field use, string load and class use."""
        for index, item in self.bodies:
            caller = self.methods[index]
            for at, opcode, units in self.instructions(item):
                if opcode in (0x6E, 0x6F, 0x70, 0x71, 0x72, 0x74, 0x75, 0x76, 0x77, 0x78, 0xFA, 0xFB):
                    kind, table = "call", self.methods
                elif 0x52 <= opcode <= 0x6D:
                    kind, table = "field", self.fields
                elif opcode in (0x1A, 0x1B):
                    kind, table = "string", self.strings
                elif opcode in (0x1C, 0x22):
                    kind, table = "type", self.types
                else:
                    continue
                number = units[1] | units[2] << 16 if opcode == 0x1B else units[1]
                if number < len(table):
                    yield kind, table[number], caller, at
