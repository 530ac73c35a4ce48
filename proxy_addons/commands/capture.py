"""`eduaudit traffic capture`: a live proxy that records, and what it shows while it runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analyzer.render.language import default_lang

from .delivering import deliver
from .options import (
    FILE,
    app_option,
    key_option,
    lang_option,
    need_key,
    open_spool,
    registry_option,
    spool_option,
    warn,
)

if TYPE_CHECKING:
    from analyzer.catalogue import Catalogue
    from analyzer.model import TrafficFacts
    from proxy_addons.modes import Way


@click.command(help="启动代理并录制 / start the proxy and record.")
@app_option
@click.option(
    "--profile",
    type=FILE,
    metavar="FILE",
    help="设备档案；没有则只按格式识别 / device profile; without it patterns only",
)
@click.option(
    "--mode",
    default="regular",
    show_default=True,
    metavar="MODE",
    help="regular, upstream:URL, wireguard, local[:PROCESS]：流量如何到达 / how traffic gets here",
)
@click.option(
    "--phone",
    "phones",
    multiple=True,
    metavar="NAME",
    help="WireGuard 手机，每台一个密钥 / a WireGuard phone, each with its own key",
)
@click.option(
    "--quic",
    type=click.Choice(["block", "allow"]),
    default="block",
    show_default=True,
    help="QUIC 阻断（应用改用 TCP）或解密 / block, so that apps use TCP, or decrypt",
)
@click.option(
    "--listen",
    metavar="[ADDRESS:]PORT",
    help="监听地址 / address to listen on  [127.0.0.1:8080; wireguard 0.0.0.0:51820]",
)
@click.option("--out", type=FILE, default=Path(), metavar="DIR", help="录制目录 / folder for the capture")
@click.option(
    "--duration", type=click.FloatRange(min=0), metavar="S", help="秒数，到时结束 / seconds after which it ends"
)
@click.option(
    "--proxy-option", "options", multiple=True, metavar="NAME=VALUE", help="mitmproxy 选项 / an option of mitmproxy"
)
@registry_option
@key_option
@spool_option
@lang_option
def capture(  # noqa: D103  # the help text is the documentation
    app: str,
    profile: Path | None,
    mode: str,
    phones: tuple[str, ...],
    quic: str,
    listen: str | None,
    out: Path,
    duration: float | None,
    options: tuple[str, ...],
    registry: str | None,
    key: str | None,
    spool_folder: Path | None,
    lang: str | None,
) -> int:
    from analyzer.catalogue import load_catalogue
    from analyzer.model import UnreadableInputError
    from proxy_addons.capture import Proxy
    from proxy_addons.delivery import Sender
    from proxy_addons.guide import guide
    from proxy_addons.liveview import live_view
    from proxy_addons.modes import check_ports, plan
    from proxy_addons.replay import load_profile
    from proxy_addons.session import Session
    from proxy_addons.spool import checked_url

    lang = lang or default_lang()
    need_key(registry, key)
    if registry:
        checked_url(registry)
    confdir = configuration_folder(options)
    way = plan(mode, listen, phones, confdir)
    catalogue = load_catalogue()
    known = load_profile(profile, catalogue)
    warn(*(known.warnings if known else ()))
    check_ports(way)
    try:
        out.mkdir(parents=True, exist_ok=True)
        stamp = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
        flow_file = new_file(out.resolve(), f"{app}-{stamp}")
    except OSError as error:
        raise UnreadableInputError(out, f"不能写入 / cannot be written: {error.strerror}") from error
    session = Session(flow_file, catalogue, known, app)
    with session.interruptible():
        proxy = Proxy(flow_file, way, quic=quic == "allow", options=options)
        try:
            host, port = proxy.wait_ready()
            show_codes(way, lang)
            allow = quic == "allow"
            keys = sys.stdin.isatty()
            warn(guide(way, host, port, app, lang, code=proxy.code, confdir=confdir, quic=allow, keys=keys))
            store = open_spool(spool_folder) if registry else None
            with Sender(store, registry, key), live_view(app, lang, titles(catalogue, lang)) as draw:
                facts = session.run(proxy, draw, lang, duration)
        finally:
            proxy.end()
    warn(f"{'录制文件' if lang == 'zh' else 'capture'}: {flow_file}")
    print_facts(facts, catalogue, lang)
    deliver(facts, app, registry, key, spool_folder, flow_file)
    return 0


def configuration_folder(options: tuple[str, ...]) -> Path:
    """Return the folder of mitmproxy's CA and of our WireGuard keys."""
    given = next((option.partition("=")[2] for option in reversed(options) if option.startswith("confdir=")), "")
    return Path(given or "~/.mitmproxy").expanduser()


def show_codes(way: Way, lang: str) -> None:
    """Print the WireGuard configuration of each phone as a QR code, and nowhere else: it holds a private key."""
    from proxy_addons.modes import qr_code, reachable_address

    address = reachable_address(way.host)
    for phone in way.phones:
        warn(f"{'手机' if lang == 'zh' else 'phone'} {phone.name}  {address}:{phone.port}  {phone.keys}")
        warn(qr_code(phone.configuration(address)))


def titles(catalogue: Catalogue, lang: str) -> Callable[[str], str]:
    """Return what names a data id in the language."""

    def title(data: str) -> str:
        row = catalogue.personal_data.get(data)
        return row.title.pick(lang) if row else data

    return title


def new_file(folder: Path, stem: str) -> Path:
    """Make a new, empty `.flow` file that overwrites nothing."""
    for number in range(1000):
        path = folder / (f"{stem}-{number}.flow" if number else f"{stem}.flow")
        try:
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))  # holds personal data
        except FileExistsError:
            continue
        return path
    raise click.ClickException(f"{folder}: 录制文件太多 / too many captures of one second")


def print_facts(facts: TrafficFacts, catalogue: Catalogue, lang: str) -> None:
    """Print the summary table of a capture, and what was not analysed."""
    from rich.console import Console

    from proxy_addons.summary import facts_table, missed_lines

    Console().print(facts_table(facts, titles(catalogue, lang), lang))
    warn(*missed_lines(facts))
