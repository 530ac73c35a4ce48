"""Messages in which values of a made-up phone are planted, written by encoders of their own.

Nothing here calls the product's decoders: what they read must have been written by somebody else. A case is data kind ×
transformation × stack of layers × place; `cases` draws them from a seed, `plant` makes the message.
"""

import base64
import gzip
import hashlib
import hmac
import json
import math
import plistlib
import random
import struct
import zlib
from typing import NamedTuple
from urllib.parse import quote, urlencode

import brotli
import cbor2
import cramjam
import lz4.block
import lz4.frame
import msgpack
import zstandard

from proxy_addons.sources.message import Message

HMAC_KEY = "s3cret-of-the-vendor"
HOSTS = ("graph.facebook.com", "api.growingio.com", "api.unknown-school.example")


class Kind(NamedTuple):
    mine: str
    other: str
    """The same of another phone or person."""
    key: str
    context: bool = False
    """It counts under its key only."""


KINDS = {
    "device.imei": Kind("490154203237518", "352099001761481", "imei"),
    "device.meid": Kind("A0000002B9F01E", "A1000049D2C37B", "meid"),
    "device.android_id": Kind("a1b2c3d4e5f60718", "b7c2c3d4e5f60719", "androidId"),
    "device.oaid": Kind("4f8a3c1e-77b2-4d1f-9a55-0c2b7e9d1f34", "9d1f34aa-0c2b-4e9d-8a3c-4f8a3c1e77b2", "oaid"),
    "device.gaid": Kind("38400000-8cf0-11bd-b23e-10b96e40cafe", "7c9e6679-7425-40de-944b-e07fc1f90ae7", "gaid"),
    "device.mac": Kind("00:DB:96:D2:80:79", "00:DB:96:D2:80:7A", "mac"),
    "network.bssid": Kind("70:4C:A5:11:22:3F", "70:4C:A5:11:22:40", "bssid"),
    "device.imsi": Kind("460011234567890", "460011234567891", "imsi"),
    "device.iccid": Kind("89860012345678901238", "89860012345678905551", "iccid"),
    "device.serial": Kind("R58M123ABCD7", "R58M123ABCD8", "serialNo"),
    "phone_number": Kind("13912345678", "13712345679", "phone"),
    "identity.name": Kind("钟离澄砚", "欧阳砚禾", "realName"),
    "identity.id_card": Kind("11010519491231002X", "110105194912310038", "idCard"),
    "student.national_id": Kind("G11010520010515002X", "G110105200105150038", "xjh"),
    "student.number": Kind("92023123456780", "92023123456781", "stuNo"),
    "email": Kind("edu-3f9a@example.com", "edu-3f9b@example.com", "email"),
    "bank_card": Kind("6228480402564890018", "6228480402637874213", "bankCard"),
    "account.id": Kind("edu5f3a9b1c2d", "edu6a4b0c2d3e", "loginName"),
    "push_token": Kind("1a0018970a8b7c6d5e4", "1a0018970a8b7c6d5e5", "registrationId"),
    "clipboard": Kind("clip-5f3a9b1c2d3e4f50", "clip-6f3a9b1c2d3e4f51", "clipboard"),
    "identity.address": Kind("上海市浦东新区世纪大道一号甲", "北京市海淀区知春路九号乙", "address"),
    "device.model": Kind("Edu Phone 7", "Edu Tablet 9", "model", context=True),
    "identity.gender": Kind("女", "男", "gender", context=True),
    "identity.birthday": Kind("2010-05-17", "2011-06-18", "birthday", context=True),
    "location.precise": Kind("31.230416,121.473701", "39.904200,116.407400", "location"),
}
MINE = {data: (kind.mine,) for data, kind in KINDS.items()}
OTHERS = {data: (kind.other,) for data, kind in KINDS.items()}


# transformations: text of a value → texts


def _hash(name):
    return lambda text: hashlib.new(name, text.encode()).hexdigest()


def _raw(name, coder=base64.b64encode):
    return lambda text: coder(hashlib.new(name, text.encode()).digest()).decode().rstrip("=")


PLAIN = {
    "plain": lambda text: text,
    "lower": str.lower,
    "upper": str.upper,
    "bare": lambda text: text.replace(":", "").replace("-", "") if text.isascii() and "@" not in text else text,
    "dashes": lambda text: text.replace(":", "-"),
    "+86": lambda text: f"+86{text}" if text.startswith("139") else text,
    "86": lambda text: f"86{text}" if text.startswith("139") else text,
}
DRESSES = {
    **PLAIN,
    "reversed": lambda text: text[::-1] if text.isascii() and len(text) > 10 else text,
    "hex": lambda text: text.encode().hex(),
    "HEX": lambda text: text.encode().hex().upper(),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 at 1": lambda text: base64.b64encode(b"\x07" + text.encode() + b"\xff\xfe\xfd").decode(),
    "base64 at 2": lambda text: base64.b64encode(b"\x07\x81" + text.encode() + b"\xff\xfe").decode(),
    "base64url": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "md5": _hash("md5"),
    "MD5": lambda text: _hash("md5")(text).upper(),
    "md5 of upper": lambda text: _hash("md5")(text.upper()),
    "md5 of bare lower": lambda text: _hash("md5")(PLAIN["bare"](text).lower()),
    "half md5": lambda text: _hash("md5")(text)[8:24],
    "md5 as UUID": lambda text: "-".join(
        _hash("md5")(text)[a:b] for a, b in ((0, 8), (8, 12), (12, 16), (16, 20), (20, 32))
    ),
    "sha1": _hash("sha1"),
    "sha256": _hash("sha256"),
    "sha512": _hash("sha512"),
    "md5 md5": lambda text: _hash("md5")(_hash("md5")(text)),
    "sha256 md5": lambda text: _hash("sha256")(_hash("md5")(text)),
    "sha256 MD5": lambda text: _hash("sha256")(_hash("md5")(text).upper()),
    "raw md5 base64": _raw("md5"),
    "raw sha1 base64": _raw("sha1"),
    "raw sha256 base64url": _raw("sha256", base64.urlsafe_b64encode),
    "hmac sha256": lambda text: hmac.new(HMAC_KEY.encode(), text.encode(), "sha256").hexdigest(),
    "hmac md5": lambda text: hmac.new(HMAC_KEY.encode(), text.encode(), "md5").hexdigest(),
}


# layers: text or bytes → text or bytes


def varint(number):
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def protobuf(*fields):
    out = b""
    for number, value in fields:
        if isinstance(value, int):
            out += varint(number << 3) + varint(value)
        else:
            data = value if isinstance(value, bytes) else value.encode()
            out += varint(number << 3 | 2) + varint(len(data)) + data
    return out


def thrift(*fields):
    out, last = b"", 0
    for number, value in fields:
        data = value if isinstance(value, bytes) else value.encode()
        out += bytes([(number - last) << 4 | 8]) + varint(len(data)) + data
        last = number
    return out + b"\x00"


def mqtt(payload):
    data = payload if isinstance(payload, bytes) else payload.encode()
    body = b"\x00\x05a/b/c" + data
    return b"\x30" + varint(len(body)) + body


def grpc(body):
    return b"\x00" + struct.pack(">I", len(body)) + body


def _bytes(value):
    return value if isinstance(value, bytes) else value.encode()


def _jwt(text, _):
    parts = ({"alg": "none", "typ": "JWT"}, {"sub": "1", "data": text})
    return (
        ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + ".c2ln"
    )


def _snappy_framed(data, _):
    return bytes(cramjam.snappy.compress(_bytes(data)))


def _xml_text(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


TEXT_LAYERS = {
    "json": lambda text, key: json.dumps({"t": 1, key: text, "ok": True}),
    "json raw": lambda text, key: json.dumps([{"z": None, key: text}], ensure_ascii=False),
    "json list": lambda text, _: json.dumps([["x", text], 5]),
    "json deep": lambda text, key: json.dumps({"a": {"b": [{"c": {key: text}}]}}),
    "json in string": lambda text, key: json.dumps({"m": json.dumps({key: text})}),
    "form": lambda text, key: urlencode({"v": "1", key: text, "e": ""}),
    "xml": lambda text, key: f'<?xml version="1.0"?><r><a b="c">1</a><{key}>{_xml_text(text)}</{key}></r>',
    "xml cdata": lambda text, key: f"<r><{key}><![CDATA[{text}]]></{key}></r>",
    "graphql": lambda text, key: json.dumps(
        {"query": f"mutation {{ send(n: 1, {key}: {json.dumps(text, ensure_ascii=False)}) {{ id }} }}"}
    ),
    "url": lambda text, key: f"https://h5.example.cn/p?v=1&{key}={quote(text, safe='')}#x",
    "jsonp": lambda text, key: f"callback_7({json.dumps({key: text})});",
    "sse": lambda text, key: f"event: m\ndata: {json.dumps({key: text})}\n\n",
    "socket.io": lambda text, key: f'42["ev",{json.dumps({key: text})}]',
    "percent": lambda text, _: quote(text, safe=""),
    "percent twice": lambda text, _: quote(quote(text, safe=""), safe=""),
    "jwt": _jwt,
}
TEXT_OF_BYTES = {
    "base64": lambda data, _: base64.b64encode(_bytes(data)).decode(),
    "base64url": lambda data, _: base64.urlsafe_b64encode(_bytes(data)).decode().rstrip("="),
    "base64 lines": lambda data, _: base64.encodebytes(_bytes(data)).decode(),
    "hex": lambda data, _: _bytes(data).hex(),
    "percent bytes": lambda data, _: quote(_bytes(data), safe=""),
}
BYTE_LAYERS = {
    "gzip": lambda data, _: gzip.compress(_bytes(data), mtime=0),
    "zlib": lambda data, _: zlib.compress(_bytes(data)),
    "raw deflate": lambda data, _: zlib.compress(_bytes(data), wbits=-15),
    "br": lambda data, _: brotli.compress(_bytes(data)),
    "zstd": lambda data, _: zstandard.ZstdCompressor().compress(_bytes(data)),
    "snappy": lambda data, _: bytes(cramjam.snappy.compress_raw(_bytes(data))),
    "snappy framed": _snappy_framed,
    "lz4": lambda data, _: lz4.frame.compress(_bytes(data)),
    "lz4 block": lambda data, _: lz4.block.compress(_bytes(data)),
    "protobuf": lambda data, _: protobuf((1, 1700000000000), (2, "event-name"), (3, data), (9, protobuf((1, "x-y-z")))),
    "protobuf inner": lambda data, _: protobuf((1, "envelope"), (4, protobuf((2, "inner"), (5, data)))),
    "grpc": lambda data, _: grpc(protobuf((1, "svc-name"), (2, data))),
    "msgpack": lambda data, key: msgpack.packb({"n": 5, "list": [1, "two"], key: data}),
    "cbor": lambda data, key: cbor2.dumps({"n": 5, "list": [1.5, "two"], key: data}),
    "thrift": lambda data, _: thrift((1, "sdk-name"), (2, data)),
    "plist": lambda data, key: plistlib.dumps({"n": 5, key: data}, fmt=plistlib.FMT_BINARY),
}
"""Of them the codecs without magic are recognised by trial."""


# places

PLACES = (
    "query",
    "path",
    "header",
    "cookie",
    "body",
    "gzip body",
    "lying body",
    "form body",
    "multipart",
    "websocket",
    "mqtt",
)
SHOWN = {
    "gzip body": "body",
    "lying body": "body",
    "form body": "body",
    "multipart": "body",
    "mqtt": "websocket",
}
"""The place that facts name."""


def message(content, place, key="k", host=HOSTS[0], direction="request"):
    """Put ``content`` at a place of a message."""
    text = content if isinstance(content, str) else base64.b64encode(content).decode()
    fields = {
        "target": "/v1/up",
        "headers": (("content-type", "text/plain"), ("user-agent", "okhttp/4.9")),
        "body": b"",
        "kind": "http",
    }
    if place == "query":
        fields["target"] = f"/v1/up?{key}=" + quote(text, safe="")
    elif place == "path":
        fields["target"] = "/v1/" + quote(text, safe="") + "/up"
    elif place == "header":
        fields["headers"] = ((f"X-{key}", text if text.isascii() and "\n" not in text else quote(text)),)
    elif place == "cookie":
        fields["headers"] = (("Cookie", f"a=1; {key}=" + quote(text, safe="")),)
    elif place == "multipart":
        fields["headers"] = (("content-type", "multipart/form-data; boundary=XX"),)
        head = f'--XX\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n'.encode()
        fields["body"] = head + _bytes(content) + b"\r\n--XX--\r\n"
    elif place == "gzip body":
        fields["headers"] = (("content-encoding", "gzip"), ("content-type", "application/octet-stream"))
        fields["body"] = gzip.compress(_bytes(content), mtime=0)
    elif place == "lying body":
        fields["headers"] = (("content-encoding", "br"), ("content-type", "text/plain"))
        fields["body"] = gzip.compress(_bytes(content), mtime=0)
    elif place == "form body":
        fields["headers"] = (("content-type", "application/x-www-form-urlencoded"),)
        fields["body"] = f"v=1&{key}=".encode() + quote(_bytes(content), safe="").encode()
    elif place == "mqtt":
        fields |= {"body": mqtt(content), "kind": "websocket"}
    else:
        fields |= {"body": _bytes(content), "kind": "websocket" if place == "websocket" else "http"}
        if place == "body" and isinstance(content, bytes):
            fields["headers"] = (("content-type", "application/octet-stream"),)
    return Message(flow="f", time=1.0, direction=direction, scheme="https", host=host, method="POST", **fields)


class Case(NamedTuple):
    data: str
    dress: str
    layers: tuple[str, ...]
    """From the inside out."""
    place: str
    host: str


def plant(case, mine=True):
    """Return the message of a case."""
    kind = KINDS[case.data]
    value = kind.mine if mine else kind.other
    content = place_text(value, case.dress) if case.data.startswith("location.") else DRESSES[case.dress](value)
    for layer in case.layers:
        if layer in TEXT_LAYERS:
            content = TEXT_LAYERS[layer](content, kind.key)
        elif layer in TEXT_OF_BYTES:
            content = TEXT_OF_BYTES[layer](content, kind.key)
        else:
            content = BYTE_LAYERS[layer](content, kind.key)
    return message(content, case.place, kind.key if kind.context else "k", case.host)


def cases(count, seed=1):
    """Yield ``count`` cases."""
    draw = random.Random(seed)
    kinds = list(KINDS)
    for _ in range(count):
        data = draw.choice(kinds)
        if KINDS[data].context:
            dress = draw.choice(("plain", "upper") if data == "device.model" else ("plain",))
        elif data.startswith("location."):
            dress = draw.choice(list(POINTS))
        else:
            dress = draw.choice(list(DRESSES))
        yield Case(data, dress, stack(draw, data), draw.choice(PLACES), draw.choice(HOSTS))


def stack(draw, data):
    """Return layers that fit on each other."""
    layers = []
    text = True
    for _ in range(draw.randrange(6)):
        pool = [*TEXT_OF_BYTES, *BYTE_LAYERS, *(TEXT_LAYERS if text else ())]
        layer = draw.choice(pool)
        if layer == "percent bytes" and text:
            continue
        if layers and layer.startswith("percent") and layers[-1].startswith("percent"):
            continue
        layers.append(layer)
        text = layer not in BYTE_LAYERS
    if KINDS[data].context:  # the name must stand beside the value
        layers = [draw.choice(("json", "json raw", "json deep", "form", "xml", "graphql")), *layers[:4]]
    elif data.startswith("location."):
        layers = layers[:4]
    return tuple(layers)


# places on earth


def gcj02(lat, lng):
    """The shift of Chinese maps, written down anew from its published form."""

    def swing(x, y, lat_part):
        r = -100 + 2 * x + 3 * y + 0.2 * y * y if lat_part else 300 + x + 2 * y + 0.1 * x * x
        r += 0.1 * x * y + (0.2 if lat_part else 0.1) * abs(x) ** 0.5
        r += (20 * math.sin(6 * math.pi * x) + 20 * math.sin(2 * math.pi * x)) * 2 / 3
        z, a, b = (y, 160, 320) if lat_part else (x, 150, 300)
        r += (20 * math.sin(math.pi * z) + 40 * math.sin(math.pi * z / 3)) * 2 / 3
        last = b * math.sin(z * math.pi / 30)
        return r + (a * math.sin(math.pi * z / 12) + last) * 2 / 3

    x, y = lng - 105, lat - 35
    phi = math.radians(lat)
    m = 1 - 0.00669342162296594323 * math.sin(phi) ** 2
    north = swing(x, y, True) * 180 / (6378245 * (1 - 0.00669342162296594323) / (m * m**0.5) * math.pi)
    east = swing(x, y, False) * 180 / (6378245 / m**0.5 * math.cos(phi) * math.pi)
    return lat + north, lng + east


def bd09(lat, lng):
    lat, lng = gcj02(lat, lng)
    k = math.pi * 3000 / 180
    r = (lat * lat + lng * lng) ** 0.5 + 2e-5 * math.sin(lat * k)
    t = math.atan2(lat, lng) + 3e-6 * math.cos(lng * k)
    return r * math.sin(t) + 0.006, r * math.cos(t) + 0.0065


POINTS = {
    f"{name} {digits} {form}": (shift, digits, form)
    for name, shift in (("wgs84", lambda lat, lng: (lat, lng)), ("gcj02", gcj02), ("bd09", bd09))
    for digits in (6, 5, 4)
    for form in ("object", "pair", "query", "scaled")
}


def place_text(value, dress):
    shift, digits, form = POINTS[dress]
    lat, lng = (f"{number:.{digits}f}" for number in shift(*map(float, value.split(","))))
    if form == "object":
        return f'{{"latitude":{lat},"t":1,"longitude":{lng}}}'
    if form == "pair":
        return f'{{"location":"{lng},{lat}"}}'
    if form == "scaled":
        return f'{{"lat":{round(float(lat) * 1e6)},"lng":{round(float(lng) * 1e6)}}}'
    return f"gps_lat={lat}&gps_lng={lng}"
