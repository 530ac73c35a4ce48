"""The one place that touches androguard: a second opinion on manifests that our own reader cannot read."""

from __future__ import annotations

from .axml import ANDROID, Element
from .chunks import BOOLEAN, REFERENCE, STRING, ChunkError, Value


def read_with_androguard(raw: bytes) -> Element:
    """Read a binary manifest with androguard's parser. Raises `ChunkError` when it cannot either."""
    try:
        from loguru import logger  # noqa: PLC0415  # loaded only when it is needed

        logger.disable("androguard")
        from androguard.core.axml import AXMLPrinter  # noqa: PLC0415  # same: 0.3 s

        printer = AXMLPrinter(raw)
        root = printer.get_xml_obj() if printer.is_valid() else None
    except Exception as error:  # androguard raises whatever the bytes lead to
        raise ChunkError(f"androguard: {type(error).__name__}") from error
    if root is None:
        raise ChunkError("androguard: no document")
    return _convert(root, 0)


def _convert(node: object, depth: int) -> Element:
    if depth > 100:
        raise ChunkError("nested too deeply")
    element = Element(str(getattr(node, "tag", "")))
    for key, text in getattr(node, "attrib", {}).items():
        name = key.replace("{" + ANDROID + "}", "android:")
        element.attributes.setdefault(name, _value(str(text)))
    element.children.extend(_convert(child, depth + 1) for child in node)  # type: ignore[attr-defined]  # lxml element
    return element


def _value(text: str) -> Value:
    """Turn androguard's printed form back into a typed value."""
    if text.startswith("@") and len(text) == 9:
        try:
            return Value(REFERENCE, int(text[1:], 16))
        except ValueError:
            return Value(STRING, 0, text)
    if text in ("true", "false"):
        return Value(BOOLEAN, 0xFFFFFFFF if text == "true" else 0)
    return Value(STRING, 0, text)
