"""What a package name says: which labels name an organisation, and which names an obfuscator made."""

from __future__ import annotations

import re
from functools import cache

SHARED = frozenset(
    {
        "com/github", "io/github", "com/gitee", "io/gitee", "com/gitlab", "io/gitlab", "org/sourceforge",
        "net/sourceforge", "com/sourceforge", "com/googlecode", "com/google", "com/android", "cn/com", "com/cn",
        "net/cn", "org/cn", "edu/cn", "cn/edu", "cn/net", "cn/org", "com/example", "com/app", "com/apps", "com/mobile",
        "com/vip", "com/xiaomi", "com/huawei", "com/tencent", "com/alibaba", "com/baidu", "com/bytedance",
        "org/apache", "com/hk", "com/tw", "co/uk", "io/dcloud", "com/appmaker", "com/bslapp", "com/uzmap",
        "com/apicloud",
    }
)  # fmt: skip
"""Second labels under which unrelated people publish, so that two labels do not name an organisation."""
HEADS = frozenset(
    {
        "com", "cn", "org", "net", "io", "me", "cc", "tv", "co", "edu", "gov", "info", "biz", "app", "dev", "xyz",
        "top", "vip", "wang", "site", "tech", "online", "pro", "mobi", "name", "de", "uk", "fr", "jp", "kr", "ru",
        "us", "eu", "in", "it", "nl", "es", "ch", "at", "be", "se", "pl", "cz", "br", "ca", "au", "tw", "hk", "sg",
        "my", "id", "th", "vn", "ai", "im", "so", "fm", "la", "ly", "sh", "gg", "to", "tk", "androidx", "android",
        "kotlinx", "javax",
    }
)  # fmt: skip
"""First labels that name no organisation by themselves: domains, and the roots of library families."""
WORDS = frozenset({"rx", "qq", "uc", "hp", "ss"})
"""Real names of two letters."""
_READABLE = re.compile(r"[A-Za-z_][\w$-]{2,}", re.ASCII)
_SOUP = re.compile(r"[oO0QD]+|[iIl1Lj]+|(.)\1+")
"""Names that obfuscators make of letters which look alike."""


def package_of(descriptor: str) -> str:
    """Return the slash package of ``Lpkg/Cls;``, empty for the default package."""
    return descriptor.lstrip("[")[1:].rstrip(";").rpartition("/")[0]


def organisation(package: str) -> str:
    """Return the part of a slash package that names who publishes it: two labels, three below a shared one."""
    labels = package.split("/")
    count = 3 if "/".join(labels[:2]) in SHARED else 2
    return "/".join(labels[:count])


def is_readable(label: str) -> bool:
    """Tell whether a label looks as if a person chose it: obfuscators begin with one letter, then two."""
    plain = _READABLE.fullmatch(label) or (not label.isascii() and _with_chinese().fullmatch(label))
    return label in WORDS or (bool(plain) and _SOUP.fullmatch(label) is None)


@cache
def _with_chinese() -> re.Pattern[str]:
    """Compile the expression when a label needs it: that takes as long as loading ten modules."""
    return re.compile(r"[A-Za-z_\u4e00-\u9fff][\w$\u4e00-\u9fff-]{2,}", re.ASCII)


def library_of(package: str) -> str | None:
    """Return the dotted name by which unknown code of a slash package is called; `None` for obfuscated code.

    ``com/foo/bar/x`` is ``com.foo``, below a shared or very short label ``com.foo.bar``; ``okhttp3/internal`` is
    ``okhttp3``. The default package has no name.
    """
    labels = package.split("/")
    first = labels[0]
    if first not in HEADS:
        sure = len(first) > 3 or first in WORDS or any(map(is_readable, labels[1:]))
        return first if is_readable(first) and sure else None
    count = 3 if "/".join(labels[:2]) in SHARED or (len(labels) > 2 and len(labels[1]) < 3) else 2
    return ".".join(labels[:count]) if any(map(is_readable, labels[1:count])) else None
