"""Texts in a package that call themselves a privacy policy. Whether one is the policy in force is judged later."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from analyzer.model import PackagedPolicy

if TYPE_CHECKING:
    from .texts import Text

MOST = 5
"""Texts kept of one package."""
LARGEST = 512 << 10
"""Bytes; a policy of 50,000 characters has a third of that."""
_ENDINGS = (".html", ".htm", ".txt", ".md")
_HEAD = 4000
_TITLE = re.compile(r"隐私(?:权)?(?:保护)?(?:政策|协议|声明|条款|指引)|个人信息(?:保护|处理)(?:政策|规则|声明)")
_NAMED = re.compile(r"privacy|yinsi|隐私|policy", re.IGNORECASE)


class PolicyFinder:
    """Collects candidates: by their title, those whose file name says it too go first."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[bool, PackagedPolicy]] = {}

    def look(self, text: Text) -> None:
        """Keep a text that begins like a policy; the source is kept whole, for the rules may change."""
        if not text.name.lower().endswith(_ENDINGS) or not 0 < len(text.raw) <= LARGEST:
            return
        source = _decoded(text.raw)
        if source is None or not _TITLE.search(source, 0, _HEAD):
            return
        digest = hashlib.sha256(text.raw).hexdigest()
        row = PackagedPolicy(path=text.name, sha256=digest, size=len(text.raw), source=source)
        # the same text twice, in two densities or languages, is one
        said = (not _NAMED.search(text.name), row)
        known = self._found.get(digest)
        self._found[digest] = said if known is None or said[0] < known[0] else known

    def facts(self) -> tuple[PackagedPolicy, ...]:
        """Return the candidates, by path."""
        best = sorted(self._found.values(), key=lambda item: (item[0], item[1].path))[:MOST]
        return tuple(sorted((row for _, row in best), key=lambda row: row.path))


def _decoded(raw: bytes) -> str | None:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
