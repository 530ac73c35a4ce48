"""XML, HTML and GraphQL as names and values, without a parser that hostile input could hurt.

No entity is expanded beyond the characters that HTML names, no document type is read; a cut document keeps what it has.
"""

from __future__ import annotations

import html
import re
from typing import Any

from .structure import NotThisShapeError

TAG = re.compile(r"<(/)?([A-Za-z_][\w:.-]{0,80})([^<>]{0,65536})>")
ATTRIBUTE = re.compile(r"""([A-Za-z_@:][\w:.-]{0,80})\s{0,4}=\s{0,4}(?:"([^"]*)"|'([^']*)')""")
START = re.compile(r"\s*(?:\ufeff)?\s*<(?:\?xml|!DOCTYPE|!--|[A-Za-z_])", re.IGNORECASE)
HTML_PAGE = re.compile(r"\s*(?:\ufeff)?\s*<(?:!DOCTYPE html|html)", re.IGNORECASE)
PLIST_KEY = "key"
MAX_TAGS = 50_000
ARGUMENT = re.compile(
    r'([A-Za-z_]\w{0,80})\s{0,4}:\s{0,4}(?:"""(.*?)"""|"((?:[^"\\\n]|\\.)*)"|(-?\d[\d.eE+-]*))', re.DOTALL
)
OPERATION = re.compile(r"\s*(?:(?:query|mutation|subscription|fragment)\b[^{]{0,2000})?\{")


def xml(text: str, reached: set[str]) -> tuple[tuple[str, Any], ...]:
    """Return (element or attribute name, text) of a document in order; a property list by its own keys.

    What stands behind the last tag that is read comes as one text, and the bound is added to ``reached``.
    Raises `NotThisShapeError` where there is no element.
    """
    if not START.match(text):
        raise NotThisShapeError("no element at the start")
    found: list[tuple[str, Any]] = []
    name, begin, key = "", 0, None
    is_plist = "<plist" in text[:2000]
    count = 0
    text = _flat(text)
    for tag in TAG.finditer(text):
        count += 1
        if count > MAX_TAGS:
            reached.add("tags in one document")
            break
        content = html.unescape(text[begin : tag.start()]).strip()
        begin = tag.end()
        closing, element, rest = tag.groups()
        if content:
            if is_plist and name == PLIST_KEY:
                key = content
            else:
                found.append((key or name, content))
                key = None
        name = "" if closing else element
        if "=" in rest:
            for attribute in ATTRIBUTE.finditer(rest):
                value = attribute[2] if attribute[2] is not None else attribute[3]
                if value:
                    found.append((attribute[1], html.unescape(value)))
    if count == 0:
        raise NotThisShapeError("no tag")
    if rest := html.unescape(text[begin:]).strip():
        found.append((name, rest))
    return tuple(found)


def _flat(text: str) -> str:
    """Return a document without comments, its CDATA sections as ordinary text."""
    if "<!" not in text:
        return text
    parts: list[str] = []
    at = 0
    while (mark := text.find("<!", at)) >= 0:
        parts.append(text[at:mark])
        if text.startswith("<!--", mark):
            end = text.find("-->", mark)
            at = len(text) if end < 0 else end + 3
        elif text.startswith("<![CDATA[", mark):
            end = text.find("]]>", mark)
            end = len(text) if end < 0 else end
            parts.append(html.escape(text[mark + 9 : end], quote=False))
            at = end + 3
        else:
            parts.append("<!")
            at = mark + 2
    return "".join((*parts, text[at:]))


def is_page(text: str) -> bool:
    """Tell whether a text is an HTML page."""
    return HTML_PAGE.match(text) is not None


def graphql(text: str) -> tuple[tuple[str, Any], ...]:
    """Return the arguments written into a GraphQL operation. Raises `NotThisShapeError`."""
    if not OPERATION.match(text):
        raise NotThisShapeError("no operation")
    found = []
    for argument in ARGUMENT.finditer(text):
        value = next(group for group in argument.groups()[1:] if group is not None)
        found.append((argument[1], re.sub(r'\\(["\\/])', r"\1", value)))
    if not found:
        raise NotThisShapeError("no argument")
    return tuple(found)
