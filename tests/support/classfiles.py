"""Writes class files by hand: what no compiler of today writes, or what breaks the rules."""

import struct


class Pool:
    """A constant pool that grows as it is asked."""

    def __init__(self):
        self.rows, self.known = [], {}

    def put(self, tag, *content):
        key = (tag, *content)
        if key not in self.known:
            self.known[key] = len(self.rows) + 1
            self.rows.append(key)
            if tag in (5, 6):
                self.rows.append(None)
        return self.known[key]

    def text(self, value):
        return self.put(1, value)

    def cls(self, name):
        return self.put(7, self.text(name))

    def string(self, value):
        return self.put(8, self.text(value))

    def member(self, tag, owner, name, shape):
        return self.put(tag, self.cls(owner), self.put(12, self.text(name), self.text(shape)))

    def method(self, owner, name, shape):
        return self.member(10, owner, name, shape)

    def field(self, owner, name, shape):
        return self.member(9, owner, name, shape)

    def pack(self):
        out = struct.pack(">H", len(self.rows) + 1)
        for row in self.rows:
            if row is None:
                continue
            tag, *content = row
            if tag == 1:
                raw = content[0].encode() if isinstance(content[0], str) else content[0]
                out += struct.pack(">BH", 1, len(raw)) + raw
            else:
                out += bytes((tag,)) + b"".join(struct.pack(">H", one) for one in content)
        return out


def make_class(name, methods, pool=None, version=49, access=1, above="java/lang/Object"):
    """Return a class file. ``methods``: (access, name, shape, stack, variables, code, rows of exceptions)."""
    pool = pool or Pool()
    own, parent, code_name = pool.cls(name), pool.cls(above), pool.text("Code")
    body = b""
    for flags, called, shape, stack, variables, code, rows in methods:
        raw = struct.pack(">HHI", stack, variables, len(code)) + code + struct.pack(">H", len(rows))
        raw += b"".join(struct.pack(">4H", *row) for row in rows) + struct.pack(">H", 0)
        body += struct.pack(">3H", flags, pool.text(called), pool.text(shape))
        body += struct.pack(">H", 1) + struct.pack(">HI", code_name, len(raw)) + raw
    head = b"\xca\xfe\xba\xbe" + struct.pack(">HH", 0, version) + pool.pack()
    return head + struct.pack(">5H", access, own, parent, 0, 0) + struct.pack(">H", len(methods)) + body + b"\0\0"
