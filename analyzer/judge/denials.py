"""How plainly a policy denies a collection: only a plain sentence may prove the contrary of what it says."""

from __future__ import annotations

import re

_REFUSES = re.compile(
    r"(?:不会?|从不|从未|绝不|决不|并不|均不|也不|没有|do(?:es)? not|don't|never|will not)\s*(?:再|主动|去)?\s*"
    r"(?:收集|采集|获取|获得|读取|索取|记录|上传|访问|申请|扫描|监听|查看|collect|read|access|obtain|gather|upload)",
    re.IGNORECASE,
)
_NARROWS = re.compile(
    r"如|若|除|未经|仅|只|之前|前[，,]|之后|后[，,]|以后|拒绝|时[，,候]|期间|情况下|情形|目的|超出|以外|之外|无关|另行|额外|其他|但|而|直接|默认"
    r"|\b(?:if|unless|except|only|without|before|after|when|while|other than|beyond|but|by default|directly)\b",
    re.IGNORECASE,
)


def is_plain(sentence: str) -> bool:
    """Return whether ``sentence`` refuses to collect without any condition, exception or contrast.

    ``我们不收集位置`` does; ``未经您同意，我们不会收集位置`` and ``无须提供任何证件`` do not.
    """
    return bool(_REFUSES.search(sentence)) and not _NARROWS.search(sentence)
