"""Addresses of content providers and paths of files, read from the calls that put them together."""

from __future__ import annotations

import re

from analyzer.dex import Site, Value

_STRING, _FILE, _URI = "Ljava/lang/String;", "Ljava/io/File;", "Landroid/net/Uri;"
_BUILDER = "Landroid/net/Uri$Builder;"
_PARSES = frozenset(
    {f"{_URI}->parse({_STRING}){_URI}", "Landroidx/core/net/UriKt;->toUri(Ljava/lang/String;)Landroid/net/Uri;"}
)
_APPENDS = frozenset(
    {
        f"{_URI}->withAppendedPath({_URI}{_STRING}){_URI}",
        f"{_BUILDER}->appendPath({_STRING}){_BUILDER}",
        f"{_BUILDER}->appendEncodedPath({_STRING}){_BUILDER}",
        f"Landroid/content/ContentUris;->withAppendedId({_URI}J){_URI}",
        f"Landroid/content/ContentUris;->appendId({_BUILDER}J){_BUILDER}",
    }
)
_KEEPS = ("buildUpon(", "build(", "appendQueryParameter(", "clearQuery(", "normalizeScheme(", "setRequireOriginal(")
_SETTING = re.compile(r"Landroid/provider/Settings\$(Secure|System|Global);->getUriFor\(")

FILE_OPENERS = {
    f"{_FILE}-><init>({_STRING})V": (0,),
    f"{_FILE}-><init>({_STRING}{_STRING})V": (0, 1),
    f"{_FILE}-><init>({_FILE}{_STRING})V": (0, 1),
    f"Ljava/io/FileInputStream;-><init>({_STRING})V": (0,),
    f"Ljava/io/FileReader;-><init>({_STRING})V": (0,),
    f"Ljava/io/RandomAccessFile;-><init>({_STRING}{_STRING})V": (0,),
    f"Ljava/nio/file/Paths;->get({_STRING}[{_STRING})Ljava/nio/file/Path;": (0, 1),
    f"Ljava/nio/file/Path;->of({_STRING}[{_STRING})Ljava/nio/file/Path;": (0, 1),
    f"Ljava/nio/file/FileSystem;->getPath({_STRING}[{_STRING})Ljava/nio/file/Path;": (0, 1),
    f"Landroid/system/Os;->open({_STRING}II)Ljava/io/FileDescriptor;": (0,),
    f"Landroid/os/FileObserver;-><init>({_STRING})V": (0,),
    f"Landroid/os/FileObserver;-><init>({_STRING}I)V": (0,),
}
"""Calls that take a path, and which parameters make it; a reader of a `File` is told by the file's own constructor."""

_RESOLVERS = ("Landroid/content/ContentResolver;", "Landroid/content/ContentProviderClient;")
_VALUES, _SELECTION = "Landroid/content/ContentValues;", f"{_STRING}[{_STRING}"
WRITERS = frozenset(
    f"{owner}->{call}"
    for owner in _RESOLVERS
    for call in (
        f"insert({_URI}{_VALUES}){_URI}",
        f"bulkInsert({_URI}[{_VALUES})I",
        f"update({_URI}{_VALUES}{_SELECTION})I",
        f"delete({_URI}{_SELECTION})I",
    )
)
"""Calls that change what lies at an address: they read nothing of it."""

OTHER = "0"
"""Stands for a name in a path that is not known: a wildcard of the rules fits it, nothing else does."""


def uris(value: Value, fields: dict[str, str]) -> list[tuple[str, str]]:
    """Return (constant, provider address) of everything that a `Uri` may be; ``fields``: static field → address.

    What stands behind an unknown part is cut off.
    """
    found: dict[tuple[str, str], None] = {}
    for one in value.options:
        for constant, address in _uri(one, fields, 8):
            found.setdefault((constant, address.strip()))
    return list(found)


def _uri(value: Value, fields: dict[str, str], depth: int) -> list[tuple[str, str]]:  # noqa: PLR0911  # one for each way in which one is made
    if value.kind == "any":
        return [row for one in value.options for row in _uri(one, fields, depth)]
    text = known_start(value)
    if text is not None and text.startswith("content://"):
        return [(text if value.kind == "string" else value.parts[0].text, text)]
    if value.kind == "field" and value.text in fields:
        return [(value.text, fields[value.text])]
    if value.kind != "call" or depth <= 0:
        return []
    setting = _SETTING.match(value.text)
    if setting and value.parts:
        return [(key, f"content://settings/{setting[1].lower()}/{key}") for key in value.parts[-1].texts]
    if value.text in _PARSES:
        return _uri(value.parts[0], fields, depth - 1) if value.parts else []
    if value.text in _APPENDS and len(value.parts) > 1:
        return [
            (constant, f"{address.rstrip('/')}/{added.lstrip('/')}")
            for constant, address in _uri(value.parts[0], fields, depth - 1)
            for added in (value.parts[1].texts or (OTHER,))
        ]
    if value.text == f"{_BUILDER}->path({_STRING}){_BUILDER}" or value.text.endswith(
        f"->authority({_STRING}){_BUILDER}"
    ):
        return _composed(value)
    if value.text.partition("->")[2].startswith(_KEEPS) and value.parts:
        return _uri(value.parts[0], fields, depth - 1)
    # A method that nobody knows: what it is given is taken for what it is made of.
    return next((found for part in value.parts if (found := _uri(part, fields, depth - 1))), [])


def _composed(value: Value) -> list[tuple[str, str]]:
    """Read ``new Uri.Builder().scheme("content").authority("sms").path("inbox")``."""
    given: dict[str, str] = {}
    while value.kind == "call" and value.text.startswith(_BUILDER) and len(value.parts) > 1:
        text = value.parts[1]
        if text.kind != "string":
            return []
        given.setdefault(value.text.partition("->")[2].partition("(")[0], text.text)
        value = value.parts[0]
    if given.get("scheme") != "content" or not given.get("authority"):
        return []
    authority = given["authority"]
    return [(authority, f"content://{authority}/{given.get('path', '').lstrip('/')}".rstrip("/"))]


def known_start(value: Value) -> str | None:
    """Return a text, as far as it is known from its beginning."""
    if value.kind == "string":
        return value.text
    if value.kind == "concat" and value.parts[0].kind == "string":
        return value.parts[0].text
    return None


def opened_paths(site: Site, numbers: tuple[int, ...]) -> list[tuple[frozenset[str], str]]:
    """Return (constants, path) of the files that a call of `FILE_OPENERS` may name; unknown names as `OTHER`."""
    found: list[tuple[frozenset[str], str]] = [(frozenset(), "")]
    for number in numbers:
        ways = _paths(site.argument(number))
        if not ways:
            return []
        found = [
            (constants | more, f"{path.rstrip('/')}/{name.lstrip('/')}" if path else name)
            for constants, path in found
            for more, name in ways
        ]
    return [(constants, clean_path(path)) for constants, path in found if path.startswith("/")]


def _paths(value: Value) -> list[tuple[frozenset[str], str]]:
    found = []
    for one in value.options:
        if one.kind == "string":
            found.append((frozenset({one.text}), one.text))
        elif one.kind == "concat":
            texts = frozenset(part.text for part in one.parts if part.kind == "string")
            found.append((texts, "".join(part.text if part.kind == "string" else OTHER for part in one.parts)))
        elif one.kind == "new" and one.text == _FILE and one.parts:
            found += _joined(one.parts)
        elif one.kind == "array":
            found += _joined(one.parts) if one.parts else [(frozenset[str](), "")]
    return found


def _joined(parts: tuple[Value, ...]) -> list[tuple[frozenset[str], str]]:
    found: list[tuple[frozenset[str], str]] = [(frozenset(), "")]
    for part in parts:
        ways = _paths(part) or [(frozenset[str](), OTHER)]
        found = [
            (constants | more, f"{path.rstrip('/')}/{name.lstrip('/')}" if path else name)
            for constants, path in found[:8]
            for more, name in ways[:8]
        ]
    return found


def clean_path(text: str) -> str:
    """Return a path with the conversions of a format string as one plain name each."""
    return re.sub(r"%(?:\d+\$)?[sd]", OTHER, text.strip())
