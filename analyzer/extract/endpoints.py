"""Hosts and URLs in the code, with the classes that name them, the recipient and its country.

A URL that stands in the package is not yet a contact. What cannot be an endpoint is kept out, each with its reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from ipaddress import IPv4Address, ip_address

from analyzer.catalogue.recipient_table import RecipientTable
from analyzer.dex import DexIndex, Hits, Query
from analyzer.model import Endpoint
from analyzer.model.record import dataclass

_SCHEMES = "https?|wss?|ftp|mqtts?|tcp|ssl|rtmps?|rtsp"
_RAW_URL = re.compile(rb"://[A-Za-z0-9\[%{]")
_SCHEME = re.compile(rf"(?:{_SCHEMES})\Z", re.IGNORECASE)
_URL = re.compile(r"://([^\s\"'<>\\^`|/?#,;)}\]]+)([^\s\"'<>\\^`|]*)")
_HOST = re.compile(r"(?=.{4,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z][a-z0-9-]{1,62}")
_LONGEST_SCHEME = 5
_MOST_URL = 300
"""Characters of a URL that are kept."""

NOISE = {
    "schemas.android.com": "XML namespace",
    "schemas.microsoft.com": "XML namespace",
    "schemas.xmlsoap.org": "XML namespace",
    "schemas.openxmlformats.org": "XML namespace",
    "w3.org": "XML namespace",
    "xmlpull.org": "name of a parser feature",
    "xml.org": "name of a parser feature",
    "apache.org/xml": "name of a parser feature",
    "xml.apache.org": "name of a parser feature",
    "java.sun.com": "XML namespace",
    "javax.xml.XMLConstants": "name of a parser feature",
    "ns.adobe.com": "XMP namespace",
    "ns.google.com": "XMP namespace",
    "purl.org": "XML namespace",
    "iptc.org": "XMP namespace",
    "cipa.jp": "XMP namespace",
    "ogp.me": "RDF namespace",
    "xmlns.com": "RDF namespace",
    "relaxng.org": "XML namespace",
    "json-schema.org": "schema name",
    "schema.org": "vocabulary name",
    "dashif.org": "name of a DASH scheme",
    "mpeg.org": "name of a DASH scheme",
    "example.com": "reserved for examples (RFC 2606)",
    "example.org": "reserved for examples (RFC 2606)",
    "example.net": "reserved for examples (RFC 2606)",
    "example": "reserved for examples (RFC 2606)",
    "test": "reserved for tests (RFC 2606)",
    "invalid": "reserved (RFC 2606)",
    "localhost": "the phone itself",
    "localdomain": "the phone itself",
}
"""Host or suffix that is no endpoint → why."""

_FILE_ENDINGS = frozenset(
    {
        "java", "kt", "js", "jsx", "ts", "css", "html", "htm", "xml", "json", "txt", "so", "dex", "apk", "jar", "zip",
        "png", "jpg", "jpeg", "gif", "webp", "svg", "mp3", "mp4", "ttf", "otf", "db", "properties", "class", "bin",
        "dat", "log", "pb", "proto", "md", "py", "sh", "gradle",
    }
)  # fmt: skip
"""Last labels of file and class names: ``a.b.java`` is no host."""


@dataclass(frozen=True, slots=True)
class Urls:
    """Strings of the code that hold a URL or a known host, and the question who uses them."""

    texts: dict[str, tuple[tuple[str, str | None, str], ...]]
    """Text → (host, scheme or `None` for a bare host, URL)."""
    query: Query
    held: dict[str, list[tuple[str, str]]]
    """Text → (file, class) pairs that hold it as the initial value of a static field."""
    files: dict[str, tuple[str, ...]]
    """Text → DEX files whose string table has it."""

    @property
    def hosts(self) -> frozenset[str]:
        """All hosts."""
        return frozenset(host for found in self.texts.values() for host, _, _ in found)


def find_urls(index: DexIndex, recipients: RecipientTable) -> Urls:
    """Return the URLs in the string tables, and the bare host names that the recipient table knows."""
    texts: dict[str, tuple[tuple[str, str | None, str], ...]] = {}
    files: dict[str, dict[str, None]] = {}
    for found in index.search_strings(_RAW_URL):
        if found.value not in texts:
            texts[found.value] = tuple(urls_in(found.value))
        if texts[found.value]:
            files.setdefault(found.value, {})[found.dex] = None
    for found in index.ending_strings(_endings(recipients)):
        host = found.value
        if host not in texts:
            texts[host] = ((host, None, host),) if _is_host(host) and recipients.pattern_of(host) else ()
        if texts[host]:
            files.setdefault(host, {})[found.dex] = None
    texts = {text: urls for text, urls in texts.items() if urls}
    held = index.static_value_users(texts)
    return Urls(texts, Query(strings=frozenset(texts)), held, {text: tuple(names) for text, names in files.items()})


def find_endpoints(urls: Urls, hits: Hits, recipients: RecipientTable) -> tuple[Endpoint, ...]:
    """Return one row for each URL and class that names it, sorted; a string that no code loads stays with its file."""
    users: dict[str, dict[str, None]] = {}
    for site in hits.of("string"):
        if site.target in urls.texts:
            users.setdefault(site.target, {})[f"{site.dex}: {site.caller.partition('->')[0]}"] = None
    for text, places in urls.held.items():
        for dex, owner in places:
            users.setdefault(text, {})[f"{dex}: {owner}"] = None
    rows: set[Endpoint] = set()
    for text, found in urls.texts.items():
        for place in users.get(text) or dict.fromkeys(urls.files.get(text, ())):
            rows.update(_endpoint(host, scheme, url, place, recipients) for host, scheme, url in found)
    return tuple(sorted(rows, key=_key))


def endpoints_in_text(text: str, found_in: str, recipients: RecipientTable) -> tuple[Endpoint, ...]:
    """Return the endpoints in a resource or asset, sorted; ``found_in`` is the archive entry."""
    rows = {_endpoint(host, scheme, url, found_in, recipients) for host, scheme, url in urls_in(text)}
    return tuple(sorted(rows, key=_key))


def _key(row: Endpoint) -> tuple[str, str, str, str]:
    return row.host, row.url, row.found_in, row.scheme or ""


def urls_in(text: str) -> Iterator[tuple[str, str | None, str]]:
    """Yield (host, scheme, URL) of every URL in a text that can be an endpoint.

    A link in a sentence (``see https://…`` in an error message) is documentation and left out; so is a host with a
    placeholder, because its name is not known.
    """
    for match in _URL.finditer(text):
        named = _SCHEME.search(text, max(0, match.start() - _LONGEST_SCHEME), match.start())
        if named is None or _in_sentence(text, named.start()):
            continue
        scheme, authority, rest = named[0].lower(), match[1], match[2]
        host = _host_of(authority)
        if host is not None and noise(host) is None:
            yield host, scheme, f"{scheme}://{authority}{rest}"[:_MOST_URL].rstrip(".,;:")


def _in_sentence(text: str, at: int) -> bool:
    """Whether what stands before ``at`` is a word and a space; a letter right before is no scheme's beginning."""
    if not at:
        return False
    if text[at - 1].isalnum():
        return text[at - 1].isascii()
    before = text[max(0, at - 8) : at].rstrip()
    return text[at - 1].isspace() and bool(before) and (before[-1].isalnum() or before[-1] in ".,:)!?")


def _host_of(authority: str) -> str | None:
    host = authority.rpartition("@")[2].lower()
    host = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0].rstrip(".")
    try:
        address = ip_address(host)
    except ValueError:
        return host if _is_host(host) else None
    # Addresses of the phone itself or of a local network say nothing about a recipient.
    local = address.is_private or address.is_loopback or address.is_unspecified or address.is_reserved
    return None if local or (isinstance(address, IPv4Address) and address.is_multicast) else host


def _is_host(host: str) -> bool:
    return bool(_HOST.fullmatch(host)) and host.rpartition(".")[2] not in _FILE_ENDINGS


def noise(host: str) -> str | None:
    """Return why a host is no endpoint, `None` when it is one."""
    rest = host
    while rest:
        if rest in NOISE:
            return NOISE[rest]
        rest = rest.partition(".")[2]
    return None


@lru_cache(maxsize=2)
def _endings(recipients: RecipientTable) -> frozenset[str]:
    known = {pattern.rpartition(".")[2] for pattern in recipients.patterns() if "/" not in pattern}
    return frozenset(ending for ending in known if ending.isalpha()) - _FILE_ENDINGS


def _endpoint(host: str, scheme: str | None, url: str, found_in: str, recipients: RecipientTable) -> Endpoint:
    path = url.partition("://")[2]
    at = min((place for place in (path.find("/"), path.find("?")) if place >= 0), default=-1)
    rule = recipients.lookup(host, path[at:] if scheme and at >= 0 else None)
    recipient = None
    if rule is not None:
        recipient = f"sdk:{rule.sdk}" if rule.known_sdk else rule.name.zh if rule.name else None
    return Endpoint(
        host=host,
        scheme=scheme,
        url=url,
        found_in=found_in,
        recipient=recipient,
        country=rule.country if rule else None,
    )
