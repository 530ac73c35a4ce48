"""How the phone's traffic reaches the proxy: mitmproxy's modes, and the keys and QR codes of WireGuard phones."""

from __future__ import annotations

import contextlib
import errno
import io
import json
import os
import re
import socket
from dataclasses import dataclass
from pathlib import Path

from analyzer.model import EduauditError, UnreadableInputError

MODES = ("regular", "upstream", "wireguard", "local")
PHONE = re.compile(r"[A-Za-z0-9][\w-]{0,31}\Z", re.ASCII)
DEFAULT_LISTEN = {"wireguard": "0.0.0.0:51820"}
ANYWHERE = {"0.0.0.0", "::", ""}  # noqa: S104  # compared, not listened on


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone that reaches the proxy through a WireGuard tunnel of its own."""

    name: str
    keys: Path
    port: int

    def configuration(self, host: str) -> str:
        """Return what the WireGuard app imports. It holds the phone's private key."""
        import mitmproxy_rs  # noqa: PLC0415  # native, only for this mode

        keys = json.loads(self.keys.read_text(encoding="utf-8"))
        public = mitmproxy_rs.wireguard.pubkey(keys["server_key"])
        shown = f"[{host}]" if ":" in host else host
        return (
            f"[Interface]\nPrivateKey = {keys['client_key']}\nAddress = 10.0.0.1/32\nDNS = 10.0.0.53\n\n"
            f"[Peer]\nPublicKey = {public}\nAllowedIPs = 0.0.0.0/0\nEndpoint = {shown}:{self.port}\n"
        )


@dataclass(frozen=True, slots=True)
class Way:
    """One way to listen, ready for mitmproxy."""

    kind: str
    """One of `MODES`."""
    specs: tuple[str, ...]
    """Values of mitmproxy's ``mode``."""
    host: str
    port: int
    phones: tuple[Phone, ...] = ()


def parse_listen(text: str) -> tuple[str, int]:
    """Read ``HOST:PORT``, ``[v6]:PORT`` or ``PORT``. Raise `EduauditError` for anything else."""
    host, _, port = text.rpartition(":")
    if not port.isdigit() or int(port) > 65535:  # highest port
        raise EduauditError(f"--listen: 应为 地址:端口 / ADDRESS:PORT is expected: {text!r}")
    return host.strip("[]") or "127.0.0.1", int(port)


def plan(mode: str, listen: str | None, phones: tuple[str, ...], folder: Path) -> Way:
    """Check what the operator asked for and make what it needs; WireGuard keys are kept in ``folder``.

    Raises `EduauditError` in one line.
    """
    kind, _, detail = mode.partition(":")
    if kind not in MODES:
        raise EduauditError(f"--mode: {mode!r}: {', '.join(MODES)}")
    if phones and kind != "wireguard":
        raise EduauditError("--phone: 只用于 --mode wireguard / only with --mode wireguard")
    host, port = parse_listen(listen or DEFAULT_LISTEN.get(kind, "127.0.0.1:8080"))
    if kind == "upstream":
        if not re.match(r"https?://[^/\s]+", detail):
            raise EduauditError("--mode upstream:URL: 应给出上级代理地址 / the address of the next proxy is expected")
        return Way(kind, (mode,), host, port)
    if kind == "wireguard":
        if detail:
            raise EduauditError("--mode wireguard: 密钥自动生成 / keys are made; name phones by --phone")
        made = tuple(_phone(name, folder, port + number) for number, name in enumerate(phones or ("phone-1",)))
        if len({phone.name for phone in made}) != len(made):
            raise EduauditError("--phone: 名称重复 / a name is given twice")
        at = f"[{host}]" if ":" in host else host
        return Way(kind, tuple(f"wireguard:{phone.keys}@{at}:{phone.port}" for phone in made), host, port, made)
    if kind == "regular" and detail:
        raise EduauditError("--mode regular: 地址用 --listen / the address is given by --listen")
    return Way(kind, (mode,), host, port)


def _phone(name: str, folder: Path, port: int) -> Phone:
    """Return a phone with its keys, made when it is seen for the first time: its tunnel then stays valid."""
    if not PHONE.match(name):
        raise EduauditError(f"--phone: 名称只用字母数字 / letters, digits, - and _ only: {name!r}")
    if port > 65535:  # highest port
        raise EduauditError("--listen: 端口不够用 / not enough ports above this one")
    path = folder / f"eduaudit-wireguard-{name}.json"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            import mitmproxy_rs  # noqa: PLC0415  # native, only for this mode

            keys = {name: mitmproxy_rs.wireguard.genkey() for name in ("server_key", "client_key")}
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                json.dump(keys, file)
        keys = json.loads(path.read_text(encoding="utf-8"))
        for part in ("server_key", "client_key"):
            str.encode(keys[part])
    except OSError as error:
        raise UnreadableInputError(path, f"密钥不能保存 / keys cannot be kept: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise UnreadableInputError(path, "不是 WireGuard 密钥文件 / not a file of WireGuard keys") from error
    return Phone(name, path, port)


def check_ports(way: Way) -> None:
    """Raise `EduauditError` in one line when a port cannot be listened on."""
    if way.kind == "local":
        return
    kind = socket.SOCK_DGRAM if way.kind == "wireguard" else socket.SOCK_STREAM
    for port in [phone.port for phone in way.phones] or [way.port]:
        check_port(way.host, port, kind)


def check_port(host: str, port: int, kind: socket.SocketKind = socket.SOCK_STREAM) -> None:
    """Raise `EduauditError` in one line when the port cannot be listened on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, kind) as probe:
        if kind is socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            if kind is socket.SOCK_STREAM:
                probe.listen(1)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise EduauditError(f"{host}:{port}: 端口已被占用 / port is already taken") from error
            raise EduauditError(f"{host}:{port}: 不能监听 / cannot listen: {error.strerror}") from error


def reachable_address(host: str) -> str:
    """Return the address under which a phone reaches this machine, as far as that can be told from here."""
    if host not in ANYWHERE:
        return host
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # nothing is sent: only the route is looked up
        return str(probe.getsockname()[0])
    return "127.0.0.1"


def qr_code(text: str) -> str:
    """Return a QR code as terminal text, two rows of modules a line."""
    import segno  # noqa: PLC0415  # only where one is printed

    out = io.StringIO()
    segno.make(text, error="l", micro=False).terminal(out, compact=True, border=2)
    return out.getvalue().rstrip("\n")
