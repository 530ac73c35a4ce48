"""What the operator is told when a capture starts: how the phone gets here, trusts the CA, and how marks are set."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from .keyboard import KEYS
from .markpage import MARK_HOST, WORDS
from .modes import ANYWHERE, reachable_address

if TYPE_CHECKING:
    from .modes import Way

LOCAL_ADDRESSES = {"127.0.0.1", "::1", "localhost"}
CERTIFICATE = "mitmproxy-ca-cert.pem"


def guide(
    way: Way, host: str, port: int, app: str, lang: str, *, code: str, confdir: Path, quic: bool, keys: bool
) -> str:
    """Return the lines. ``code``: of the session's mark page; ``keys``: marks can be set by pressing keys here."""
    zh = lang == "zh"
    lines = [
        *_way(way, host, port, app, zh=zh),
        *_certificate(confdir, zh=zh),
        *_marks(code, zh=zh, keys=keys),
        *_quic(way, zh=zh, quic=quic),
        "Ctrl-C 结束并显示汇总" if zh else "Ctrl-C ends and shows the summary",
    ]
    return "\n".join(lines)


def _way(way: Way, host: str, port: int, app: str, *, zh: bool) -> list[str]:
    if way.kind == "local":
        head = f"正在录制 {app}：本机进程（local 模式）" if zh else f"Recording {app}: local processes"
        return [head]
    if way.kind == "wireguard":
        place = f"{reachable_address(way.host)}:{way.port}"
        return [
            f"正在录制 {app}，WireGuard 服务 {place}" if zh else f"Recording {app}; WireGuard at {place}",
            "1. 手机：安装 WireGuard，扫描上面的二维码；只勾选被测应用（应用程序 → 仅包含）"
            if zh
            else "1. Phone: install WireGuard, scan the code above; tick only the app under test",
        ]
    shown = ("<本机地址>" if zh else "<address of this machine>") if host in ANYWHERE else host
    lines = [
        f"正在录制 {app}，代理地址 {shown}:{port}" if zh else f"Recording {app}; proxy at {shown}:{port}",
        "1. 手机：WLAN → 修改网络 → 代理 手动 → 填入上面的地址和端口"
        if zh
        else "1. Phone: Wi-Fi → modify network → proxy: manual → the address and port above",
    ]
    if host in LOCAL_ADDRESSES:
        lines.append(
            f"   （只监听本机：USB 手机先运行 adb reverse tcp:{port} tcp:{port}；局域网手机用 --listen 0.0.0.0:{port}）"
            if zh
            else f"   (this machine only; USB: adb reverse tcp:{port} tcp:{port}; Wi-Fi: --listen 0.0.0.0:{port})"
        )
    return lines


def _certificate(confdir: Path, *, zh: bool) -> list[str]:
    """Say how the CA gets where apps trust it: from Android 7 on not where a person can put it."""
    path = confdir / CERTIFICATE
    name = f"{system_name(path)}.0"
    store = "/system/etc/security/cacerts/"
    if zh:
        return [
            f"2. 证书：{path}（手机打开 http://mitm.it 也可下载）",
            "   Android 6 及以下：设置 → 安全 → 从存储设备安装。Android 7 起应用不信任用户证书，须任选其一：",
            f"   a. 模拟器/已 root：adb root && adb remount && adb push {path} {store}{name} && adb reboot",
            "      （Android 14 起在 /apex/com.android.conscrypt/cacerts，须绑定挂载）",
            "   b. Magisk 模块：http://mitm.it/cert/magisk    c. 自有应用：network_security_config 信任 user",
        ]
    return [
        f"2. Certificate: {path} (also at http://mitm.it on the phone)",
        "   Android 6 and below: Settings → Security. From Android 7 apps distrust user certificates; one of:",
        f"   a. emulator or rooted: adb root && adb remount && adb push {path} {store}{name} && adb reboot",
        "      (from Android 14 the store is /apex/com.android.conscrypt/cacerts: bind-mount over it)",
        "   b. Magisk module: http://mitm.it/cert/magisk    c. your own app: trust user in network_security_config",
    ]


def system_name(certificate: Path) -> str:
    """Return the name under which Android's system store looks a CA up: OpenSSL's old subject hash."""
    from cryptography import x509  # noqa: PLC0415  # slow, only here

    try:
        subject = x509.load_pem_x509_certificate(certificate.read_bytes()).subject.public_bytes()
    except (OSError, ValueError):
        return "<hash>"
    return hashlib.md5(subject, usedforsecurity=False).digest()[3::-1].hex()


def _marks(code: str, *, zh: bool, keys: bool) -> list[str]:
    page = f"http://{MARK_HOST}/{code}/"
    rest = f"   REST: POST http://{MARK_HOST}/api/marks  Authorization: Bearer {code}  " + '{"mark": "agreed"}'
    if zh:
        lines = [f"3. 标记：手机打开 {page}（操作码 {code}）" + ("，或在此按键" if keys else "")]
    else:
        lines = [f"3. Marks: open {page} on the phone (code {code})" + (", or press a key here" if keys else "")]
    return [*lines, rest]


def key_line(lang: str) -> str:
    """Return which key sets which mark."""
    at = 0 if lang == "zh" else 1
    end = "q=结束" if lang == "zh" else "q=end"
    return "  ".join([*(f"{key}={WORDS[kind][at]}" for key, kind in KEYS.items()), end])


def _quic(way: Way, *, zh: bool, quic: bool) -> list[str]:
    if way.kind in {"regular", "upstream"}:
        told = (
            "4. QUIC/UDP 不经过 HTTP 代理，不会被录到；需要时在路由器上阻断 UDP 443，或用 --mode wireguard"
            if zh
            else "4. QUIC and other UDP do not go through an HTTP proxy: block UDP 443, or use --mode wireguard"
        )
    elif quic:
        told = "4. QUIC：解密（试验性；不信任用户证书的应用会失败）" if zh else "4. QUIC: decrypted (experimental)"
    else:
        told = (
            "4. QUIC：已阻断，应用会改用 TCP（--quic allow 可放行）"
            if zh
            else "4. QUIC: blocked, apps fall back to TCP (--quic allow lets it in)"
        )
    return [told]
