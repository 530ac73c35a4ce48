"""The policy inside a web page: which of the page's lines are the article, and which are menu, banner and footer.

Resiliparse says what the main content is; its first and last line bound a stretch of our own rendering, which keeps
tables as rows and loses nothing in between. What it would leave out at random can so never make a policy incomplete.
"""

from __future__ import annotations

import re

_SHORT = 120
"""Characters; a page below this has no room for a frame around the policy."""
_LEAST_SHARE = 0.5
"""A main content smaller than this share of the page is believed only if nothing outside it sounds like a policy."""
_SOUNDS_LIKE_POLICY = re.compile(r"^(?=.{12}).*(?:收集|个人信息|权限|我们会|您的(?!浏览体验))", re.MULTILINE)
_SIGNS = re.compile(r"[\W_]+")


def main_lines(source: str, whole: str) -> str:
    """Return the stretch of `whole`, the page's rendering in lines, that is its main content; at worst all of it."""
    if len(whole) < _SHORT:
        return whole
    from resiliparse.extract.html2text import extract_plain_text  # noqa: PLC0415  # wanted for web pages only

    article = extract_plain_text(source, main_content=True, alt_texts=False, links=False, list_bullets=False)
    kept = {_bare(line) for line in article.split("\n")}
    kept.discard("")
    lines = whole.split("\n")
    # a row of a table is one line here and may be several there
    places = [
        number
        for number, line in enumerate(lines)
        if any(len(bare) > 3 and bare in kept for bare in (_bare(line), *map(_bare, line.split("\t"))))
    ]
    if not places:
        return whole
    part = "\n".join(lines[places[0] : places[-1] + 1])
    if len(part) >= _LEAST_SHARE * len(whole):
        return part
    outside = "\n".join((*lines[: places[0]], *lines[places[-1] + 1 :]))
    return whole if _SOUNDS_LIKE_POLICY.search(outside) or not _SOUNDS_LIKE_POLICY.search(part) else part


def _bare(line: str) -> str:
    return _SIGNS.sub("", line)
