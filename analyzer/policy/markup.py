"""HTML to text: what a reader would see, one line per block or table row, cells parted by tabs."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_DROPPED = frozenset({"script", "style", "template", "noscript", "svg", "math", "object", "iframe", "head", "select"})
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "li",
        "main",
        "nav",
        "ol",
        "option",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "title",
        "tr",
        "ul",
    ]
)
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"]
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_HIDDEN_STYLE = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_SPACES = re.compile(r"[ \u00a0\u3000\u200b\ufeff]+")
_LOOKS_LIKE_HTML = re.compile(
    r"<!doctype\s+html|<html[\s>]|<body[\s>]|<(?:div|p|table|ul|ol|h[1-6])(?:\s[^<>]{0,400})?>", re.IGNORECASE
)


class _Text(HTMLParser):
    """Collects the visible text. `images` counts pictures, to tell a policy that is only pictures."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.images = 0
        self._dropped: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._dropped:
            if tag == self._dropped[-1] and tag not in _VOID:
                self._dropped.append(tag)
            elif tag == "body" and self._dropped[0] == "head":  # a page that never closes its head
                self._dropped.clear()
            return
        if tag == "img":
            self.images += 1
        values = dict(attrs)
        hidden = "hidden" in values or _HIDDEN_STYLE.search(values.get("style") or "") is not None
        if (tag in _DROPPED or hidden) and tag not in _VOID:
            self._dropped.append(tag)
        elif tag in _BLOCKS:
            # a heading keeps its mark, as Markdown writes it: what stands under it is read in its light
            self.parts.append("\n" + "#" * int(tag[1]) + " " if tag in _HEADINGS else "\n")
        elif tag in {"td", "th"}:
            self.parts.append("\t")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # <div/> is an open tag to a browser; only void elements and dropped ones really end here
        if tag in _VOID or tag not in _DROPPED:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if self._dropped:
            if tag == self._dropped[-1]:
                self._dropped.pop()
            return
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._dropped:
            self.parts.append(data.replace("\r", " ").replace("\n", " "))


def is_html(text: str) -> bool:
    """Tell whether a text is HTML rather than plain text or Markdown."""
    return _LOOKS_LIKE_HTML.search(text[:20_000]) is not None


def html_text(source: str) -> tuple[str, int]:
    """Return the visible text of a page and the number of its pictures."""
    parser = _Text()
    parser.feed(source)
    parser.close()
    return tidy("".join(parser.parts)), parser.images


def tidy(text: str) -> str:
    """Make every run of spaces one space, trim lines, and drop empty ones. Offsets of facts count in this text."""
    lines = (_SPACES.sub(" ", line).strip(" ").strip("\t") for line in text.replace("\r\n", "\n").split("\n"))
    return "\n".join(line for line in lines if line.strip())
