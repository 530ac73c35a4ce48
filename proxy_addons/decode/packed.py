"""Binary structures that name their own types: MessagePack, CBOR, binary property lists.

Each returns a tree for `structure`. A guess must look likely: a map or a list at the top that ends with the data.
"""

from __future__ import annotations

import io
import struct
from typing import Any

from .compression import is_block
from .structure import NotThisShapeError, TooMuchError
from .wire import printable

MAX_NESTING = 200
MAX_ITEMS = 100_000
PLIST = b"bplist00"


def messagepack(data: bytes, *, sure: bool = False) -> Any:
    """Return the tree of one or more MessagePack objects. Raises `NotThisShapeError`."""
    if not sure and not _starts_messagepack(data[0]):
        raise NotThisShapeError("not likely MessagePack")
    import msgpack  # noqa: PLC0415  # only where a body may be MessagePack

    # `feed` copies into one buffer: sizes in the data never allocate more than the data holds.
    reader = msgpack.Unpacker(
        raw=True,
        strict_map_key=False,
        object_pairs_hook=tuple,
        ext_hook=_extension,
        timestamp=0,
        max_buffer_size=len(data) or 1,
        max_array_len=MAX_ITEMS,
        max_map_len=MAX_ITEMS,
    )
    found: list[Any] = []
    try:
        reader.feed(data)
        found.extend(reader)
        ended = reader.tell() == len(data)
    except (msgpack.UnpackException, ValueError, RecursionError, OverflowError, struct.error) as error:
        if len(data) > MAX_ITEMS and " exceeds max_" in str(error):  # so many items may stand in it
            raise TooMuchError("items of MessagePack") from None
        if not sure or not found:
            raise NotThisShapeError(type(error).__name__) from None
        ended = False
    if not found or (not ended and not sure):
        raise NotThisShapeError("not likely MessagePack")
    tree = [_plain(value, 0) for value in found]
    if not sure and (len(tree) > 1 or not _likely(tree[0])):
        raise NotThisShapeError("not likely MessagePack")
    return tree[0] if len(tree) == 1 else tree


def _starts_messagepack(first: int) -> bool:
    return 0x80 < first <= 0x9F or first in {0xDC, 0xDD, 0xDE, 0xDF}  # small and large maps and lists


def _extension(_: int, data: bytes) -> bytes:
    return data


def cbor(data: bytes, *, sure: bool = False) -> Any:
    """Return the tree of one CBOR object. Raises `NotThisShapeError`."""
    first = data[0]
    tagged = data.startswith(b"\xd9\xd9\xf7")  # "this is CBOR", RFC 8949 §3.4.6
    if not sure and not tagged and not (0x80 < first <= 0x9B or 0xA0 < first <= 0xBB or first in {0x9F, 0xBF}):
        raise NotThisShapeError("not likely CBOR")
    import cbor2  # noqa: PLC0415  # only where a body may be CBOR

    stream = io.BytesIO(data)
    try:
        # No tag is turned into an object: a bignum or a date of a hostile message costs nothing.
        errors = "replace" if sure else "strict"
        value = cbor2.load(stream, str_errors=errors, max_depth=MAX_NESTING, semantic_decoders={})
    except (cbor2.CBORError, ValueError, RecursionError, OverflowError, MemoryError, TypeError, EOFError) as error:
        raise NotThisShapeError(type(error).__name__) from None
    if not sure and not tagged and stream.read(1):
        raise NotThisShapeError("not likely CBOR")
    tree = _plain(value, 0)
    if not sure and not _likely(tree):
        raise NotThisShapeError("not likely CBOR")
    return tree


def _likely(tree: Any, depth: int = 0) -> bool:
    """Tell whether a guessed structure is more than chance: some name or text of it has letters."""
    if isinstance(tree, str):
        return len(tree) > 2 and not tree.isdigit() and tree.isprintable()  # numbers are in every guess
    if isinstance(tree, tuple):
        names = sum(len(name) > 1 and name.isprintable() and not name.isdigit() for name, _ in tree)
        return names * 2 >= len(tree) > 0 or any(_likely(child, depth + 1) for _, child in tree)
    return isinstance(tree, list) and any(_likely(child, depth + 1) for child in tree)


def plist(data: bytes) -> Any:
    """Return the tree of a binary property list. Raises `NotThisShapeError`."""
    import plistlib  # noqa: PLC0415  # only where a body is one

    try:
        return _plain(plistlib.loads(data), 0)
    except Exception as error:  # noqa: BLE001  # the module raises whatever the damage leads to
        raise NotThisShapeError(type(error).__name__) from None


def _plain(value: Any, depth: int) -> Any:  # noqa: PLR0911  # one for each type
    """Return a decoded value as a tree of tuples, lists, texts and bytes; whatever else as text."""
    if depth > MAX_NESTING:
        raise NotThisShapeError("nested too deeply")
    if isinstance(value, bytes):
        return _text(value)
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return tuple((_name(key), _plain(child, depth + 1)) for key, child in value.items())
    if isinstance(value, tuple):  # pairs of MessagePack; also keys of CBOR
        if all(isinstance(pair, tuple) and len(pair) == 2 for pair in value):  # name, value
            return tuple((_name(key), _plain(child, depth + 1)) for key, child in value)
        return [_plain(child, depth + 1) for child in value]
    if isinstance(value, (list, set, frozenset)):
        return [_plain(child, depth + 1) for child in value]
    if value is None or isinstance(value, bool):
        return None
    inner = getattr(value, "value", value)  # a CBOR tag around something
    return _plain(inner, depth + 1) if inner is not value else str(value)


def _name(key: Any) -> str:
    if isinstance(key, bytes):
        return key.decode("utf-8", "replace")
    return str(key)


def _text(data: bytes) -> str | bytes:
    text = None if is_block(data) else printable(data)
    return data if text is None else text
