"""What library methods make of constants: texts put together, cut, converted and decoded."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable

from .value import UNKNOWN, Value, combinations, concat, integer, join

Parts = tuple[Value, ...]
_LONGEST = 65536
_STRING, _OBJECT, _CHARS = "Ljava/lang/String;", "Ljava/lang/Object;", "Ljava/lang/CharSequence;"
_CONVERSION = re.compile(r"%(?:(\d+)\$)?([sd%n])")


def _text(value: Value) -> str | None:
    return value.text if value.kind == "string" else None


def _number(value: Value) -> int | None:
    return int(value.text) if value.kind == "int" else None


def _changed(change: Callable[[str], str]) -> Callable[[Parts], Value | None]:
    def apply(parts: Parts) -> Value | None:
        text = _text(parts[0])
        return None if text is None else Value("string", change(text))

    return apply


def _same(parts: Parts) -> Value | None:
    return parts[0]


def _same_text(parts: Parts) -> Value | None:
    return parts[0] if parts[0].kind in {"string", "concat"} else None


def _joined(parts: Parts) -> Value | None:
    return concat(parts[:2])


def _decimal(parts: Parts) -> Value | None:
    return Value("string", parts[0].text) if parts[0].kind == "int" else None


def _character(parts: Parts) -> Value | None:
    number = _number(parts[0])
    return Value("string", chr(number)) if number is not None and 0 <= number < 0xD800 else None


def _characters(parts: Parts) -> Value | None:
    return Value("string", parts[0].text) if parts[0].kind == "bytes" else None


def _replaced(parts: Parts) -> Value | None:
    texts = [_text(part) for part in parts]
    if None in texts or not texts[1]:
        return None
    result = str(texts[0]).replace(str(texts[1]), str(texts[2]))
    return Value("string", result) if len(result) <= _LONGEST else None


def _replaced_characters(parts: Parts) -> Value | None:
    text, old, new = _text(parts[0]), _character(parts[1:2]), _character(parts[2:3])
    return None if text is None or old is None or new is None else Value("string", text.replace(old.text, new.text))


def _cut(parts: Parts) -> Value | None:
    text, first = _text(parts[0]), _number(parts[1])
    last = _number(parts[2]) if len(parts) > 2 else len(text or "")
    if text is None or first is None or last is None or not 0 <= first <= last <= len(text):
        return None
    return Value("string", text[first:last])


def _formatted(parts: Parts) -> Value | None:
    pattern, given = _text(parts[0]), parts[1]
    if pattern is None or given.kind != "array":
        return None
    pieces: list[Value] = []
    place, used = 0, 0
    for match in _CONVERSION.finditer(pattern):
        pieces.append(Value("string", pattern[place : match.start()]))
        place = match.end()
        if match[2] in "%n":
            pieces.append(Value("string", "%" if match[2] == "%" else "\n"))
            continue
        number = int(match[1]) - 1 if match[1] else used
        used += not match[1]
        piece = given.parts[number] if number < len(given.parts) else UNKNOWN
        pieces.append(Value("string", piece.text) if piece.kind == "int" else piece)
    rest = pattern[place:]
    if "%" in rest or any("%" in piece.text for piece in pieces if piece.kind == "string" and piece.text != "%"):
        return None
    return concat([*pieces, Value("string", rest)])


def _string_list(parts: Parts) -> Value | None:
    separator, given = _text(parts[0]), parts[1]
    texts = [_text(part) for part in given.parts]
    if separator is None or given.kind != "array" or None in texts:
        return None
    return Value("string", separator.join(str(text) for text in texts))


def _encoded(parts: Parts) -> Value | None:
    text = _text(parts[0])
    if text is None or len(text) > _LONGEST:
        return None
    return Value("bytes", text.encode("utf-8", "surrogatepass").decode("latin-1"))


def decoded(value: Value) -> Value | None:
    """Return the text of bytes in UTF-8."""
    if value.kind != "bytes":
        return None
    try:
        return Value("string", value.text.encode("latin-1").decode())
    except UnicodeError:
        return None


def _base64(parts: Parts) -> Value | None:
    raw = parts[0].text if parts[0].kind in {"string", "bytes"} else None
    if raw is None or len(raw) > _LONGEST:
        return None
    compact = "".join(raw.split()).replace("-", "+").replace("_", "/").rstrip("=")
    try:
        found = base64.b64decode(compact + "=" * (-len(compact) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    return Value("bytes", found.decode("latin-1"))


def _java_base64(parts: Parts) -> Value | None:
    return _base64(parts[1:])


def _listed(parts: Parts) -> Value | None:
    return parts[0] if parts[0].kind == "array" else None


def _items(parts: Parts) -> Value | None:
    return Value("array", "", parts)


def _class_name(parts: Parts) -> Value | None:
    if parts[0].kind != "class" or not parts[0].text.startswith("L"):
        return None
    return Value("string", parts[0].text[1:-1].replace("/", "."))


def _parsed(parts: Parts) -> Value | None:
    text = _text(parts[0]) or ""
    return integer(int(text)) if text.isascii() and text.isdecimal() and len(text) < 11 else None


_S = "Ljava/lang/String;->"
_BOXES = {"Integer": "I", "Long": "J", "Short": "S", "Byte": "B", "Boolean": "Z", "Character": "C"}
_FOLDS: dict[str, Callable[[Parts], Value | None]] = {
    f"{_S}concat({_STRING}){_STRING}": _joined,
    f"{_S}trim(){_STRING}": _changed(str.strip),
    f"{_S}toLowerCase(){_STRING}": _changed(str.lower),
    f"{_S}toLowerCase(Ljava/util/Locale;){_STRING}": _changed(str.lower),
    f"{_S}toUpperCase(){_STRING}": _changed(str.upper),
    f"{_S}toUpperCase(Ljava/util/Locale;){_STRING}": _changed(str.upper),
    f"{_S}intern(){_STRING}": _same_text,
    f"{_S}toString(){_STRING}": _same_text,
    f"{_CHARS}->toString(){_STRING}": _same_text,
    f"{_OBJECT}->toString(){_STRING}": _same_text,
    f"{_S}valueOf({_OBJECT}){_STRING}": _same_text,
    f"{_S}valueOf(I){_STRING}": _decimal,
    f"{_S}valueOf(J){_STRING}": _decimal,
    f"{_S}valueOf(C){_STRING}": _character,
    f"{_S}valueOf([C){_STRING}": _characters,
    f"{_S}copyValueOf([C){_STRING}": _characters,
    f"{_S}replace({_CHARS}{_CHARS}){_STRING}": _replaced,
    f"{_S}replace(CC){_STRING}": _replaced_characters,
    f"{_S}substring(I){_STRING}": _cut,
    f"{_S}substring(II){_STRING}": _cut,
    f"{_S}format({_STRING}[{_OBJECT}){_STRING}": _formatted,
    f"{_S}format(Ljava/util/Locale;{_STRING}[{_OBJECT}){_STRING}": lambda parts: _formatted(parts[1:]),
    f"{_S}join({_CHARS}[{_CHARS}){_STRING}": _string_list,
    f"{_S}join({_CHARS}Ljava/lang/Iterable;){_STRING}": _string_list,
    f"{_S}getBytes()[B": _encoded,
    f"{_S}getBytes(Ljava/nio/charset/Charset;)[B": _encoded,
    f"{_S}getBytes({_STRING})[B": _encoded,
    f"{_S}toCharArray()[C": lambda parts: Value("bytes", parts[0].text) if parts[0].kind == "string" else None,
    f"Landroid/util/Base64;->decode({_STRING}I)[B": _base64,
    "Landroid/util/Base64;->decode([BI)[B": _base64,
    f"Ljava/util/Base64$Decoder;->decode({_STRING})[B": _java_base64,
    "Ljava/util/Base64$Decoder;->decode([B)[B": _java_base64,
    f"Lkotlin/jvm/internal/Intrinsics;->stringPlus({_STRING}{_OBJECT}){_STRING}": _joined,
    f"Ljava/util/Objects;->requireNonNull({_OBJECT}){_OBJECT}": _same,
    f"Ljava/util/Objects;->requireNonNull({_OBJECT}{_STRING}){_OBJECT}": _same,
    f"Ljava/util/Arrays;->asList([{_OBJECT})Ljava/util/List;": _listed,
    f"Lkotlin/collections/CollectionsKt;->listOf([{_OBJECT})Ljava/util/List;": _listed,
    f"Lkotlin/collections/CollectionsKt;->arrayListOf([{_OBJECT})Ljava/util/ArrayList;": _listed,
    f"Lkotlin/collections/CollectionsKt;->listOf({_OBJECT})Ljava/util/List;": _items,
    f"Ljava/util/Collections;->singletonList({_OBJECT})Ljava/util/List;": _items,
    f"[{_STRING}->clone(){_OBJECT}": _listed,
    f"[{_OBJECT}->clone(){_OBJECT}": _listed,
    f"Ljava/lang/Class;->getName(){_STRING}": _class_name,
    f"Ljava/lang/Class;->getCanonicalName(){_STRING}": _class_name,
    f"{_OBJECT}->getClass()Ljava/lang/Class;": lambda parts: (
        Value("class", parts[0].text) if parts[0].kind == "new" else None
    ),
    **{f"Ljava/util/List;->of({_OBJECT * count})Ljava/util/List;": _items for count in range(1, 11)},
    **{
        f"Ljava/lang/{name};->valueOf({shape})Ljava/lang/{name};": (
            _same if name != "Character" else lambda parts: _character(parts) or parts[0]
        )
        for name, shape in _BOXES.items()
    },
    **{
        f"Ljava/util/{name};->toArray({shape})[{_OBJECT}": _listed
        for name in ("ArrayList", "Collection", "HashSet", "LinkedHashSet", "LinkedList", "List", "Set", "TreeSet")
        for shape in ("", f"[{_OBJECT}")
    },
    "Ljava/lang/Integer;->intValue()I": _same,
    f"Ljava/lang/Integer;->parseInt({_STRING})I": _parsed,
}  # fmt: skip


def is_folded(signature: str) -> bool:
    """Whether a method is computed when its arguments are known."""
    return signature in _FOLDS


def fold(signature: str, parts: Parts) -> Value:
    """Return what a call with these arguments yields: computed where it can be, else the ``call`` itself."""
    change = _FOLDS.get(signature)
    if change is None:
        return Value("call", signature, parts)
    found = []
    for choice in combinations(parts) if any(part.kind == "any" for part in parts) else (parts,):
        try:
            result = change(choice)
        except (IndexError, ValueError, OverflowError):
            result = None
        found.append(result or Value("call", signature, choice))
    return join(found)


def constructed(signature: str, parts: Parts) -> Value | None:
    """Return the text that ``new String(…)`` makes, `None` for other constructors and unknown arguments."""
    if not signature.startswith(f"{_S}<init>("):
        return None
    shape = signature[signature.find("(") + 1 : signature.find(")")]
    if not shape:
        return Value("string")
    if shape.startswith("[B"):
        return decoded(parts[0]) if shape in {"[B", f"[B{_STRING}", "[BLjava/nio/charset/Charset;"} else None
    if shape == "[C":
        return _characters(parts)
    return _same_text(parts) if shape == _STRING else None
