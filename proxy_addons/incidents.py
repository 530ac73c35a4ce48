"""Events of a live proxy → what was not analysed, and why: failed handshakes, pinned names, lost flows, QUIC."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from analyzer.model import NotAnalysed

NEVER_TRUSTS = "does not trust the proxy's certificate"
"""In mitmproxy's words for an alert by which a client refuses our certificate."""
PINNED_AFTER = 2
"""Refusals of one name, while other names work, that speak for certificate pinning."""
UNSURE_AFTER = 4
"""The same for handshakes that were just broken off: apps also do that for reasons of their own."""
MANY = 4
"""Pinned names above which, when they are also the greater part, the set-up is doubted."""
FLOWS_NAMED = 20
"""Flows of one host that are named one by one when they could not be recorded."""


@dataclass(slots=True)
class NameTried:
    """What came of the handshakes of one phone for one name."""

    refused: int = 0
    """The phone said that it does not trust the certificate."""
    broken: int = 0
    """The handshake ended without a word."""
    worked: bool = False
    passed: bool = False
    """The name is let through unread."""
    tunnelled: int = 0
    """Connections that were let through."""

    def add(self, event: dict[str, Any]) -> None:
        """Count one event."""
        kind = event.get("event")
        if kind == "tls_established_client":
            self.worked = True
        elif kind == "tls_pinned":
            self.passed = True
        elif kind == "tls_passed_through":
            self.tunnelled += 1
        elif NEVER_TRUSTS in str(event.get("error")):
            self.refused += 1
        else:
            self.broken += 1

    @property
    def pinned(self) -> bool:
        """Tell whether the failures speak for pinning, given that other names work."""
        return not self.worked and (self.refused >= PINNED_AFTER or self.broken >= UNSURE_AFTER)


def incident_rows(events: Iterable[dict[str, Any]]) -> list[NotAnalysed]:
    """Return what the proxy saw but could not read: failed handshakes, names let through, lost flows, QUIC, bugs."""
    events = list(events)
    return [*_handshake_rows(events), *_server_rows(events), *_recording_rows(events), *_quic_rows(events)]


def _handshake_rows(events: list[dict[str, Any]]) -> list[NotAnalysed]:
    """Return one row for each name whose handshakes with the app failed: what it sent is unknown."""
    tried: dict[str, NameTried] = {}
    for event in events:
        if event.get("event") in _HANDSHAKES:
            tried.setdefault(str(event.get("sni") or event.get("address") or ""), NameTried()).add(event)
    worked = sum(one.worked for one in tried.values())
    pinned = sum(one.pinned for one in tried.values())
    rows = []
    for name, one in sorted(tried.items()):
        if count := one.refused + one.broken + one.tunnelled:
            code, why = _verdict(one, worked=worked, pinned=pinned)
            rows.append(NotAnalysed(request_id="", host=name or None, code=code, detail=f"{why} (×{count})"))
    return rows


def _verdict(one: NameTried, *, worked: int, pinned: int) -> tuple[str, str]:
    """Say pinning only where other names worked; where everything failed the phone does not trust the proxy at all."""
    if one.worked:
        return "tls_failed", "some TLS handshakes of the app failed, others worked"
    if not worked:
        return "tls_failed", "every TLS handshake failed: the phone does not trust the proxy's CA (set-up)"
    if not one.pinned and not one.passed:
        return "tls_failed", "TLS handshakes failed, too few to say why"
    why = "the app refused the proxy's certificate while other hosts accepted it: certificate pinning"
    if one.passed:
        why += f"; let through unread from then on, {one.tunnelled} connections"
    if pinned > MANY and pinned > worked:
        why += "; so many names did that a CA in the user store alone (set-up) is as likely"
    return "tls_pinned", why


_HANDSHAKES = {"tls_failed_client", "tls_established_client", "tls_pinned", "tls_passed_through"}


def _server_rows(events: list[dict[str, Any]]) -> list[NotAnalysed]:
    rows = []
    counts: dict[tuple[str, str, str], int] = {}
    for event in events:
        if event.get("event") in {"tls_failed_server", "tls_unverified_server"}:
            place = (str(event["event"]), str(event.get("sni") or event.get("address") or ""), str(event.get("error")))
            counts[place] = counts.get(place, 0) + 1
    for (kind, name, error), count in sorted(counts.items()):
        if kind == "tls_failed_server":
            detail = f"the server's certificate or handshake was not accepted, nothing was sent: {error[:200]}"
            rows.append(NotAnalysed(request_id="", host=name or None, code="tls_failed", detail=f"{detail} (×{count})"))
    return rows


def _recording_rows(events: list[dict[str, Any]]) -> list[NotAnalysed]:
    rows: list[NotAnalysed] = []
    unnamed: dict[tuple[str, str], int] = {}
    for event in events:
        kind = event.get("event")
        if kind not in {"not_recorded", "analyser_error"}:
            continue
        host = str(event.get("host") or "")
        named = sum(row.host == (host or None) and row.code == kind for row in rows)
        if named >= FLOWS_NAMED:
            unnamed[kind, host] = unnamed.get((kind, host), 0) + 1
            continue
        why = event.get("why") if kind == "not_recorded" else f"while recording: {event.get('where')}"
        flow = str(event.get("flow") or "")
        rows.append(NotAnalysed(request_id=flow, host=host or None, code=str(kind), detail=str(why)))
    for (kind, host), count in sorted(unnamed.items()):
        detail = f"{count} more flows of this host"
        rows.append(NotAnalysed(request_id="", host=host or None, code=kind, detail=detail))
    return rows


def _quic_rows(events: list[dict[str, Any]]) -> list[NotAnalysed]:
    """Return one row a host to which QUIC was tried and blocked: the app may have gone on over TCP, or not at all."""
    hosts = {str(event.get("address")) for event in events if event.get("event") == "quic"}
    blocked = {str(event.get("address")) for event in events if event.get("choice") == "block"} & hosts
    why = "QUIC was blocked by choice; what the app then sent over TCP was read"
    return [NotAnalysed(request_id="", host=host, code="quic_blocked", detail=why) for host in sorted(blocked)]


def warnings_now(events: Iterable[dict[str, Any]], lang: str) -> list[str]:
    """Return what the operator should know while the capture runs, the set-up that is wrong first."""
    lines: dict[str, None] = {}
    trusted = {str(event.get("client")) for event in events if event.get("event") == "tls_established_client"}
    for event in events:
        kind, zh = event.get("event"), lang == "zh"
        if kind == "ca_not_trusted" and str(event.get("client")) not in trusted:
            lines[_UNTRUSTED[0] if zh else _UNTRUSTED[1]] = None
        elif kind == "tls_pinned":
            name = event.get("sni")
            words = f"证书固定，不解密放行：{name}" if zh else f"pinned, let through unread: {name}"
            lines[words] = None
        elif kind == "not_recorded":
            lines["有请求未能录制（磁盘？）" if zh else "some flows could not be recorded (disk?)"] = None
        elif kind == "analyser_error":
            lines["录制程序出错，见汇总" if zh else "an error while recording, see the summary"] = None
    return list(lines)[:WARNINGS_SHOWN]


WARNINGS_SHOWN = 5
_UNTRUSTED = (
    "所有 TLS 握手都失败：手机不信任代理证书，设置有误（见上面第 2 步）",
    "every TLS handshake failed: the phone does not trust the CA, the set-up is wrong (see 2. above)",
)
